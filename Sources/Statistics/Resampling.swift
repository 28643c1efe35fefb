internal import Ground

/// What a bootstrap draws anew, and so what its interval covers.
package enum Resampling: String, Sendable, CaseIterable {
    /// The stratified bootstrap of rliable: runs are drawn within each task, independently of the other tasks. The tasks
    /// stay. Covers a repetition with other seeds on the same tasks, if a run's scores in different tasks are independent.
    /// Where one trained policy is tried on all tasks they are not, and the interval is too narrow; see ``crossed``.
    case runs
    /// Tasks are drawn; all runs of a drawn task come with it. Covers a repetition of these very runs on other tasks of the
    /// same kind. The only one that can be had for a single run.
    case tasks
    /// rliable's `task_bootstrap`: tasks are drawn, and for each drawn task its runs anew. Covers other tasks and other
    /// seeds, if a run's scores in different tasks are independent.
    case runsAndTasks
    /// Runs are drawn whole and tasks are drawn whole (Owen's pigeonhole bootstrap, 2007). Covers other tasks and other
    /// seeds also where a policy is better or worse in all tasks at once. With few runs it is too narrow as every bootstrap is:
    /// of `n` runs it sees the variance `(n - 1) / n` times.
    case crossed

    /// Whether there is enough to draw from.
    func isPossible(runs: Int, tasks: Int) -> Bool {
        switch self {
        case .runs: runs > 1
        case .tasks: tasks > 1
        case .runsAndTasks, .crossed: runs > 1 && tasks > 1
        }
    }

    var drawsTasks: Bool { self != .runs }
}

/// Draws how often a resample has each run of the task at hand.
struct RunDraw {
    let resampling: Resampling
    let runs: Int
    /// `[runs]`, adding up to `runs`.
    private(set) var counts: [Int32]

    init(_ resampling: Resampling, runs: Int) {
        (self.resampling, self.runs) = (resampling, runs)
        counts = [Int32](repeating: 1, count: runs)
    }

    mutating func beginResample(_ random: inout SplitMix64) {
        if resampling == .crossed { draw(&random) }
    }

    mutating func beginTask(_ random: inout SplitMix64) {
        if resampling == .runs || resampling == .runsAndTasks { draw(&random) }
    }

    private mutating func draw(_ random: inout SplitMix64) {
        for run in counts.indices { counts[run] = 0 }
        for _ in 0..<runs { counts[random.below(runs)] += 1 }
    }
}
