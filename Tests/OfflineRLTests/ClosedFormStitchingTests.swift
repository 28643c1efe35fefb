import Episodes
import OfflineRL
import Testing

/// IQL, with a Q or without, joins the beginning of one trajectory to the end of another; cloning cannot.
@Suite struct ClosedFormStitchingTests {
    /// Success in at most twice the shortest way's steps.
    struct Outcome {
        let greedySteps: Int?
        let sampledRate: Double
        var isGreedilyReached: Bool { greedySteps.map { $0 <= 2 * TabularMaze.shortest } ?? false }
    }

    private static func outcome(
        _ maze: TabularMaze, _ data: TabularData, _ algorithm: Algorithm, seed: Int
    ) -> Outcome {
        var iql = IQL()
        iql.expectile = 0.9
        iql.temperature = 20
        iql.polyak = 0.1
        let learner = TabularLearner(
            iql, stateCount: data.stateCount, actionCount: data.actionCount, seed: UInt64(seed), algorithm: algorithm)
        var training = TabularTraining()
        (training.updates, training.lastRate) = (2000, 1e-3)
        training(learner, data)
        let probabilities = (0..<data.stateCount).map { learner.probabilities($0) }
        let greedy = maze.steps(limit: 100) { state in
            probabilities[state].indices.max { probabilities[state][$0] < probabilities[state][$1] } ?? 0
        }
        var random = TabularRandom(seed: 100 + seed)
        var reached = 0.0
        for _ in 0..<500 {
            let steps = maze.steps(limit: 2 * TabularMaze.shortest) { state in
                var rest = random.uniform()
                for (action, probability) in probabilities[state].enumerated() {
                    rest -= probability
                    if rest < 0 { return action }
                }
                return probabilities[state].count - 1
            }
            if steps != nil { reached += 1 }
        }
        return Outcome(greedySteps: greedy, sampledRate: reached / 500)
    }

    @Test(arguments: [1, 2, 3, 4]) func stitching(seed: Int) {
        let maze = TabularMaze(seed: seed)
        let fromStart = maze.trajectories.filter { $0[0] == maze.start }
        let reaching = fromStart.filter { $0[$0.count - 1] == maze.goal }
        #expect(fromStart.count == 44 && reaching.count == 4)
        #expect(reaching.allSatisfy { !$0.contains(maze.crossing) && $0.count > TabularMaze.longWay })
        let iql = Self.outcome(maze, maze.data, .iql, seed: seed)
        let withoutQ = Self.outcome(maze, maze.data, .ivl, seed: seed)
        let cloned = Self.outcome(maze, maze.data, .bc, seed: seed)
        let filtered = Self.outcome(maze, maze.fulfilled, .bc, seed: seed)
        for (name, outcome) in [("iql", iql), ("ivl", withoutQ), ("bc", cloned), ("filtered-bc", filtered)] {
            print(
                "maze \(seed), \(name): greedy \(outcome.greedySteps.map { "\($0) steps" } ?? "never"),",
                "sampled \(outcome.sampledRate)")
        }
        for outcome in [iql, withoutQ] { #expect(outcome.greedySteps == TabularMaze.shortest) }
        #expect(!cloned.isGreedilyReached && !filtered.isGreedilyReached)
        #expect(iql.sampledRate > 0.9 && withoutQ.sampledRate > 0.9)
        #expect(iql.sampledRate > cloned.sampledRate + 0.3 && iql.sampledRate > filtered.sampledRate + 0.3)
    }
}
