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
        /// Less the proportion completed by `sparse`.
        var difference: Comparison?
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
        /// Rows less `sparse`, in the rows' order.
        var differences: [Comparison]
        /// Rows less sparse + RG-VLM, in the rows' order: `worse` says that this is better than they are.
        var differencesToCombined: [Comparison]
        /// Nil without two seeds of a row.
        var detectable: Detectable?
    }

    var sets: [TaskSet]
}

extension ResultTable.Line {
    /// Whether the difference to `sparse` can be told from none; one seed tells nothing.
    var isTold: Bool { difference.map { $0.verdict != .cannotTell } ?? false }

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

extension ResultTable.Cell {
    /// The difference as the files have it beside the means.
    init(_ comparison: Comparison) {
        self.init(
            value: comparison.value, low: comparison.low, high: comparison.high,
            over: comparison.low == nil
                ? nil
                : comparison.seeds > 1 && comparison.trajectories > 1
                    ? "crossed" : comparison.seeds > 1 ? "runs" : "tasks",
            stratifiedLow: nil, stratifiedHigh: nil, tasks: comparison.tasks, seeds: comparison.seeds)
    }
}
