package import Episodes
package import ExperimentStore

/// What a report is about: the rows of its table, the seeds of each, and the task sets.
package struct ReportPlan: Sendable, Equatable {
    /// A row's role. Groups of the table come in this order.
    package enum Kind: String, Sendable, CaseIterable, Encodable {
        case method, baseline, control, oracle
    }

    /// A training run of a row.
    package struct Run: Sendable, Equatable {
        /// Of all that is drawn at random in it.
        package var seed: Int
        /// As in the store.
        package var name: String
        /// A shell line that trains and evaluates it.
        package var command: String

        /// - Parameter name: As in the store.
        package init(seed: Int, name: String, command: String) {
            self.seed = seed
            self.name = name
            self.command = command
        }
    }

    /// A line of the table: one way of training.
    package struct Row: Sendable, Equatable {
        /// Short, as in file names.
        package var name: String
        /// As shown; what the labels come from is added to it.
        package var title: String
        /// Its role.
        package var kind: Kind
        /// One a seed.
        package var runs: [Run]

        /// - Parameter runs: One a seed.
        package init(name: String, title: String, kind: Kind, runs: [Run]) {
            self.name = name
            self.title = title
            self.kind = kind
            self.runs = runs
        }
    }

    /// The experiment's name, the report's heading.
    package var name: String
    /// In the order of the table.
    package var rows: [Row]
    /// The first is the main one. Rules other than SPRINT's are part of a name: `valid_seen+masked`.
    package var sets: [String]
    /// What the experiment means by each set; where it says nothing, the newest evaluations count.
    package var wanted: [String: EvalRun.Wanted] = [:]
    /// Instructions the policies learn from.
    package var splits: [String]
    /// And of these kinds.
    package var kinds: [Instruction.Kind]
    /// They learn from the first episodes only that have such instructions; nil for all.
    package var episodeLimit: Int?
    /// The shell line of each reference agent, by its name in the store.
    package var referenceCommands: [String: String]
    /// The program's version, such as a commit; nil when unknown.
    package var version: String?

    /// - Parameters:
    ///   - name: The report's heading.
    ///   - sets: The main one first.
    package init(
        name: String, rows: [Row], sets: [String], splits: [String] = ["train"],
        kinds: [Instruction.Kind] = [.primitive],
        episodeLimit: Int? = nil, referenceCommands: [String: String] = [:], version: String? = nil
    ) {
        self.name = name
        self.rows = rows
        self.sets = sets
        self.splits = splits
        self.kinds = kinds
        self.episodeLimit = episodeLimit
        self.referenceCommands = referenceCommands
        self.version = version
    }
}
