import ArgumentParser
internal import Episodes
internal import Networks
internal import OfflineRL
internal import StageSupport
internal import Tensors

/// What a run can be told on the command line; the rest is in the section `train` of the configuration.
struct TrainOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The run's name (default: from algorithm, preset, reward and seed).", valueName: "name"))
    var run: String?

    @Option(help: ArgumentHelp("iql, bc or filtered-bc (default: iql).", valueName: "name"))
    var algorithm: String?

    @Option(help: ArgumentHelp("small, medium or sprint (default: small).", valueName: "name"))
    var preset: String?

    @Option(
        help: ArgumentHelp(
            "What the network sees: patches, or features that rgvlm-train encode has made (default: patches).",
            valueName: "name"))
    var encoder: String?

    @Option(
        help: ArgumentHelp(
            "none, labels, oracle, or a control: zero, random, time-index, negated, shuffled (default: labels where there are some, else none).",
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

    @Flag(
        help: """
            Begin anew where the run was begun with other settings or data, for example before an episode was flagged; what it \
            has learned and its evaluations are deleted (default: an error).
            """)
    var restart = false
}

/// Everything a run is made from, checked.
struct TrainSettings {
    var run: String
    var dataset: String?
    var splits: [String]
    /// Nil: those of valid_seen and valid_unseen that are there.
    var validation: [String]?
    var kinds: Set<Instruction.Kind>
    var episodes: Int?
    var algorithm: Algorithm
    var preset: NetworkShape.Preset
    var encoder: String
    var epochs: Double
    var steps: Int?
    var batch: Int
    var threads: Int?
    var precision: CPUBackend.Precision
    var logEvery: Int
    var checkpointEvery: Int?
    var validateEvery: Int?
    var keep: Int
    var reward: RewardMix
    var iql: IQL
    var optimizer: AdamW
    /// Whether the learning rate falls to 0 over the run.
    var isCosine: Bool
    var dropout: Float?
    var seed: UInt64

    /// - Parameter labelRuns: The names of the store's label runs.
    /// - Throws: ``StageError`` for settings that make no sense.
    init(_ options: TrainOptions, _ configuration: Configuration, labelRuns: [String]) throws {
        let train = configuration.train
        seed = configuration.seed
        dataset = train.dataset
        splits = train.splits ?? ["train"]
        validation = train.validation
        kinds = try Self.kinds(train.kinds ?? ["primitive"])
        episodes = try Self.positive(train.episodes, "train.episodes")
        algorithm = try Self.choice(options.algorithm ?? train.algorithm ?? "iql", "--algorithm")
        preset = try Self.choice(options.preset ?? train.preset ?? "small", "--preset")
        encoder = options.encoder ?? train.encoder ?? "patches"
        guard ["patches", "resnet18", "featConv", "segmentation"].contains(encoder) else {
            throw StageError(
                .usage, "--encoder \(encoder): expected one of patches, resnet18, featConv, segmentation")
        }
        epochs = options.epochs ?? train.epochs ?? 20
        guard epochs > 0, epochs <= 1e6 else { throw StageError(.usage, "--epochs \(epochs): expected more than 0") }
        steps = try Self.positive(options.steps ?? train.steps, "--steps")
        batch = try Self.positive(train.batch, "train.batch") ?? 64
        guard batch <= 4096 else { throw StageError(.usage, "train.batch \(batch): expected 1 to 4096") }
        threads = try Self.positive(options.threads ?? train.threads, "--threads")
        guard (threads ?? 1) <= 1024 else { throw StageError(.usage, "--threads \(threads ?? 0): expected 1 to 1024") }
        precision = try Self.choice(train.precision ?? "float32", "train.precision")
        logEvery = try Self.positive(train.logEvery, "train.log_every") ?? 50
        checkpointEvery = try Self.positive(train.checkpointEvery, "train.checkpoint_every")
        validateEvery = try Self.positive(train.validateEvery, "train.validate_every")
        keep = try Self.positive(train.keep, "train.keep") ?? 2
        iql = try Self.iql(train.learning)
        optimizer = AdamW()
        optimizer.learningRate = try Self.within(train.learning.learningRate, 0...1, "learning_rate") ?? 1e-4
        isCosine = train.learning.schedule == "cosine"
        optimizer.weightDecay = try Self.within(train.learning.weightDecay, 0...1, "weight_decay") ?? 0.1
        dropout = try Self.within(train.learning.dropout, 0...0.9, "dropout")
        reward = try Self.reward(
            options, train.reward, labelRuns: labelRuns, named: configuration.label.runName,
            isRead: algorithm.hasCritic, seed: seed)
        if algorithm != .iql, options.reward != nil || train.reward.source != nil {
            throw StageError(.usage, "--reward: \(algorithm.rawValue) learns from actions alone")
        }
        if algorithm != .iql { reward.source = .none }
        let rewardName = algorithm == .iql ? "-\(reward.source == .none ? "sparse" : reward.source.name)" : ""
        run = options.run ?? train.run ?? "\(algorithm.rawValue)-\(preset.rawValue)\(rewardName)-seed\(seed)"
        guard RunFolder.isName(run) else {
            throw StageError(.usage, "--run \(run): expected letters, digits, -, _ and . (it becomes a folder)")
        }
    }

    private static func choice<T: RawRepresentable & CaseIterable>(_ text: String, _ option: String) throws -> T
    where T.RawValue == String {
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw StageError(.usage, "\(option) \(text): expected one of \(known)")
        }
        return value
    }

    private static func positive(_ value: Int?, _ name: String) throws -> Int? {
        guard let value else { return nil }
        guard value > 0 else { throw StageError(.usage, "\(name) \(value): expected more than 0") }
        return value
    }

    private static func within(
        _ value: Double?, _ range: ClosedRange<Double>, _ name: String, section: String = "learning"
    ) throws -> Float? {
        guard let value else { return nil }
        guard range.contains(value) else {
            throw StageError(
                .usage, "train.\(section).\(name) \(value): expected \(range.lowerBound) to \(range.upperBound)")
        }
        return Float(value)
    }

    private static func kinds(_ names: [String]) throws -> Set<Instruction.Kind> {
        Set(
            try names.map { name in
                guard let kind = Instruction.Kind(rawValue: name) else {
                    let known = Instruction.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    throw StageError(.usage, "train.kinds \(name): expected some of \(known)")
                }
                return kind
            })
    }

    private static func iql(_ learning: Configuration.Learning) throws -> IQL {
        var iql = IQL()
        iql.discount = try within(learning.discount, 0...1, "discount") ?? iql.discount
        iql.expectile = try within(learning.expectile, 0.0001...0.9999, "expectile") ?? iql.expectile
        iql.temperature = try within(learning.temperature, 0...1000, "temperature") ?? iql.temperature
        iql.weightLimit = try within(learning.weightLimit, 1...1e6, "weight_limit") ?? iql.weightLimit
        iql.polyak = try within(learning.polyak, 0...1, "polyak") ?? iql.polyak
        return iql
    }

    /// - Parameters:
    ///   - named: The label run that the config's section label makes: meant where nothing else is said.
    ///   - isRead: Whether the algorithm looks at rewards; else none is read unless it is asked for.
    private static func reward(
        _ options: TrainOptions, _ section: Configuration.Reward, labelRuns: [String], named: String?, isRead: Bool,
        seed: UInt64
    ) throws -> RewardMix {
        let asked = options.labels ?? section.labels
        func run() throws -> String {
            if let asked {
                guard labelRuns.contains(asked) else {
                    throw StageError(
                        .inputMissing,
                        "--labels \(asked): the store has "
                            + (labelRuns.isEmpty ? "no label runs" : labelRuns.joined(separator: ", ")))
                }
                return asked
            }
            if let named, !labelRuns.isEmpty {
                guard labelRuns.contains(named) else {
                    throw StageError(
                        .inputMissing,
                        "the config's section label means the label run \(named), which the store does not have; it has \(labelRuns.joined(separator: ", ")). Run rgvlm-label with the same config, or give --labels"
                    )
                }
                return named
            }
            guard let only = labelRuns.first, labelRuns.count == 1 else {
                throw StageError(
                    labelRuns.isEmpty ? .inputMissing : .usage,
                    labelRuns.isEmpty
                        ? "there are no scores to learn from; run rgvlm-label, or give --reward none"
                        : "the store has several label runs; give --labels, one of \(labelRuns.joined(separator: ", "))"
                )
            }
            return only
        }
        var mix = RewardMix()
        mix.sparseWeight = try within(section.sparse, -1e30...1e30, "sparse", section: "reward") ?? 1
        mix.generatedWeight = try within(section.generated, -1e30...1e30, "generated", section: "reward") ?? 1
        mix.transform = try choice(section.transform ?? "scaled", "train.reward.transform")
        let hasLabels = !labelRuns.isEmpty || asked != nil
        let source = options.reward ?? section.source ?? (hasLabels && (isRead || asked != nil) ? "labels" : "none")
        switch source {
        case "none": mix.source = .none
        case "labels": mix.source = .labels(run: try run())
        case "oracle": mix.source = .oracle
        case "zero": mix.source = .zero
        case "random": mix.source = .random(seed: seed)
        case "time-index": mix.source = .timeIndex
        case "negated": mix.source = .negated(run: try run())
        case "shuffled": mix.source = .shuffled(run: try run(), seed: seed)
        default:
            throw StageError(
                .usage,
                "--reward \(source): expected none, labels, oracle, zero, random, time-index, negated or shuffled")
        }
        if mix.source.labelRun == nil, asked != nil {
            throw StageError(.usage, "--labels: the reward \(source) uses none")
        }
        return mix
    }
}
