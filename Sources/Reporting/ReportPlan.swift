/// What a report is about: the rows of its table, the seeds of each, and the task sets.
public struct ReportPlan: Sendable, Equatable {
    /// A row's role. Groups of the table come in this order.
    public enum Kind: String, Sendable, CaseIterable, Encodable {
        case method, baseline, control, oracle
    }

    /// A training run of a row.
    public struct Run: Sendable, Equatable {
        public var seed: Int
        public var name: String
        /// A shell line that trains and evaluates it.
        public var command: String

        public init(seed: Int, name: String, command: String) {
            self.seed = seed
            self.name = name
            self.command = command
        }
    }

    public struct Row: Sendable, Equatable {
        public var name: String
        /// As shown; what the labels come from is added to it.
        public var title: String
        public var kind: Kind
        public var runs: [Run]

        public init(name: String, title: String, kind: Kind, runs: [Run]) {
            self.name = name
            self.title = title
            self.kind = kind
            self.runs = runs
        }
    }

    public var name: String
    public var rows: [Row]
    /// The first is the main one.
    public var sets: [String]
    /// Instructions the policies learn from.
    public var splits: [String]
    public var kinds: [String]
    /// The shell line of each reference agent, by its name in the store.
    public var referenceCommands: [String: String]
    /// The program's version, such as a commit; nil when unknown.
    public var version: String?

    public init(
        name: String, rows: [Row], sets: [String], splits: [String] = ["train"], kinds: [String] = ["primitive"],
        referenceCommands: [String: String] = [:], version: String? = nil
    ) {
        self.name = name
        self.rows = rows
        self.sets = sets
        self.splits = splits
        self.kinds = kinds
        self.referenceCommands = referenceCommands
        self.version = version
    }
}
