internal import ALFRED
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import OfflineRL
internal import Simulation
internal import StageSupport
internal import Tensors

/// One call of `rgvlm-evaluate run`.
final class EvaluateSession {
    private let settings: EvaluateSettings
    private let sets: [TaskSet]
    private let drawing: FrameDrawing
    private let episodeIDs: [String: Int64]
    private let preparation: TaskPreparation
    private let backend: CPUBackend
    private var prepared: [String: PreparedSet] = [:]

    /// Who acts, under which name.
    private struct Entrant {
        var name: String
        var agent: EvalRun.Agent
        var trainRunID: Int64?
        var checkpoint: Checkpoint?
    }

    init(_ options: RunCommand, _ configuration: Configuration) throws {
        let path = try configuration.existingStore()
        let store = try ExperimentStore.forStage(path, access: .read)
        let settings = try EvaluateSettings(options, configuration, store)
        self.settings = settings
        sets = try settings.sets.map { try settings.taskSet($0, store) }
        drawing = try settings.drawing(store)
        episodeIDs = try translatingErrors { try store.read { try settings.dataset.episodeIDs($0) } }
        try translatingErrors { try store.close() }
        do {
            preparation = TaskPreparation(try Release(root: settings.root))
        } catch {
            throw StageError(
                .inputMissing, "\(error); name the folder of the trajectories with --root DIR or evaluate.root")
        }
        backend = CPUBackend(threadCount: settings.threads)
    }

    func run(_ common: CommonOptions, _ interruption: Interruption) throws -> StageExit {
        let progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-evaluate"))
        defer { progress.clear() }
        var results: [EvaluateResult] = []
        for entrant in try entrants() {
            var agent: Agent?
            for set in sets {
                let identity = identity(entrant, set)
                if let known = try stored(identity) {
                    results.append(known)
                    continue
                }
                guard let ready = try prepare(set, common, interruption) else { return .interrupted }
                let acting = try agent ?? make(entrant)
                agent = acting
                progress.restart()
                let clock = ContinuousClock()
                let start = clock.now
                let outcomes = Evaluator(pool: backend.pool, drawing: drawing).run(
                    ready, agent: acting, episodeIDs: episodeIDs,
                    onProgress: { done, steps in
                        let rate = Double(steps) / max((clock.now - start) / .seconds(1), 1e-3)
                        progress.show(
                            identity.name, done: done, of: set.tasks.count, unit: "tasks",
                            detail: "\(Int(rate).grouped) steps/s")
                    }, shouldStop: { interruption.hasCome })
                let seconds = (clock.now - start) / .seconds(1)
                progress.clear()
                guard let outcomes else { return .interrupted }
                if try store(identity, outcomes, seconds: seconds, interruption) {
                    common.say(
                        .warning, "warning: \(identity.name) was an evaluation on other tasks; this one is in its place"
                    )
                }
                results.append(EvaluateResult(identity, outcomes.map(\.rollout), seconds: seconds, isNew: true))
            }
        }
        try results.show(common)
        return .done
    }

    // MARK: Who acts

    private func entrants() throws -> [Entrant] {
        let store = try ExperimentStore.forStage(settings.storePath, access: .read)
        defer { try? store.close() }
        let runs = try settings.runs.map { name in
            guard let run = try translatingErrors({ try store.read { try TrainRun.named(name, $0) } }) else {
                throw StageError(
                    .inputMissing,
                    "\(settings.storePath): holds no training run \"\(name)\"; rgvlm-train status lists them"
                )
            }
            guard run.identity.encoder == "patches" else {
                throw StageError(
                    .badInput,
                    "\(name): sees \(run.identity.encoder), which the simulator's frames are not encoded as; only runs on patches can act"
                )
            }
            let folder = RunFolder.path(store: settings.storePath, run: name)
            do {
                guard let checkpoint = try RunFolder.latest(folder).checkpoint else {
                    throw StageError(.inputMissing, "\(folder): there is no checkpoint; train the run first")
                }
                return Entrant(name: name, agent: .policy, trainRunID: run.id, checkpoint: checkpoint)
            } catch let error as CheckpointError {
                throw StageError(.badInput, error.description)
            }
        }
        return runs + settings.agents.map { Entrant(name: $0.rawValue, agent: $0) }
    }

    private func make(_ entrant: Entrant) throws -> Agent {
        guard let checkpoint = entrant.checkpoint else { return entrant.agent == .expert ? .expert : .random }
        do {
            let description = checkpoint.description
            let learner = Learner(
                description.algorithm, try checkpoint.shape(), iql: description.iql, optimizer: description.optimizer,
                seed: description.seed, backend: backend)
            try checkpoint.load(into: learner, withOptimizer: false)
            let vocabulary = description.vocabulary
            return .policy(learner.actor(placeCount: Evaluator.seats), words: { vocabulary.encode($0) })
        } catch let error as CheckpointError {
            throw StageError(.badInput, error.description)
        }
    }

    // MARK: Tasks

    private func prepare(_ set: TaskSet, _ common: CommonOptions, _ interruption: Interruption) throws -> PreparedSet? {
        if let known = prepared[set.name] { return known }
        common.say(.debug, "setting up \(set.tasks.count) tasks of \(set.name)")
        guard
            let ready = PreparedSet(
                set, preparation: preparation, seed: settings.seed, pool: backend.pool,
                shouldStop: { interruption.hasCome })
        else { return nil }
        for (index, task) in ready.tasks.enumerated() {
            switch task {
            case .failure(let error):
                common.say(.warning, "warning: \(set.name), task \(index) cannot be tried: \(error)")
            case .success(let task) where task.refused > 0:
                common.say(
                    .warning,
                    "warning: \(set.name), task \(index) begins otherwise than recorded: the simulator refuses \(task.refused) actions before it"
                )
            case .success: break
            }
        }
        guard ready.tasks.contains(where: { (try? $0.get()) != nil }) else {
            throw StageError(.inputMissing, "\(set.name): none of the tasks can be set up; is --root the right folder?")
        }
        prepared[set.name] = ready
        return ready
    }

    // MARK: The store

    private func identity(_ entrant: Entrant, _ set: TaskSet) -> EvalRun.Identity {
        let config = EvaluateConfig(
            dataset: settings.dataset.name, drawnSide: drawing.drawnSide, side: drawing.side,
            start: set.start.rawValue, stepRatio: SubTaskProgress.stepRatio, window: 17, rules: Evaluator.rules)
        return EvalRun.Identity(
            name: Configuration.Evaluate.run(entrant.name, on: set.name), agent: entrant.agent,
            trainRunID: entrant.trainRunID, checkpointStep: entrant.checkpoint?.description.step,
            checkpointSHA256: entrant.checkpoint?.modelSHA256, taskSet: set.name, taskSetSHA256: set.sha256,
            seed: Int64(bitPattern: settings.seed), config: config.json)
    }

    /// The figures of an evaluation that is done already. One with tasks that could not be set up is made again: the release
    /// may have been the wrong one, or a part of it.
    private func stored(_ identity: EvalRun.Identity) throws -> EvaluateResult? {
        let store = try ExperimentStore.forStage(settings.storePath, access: .read)
        defer { try? store.close() }
        return try translatingErrors {
            try store.read { db in
                guard let run = try EvalRun.named(identity.name, db), run.identity == identity, run.status == .done
                else { return nil }
                let rollouts = try run.rollouts(db).map(\.rollout)
                guard !rollouts.contains(where: { $0.problem != nil }) else { return nil }
                return EvaluateResult(identity, rollouts, seconds: run.seconds ?? 0, isNew: false)
            }
        }
    }

    /// Stores an evaluation in place of an older one of the name. Waits while another stage writes.
    ///
    /// - Returns: Whether the older one was on other tasks.
    private func store(
        _ identity: EvalRun.Identity, _ outcomes: [Evaluator.Outcome], seconds: Double, _ interruption: Interruption
    ) throws -> Bool {
        var isOther = false
        let isStored = try ExperimentStore.writeForStage(
            settings.storePath, patience: .seconds(600), interruption
        ) { store in
            try store.write { db in
                if let old = try EvalRun.named(identity.name, db) {
                    if old.identity.taskSetSHA256 != identity.taskSetSHA256 { isOther = true }
                    try old.delete(db)
                }
                var run = try EvalRun.create(identity, db)
                for outcome in outcomes { try run.record(outcome.rollout, steps: outcome.steps, db) }
                try run.finish(seconds: seconds, db)
            }
        }
        guard isStored else {
            throw StageError(
                .cannotWrite, "\(settings.storePath): another stage is writing to it; run again when it is done")
        }
        return isOther
    }
}

/// What an evaluation depends on besides agent and tasks.
struct EvaluateConfig: Encodable {
    var dataset: String
    var drawnSide: Int
    var side: Int
    var start: String
    var stepRatio: Int
    var window: Int
    var rules: Int

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
