/// Scores of one method: a row a run (a training seed), a column a task. Not empty, all finite.
package struct ScoreMatrix: Sendable, Equatable {
    /// Number of rows, at least 1.
    package let runs: Int
    /// Number of columns, at least 1.
    package let tasks: Int
    /// `[runs, tasks]`, row major.
    package let scores: [Double]

    /// - Parameter runs: A row a run, all of one length.
    /// - Throws: `ScoreError` when there is no run or no task, when rows differ in length, or when a score is not
    ///   finite.
    package init(runs rows: [[Double]]) throws(ScoreError) {
        guard let first = rows.first else { throw .noRuns }
        guard !first.isEmpty else { throw .noTasks }
        for (run, row) in rows.enumerated() {
            guard row.count == first.count else { throw .ragged(run: run, tasks: row.count, expected: first.count) }
            if let task = row.firstIndex(where: { !$0.isFinite }) { throw .notFinite(run: run, task: task) }
        }
        self.init(runs: rows.count, tasks: first.count, scores: rows.flatMap { $0 })
    }

    init(runs: Int, tasks: Int, scores: [Double]) {
        (self.runs, self.tasks, self.scores) = (runs, tasks, scores)
    }

    subscript(run: Int, task: Int) -> Double { scores[run * tasks + task] }

    func row(_ run: Int) -> ArraySlice<Double> { scores[run * tasks..<(run + 1) * tasks] }
}

/// Why scores cannot be used.
package enum ScoreError: Error, Sendable, Equatable {
    case noRuns
    case noTasks
    case ragged(run: Int, tasks: Int, expected: Int)
    case notFinite(run: Int, task: Int)
    /// Two methods, or scores and their strata, do not have the same tasks.
    case tasksDiffer(Int, Int)
    /// A paired comparison of different numbers of runs.
    case runsDiffer(Int, Int)
}

extension ScoreError: CustomStringConvertible {
    /// In words, for a message.
    package var description: String {
        switch self {
        case .noRuns: "there are no runs"
        case .noTasks: "the runs have no tasks"
        case .ragged(let run, let tasks, let expected): "run \(run) has \(tasks) tasks, the first has \(expected)"
        case .notFinite(let run, let task): "the score of run \(run) in task \(task) is not a finite number"
        case .tasksDiffer(let first, let second): "there are \(first) tasks on one side and \(second) on the other"
        case .runsDiffer(let first, let second):
            "there are \(first) runs on one side and \(second) on the other; runs are compared in pairs"
        }
    }
}

extension ScoreMatrix {
    /// The scores less those of `other`, run by run and task by task.
    func difference(from other: ScoreMatrix) throws(ScoreError) -> ScoreMatrix {
        guard tasks == other.tasks else { throw .tasksDiffer(tasks, other.tasks) }
        guard runs == other.runs else { throw .runsDiffer(runs, other.runs) }
        let differences = zip(scores, other.scores).map { $0 - $1 }
        if let place = differences.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(run: place / tasks, task: place % tasks)
        }
        return ScoreMatrix(runs: runs, tasks: tasks, scores: differences)
    }

    /// The tasks of one stratum, such as those with a certain number of sub-tasks.
    struct Stratum: Sendable, Equatable {
        let key: Int
        let scores: ScoreMatrix
    }

    /// The matrix cut into strata, in rising order of their keys.
    ///
    /// - Parameter keys: `[tasks]`, the stratum of each task.
    func strata(_ keys: [Int]) throws(ScoreError) -> [Stratum] {
        guard keys.count == tasks else { throw .tasksDiffer(tasks, keys.count) }
        return Set(keys).sorted().map { key in
            let members = keys.indices.filter { keys[$0] == key }
            let scores = (0..<runs).flatMap { run in members.map { self[run, $0] } }
            return Stratum(key: key, scores: ScoreMatrix(runs: runs, tasks: members.count, scores: scores))
        }
    }

    /// The same runs in an order that depends on their scores only, so that a resample does not depend on the order in
    /// which runs were read.
    var canonical: ScoreMatrix {
        let order = (0..<runs).sorted { row($0).lexicographicallyPrecedes(row($1)) }
        return ScoreMatrix(runs: runs, tasks: tasks, scores: order.flatMap { row($0) })
    }
}
