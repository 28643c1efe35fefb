extension Configuration {
    /// The section `evaluate`: on which tasks policies are tried.
    package struct Evaluate: ConfigurationSection {
        /// Where the release is that trajectories and floor plans are read from; the dataset's own root when nil.
        package var root: String?
        /// The only one of the store when nil.
        package var dataset: String?
        /// One a core when nil.
        @Within(1...256) package var threads: Int?
        /// ResNet-18's weights from torchvision, for policies on features that are made with them.
        package var weights: String?
        /// What happens to actions that the simulator refuses: each set is tried once by each of these.
        package var rules = [Rules.sprint]
        /// The first is the main one.
        package var sets: [TaskSet] = []
        /// The names of the sets that are meant; all when nil.
        package var only: [String]?

        mutating func complete() throws(SectionProblem) {
            if let name = repeated(sets.map(\.name)) { throw SectionProblem("sets", "has two sets \"\(name)\"") }
            guard !rules.isEmpty, repeated(rules) == nil else {
                throw SectionProblem("rules", "is not a list of different rules: sprint, masked, sampled")
            }
            guard let only else { return }
            let names = sets.map(\.name)
            if let name = only.first(where: { !names.contains($0) }) {
                throw SectionProblem(
                    "only", "names \"\(name)\", which is no set; sets: \(names.joined(separator: ", "))")
            }
            sets = sets.filter { only.contains($0.name) }
        }

        /// SPRINT's; with what was refused left out until an action succeeds; with actions drawn, not the best taken.
        package enum Rules: String, Choice { case sprint, masked, sampled }

        /// A set as it is tried by one of its rules.
        package struct Shown: Sendable, Equatable {
            /// As reports name it: `valid_seen`, or `valid_seen+masked`.
            package var name: String
            package var set: TaskSet
            package var rules: Rules
        }

        /// The sets by each of their rules; all by their first rules first.
        package var shownSets: [Shown] {
            let all = sets.map { set in
                (set.rules ?? rules).map { rules in
                    Shown(
                        name: rules == .sprint ? set.name : "\(set.name)+\(rules.rawValue)", set: set, rules: rules)
                }
            }
            return (0..<(all.map(\.count).max() ?? 0)).flatMap { place in
                all.compactMap { $0.indices.contains(place) ? $0[place] : nil }
            }
        }

        /// Whether policies draw their actions in the evaluation that comes first.
        package var isDrawing: Bool { shownSets.first?.rules == .sampled }

        /// The run that takes a training run's policy through a set.
        package static func run(_ trainRun: String, on set: String) -> String { "\(trainRun)@\(set)" }
    }

    /// A set of tasks: SPRINT's file, or drawn from a split of the store.
    package struct TaskSet: ConfigurationSection {
        /// The split's where none is given.
        package var name = ""
        /// In SPRINT's format.
        package var file: String?
        /// A split of the store to draw from.
        package var split: String?
        /// Tasks in all, spread evenly over the lengths.
        @Within(1...) package var tasks: Int?
        /// Numbers of sub-tasks; 1 to 6 when nil.
        package var lengths: [Int]?
        /// Of a split: sentences of single sub-tasks, joined ones, or of goals; primitive and composite when nil.
        package var kinds: [InstructionKind]?
        /// Of a split: tasks are cut from episodes of these behaviours; expert and start when nil.
        package var behaviours: [String]?
        /// Where the agent starts.
        package var start = Start.recorded
        /// Those of the section `evaluate` when nil.
        package var rules: [Evaluate.Rules]?

        /// A set without a name and tasks.
        package init() {}

        mutating func complete() throws(SectionProblem) {
            guard (file == nil) != (split == nil) else {
                throw SectionProblem(nil, "names a file or a split, one of the two")
            }
            if name.isEmpty {
                guard let split else { throw SectionProblem("name", "is missing") }
                name = split
            }
            guard Configuration.isName(name) else {
                throw SectionProblem("name", "is \"\(name)\"; use letters, digits, '.', '_' and '-'")
            }
            if behaviours != nil, split == nil { throw SectionProblem("behaviours", "is for tasks of a split") }
            if let kinds {
                guard split != nil else { throw SectionProblem("kinds", "is for tasks of a split") }
                guard !kinds.isEmpty, repeated(kinds) == nil else {
                    throw SectionProblem("kinds", "is not a list of different kinds: primitive, composite, task")
                }
            }
            if let rules, rules.isEmpty || repeated(rules) != nil {
                throw SectionProblem("rules", "is not a list of different rules: sprint, masked, sampled")
            }
            if let lengths, lengths.isEmpty || lengths.contains(where: { !(1...50).contains($0) }) {
                throw SectionProblem("lengths", "is not a list of numbers of sub-tasks from 1 to 50")
            }
        }

        /// Where the agent starts.
        package enum Start: String, Choice { case recorded, random }
    }

    /// The section `experiment`: the rows of a table, each trained once a seed.
    package struct Experiment: ConfigurationSection {
        /// The store's file name when nil.
        package var name: String?
        /// Of each row.
        package var seeds = [1, 2, 3]
        /// What is compared.
        package var rows: [Row] = []
        /// What is learned from is acted anew from the data's goals; nil for the data as they are.
        package var grade: Grade?
        /// Label runs made beside the one of the section `label`, for rows that name them.
        package var labels: [LabelVariant] = []
        /// How rows are tuned before they are compared; not at all without settings to try.
        package var tune = Tune()

        func complete() throws(SectionProblem) {
            guard !seeds.isEmpty, !seeds.contains(where: { $0 < 0 }), repeated(seeds) == nil else {
                throw SectionProblem("seeds", "is not a list of different whole numbers of 0 or more")
            }
            if let name = repeated(rows.map(\.name)) { throw SectionProblem("rows", "has two rows \"\(name)\"") }
            if let name = repeated(labels.map(\.name)) {
                throw SectionProblem("labels", "has two label runs \"\(name)\"")
            }
        }
    }

    /// The section `experiment.grade`: from which trajectories, and with which behaviours, graded data are made.
    package struct Grade: ConfigurationSection {
        /// As `rgvlm-simulate grade` knows them: a name, or a file.
        package var recipe = "graded"
        /// Whose trajectories' goals are taken, with commas.
        package var split = "train"
        /// The dataset's name in the store, beside that of the data it is made from; nil where it takes their place.
        package var dataset: String?
        /// Trajectories in all; all of the split when nil.
        @Within(1...) package var limit: Int?
        /// A list of trajectories that are taken in any case.
        package var include: String?
        /// Side of the pictures in pixels: those that policies learn from when nil; more for a VLM to look at.
        @Within(16...1024) package var size: Int?

        func complete() throws(SectionProblem) {
            if let dataset, !Configuration.isName(dataset) {
                throw SectionProblem("dataset", "is \"\(dataset)\"; use letters, digits, '.', '_' and '-'")
            }
        }
    }

    /// A label run of an experiment beside its main one, as one of noise-free scores, or at another rate of errors.
    package struct LabelVariant: ConfigurationSection {
        /// The label run's name.
        package var name = ""
        /// `key.path=value` over the section `label`, as for `--set`.
        package var set: [String] = []

        func complete() throws(SectionProblem) {
            guard Configuration.isName(name) else {
                throw SectionProblem(
                    "name", "is missing or has other signs than letters, digits, '.', '_' and '-'")
            }
        }
    }

    /// Settings that all rows are tried with, each row for itself and all alike, on tasks that are not reported.
    package struct Tune: ConfigurationSection {
        /// The values of each key of the section `train`, as in `learning.temperature: [2, 5, 10]`.
        package var settings = SettingChoices()
        /// The name of the set of tasks that decides; it is none of the reported ones.
        package var set: String?
        /// Of the runs that are tried; the first of the experiment's when nil.
        package var seeds: [Int]?

        /// Nothing to try.
        package init() {}

        func complete() throws(SectionProblem) {
            guard !settings.choices.isEmpty else { return }
            if set == nil { throw SectionProblem("set", "is missing: the name of one of evaluate.sets") }
            if let seeds, seeds.isEmpty || seeds.contains(where: { $0 < 0 }) || repeated(seeds) != nil {
                throw SectionProblem("seeds", "is not a list of different whole numbers of 0 or more")
            }
        }
    }

    /// A way of training. What differs from the section `train` is given as overrides.
    package struct Row: ConfigurationSection {
        /// It begins the names of the row's runs.
        package var name = ""
        /// As shown; the name when nil.
        package var title: String?
        /// Its role in the report.
        package var kind = Kind.method
        /// `key.path=value`, as for `--set`.
        package var set: [String] = []

        func complete() throws(SectionProblem) {
            guard Configuration.isName(name) else {
                throw SectionProblem(
                    "name", "is missing or has other signs than letters, digits, '.', '_' and '-'")
            }
        }

        /// A row's role in the report.
        package enum Kind: String, Choice { case method, baseline, control, oracle }

        /// The training run of a seed.
        package func run(seed: Int) -> String { "\(name)-s\(seed)" }
    }
}

/// The first value that occurs twice.
private func repeated<T: Hashable>(_ values: [T]) -> T? {
    var seen: Set<T> = []
    return values.first { !seen.insert($0).inserted }
}
