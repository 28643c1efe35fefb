import Testing

@testable import Statistics

/// How often the interval holds the truth when an experiment is repeated many times.
@Suite struct CoverageTests {
    private let experiments = 300

    private func coverage(_ resampling: Resampling, seed: UInt64, _ draw: (inout Scores) throws -> ScoreMatrix) throws
        -> Double
    {
        var scores = Scores(seed)
        var held = 0
        for experiment in 0..<experiments {
            let bootstrap = Bootstrap(repetitions: 200, seed: UInt64(experiment))
            let interval = try #require(bootstrap.interval(of: .mean, try draw(&scores), over: resampling))
            if !interval.excludes(0) { held += 1 }
        }
        return Double(held) / Double(experiments)
    }

    /// Scores that are the sum of a part of the run, one of the task, and one of the cell.
    private func matrix(
        _ scores: inout Scores, runs: Int, tasks: Int, run: Double = 0, task: Double = 0, cell: Double = 1
    ) throws -> ScoreMatrix {
        let skills = (0..<runs).map { _ in run * scores.normal() }
        let tasks = (0..<tasks).map { _ in task * scores.normal() }
        return try ScoreMatrix(runs: skills.map { skill in tasks.map { skill + $0 + cell * scores.normal() } })
    }

    @Test func runsWithinTheSameTasks() throws {
        let held = try coverage(.runs, seed: 1) { try matrix(&$0, runs: 12, tasks: 6) }
        #expect((0.9...0.98).contains(held), "\(held)")
    }

    @Test func tasksOfOneRun() throws {
        let held = try coverage(.tasks, seed: 2) { try matrix(&$0, runs: 1, tasks: 30, task: 1) }
        #expect((0.9...0.98).contains(held), "\(held)")
    }

    @Test func otherRunsAndTasks() throws {
        let held = try coverage(.crossed, seed: 3) { try matrix(&$0, runs: 15, tasks: 30, run: 1, task: 1) }
        #expect((0.88...0.99).contains(held), "\(held)")
        let nested = try coverage(.runsAndTasks, seed: 3) { try matrix(&$0, runs: 5, tasks: 30, task: 1) }
        #expect((0.9...1).contains(nested), "\(nested)")
    }

    /// A policy that is better in all tasks at once: drawn within tasks, its seeds look far surer than they are.
    @Test func stratifiedMissesWhatIsCommonToARun() throws {
        let stratified = try coverage(.runs, seed: 4) { try matrix(&$0, runs: 10, tasks: 20, run: 1) }
        let crossed = try coverage(.crossed, seed: 4) { try matrix(&$0, runs: 10, tasks: 20, run: 1) }
        #expect(stratified < 0.6, "\(stratified)")
        #expect(crossed > 0.85, "\(crossed)")
    }
}
