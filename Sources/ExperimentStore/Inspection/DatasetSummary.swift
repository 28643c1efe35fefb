package import GRDB

/// Counts over one dataset, split by split.
package struct DatasetSummary: Sendable, Equatable, Encodable {
    /// How long something is, in steps.
    package struct Lengths: Sendable, Equatable, Encodable {
        /// The sum over the number.
        package var mean: Double
        /// The middle one, or the mean of the two in the middle.
        package var median: Double
        /// Nine of ten are at most so long.
        package var p90: Int
        /// The shortest.
        package var min: Int
        /// The longest.
        package var max: Int

        /// Nil for no values.
        init?(_ values: [Int]) {
            let sorted = values.sorted()
            guard let first = sorted.first, let last = sorted.last else { return nil }
            mean = Double(sorted.reduce(0, +)) / Double(sorted.count)
            let middle = sorted.count / 2
            median =
                sorted.count.isMultiple(of: 2)
                ? Double(sorted[middle - 1] + sorted[middle]) / 2 : Double(sorted[middle])
            // Nearest rank.
            p90 = sorted[(sorted.count * 9 + 9) / 10 - 1]
            min = first
            max = last
        }
    }

    /// Where the pictures of observations come from.
    package struct Frames: Sendable, Equatable, Encodable {
        /// All, with a picture or without.
        package var observations = 0
        /// Read from a picture file.
        package var present = 0
        /// Without a picture file.
        package var missing = 0
        /// With a picture file that could not be read.
        package var unreadable = 0
        /// Drawn by the simulator.
        package var rendered = 0
        /// Observations with a row in a feature file.
        package var withFeatures = 0
    }

    /// The counts of one split.
    package struct Split: Sendable, Equatable, Encodable {
        /// As in `train`.
        package var name: String
        /// How many there are.
        package var episodes = 0
        /// Floor plans they were recorded in.
        package var scenes = 0
        /// Annotations the splits file lists.
        package var samples = 0
        /// All of the recordings.
        package var annotations = 0
        /// Annotations whose sentences do not fit the sub-goals; they yield the task instruction only.
        package var misalignedAnnotations = 0
        /// Primitives that cover two sub-tasks because their annotator wrote one sentence for both.
        package var sharedPrimitives = 0
        /// Steps of all episodes.
        package var transitions = 0
        /// Entries of the recordings' image lists.
        package var images = 0
        /// Episodes by type of task.
        package var episodesByTaskType: [String: Int] = [:]
        /// Transitions by the action's name.
        package var transitionsByAction: [String: Int] = [:]
        /// Sub-goals as recorded, navigation included.
        package var subgoals: [String: Int] = [:]
        /// Sub-tasks: navigation merged into what follows.
        package var subtasks: [String: Int] = [:]
        /// Instructions by kind.
        package var instructions: [String: Int] = [:]
        /// Nil without episodes that have steps.
        package var stepsPerEpisode: Lengths?
        /// Nil without primitives.
        package var stepsPerPrimitive: Lengths?
        /// Where the pictures come from.
        package var frames = Frames()

        init(name: String) { self.name = name }
    }

    /// The dataset's name, and its folder.
    package var dataset: String
    /// The folder that paths are relative to.
    package var root: String
    /// In the order in which they were read.
    package var splits: [Split]

    /// The names of all splits of the store, in the order they were read.
    package static func splitNames(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT split FROM episodes GROUP BY split ORDER BY min(id)")
    }

    /// Summaries of all datasets of the store.
    package static func all(_ db: Database) throws -> [DatasetSummary] {
        try DatasetRow.all(db).map { dataset in
            let names = try String.fetchAll(
                db, sql: "SELECT split FROM episodes WHERE dataset_id = :id GROUP BY split ORDER BY min(id)",
                arguments: ["id": dataset.id])
            return DatasetSummary(
                dataset: dataset.name, root: dataset.root,
                splits: try names.map { try Split($0, dataset: dataset.id, db) })
        }
    }
}

extension DatasetSummary.Split {
    fileprivate init(_ name: String, dataset: Int64, _ db: Database) throws {
        self.init(name: name)
        let arguments: StatementArguments = ["dataset": dataset, "split": name]
        let condition = "WHERE e.dataset_id = :dataset AND e.split = :split"
        func number(_ expression: String, _ from: String) throws -> Int {
            try Int.fetchOne(db, sql: "SELECT \(expression) FROM \(from) \(condition)", arguments: arguments) ?? 0
        }
        func histogram(_ key: String, _ from: String) throws -> [String: Int] {
            try NameCount.all(
                db,
                sql: """
                    SELECT coalesce(\(key), '(none)') AS name, count(*) AS count FROM \(from) \(condition) GROUP BY 1
                    """, arguments: arguments)
        }
        func lengths(_ length: String, _ from: String, _ further: String) throws -> DatasetSummary.Lengths? {
            .init(
                try Int.fetchAll(
                    db, sql: "SELECT \(length) FROM \(from) \(condition) AND \(further)", arguments: arguments))
        }
        let annotated = "episodes e JOIN annotations a ON a.episode_id = e.id"
        let framed = "episodes e JOIN frames f ON f.episode_id = e.id"
        episodes = try number("count(*)", "episodes e")
        scenes = try number("count(DISTINCT e.scene_id)", "episodes e")
        annotations = try number("count(*)", annotated)
        samples = try number("coalesce(sum(a.in_split), 0)", annotated)
        misalignedAnnotations = try number("coalesce(sum(a.aligned = 0), 0)", annotated)
        transitions = try number("coalesce(sum(e.step_count), 0)", "episodes e")
        images = try number("coalesce(sum(e.image_count), 0)", "episodes e")
        episodesByTaskType = try histogram("e.task_type", "episodes e")
        transitionsByAction = try histogram(
            "a.name", "episodes e JOIN transitions t ON t.episode_id = e.id JOIN actions a ON a.id = t.action")
        sharedPrimitives = try number(
            "count(*)",
            "episodes e JOIN instructions i ON i.episode_id = e.id AND i.kind = 'primitive' AND i.subtask_count > 1")
        subgoals = try histogram("s.kind", "episodes e JOIN subgoals s ON s.episode_id = e.id")
        subtasks = try histogram("s.kind", "episodes e JOIN subtasks s ON s.episode_id = e.id")
        instructions = try histogram("i.kind", "episodes e JOIN instructions i ON i.episode_id = e.id")
        stepsPerEpisode = try lengths("e.step_count", "episodes e", "e.step_count > 0")
        stepsPerPrimitive = try lengths(
            "i.step_count", "episodes e JOIN instructions i ON i.episode_id = e.id", "i.kind = 'primitive'")
        let statuses = try histogram("f.status", framed)
        frames.present = statuses["present"] ?? 0
        frames.missing = statuses["missing"] ?? 0
        frames.unreadable = statuses["unreadable"] ?? 0
        frames.rendered = statuses["rendered"] ?? 0
        frames.observations = statuses.values.reduce(0, +)
        frames.withFeatures = try number("count(f.feature_row)", framed)
    }
}
