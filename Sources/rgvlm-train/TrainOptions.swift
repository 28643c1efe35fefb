import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Ground
internal import Networks
internal import OfflineRL
internal import StageSupport
internal import Tensors

/// What a run can be told on the command line; the rest is in the section `train` of the configuration.
struct TrainOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The run's name (default: from algorithm, preset, reward and seed).", valueName: "name"))
    var run: String?

    @Option(help: ArgumentHelp("iql, ivl, bc, filtered-bc or ra-bc (default: iql).", valueName: "name"))
    var algorithm: String?

    @Option(help: ArgumentHelp("tiny, small, medium or sprint (default: small).", valueName: "name"))
    var preset: String?

    @Option(
        help: ArgumentHelp(
            "What the network sees: patches, or features that rgvlm-train encode has made (default: patches).",
            valueName: "name"))
    var encoder: String?

    @Option(
        help: ArgumentHelp(
            "none; labels; an oracle: noise-free, distance, oracle; min-distance; or a control: zero, random, "
                + "time-index, negated, shuffled (default: labels where there are some, else none).",
            valueName: "source"))
    var reward: String?

    @Option(help: ArgumentHelp("The label run whose scores are used (default: the only one).", valueName: "name"))
    var labels: String?

    @Option(help: ArgumentHelp("Passes over the instructions (default: 20).", valueName: "number"))
    var epochs: Double?

    @Option(help: ArgumentHelp("Updates in all, in place of --epochs.", valueName: "number"))
    var steps: Int?

    @Option(help: ArgumentHelp("Threads (default: one a core).", valueName: "number"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "A file for the figures; the store is then read only, and rgvlm-experiment merge takes the file into it.",
            valueName: "file"))
    var results: String?

    @Flag(
        help: """
            Begin anew where the run was begun with other settings or data, for example before an episode was flagged; \
            what it has learned and its evaluations are deleted (default: an error).
            """)
    var restart = false
}

extension TrainOptions {
    var overrides: [Configuration.Override] {
        [
            .init("--run", "train.run", run), .init("--algorithm", "train.algorithm", algorithm),
            .init("--preset", "train.preset", preset), .init("--encoder", "train.encoder", encoder),
            .init("--reward", "train.reward.source", reward), .init("--labels", "train.reward.labels", labels),
            .init("--epochs", "train.epochs", epochs), .init("--steps", "train.steps", steps),
            .init("--threads", "train.threads", threads),
        ]
    }
}

extension TrainingSettings {
    /// The section `train`, with the rewards it means in a store.
    ///
    /// - Parameters:
    ///   - labelRuns: The names of the dataset's label runs.
    ///   - labelRun: The one that is meant by a name, or by none; with an annotator, one of its runs.
    /// - Throws: ``StageError`` for settings that do not go together, and what `labelRun` throws.
    init(_ configuration: Configuration, labelRuns: [String], labelRun: (String?, String?) throws -> String) throws {
        let train = configuration.train
        self.init(run: "", seed: configuration.seed)
        dataset = train.dataset
        splits = train.splits
        validation = train.validation
        kinds = Set(try train.kinds.map { try $0.named() })
        behaviours = try train.behaviours.map { try Behaviour.named($0) }
        episodes = train.episodes
        algorithm = try train.algorithm.named()
        preset = try train.preset.named()
        encoder = train.encoder.rawValue
        epochs = train.epochs
        steps = train.steps
        batch = train.batch
        window = train.window
        shift = train.shift
        earlyStop = train.earlyStop
        start = train.start?.replacing("{seed}", with: String(seed))
        threads = train.threads
        precision = try train.precision.named()
        logEvery = train.logEvery
        checkpointEvery = train.checkpointEvery
        validateEvery = train.validateEvery
        keep = train.keep
        iql = IQL(train.learning)
        optimizer = AdamW(train.learning)
        isCosine = train.learning.schedule == .cosine
        dropout = train.learning.dropout.map { Float($0) }
        if precision == .bfloat16, !CPUBackend.hasBFloat16 {
            throw StageError(.usage, "train.precision bfloat16: this processor has no such products; use float32")
        }
        reward = try RewardMix(
            train.reward, labelRuns: labelRuns, named: configuration.label.runName, isRead: algorithm.readsScores,
            seed: seed, labelRun: labelRun)
        if !algorithm.readsScores {
            guard train.reward.source == nil else {
                throw StageError(.usage, "--reward: \(algorithm.rawValue) learns from actions alone")
            }
            reward.source = .none
        }
        let rewardName = algorithm.readsScores ? "-\(reward.source == .none ? "sparse" : reward.source.name)" : ""
        run = train.run ?? "\(algorithm.rawValue)-\(preset.rawValue)\(rewardName)-seed\(seed)"
        guard Name.isValid(run) else {
            throw StageError(.usage, "--run \(run): expected letters, digits, -, _ and . (it becomes a folder)")
        }
    }
}

extension IQL {
    init(_ section: Configuration.Learning) {
        self.init()
        discount = Float(section.discount)
        expectile = Float(section.expectile)
        temperature = Float(section.temperature)
        weightLimit = Float(section.weightLimit)
        polyak = Float(section.polyak)
    }
}

extension AdamW {
    init(_ section: Configuration.Learning) {
        self.init()
        learningRate = Float(section.learningRate)
        weightDecay = Float(section.weightDecay)
    }
}

extension RewardMix {
    /// - Parameters:
    ///   - named: The label run that the config's section label makes: meant where nothing else is said.
    ///   - isRead: Whether the algorithm looks at rewards; else none is read unless it is asked for.
    init(
        _ section: Configuration.Reward, labelRuns: [String], named: String?, isRead: Bool, seed: UInt64,
        labelRun: (String?, String?) throws -> String
    ) throws {
        self.init(
            sparseWeight: Float(section.sparse), generatedWeight: Float(section.generated),
            transform: try section.transform.named(), ends: try section.ends.named())
        let asked = section.labels
        func run() throws -> String {
            if asked == nil, let named, !labelRuns.isEmpty, !labelRuns.contains(named) {
                throw StageError(
                    .inputMissing,
                    "the config's section label means the label run \(named), which the store does not have; it has "
                        + "\(labelRuns.joined(separator: ", ")). Run rgvlm-label with the same config, or give --labels"
                )
            }
            if asked == nil, labelRuns.isEmpty {
                throw StageError(
                    .inputMissing, "there are no scores to learn from; run rgvlm-label, or give --reward none")
            }
            return try labelRun(asked ?? named, nil)
        }
        let hasLabels = !labelRuns.isEmpty || asked != nil
        let kind = section.source ?? (hasLabels && (isRead || asked != nil) ? .labels : .none)
        source =
            switch kind {
            case .none: .none
            case .labels: .labels(run: try run())
            case .noiseFree: .noiseFree(run: try labelRun(asked, LabelRun.noiseFree))
            case .distance: .distance(run: try labelRun(asked, LabelRun.distance))
            case .oracle: .oracle
            case .minimumDistance: .minimumDistance
            case .zero: .zero
            case .random: .random(seed: seed)
            case .timeIndex: .timeIndex
            case .negated: .negated(run: try run())
            case .shuffled: .shuffled(run: try run(), seed: seed)
            }
        if source.labelRun == nil, asked != nil {
            throw StageError(.usage, "--labels: the reward \(kind.rawValue) uses none")
        }
    }
}
