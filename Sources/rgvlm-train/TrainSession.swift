internal import Episodes
internal import Exchange
internal import ExperimentStore
internal import Features
internal import Foundation
internal import Frames
internal import Networks
internal import OfflineRL
internal import StageSupport
internal import Tensors

/// A run with its data and its learner, ready to go on from where it was.
final class TrainSession {
    let settings: TrainSettings
    let storePath: String
    let training: TrainingSet
    let validation: [(split: String, set: TrainingSet)]
    let learner: Learner
    let sampler: WindowSampler
    let plan: TrainingPlan
    let folder: RunFolder
    private(set) var checkpoint: Checkpoint?
    private(set) var notes: [String]
    /// Whether the run was begun as something else, which is to be forgotten.
    private(set) var beginsAnew = false
    let backend: CPUBackend
    private let dataSHA256: String

    init(_ options: TrainOptions, _ configuration: Configuration) throws {
        storePath = try configuration.existingStore()
        let store = try ExperimentStore.forStage(storePath, access: .read)
        let labelRuns = try translatingErrors { try store.read { try LabelRun.all($0).map(\.name) } }
        settings = try TrainSettings(options, configuration, labelRuns: labelRuns)
        folder = try translatingTraining { [settings, storePath] in
            try RunFolder(RunFolder.path(store: storePath, run: settings.run))
        }
        let (checkpoint, problems) = try translatingTraining { [folder] in try RunFolder.latest(folder.path) }
        self.checkpoint = checkpoint
        notes = problems.map { "\($0); going on from an earlier checkpoint" }
        training = try Self.load(store, settings, settings.splits, vocabulary: nil)
        validation = try Self.validationSets(store, settings, training)
        backend = CPUBackend(threadCount: settings.threads, precision: settings.precision)
        if settings.precision == .bfloat16, !CPUBackend.hasBFloat16 {
            throw StageError(.usage, "train.precision bfloat16: this processor has no such products; use float32")
        }
        var shape = NetworkShape(
            settings.preset, features: training.format, vocabularySize: training.vocabulary.count)
        if let dropout = settings.dropout { shape.dropout = dropout }
        sampler = WindowSampler(training, batchSize: settings.batch, order: .shuffled(seed: settings.seed))
        dataSHA256 = training.fingerprint
        let steps = settings.steps ?? max(1, Int((settings.epochs * Double(sampler.batchesPerEpoch)).rounded(.up)))
        plan = TrainingPlan(
            steps: steps, logEvery: settings.logEvery, checkpointEvery: settings.checkpointEvery ?? 500,
            validateEvery: settings.validateEvery ?? sampler.batchesPerEpoch, keep: settings.keep)
        var optimizer = settings.optimizer
        if settings.isCosine { optimizer.cosineSteps = steps }
        learner = Learner(
            settings.algorithm, shape, iql: settings.iql, optimizer: optimizer, seed: settings.seed,
            backend: backend, usesHalves: settings.precision == .bfloat16)
        if let checkpoint {
            if let difference = Self.difference(
                checkpoint, from: description(step: 0, waiting: [], sums: FigureSums()))
            {
                guard options.restart else {
                    throw StageError(
                        .badInput,
                        "\(checkpoint.path): this run was begun with \(difference); use the same settings, another --run for a new one, or --restart to begin this one anew"
                    )
                }
                notes = ["this run was begun with \(difference); it begins anew"]
                self.checkpoint = nil
                beginsAnew = true
            } else {
                try translatingTraining { [learner] in try checkpoint.load(into: learner) }
            }
        }
        try translatingErrors { try store.close() }
    }

    private static func load(
        _ store: ExperimentStore, _ settings: TrainSettings, _ splits: [String], vocabulary: Vocabulary?
    ) throws -> TrainingSet {
        var options = TrainingSet.Options(
            dataset: settings.dataset, splits: splits, kinds: settings.kinds, reward: settings.reward,
            gamma: settings.iql.discount, fulfilledOnly: settings.algorithm == .filteredBC && vocabulary == nil)
        // The same episodes where a run is validated on what it learned from.
        let isTraining = vocabulary == nil || splits.allSatisfy(settings.splits.contains)
        options.episodeLimit = isTraining ? settings.episodes : nil
        return try translatingTraining {
            var features: FrameStore?
            if settings.encoder != "patches" {
                features = try self.features(store, settings)
            }
            let set = try TrainingSet(store, options, vocabulary: vocabulary, frames: features)
            if vocabulary == nil, let run = settings.reward.source.labelRun, set.counts.unscored >= set.counts.steps {
                throw StageError(
                    .inputMissing,
                    "label run \(run) has scored none of the \(set.counts.steps.grouped) steps to learn from; rgvlm-label status says why"
                )
            }
            return set
        }
    }

    private static func features(_ store: ExperimentStore, _ settings: TrainSettings) throws -> FrameStore {
        let names = try store.read { try DatasetRow.all($0).map(\.name) }
        guard let dataset = settings.dataset ?? names.first, let encoder = FeatureEncoder(rawValue: settings.encoder)
        else { throw StageError(.inputMissing, "the store holds no dataset") }
        let path = store.featureStorePath(dataset: dataset, encoder: encoder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw StageError(
                .inputMissing,
                "\(path): there are no such features; make them with rgvlm-train encode --encoder \(settings.encoder)")
        }
        return try FrameStore(path)
    }

    private static func validationSets(
        _ store: ExperimentStore, _ settings: TrainSettings, _ training: TrainingSet
    ) throws -> [(split: String, set: TrainingSet)] {
        let present = try translatingErrors { try store.read { try DatasetSummary.splitNames($0) } }
        let splits = settings.validation ?? ["valid_seen", "valid_unseen"].filter(present.contains)
        return try splits.compactMap { split in
            do {
                return (split, try load(store, settings, [split], vocabulary: training.vocabulary))
            } catch let error as StageError where settings.validation == nil && error.exit == .inputMissing {
                return nil
            }
        }
    }

    func description(
        step: Int, waiting: [CheckpointDescription.Figure], sums: FigureSums
    ) -> CheckpointDescription {
        CheckpointDescription(
            step: step, seed: settings.seed, algorithm: settings.algorithm,
            network: CheckpointDescription.Network(learner.shape), iql: settings.iql, optimizer: learner.optimizer,
            precision: settings.precision.rawValue, batchSize: settings.batch, vocabulary: training.vocabulary,
            dataSHA256: dataSHA256, reward: settings.reward, encoder: settings.encoder, unrecorded: waiting, sums: sums)
    }

    /// What a run was begun with that it would not go on with; nil where it can go on.
    private static func difference(_ checkpoint: Checkpoint, from own: CheckpointDescription) -> String? {
        let saved = checkpoint.description
        func check(_ what: String, _ isSame: Bool, _ was: String, _ isNow: String) -> String? {
            isSame ? nil : "\(what) \(was), not \(isNow)"
        }
        let checks = [
            check("the algorithm", saved.algorithm == own.algorithm, saved.algorithm.rawValue, own.algorithm.rawValue),
            check("the preset", saved.network.preset == own.network.preset, saved.network.preset, own.network.preset),
            check("the encoder", saved.encoder == own.encoder, saved.encoder, own.encoder),
            check(
                "a vocabulary of", saved.vocabulary == own.vocabulary, "\(saved.vocabulary.count) words",
                "\(own.vocabulary.count)" + (saved.vocabulary.count == own.vocabulary.count ? " others" : "")),
            check("networks of", saved.network == own.network, "\(saved.network)", "\(own.network)"),
            check("the seed", saved.seed == own.seed, "\(saved.seed)", "\(own.seed)"),
            check("batches of", saved.batchSize == own.batchSize, "\(saved.batchSize)", "\(own.batchSize)"),
            check("the precision", saved.precision == own.precision, saved.precision, own.precision),
            check("the settings", saved.iql == own.iql, "\(saved.iql)", "\(own.iql)"),
            check("the optimiser", saved.optimizer == own.optimizer, "\(saved.optimizer)", "\(own.optimizer)"),
            check("the reward", saved.reward == own.reward, "\(saved.reward)", "\(own.reward)"),
            check(
                "other data: the instructions, scores or frames of", saved.dataSHA256 == own.dataSHA256,
                String(saved.dataSHA256.prefix(12)), String(own.dataSHA256.prefix(12))),
        ]
        return checks.lazy.compactMap { $0 }.first
    }

    var identity: TrainRun.Identity {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func json(_ value: some Encodable) -> String {
            (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
        var config = description(step: 0, waiting: [], sums: FigureSums())
        config.vocabulary = Vocabulary(texts: [])
        return TrainRun.Identity(
            name: settings.run, datasetID: training.datasetID, algorithm: settings.algorithm.rawValue,
            preset: settings.preset.rawValue, encoder: settings.encoder, seed: Int64(bitPattern: settings.seed),
            config: json(config), reward: settings.reward, labelRunID: training.labelRunID,
            parameters: learner.policyParameters.layout.parameterCount
                + (learner.criticParameters?.layout.parameterCount ?? 0),
            vocabularySHA256: training.vocabulary.sha256)
    }
}

/// Turns errors of the training library into ``StageError``.
func translatingTraining<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as StageError {
        throw error
    } catch let error as StoreError {
        throw StageError(error)
    } catch let error as TrainingDataError {
        throw StageError(.inputMissing, error.description)
    } catch let error as FrameStoreError {
        throw StageError(error.code == .unwritable ? .cannotWrite : .inputMissing, error.description)
    } catch let error as CheckpointError {
        throw StageError(error.code == .unwritable ? .cannotWrite : .badInput, error.description)
    } catch let error as ExchangeError {
        throw StageError(error.code == .unwritable ? .cannotWrite : .badInput, error.description)
    }
}
