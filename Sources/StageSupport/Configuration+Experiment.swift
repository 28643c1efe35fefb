extension Configuration {
    /// The section `evaluate`: on which tasks policies are tried.
    package struct Evaluate: Sendable, Equatable {
        /// Where the release is that trajectories and floor plans are read from; the dataset's own root when nil.
        package var root: String?
        package var dataset: String?
        package var threads: Int?
        /// The first is the main one.
        package var sets: [TaskSet] = []
    }

    /// A set of tasks: SPRINT's file, or drawn from a split of the store.
    package struct TaskSet: Sendable, Equatable {
        package var name: String
        package var file: String?
        package var split: String?
        /// Tasks in all, spread evenly over the lengths.
        package var tasks: Int?
        /// Numbers of sub-tasks; 1 to 6 when nil.
        package var lengths: [Int]?
        /// `recorded` or `random`.
        package var start: String?

        package init(
            name: String, file: String? = nil, split: String? = nil, tasks: Int? = nil, lengths: [Int]? = nil,
            start: String? = nil
        ) {
            self.name = name
            self.file = file
            self.split = split
            self.tasks = tasks
            self.lengths = lengths
            self.start = start
        }
    }

    /// The section `experiment`: the rows of a table, each trained once a seed.
    package struct Experiment: Sendable, Equatable {
        package var name: String?
        package var seeds: [Int]?
        package var rows: [Row] = []
    }

    /// A way of training. What differs from the section `train` is given as overrides.
    package struct Row: Sendable, Equatable {
        /// Names of a row's roles in the report.
        package static let kinds = ["method", "baseline", "control", "oracle"]

        package var name: String
        /// As shown; the name when nil.
        package var title: String?
        /// One of ``kinds``.
        package var kind: String
        /// `key.path=value`, as for `--set`.
        package var set: [String]

        /// The training run of a seed.
        package func run(seed: Int) -> String { "\(name)-s\(seed)" }
    }
}

extension Configuration.Evaluate {
    /// The run that takes a training run's policy through a set.
    package static func run(_ trainRun: String, on set: String) -> String { "\(trainRun)@\(set)" }

    mutating func read(_ section: ConfigurationSection) throws {
        try section.allow(["root", "dataset", "threads", "sets"])
        root = try section.string("root")
        dataset = try section.string("dataset")
        threads = try section.int("threads")
        for item in try section.sections("sets") {
            try item.allow(["name", "file", "split", "tasks", "lengths", "start"])
            let (file, split) = (try item.string("file"), try item.string("split"))
            guard (file == nil) != (split == nil) else {
                throw item.problem(nil, "names a file or a split, one of the two")
            }
            guard let name = try item.string("name") ?? split else { throw item.problem("name", "is missing") }
            guard Self.isName(name) else {
                throw item.problem("name", "is \"\(name)\"; use letters, digits, '.', '_' and '-'")
            }
            let tasks = try item.int("tasks")
            if let tasks, tasks < 1 { throw item.problem("tasks", "is \(tasks); expected 1 or more") }
            let lengths = try item.ints("lengths")
            if let lengths, lengths.isEmpty || lengths.contains(where: { !(1...50).contains($0) }) {
                throw item.problem("lengths", "is not a list of numbers of sub-tasks from 1 to 50")
            }
            sets.append(
                Configuration.TaskSet(
                    name: name, file: file, split: split, tasks: tasks,
                    lengths: lengths, start: try item.choice("start", ["recorded", "random"])))
        }
        if let name = repeated(sets.map(\.name)) { throw section.problem("sets", "has two sets \"\(name)\"") }
    }

    /// Names of runs and sets: letters, digits, '.', '_' and '-', at most 60, no leading dot.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 60 && name.first != "."
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension Configuration.Experiment {
    mutating func read(_ section: ConfigurationSection) throws {
        try section.allow(["name", "seeds", "rows"])
        name = try section.string("name")
        seeds = try section.ints("seeds")
        if let seeds, seeds.isEmpty || seeds.contains(where: { $0 < 0 }) || repeated(seeds) != nil {
            throw section.problem("seeds", "is not a list of different whole numbers of 0 or more")
        }
        for item in try section.sections("rows") {
            try item.allow(["name", "title", "kind", "set"])
            guard let name = try item.string("name"), Configuration.Evaluate.isName(name) else {
                throw item.problem("name", "is missing or has other signs than letters, digits, '.', '_' and '-'")
            }
            rows.append(
                Configuration.Row(
                    name: name, title: try item.string("title"),
                    kind: try item.choice("kind", Configuration.Row.kinds) ?? "method",
                    set: try item.strings("set") ?? []))
        }
        if let name = repeated(rows.map(\.name)) { throw section.problem("rows", "has two rows \"\(name)\"") }
    }
}

/// The first value that occurs twice.
private func repeated<T: Hashable>(_ values: [T]) -> T? {
    var seen: Set<T> = []
    return values.first { !seen.insert($0).inserted }
}
