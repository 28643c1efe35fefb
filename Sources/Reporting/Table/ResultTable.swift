internal import ExperimentStore
internal import Statistics

/// The numbers of a report, by task set.
package struct ResultTable: Sendable, Encodable {
    /// A mean, with what is known about it.
    struct Cell: Sendable, Equatable, Encodable {
        var value: Double
        /// Ends of the 95 % interval; nil where there is too little to draw from.
        var low: Double?
        var high: Double?
        /// What the interval was drawn over: see `Resampling`.
        var over: String?
        /// Ends of rliable's stratified interval, over seeds alone.
        var stratifiedLow: Double?
        var stratifiedHigh: Double?
        var tasks: Int
        var seeds: Int
    }

    struct Line: Sendable, Encodable {
        var name: String
        var title: String
        /// A row's kind, or `reference`.
        var kind: String
        /// Seeds evaluated and asked for.
        var seeds: Int
        var planned: Int
        /// By ``Measure/name``; what is missing has no cell.
        var cells: [String: Cell]
        /// Of the proportion completed by task.
        var iqm: Cell?
        /// The probability that a run completes more of a task than one of `sparse`.
        var improvement: Cell?
        /// Less the proportion completed by `sparse`, in pairs of one seed and one task.
        var difference: Cell?
        /// The means of each seed.
        var runs: [Run]
        /// Why a seed is not counted.
        var problems: [String]
    }

    struct Run: Sendable, Encodable {
        var name: String
        var seed: Int
        var evaluation: String?
        var command: String
        var checkpointStep: Int?
        var counted: Bool
        /// By ``Measure/name``.
        var means: [String: Double]
    }

    struct TaskSet: Sendable, Encodable {
        var name: String
        /// Of the set that the numbers are from; nil without any.
        var sha256: String?
        var tasks: Int
        /// Tasks by number of sub-tasks.
        var lengths: [Int: Int]
        /// Tasks that the simulator could not set up; nothing of them counts as completed.
        var problems: Int
        /// Tasks of each measure.
        var counts: [String: Int]
        var lines: [Line]
    }

    var sets: [TaskSet]
}

extension ResultTable.Line {
    /// Whether the difference to `sparse` can be told from none; one seed tells nothing.
    var isTold: Bool {
        guard let difference, difference.seeds > 1, let low = difference.low, let high = difference.high else {
            return false
        }
        return Interval(low: low, high: high).excludes(0)
    }

    func cell(_ measure: Measure) -> ResultTable.Cell? { cells[measure.name] }
}

extension ResultTable {
    /// The same set tried with refused actions masked, where it was.
    func masked(_ set: TaskSet) -> TaskSet? {
        sets.first { $0.name == EvalRun.shown(set.name, .masked) }
    }
}

extension ResultTable.TaskSet {
    func line(_ name: String) -> ResultTable.Line? { lines.first { $0.name == name } }
}
