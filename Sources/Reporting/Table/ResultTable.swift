internal import Statistics

/// The numbers of a report, by task set.
package struct ResultTable: Sendable, Encodable {
    /// A mean, with what is known about it.
    package struct Cell: Sendable, Equatable, Encodable {
        package var value: Double
        /// Ends of the 95 % interval; nil where there is too little to draw from.
        package var low: Double?
        package var high: Double?
        /// What the interval was drawn over: see `Resampling`.
        package var over: String?
        /// Ends of rliable's stratified interval, over seeds alone.
        package var stratifiedLow: Double?
        package var stratifiedHigh: Double?
        package var tasks: Int
        package var seeds: Int
    }

    package struct Line: Sendable, Encodable {
        package var name: String
        package var title: String
        /// A row's kind, or `reference`.
        package var kind: String
        /// Seeds evaluated and asked for.
        package var seeds: Int
        package var planned: Int
        /// By ``Measure/name``; what is missing has no cell.
        package var cells: [String: Cell]
        /// Of the proportion completed by task.
        package var iqm: Cell?
        /// The probability that a run completes more of a task than one of `sparse`.
        package var improvement: Cell?
        /// Less the proportion completed by `sparse`, in pairs of one seed and one task.
        package var difference: Cell?
        /// The means of each seed.
        package var runs: [Run]
        /// Why a seed is not counted.
        package var problems: [String]
    }

    package struct Run: Sendable, Encodable {
        package var name: String
        package var seed: Int
        package var evaluation: String?
        package var command: String
        package var checkpointStep: Int?
        package var counted: Bool
        /// By ``Measure/name``.
        package var means: [String: Double]
    }

    package struct TaskSet: Sendable, Encodable {
        package var name: String
        /// Of the set that the numbers are from; nil without any.
        package var sha256: String?
        package var tasks: Int
        /// Tasks by number of sub-tasks.
        package var lengths: [Int: Int]
        /// Tasks that the simulator could not set up; nothing of them counts as completed.
        package var problems: Int
        /// Tasks of each measure.
        package var counts: [String: Int]
        package var lines: [Line]
    }

    package var sets: [TaskSet]
}

extension ResultTable.Line {
    /// Whether the difference to `sparse` can be told from none; one seed tells nothing.
    package var isTold: Bool {
        guard let difference, difference.seeds > 1, let low = difference.low, let high = difference.high else {
            return false
        }
        return Interval(low: low, high: high).excludes(0)
    }

    func cell(_ measure: Measure) -> ResultTable.Cell? { cells[measure.name] }
}

extension ResultTable.TaskSet {
    func line(_ name: String) -> ResultTable.Line? { lines.first { $0.name == name } }
}
