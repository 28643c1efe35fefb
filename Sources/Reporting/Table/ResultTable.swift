internal import Statistics

/// The numbers of a report, by task set.
public struct ResultTable: Sendable, Encodable {
    /// A mean, with what is known about it.
    public struct Cell: Sendable, Equatable, Encodable {
        public var value: Double
        /// Ends of the 95 % interval; nil where there is too little to draw from.
        public var low: Double?
        public var high: Double?
        /// What the interval was drawn over: see `Resampling`.
        public var over: String?
        /// Ends of rliable's stratified interval, over seeds alone.
        public var stratifiedLow: Double?
        public var stratifiedHigh: Double?
        public var tasks: Int
        public var seeds: Int
    }

    public struct Line: Sendable, Encodable {
        public var name: String
        public var title: String
        /// A row's kind, or `reference`.
        public var kind: String
        /// Seeds evaluated and asked for.
        public var seeds: Int
        public var planned: Int
        /// By ``Measure/name``; what is missing has no cell.
        public var cells: [String: Cell]
        /// Of the proportion completed by task.
        public var iqm: Cell?
        /// The probability that a run completes more of a task than one of `sparse`.
        public var improvement: Cell?
        /// Less the proportion completed by `sparse`, in pairs of one seed and one task.
        public var difference: Cell?
        /// The means of each seed.
        public var runs: [Run]
        /// Why a seed is not counted.
        public var problems: [String]
    }

    public struct Run: Sendable, Encodable {
        public var name: String
        public var seed: Int
        public var evaluation: String?
        public var command: String
        public var checkpointStep: Int?
        public var counted: Bool
        /// By ``Measure/name``.
        public var means: [String: Double]
    }

    public struct TaskSet: Sendable, Encodable {
        public var name: String
        /// Of the set that the numbers are from; nil without any.
        public var sha256: String?
        public var tasks: Int
        /// Tasks by number of sub-tasks.
        public var lengths: [Int: Int]
        /// Tasks that the simulator could not set up; nothing of them counts as completed.
        public var problems: Int
        /// Tasks of each measure.
        public var counts: [String: Int]
        public var lines: [Line]
    }

    public var sets: [TaskSet]
}

extension ResultTable.Line {
    /// Whether the difference to `sparse` can be told from none; one seed tells nothing.
    public var isTold: Bool {
        guard let difference, difference.seeds > 1, let low = difference.low, let high = difference.high else {
            return false
        }
        return Interval(low: low, high: high, level: Bootstrap.level).excludes(0)
    }

    func cell(_ measure: Measure) -> ResultTable.Cell? { cells[measure.name] }
}

extension ResultTable.TaskSet {
    func line(_ name: String) -> ResultTable.Line? { lines.first { $0.name == name } }
}
