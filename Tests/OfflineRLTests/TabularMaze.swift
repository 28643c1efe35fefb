import OfflineRL

/// A maze of corridors and offline data of it in which no trajectory goes the short way from start to goal.
///
/// From the start many trajectories pass the crossing and go on to a dead end, where they are cut off; others come from
/// elsewhere, turn off at the crossing and reach the goal; a few go from the start to the goal the long way round. Some
/// actions of all are noise.
struct TabularMaze {
    static let map = [
        "###########",
        "#####O#####",
        "#####.#####",
        "#####.#####",
        "#S...X...D#",
        "#.###.#####",
        "#.###G....#",
        "#.#######.#",
        "#A.......B#",
        "###########",
    ].map { Array($0) }
    static let actionCount = 4
    /// Steps from start to goal past the crossing, and the long way round.
    static let shortest = 6
    static let longWay = 18

    let cells: [(x: Int, y: Int)]
    let start: Int
    let goal: Int
    let crossing: Int
    let data: TabularData
    /// The windows of trajectories that reach the goal.
    let fulfilled: TabularData
    /// States of each trajectory.
    let trajectories: [[Int]]

    init(seed: Int) {
        var cells: [(x: Int, y: Int)] = []
        var marks: [Character: Int] = [:]
        for (y, row) in Self.map.enumerated() {
            for (x, mark) in row.enumerated() where mark != "#" {
                marks[mark] = cells.count
                cells.append((x, y))
            }
        }
        func mark(_ character: Character) -> Int { marks[character] ?? 0 }
        let (start, goal, crossing) = (mark("S"), mark("G"), mark("X"))
        self.cells = cells
        (self.start, self.goal, self.crossing) = (start, goal, crossing)
        let next = Self.transitions(cells)
        var random = TabularRandom(seed: seed)

        /// States and actions of a walk along waypoints, one action in ten random, and then some at random.
        func walk(_ waypoints: [Int], idle: Int) -> (states: [Int], actions: [Int]) {
            var (states, actions) = ([waypoints[0]], [Int]())
            func act(_ action: Int) {
                states.append(next[states[states.count - 1]][action])
                actions.append(action)
            }
            for waypoint in waypoints.dropFirst() {
                let distances = Self.distances(to: waypoint, next)
                while states[states.count - 1] != waypoint, states[states.count - 1] != goal {
                    let here = states[states.count - 1]
                    let best = (0..<Self.actionCount).first { distances[next[here][$0]] < distances[here] } ?? 0
                    act(random.below(10) == 0 ? random.below(Self.actionCount) : best)
                }
            }
            for _ in 0..<idle where states[states.count - 1] != goal { act(random.below(Self.actionCount)) }
            return (states, actions)
        }

        var data = TabularData(stateCount: cells.count, actionCount: Self.actionCount)
        var fulfilled = data
        var trajectories: [[Int]] = []
        let kinds = [
            (count: 40, waypoints: [start, mark("D")], idle: 6, reaches: false),
            (count: 20, waypoints: [mark("O"), goal], idle: 0, reaches: true),
            (count: 4, waypoints: [start, mark("A"), mark("B"), goal], idle: 0, reaches: true),
        ]
        for kind in kinds {
            var count = 0
            while count < kind.count {
                let (states, actions) = walk(kind.waypoints, idle: kind.idle)
                // One that noise led the short way is not taken.
                let reaches = states[states.count - 1] == goal
                guard reaches == kind.reaches, !(states[0] == start && reaches && states.contains(crossing)) else {
                    continue
                }
                count += 1
                trajectories.append(states)
                var rewards = [Float](repeating: 0, count: actions.count)
                if reaches { rewards[rewards.count - 1] = 1 }
                data.append(states: states, actions: actions, rewards: rewards, isTerminal: reaches, limit: 17)
                if reaches {
                    fulfilled.append(states: states, actions: actions, rewards: rewards, isTerminal: true, limit: 17)
                }
            }
        }
        (self.data, self.fulfilled, self.trajectories) = (data, fulfilled, trajectories)
    }

    /// Steps from the start to the goal with a choice of action by state, or nil where it takes more than `limit`.
    func steps(limit: Int, _ action: (Int) -> Int) -> Int? {
        let next = Self.transitions(cells)
        var state = start
        for step in 1...limit {
            state = next[state][action(state)]
            if state == goal { return step }
        }
        return nil
    }

    /// The cell after each action in each cell; walls keep the agent where it is.
    private static func transitions(_ cells: [(x: Int, y: Int)]) -> [[Int]] {
        cells.enumerated().map { index, cell in
            [(1, 0), (0, 1), (-1, 0), (0, -1)].map { dx, dy in
                cells.firstIndex { $0.x == cell.x + dx && $0.y == cell.y + dy } ?? index
            }
        }
    }

    private static func distances(to goal: Int, _ next: [[Int]]) -> [Int] {
        var distances = [Int](repeating: .max / 2, count: next.count)
        distances[goal] = 0
        for _ in next.indices {
            for cell in next.indices {
                for other in next[cell] { distances[cell] = min(distances[cell], distances[other] + 1) }
            }
        }
        return distances
    }
}
