internal import Episodes
package import ExperimentStore
internal import Foundation
internal import Frames
internal import Ground
internal import Networks
package import Tensors

/// A training run with its data and its learner, ready to go on from where it was.
///
/// Stopped at any moment, even by a crash, and made again with the same settings, it ends with the same bytes and
/// figures as one that was left alone.
package final class TrainingSession {
    package let settings: TrainingSettings
    package let storePath: String
    /// The store that gets figures: the same, or a file of results.
    package let resultsPath: String
    package let training: TrainingSet
    package let learner: Learner
    package let sampler: WindowSampler
    package let plan: TrainingPlan
    package let backend: CPUBackend
    /// The checkpoint it goes on from; nil for a run that begins.
    package private(set) var checkpoint: Checkpoint?
    /// What the user should know: checkpoints that are damaged, a run that begins anew.
    package private(set) var notes: [String]
    let folder: RunFolder
    private let validation: [(split: String, set: TrainingSet)]
    /// Whether the run was begun as something else, which is to be forgotten.
    private var beginsAnew = false
    private let dataSHA256: String
    /// The run whose policy this one began with.
    private var start: LearningSettings.Start?

    /// Loads the data, makes the learner, and takes the run's lock.
    ///
    /// - Parameters:
    ///   - path: The store's.
    ///   - results: A file of the run's own for what it finds out; the store is then read only.
    ///   - restart: Whether a run that was begun with other settings or data begins anew rather than being an error.
    /// - Throws: ``TrainingDataError``, ``CheckpointError``, `StoreError`, `FrameStoreError`.
    package init(
        _ settings: TrainingSettings, store path: String, results: String? = nil, restart: Bool = false
    ) throws {
        self.settings = settings
        storePath = path
        resultsPath = results ?? path
        let store = try ExperimentStore(path, access: results == nil ? .read : .frozen)
        folder = try RunFolder(RunFolder.path(store: path, run: settings.run))
        let (checkpoint, problems) = try RunFolder.latest(folder.path)
        self.checkpoint = checkpoint
        notes = problems.map { "\($0); going on from an earlier checkpoint" }
        training = try Self.load(store, settings, settings.splits, vocabulary: nil)
        validation = try Self.validationSets(store, settings, training)
        backend = CPUBackend(threadCount: settings.threads, precision: settings.precision)
        var shape = NetworkShape(
            settings.preset, features: training.format, vocabularySize: training.vocabulary.count)
        if let dropout = settings.dropout { shape.dropout = dropout }
        if settings.shift > 0, training.format != .patches {
            throw TrainingDataError(
                .shift,
                "train.shift \(settings.shift): the features of \(settings.encoder) cannot be moved by pixels; only "
                    + "pictures (train.encoder: patches) can")
        }
        sampler = WindowSampler(
            training, batchSize: settings.batch, window: settings.window, shift: settings.shift,
            order: .shuffled(seed: settings.seed))
        dataSHA256 = training.fingerprint
        notes += training.shortcomings(settings)
        let steps = settings.steps ?? max(1, Int((settings.epochs * Double(sampler.batchesPerEpoch)).rounded(.up)))
        plan = TrainingPlan(
            steps: steps, logEvery: settings.logEvery, checkpointEvery: settings.checkpointEvery,
            validateEvery: settings.validateEvery ?? sampler.batchesPerEpoch, keep: settings.keep,
            patience: settings.earlyStop)
        if settings.earlyStop != nil, validation.isEmpty {
            throw TrainingDataError(
                .empty,
                "train.early_stop: there is nothing to validate on; name splits that are there with train.validation")
        }
        var optimizer = settings.optimizer
        if settings.isCosine { optimizer.cosineSteps = steps }
        learner = Learner(
            settings.algorithm, shape, iql: settings.iql, optimizer: optimizer, seed: settings.seed,
            backend: backend, usesHalves: settings.precision == .bfloat16)
        // A run that is under way does not need the one it began with any more.
        var policyStart: PolicyStart?
        if let name = settings.start, name != checkpoint?.description.settings.start?.run {
            policyStart = try PolicyStart(name, datasetID: training.datasetID, in: store)
        }
        start = policyStart?.start ?? (settings.start == nil ? nil : checkpoint?.description.settings.start)
        if let checkpoint {
            let own = description(step: 0, waiting: [], sums: FigureSums())
            if let difference = checkpoint.description.difference(from: own) {
                guard restart else {
                    throw CheckpointError(
                        .mismatch,
                        "this run was begun with \(difference); use the same settings, another --run for a new one, "
                            + "or --restart to begin this one anew",
                        path: checkpoint.path)
                }
                notes = ["this run was begun with \(difference); it begins anew"] + training.shortcomings(settings)
                self.checkpoint = nil
                beginsAnew = true
                if let name = settings.start, policyStart == nil {
                    policyStart = try PolicyStart(name, datasetID: training.datasetID, in: store)
                    start = policyStart?.start
                }
            } else {
                try checkpoint.load(into: learner)
            }
        }
        if self.checkpoint == nil, let policyStart {
            try policyStart.load(into: learner, of: description(step: 0, waiting: [], sums: FigureSums()))
        }
        if let results { try ExperimentStore.prepareResults(results, beside: store, trainings: [settings.run]) }
        try store.close()
    }

    /// How a call of ``train(onEvent:shouldStop:)`` went.
    package struct Report: Sendable {
        /// False when it was stopped before the plan's end.
        package var isDone: Bool
        /// Updates in all, and those of this call.
        package var step: Int
        package var updates: Int
        package var seconds: Double
        /// Seconds that the learner waited for batches.
        package var waitedForBatches: Double
        /// The latest checkpoint's folder; empty for none.
        package var checkpoint: String
        /// The folder of the best one by its validations, where they may end the run.
        package var best: String?
        /// False where another stage kept the store: the last figures wait in the checkpoint for the next call.
        package var isStored: Bool
    }

    /// Trains to the plan's end.
    ///
    /// - Parameters:
    ///   - onEvent: Called on this thread; what it throws ends the session there, as a crash would.
    ///   - shouldStop: Asked after each update.
    /// - Throws: ``DivergenceError`` that names the batch it left; ``CheckpointError``, `StoreError` and
    ///   `ExchangeError`.
    package func train(
        onEvent: @escaping (TrainingEvent) throws -> Void = { _ in }, shouldStop: @escaping () -> Bool = { false }
    ) throws -> Report {
        let loop = TrainingLoop(
            learner, plan,
            validation: validation.map { split, set in
                (split, WindowSampler(set, batchSize: settings.batch, window: settings.window, order: .once))
            },
            guess: training.mostFrequent, sums: checkpoint?.description.sums ?? FigureSums(),
            earlyStop: checkpoint?.description.earlyStop)
        if beginsAnew { try folder.clear() }
        let journal = try TrainingJournal(
            self, progress: { (loop.sums, loop.earlyStop) }, onEvent: onEvent, shouldStop: shouldStop)
        try journal.rollback()
        let prefetcher = Prefetcher(sampler, from: learner.step)
        defer { prefetcher.stop() }
        var batch = sampler.makeBatch()
        let (start, first) = (ContinuousClock.now, learner.step)
        let outcome: TrainingLoop.Outcome
        do {
            outcome = try loop.run(
                &batch, next: { batch, number in prefetcher.next(&batch) == number }, observer: journal)
        } catch var error as DivergenceError {
            error.run = settings.run
            error.batch = try FailedBatch.save(batch, to: folder.path)
            try journal.write(.failed, patience: .seconds(60), message: error.message)
            throw error
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let isStored = try journal.write(
            outcome == .done ? .done : .running, patience: shouldStop() ? .seconds(2) : .seconds(600),
            message: outcome == .done ? stopText(loop.earlyStop) : nil)
        return Report(
            isDone: outcome == .done, step: learner.step, updates: learner.step - first, seconds: seconds,
            waitedForBatches: Double(prefetcher.waitedNanoseconds) / 1e9,
            checkpoint: journal.lastCheckpoint ?? checkpoint?.path ?? "",
            best: loop.earlyStop?.bestStep.map { folder.checkpoint(step: $0) }, isStored: isStored)
    }

    /// What an early stop came to; nil without one.
    private func stopText(_ earlyStop: EarlyStop?) -> String? {
        guard let earlyStop, let best = earlyStop.bestStep else { return nil }
        let end = learner.step < plan.steps ? "stopped early: " : ""
        return "\(end)the checkpoint after \(best.grouped) updates is the best by its validations, and acts"
    }

    // MARK: Data

    private static func load(
        _ store: ExperimentStore, _ settings: TrainingSettings, _ splits: [String], vocabulary: Vocabulary?,
        centre: Float? = nil
    ) throws -> TrainingSet {
        if settings.algorithm.isWeighing, settings.reward.source == .none {
            throw TrainingDataError(
                .unscored,
                "\(settings.algorithm.rawValue) weighs steps by their scores, and there are none: run rgvlm-label, or "
                    + "give another --reward")
        }
        var options = TrainingSet.Options(
            dataset: settings.dataset, splits: splits, kinds: settings.kinds, reward: settings.reward,
            gamma: settings.iql.discount, fulfilledOnly: settings.algorithm == .filteredBC && vocabulary == nil)
        options.isWeighing = settings.algorithm.isWeighing
        options.centre = centre
        // The same episodes where a run is validated on what it learned from.
        let isTraining = vocabulary == nil || splits.allSatisfy(settings.splits.contains)
        options.episodeLimit = isTraining ? settings.episodes : nil
        options.behaviours = isTraining ? settings.behaviours : nil
        let features = settings.encoder == TrainingSettings.patches ? nil : try features(store, settings)
        let set = try TrainingSet(store, options, vocabulary: vocabulary, frames: features)
        if vocabulary == nil, let run = settings.reward.source.labelRun, set.counts.unscored >= set.counts.steps {
            throw TrainingDataError(
                .unscored,
                "label run \(run) has scored none of the \(set.counts.steps.grouped) steps to learn from; "
                    + "rgvlm-label status says why"
            )
        }
        if vocabulary == nil, settings.reward.source == .minimumDistance, set.counts.unscored >= set.counts.steps {
            throw TrainingDataError(
                .unscored,
                "none of the \(set.counts.instructions.grouped) instructions to learn from is fulfilled, or no picture "
                    + "can be read: there is no demonstration to measure the distance to")
        }
        return set
    }

    private static func features(_ store: ExperimentStore, _ settings: TrainingSettings) throws -> FrameStore {
        let dataset = try store.dataset(named: settings.dataset)
        let path = store.featureStorePath(dataset: dataset.name, encoder: settings.encoder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw TrainingDataError(
                .frames,
                "\(path): there are no such features; make them with rgvlm-train encode --encoder \(settings.encoder)")
        }
        return try FrameStore(path)
    }

    private static func validationSets(
        _ store: ExperimentStore, _ settings: TrainingSettings, _ training: TrainingSet
    ) throws -> [(split: String, set: TrainingSet)] {
        let present = try store.read { try DatasetSummary.splitNames($0) }
        let splits = settings.validation ?? ["valid_seen", "valid_unseen"].filter(present.contains)
        return try splits.compactMap { split in
            do {
                let set = try load(
                    store, settings, [split], vocabulary: training.vocabulary, centre: training.rewardSummary.centre)
                return (split, set)
            } catch is TrainingDataError where settings.validation == nil {
                return nil
            }
        }
    }

    // MARK: What the run is

    /// How the policy is learned.
    var learning: LearningSettings { description(step: 0, waiting: [], sums: FigureSums()).settings }

    func description(
        step: Int, waiting: [CheckpointDescription.Figure], sums: FigureSums, earlyStop: EarlyStop? = nil
    ) -> CheckpointDescription {
        CheckpointDescription(
            step: step,
            settings: LearningSettings(
                algorithm: settings.algorithm, iql: settings.iql, optimizer: learner.optimizer,
                precision: settings.precision.rawValue, batchSize: settings.batch, window: settings.window,
                shift: settings.shift, earlyStop: settings.earlyStop, start: start, dataSHA256: dataSHA256,
                selection: settings.selection, reward: settings.reward,
                rewardSummary: settings.algorithm.readsScores ? training.rewardSummary : nil,
                encoder: settings.encoder, seed: settings.seed),
            network: CheckpointDescription.Network(learner.shape), vocabulary: training.vocabulary, unrecorded: waiting,
            sums: sums, earlyStop: earlyStop)
    }

    /// What the store keeps of the run.
    package var identity: TrainRun.Identity {
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

extension CheckpointDescription {
    /// What a run was begun with that one of `own` settings would not go on with; nil where it can go on.
    func difference(from own: CheckpointDescription) -> String? {
        func check(_ what: String, _ isSame: Bool, _ was: String, _ isNow: String) -> String? {
            isSame ? nil : "\(what) \(was), not \(isNow)"
        }
        let (was, now) = (settings, own.settings)
        let checks = [
            check("the algorithm", was.algorithm == now.algorithm, was.algorithm.rawValue, now.algorithm.rawValue),
            check("the preset", network.preset == own.network.preset, network.preset, own.network.preset),
            check("the encoder", was.encoder == now.encoder, was.encoder, now.encoder),
            check(
                "a vocabulary of", vocabulary == own.vocabulary, "\(vocabulary.count) words",
                "\(own.vocabulary.count)" + (vocabulary.count == own.vocabulary.count ? " others" : "")),
            check("networks of", network == own.network, "\(network)", "\(own.network)"),
            check("the seed", was.seed == now.seed, "\(was.seed)", "\(now.seed)"),
            check("batches of", was.batchSize == now.batchSize, "\(was.batchSize)", "\(now.batchSize)"),
            check("windows of", was.window == now.window, "\(was.window) steps", "\(now.window)"),
            check("pictures moved by up to", was.shift == now.shift, "\(was.shift) pixels", "\(now.shift)"),
            check(
                "an early stop after", was.earlyStop == now.earlyStop, Self.patience(was.earlyStop),
                Self.patience(now.earlyStop)),
            check("the policy of", was.start == now.start, Self.words(was.start), Self.words(now.start)),
            check("the precision", was.precision == now.precision, was.precision, now.precision),
            check("the settings", was.iql == now.iql, "\(was.iql)", "\(now.iql)"),
            check("the optimiser", was.optimizer == now.optimizer, "\(was.optimizer)", "\(now.optimizer)"),
            check("the reward", was.reward == now.reward, "\(was.reward)", "\(now.reward)"),
            check(
                "other data: the instructions, scores or frames of", was.dataSHA256 == now.dataSHA256,
                String(was.dataSHA256.prefix(12)), String(now.dataSHA256.prefix(12))),
        ]
        return checks.lazy.compactMap { $0 }.first
    }

    private static func patience(_ count: Int?) -> String { count.map { "\($0) validations" } ?? "none" }

    private static func words(_ start: LearningSettings.Start?) -> String {
        start.map { "\($0.run) (\($0.sha256.prefix(12)))" } ?? "no other run"
    }
}
