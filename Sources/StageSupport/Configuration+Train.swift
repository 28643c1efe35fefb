extension Configuration {
    /// The section `train`. What is nil has the default that `rgvlm-train run --help` and README.md name.
    package struct Train: Sendable, Equatable {
        package var run: String?
        package var dataset: String?
        package var splits: [String]?
        package var validation: [String]?
        package var kinds: [String]?
        package var episodes: Int?
        package var algorithm: String?
        package var preset: String?
        package var encoder: String?
        package var epochs: Double?
        package var steps: Int?
        package var batch: Int?
        package var threads: Int?
        package var precision: String?
        package var logEvery: Int?
        package var checkpointEvery: Int?
        package var validateEvery: Int?
        package var keep: Int?
        package var reward = Reward()
        package var learning = Learning()
    }

    /// The section `train.reward`.
    package struct Reward: Sendable, Equatable {
        package var source: String?
        package var labels: String?
        package var sparse: Double?
        package var generated: Double?
        package var transform: String?
    }

    /// The section `train.learning`.
    package struct Learning: Sendable, Equatable {
        package var discount: Double?
        package var expectile: Double?
        package var temperature: Double?
        package var weightLimit: Double?
        package var polyak: Double?
        package var learningRate: Double?
        package var schedule: String?
        package var weightDecay: Double?
        package var dropout: Double?
    }
}

extension Configuration.Train {
    mutating func read(_ section: ConfigurationSection) throws {
        try section.allow([
            "run", "dataset", "splits", "validation", "kinds", "episodes", "algorithm", "preset", "encoder", "epochs",
            "steps", "batch", "threads", "precision", "log_every", "checkpoint_every", "validate_every", "keep",
            "reward",
            "learning",
        ])
        run = try section.string("run")
        dataset = try section.string("dataset")
        splits = try section.strings("splits")
        validation = try section.strings("validation")
        kinds = try section.strings("kinds")
        episodes = try section.int("episodes")
        algorithm = try section.choice("algorithm", ["iql", "bc", "filtered-bc"])
        preset = try section.choice("preset", ["small", "medium", "sprint"])
        encoder = try section.choice("encoder", ["patches", "resnet18", "featConv", "segmentation"])
        epochs = try section.double("epochs")
        steps = try section.int("steps")
        batch = try section.int("batch")
        threads = try section.int("threads")
        precision = try section.choice("precision", ["float32", "bfloat16"])
        logEvery = try section.int("log_every")
        checkpointEvery = try section.int("checkpoint_every")
        validateEvery = try section.int("validate_every")
        keep = try section.int("keep")
        if let section = try section.section("reward") { try readReward(section) }
        if let section = try section.section("learning") { try readLearning(section) }
    }

    private mutating func readReward(_ section: ConfigurationSection) throws {
        try section.allow(["source", "labels", "sparse", "generated", "transform"])
        reward.source = try section.choice(
            "source", ["none", "labels", "oracle", "zero", "random", "time-index", "negated", "shuffled"])
        reward.labels = try section.string("labels")
        reward.sparse = try section.double("sparse")
        reward.generated = try section.double("generated")
        reward.transform = try section.choice("transform", ["scaled", "centered", "delta"])
    }

    private mutating func readLearning(_ section: ConfigurationSection) throws {
        try section.allow([
            "discount", "expectile", "temperature", "weight_limit", "polyak", "learning_rate", "schedule",
            "weight_decay", "dropout",
        ])
        learning.discount = try section.double("discount")
        learning.expectile = try section.double("expectile")
        learning.temperature = try section.double("temperature")
        learning.weightLimit = try section.double("weight_limit")
        learning.polyak = try section.double("polyak")
        learning.learningRate = try section.double("learning_rate")
        learning.schedule = try section.choice("schedule", ["constant", "cosine"])
        learning.weightDecay = try section.double("weight_decay")
        learning.dropout = try section.double("dropout")
    }
}
