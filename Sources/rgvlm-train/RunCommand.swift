import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Networks
internal import OfflineRL
internal import StageSupport
internal import Tensors

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trains a policy, or goes on with a run that was stopped.",
        discussion: """
            Checkpoints, and events for TensorBoard, go to <store>.runs/<name>; the figures go to the store too. A run that \
            was stopped or killed goes on with the same command and ends with the same weights as one that was not.
            """)

    @OptionGroup(title: "What to learn")
    var options: TrainOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let session = try TrainSession(options, try common.configuration())
            for note in session.notes { common.say(.warning, "warning: \(note)") }
            for line in session.opening { common.say(.info, line) }
            return try session.train(common, interruption)
        }
    }
}

extension TrainSession {
    /// What is going to happen, in a few lines.
    var opening: [String] {
        let counts = training.counts
        let learned = identity.parameters
        var lines = [
            "\(settings.run): \(settings.algorithm.rawValue), \(settings.preset.rawValue) (\(learned.grouped) parameters), \(settings.encoder), \(settings.precision.rawValue), \(backend.pool.threadCount) threads",
            "\(counts.instructions.grouped) instructions of \(counts.episodes.grouped) episodes, \(counts.steps.grouped) steps; \(training.vocabulary.count.grouped) words; \(sampler.batchesPerEpoch.grouped) updates an epoch",
        ]
        if settings.reward.source != .none {
            lines.append(
                "reward: \(settings.reward.sparseWeight) sparse + \(settings.reward.generatedWeight) \(settings.reward.source.name) (\(settings.reward.transform.rawValue)); \(counts.unscored.grouped) steps have no score and get the sparse part only"
            )
        }
        if counts.withoutFrames > 0 {
            lines.append("note: \(counts.withoutFrames.grouped) instructions lack frames and are left out")
        }
        if counts.flaggedEpisodes + counts.flaggedTransitions > 0 {
            lines.append(
                "note: flagged: \(counts.flaggedEpisodes.grouped) episodes are left out, and the scores of \(counts.flaggedTransitions.grouped) transitions of others"
            )
        }
        if let checkpoint { lines.append("going on after update \(checkpoint.description.step.grouped)") }
        return lines
    }

    func train(_ common: CommonOptions, _ interruption: Interruption) throws -> StageExit {
        let progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-train"))
        defer { progress.clear() }
        let loop = TrainingLoop(
            learner, plan,
            validation: validation.map { ($0.split, WindowSampler($0.set, batchSize: settings.batch, order: .once)) },
            guess: training.mostFrequent, sums: checkpoint?.description.sums ?? FigureSums())
        if beginsAnew { try translatingTraining { try folder.clear() } }
        let journal = try translatingTraining {
            try TrainJournal(
                learner, folder: folder, store: storePath, identity: identity, plan: plan, interruption: interruption,
                progress: progress, waiting: checkpoint?.description.unrecorded ?? []
            ) { [self] step, waiting in description(step: step, waiting: waiting, sums: loop.sums) }
        }
        try journal.rollback()
        let prefetcher = Prefetcher(sampler, from: learner.step)
        defer { prefetcher.stop() }
        var batch = sampler.makeBatch()
        progress.restart()
        let (start, first) = (ContinuousClock.now, learner.step)
        let outcome: TrainingLoop.Outcome
        do {
            outcome = try translatingTraining {
                try loop.run(&batch, next: { batch, number in prefetcher.next(&batch) == number }, observer: journal)
            }
        } catch let error as DivergenceError {
            progress.clear()
            let file = try translatingTraining { try FailedBatch.save(batch, to: folder.path) }
            let message = "\(error.what) is not a number in update \(error.step + 1)"
            try journal.write(.failed, patience: .seconds(60), message: message)
            throw StageError(
                .badInput,
                "\(settings.run): \(message); nothing was learned from it. Its batch is in \(file). Look at its rewards, or lower train.learning.learning_rate in a new run"
            )
        }
        progress.clear()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let isStored = try journal.write(
            outcome == .done ? .done : .running, patience: interruption.hasCome ? .seconds(2) : .seconds(600))
        if !isStored {
            common.say(
                .warning, "warning: the store is in use; the last figures wait in the checkpoint for the next run")
        }
        try show(
            common, updates: learner.step - first, seconds: seconds, waited: Double(prefetcher.waitedNanoseconds) / 1e9,
            checkpoint: journal.lastCheckpoint ?? checkpoint?.path ?? "")
        return outcome == .done ? .done : .interrupted
    }

    /// The run as it stands, for `--json`.
    struct Result: Encodable {
        var run: String
        var step: Int
        var updates: Int
        var seconds: Double
        var waitedForBatches: Double
        var bytes: Int
        var checkpoint: String
        var validation: [String: [String: Double]]
    }

    private func show(_ common: CommonOptions, updates: Int, seconds: Double, waited: Double, checkpoint: String) throws
    {
        let store = try ExperimentStore.forStage(storePath, access: .read)
        let rows = try translatingErrors {
            try store.read { db in try TrainRun.named(settings.run, db)?.metrics(after: -1, db) ?? [] }
        }
        var latest: [String: [String: Double]] = [:]
        for row in rows { latest[row.split, default: [:]][row.name] = row.value }
        if common.json {
            try printJSON(
                Result(
                    run: settings.run, step: learner.step, updates: updates, seconds: seconds, waitedForBatches: waited,
                    bytes: learner.byteCount, checkpoint: checkpoint, validation: latest))
            return
        }
        let rate = seconds > 0 ? Double(updates) / seconds : 0
        var text =
            "\(learner.step.grouped) updates, \(updates.grouped) of them now in \(ProgressLine.duration(seconds)) (\(String(format: "%.1f", rate))/s); \(learner.byteCount >> 20) MB\n"
        text += TrainTable.text(latest)
        text += checkpoint.isEmpty ? "" : "checkpoint: \(checkpoint)\n"
        try writeToStandardOutput(text)
    }
}

/// The latest figures of a run, a column a split.
enum TrainTable {
    static func text(_ latest: [String: [String: Double]]) -> String {
        let splits = latest.keys.sorted { ($0 == "train" ? "" : $0) < ($1 == "train" ? "" : $1) }
        guard !splits.isEmpty else { return "" }
        var table = TextTable([("figure", .left)] + splits.map { ($0, .right) })
        for name in Set(latest.values.flatMap(\.keys)).sorted() {
            table.add([name] + splits.map { latest[$0]?[name].map { String(format: "%.4f", $0) } ?? "" })
        }
        return table.text
    }
}
