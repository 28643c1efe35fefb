package import Episodes
package import Household

/// How many actions every pose of a grid is away from one goal: breadth-first search over cell and heading with moves
/// and turns of cost 1; each 15 degrees of horizon cost 1 more.
package final class NavigationField: Sendable {
    /// Where every way leads.
    package let goal: AgentPose
    private let grid: CellGrid
    /// By cell and heading.
    private let distances: [UInt16]
    private static let unreachable = UInt16.max

    /// Searches the whole grid from the goal backwards.
    package init(to goal: AgentPose, on grid: CellGrid) {
        self.goal = goal
        self.grid = grid
        var distances = [UInt16](repeating: Self.unreachable, count: grid.width * grid.depth * 4)
        if let cell = grid.index(x: goal.x, z: goal.z), grid.isFree(cell) {
            let steps = [grid.width, 1, -grid.width, -1]
            var queue = [cell * 4 + goal.heading]
            distances[queue[0]] = 0
            var next = 0
            while next < queue.count {
                let node = queue[next]
                next += 1
                let (cell, heading) = (node / 4, node % 4)
                var before = [cell * 4 + (heading + 1) % 4, cell * 4 + (heading + 3) % 4]
                let (column, row) = (cell % grid.width, cell / grid.width)
                let (x, z) = (column + grid.minX, row + grid.minZ)
                let behind = (x - [0, 1, 0, -1][heading], z - [1, 0, -1, 0][heading])
                if let index = grid.index(x: behind.0, z: behind.1), grid.isFree(index) {
                    before.append((cell - steps[heading]) * 4 + heading)
                }
                for other in before where distances[other] == Self.unreachable {
                    distances[other] = distances[node] + 1
                    queue.append(other)
                }
            }
        }
        self.distances = distances
    }

    /// Moves and turns from a pose to the goal's cell and heading; nil where there is no way.
    package func steps(from pose: AgentPose) -> Int? {
        guard let cell = grid.index(x: pose.x, z: pose.z), (0...3).contains(pose.heading) else { return nil }
        let distance = distances[cell * 4 + pose.heading]
        return distance == Self.unreachable ? nil : Int(distance)
    }

    /// Moves, turns and looks from a pose to the goal; nil where there is no way.
    package func actions(from pose: AgentPose) -> Int? {
        steps(from: pose).map { $0 + abs(pose.horizon - goal.horizon) / AgentPose.horizonStep }
    }

    /// The moves, turns and looks of a shortest way, the looks last.
    package func approach(from start: AgentPose) -> [Action]? {
        path(from: start).map { moves in
            let looks = (goal.horizon - start.horizon) / AgentPose.horizonStep
            return moves + [Action](repeating: looks > 0 ? .lookDown : .lookUp, count: abs(looks))
        }
    }

    /// The moves and turns of a shortest way. Where several begin equally well, moving ahead comes first, then turning
    /// right.
    package func path(from start: AgentPose) -> [Action]? {
        guard var left = steps(from: start) else { return nil }
        var (pose, path) = (start, [Action]())
        while left > 0 {
            guard
                let action = [Action.moveAhead, .rotateRight, .rotateLeft].first(where: {
                    steps(from: pose.after($0)) == left - 1
                })
            else { return nil }
            path.append(action)
            pose = pose.after(action)
            left -= 1
        }
        return path
    }
}
