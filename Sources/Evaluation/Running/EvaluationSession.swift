package import Ground
internal import ALFRED
internal import Episodes
package import ExperimentStore
internal import Foundation
internal import OfflineRL
internal import Simulation
internal import Tensors

/// What happens in a session, as it happens.
package enum EvaluationEvent: Sendable {
    /// The tasks of a set are being set up.
    case preparing(set: String, tasks: Int)
    /// A task of a set is not tried, or begins otherwise than recorded.
    case warning(String)
    /// An evaluation begins, or goes on: tasks done, of so many, and steps taken.
    case progress(name: String, tasks: Int, of: Int, steps: Int)
    /// An evaluation is in the store, in place of one on other tasks where `replacing` is true.
    case stored(name: String, replacing: Bool)
}

/// The figures of one agent on one set.
package struct EvaluationResult: Encodable, Sendable {
    /// The evaluation's name in the store.
    package var name: String
    /// As in `eval_instruct`.
    package var taskSet: String
    /// Updates done before the checkpoint was taken; nil unless a policy acts.
    package var checkpointStep: Int?
    /// The figures over all tasks.
    package var summary: RolloutSummary
    /// Actions taken in all.
    package var steps: Int
    /// How long the rollouts took.
    package var seconds: Double
    /// False where the store had it already.
    package var isNew: Bool

    init(_ identity: EvalRun.Identity, _ rollouts: [Rollout], seconds: Double, isNew: Bool) {
        name = identity.name
        taskSet = identity.taskSet
        checkpointStep = identity.checkpointStep
        summary = RolloutSummary(rollouts)
        steps = rollouts.reduce(0) { $0 + $1.stepCount }
        self.seconds = seconds
        self.isNew = isNew
    }
}

/// Takes agents through sets of tasks and stores their rollouts, each evaluation as a whole: one that was stopped
/// leaves nothing and begins anew, one that is there is not made again.
package final class EvaluationSession {
    private let settings: EvaluationSettings
    private let storePath: String
    /// The store that gets the rollouts: the same, or a file of results.
    private let resultsPath: String
    private let sets: [TaskSet]
    private let drawing: FrameDrawing
    private let episodeIDs: [String: Int64]
    private let preparation: TaskPreparation
    private let backend: CPUBackend
    private var prepared: [String: PreparedSet] = [:]
    private let onEvent: (EvaluationEvent) throws -> Void
    private let shouldStop: @Sendable () -> Bool

    /// Who acts, under which name.
    private struct Entrant {
        var name: String
        var agent: EvalRun.Agent
        var trainRunID: Int64?
        var checkpoint: Checkpoint?
    }

    /// Reads or draws the tasks and finds the release.
    ///
    /// - Parameters:
    ///   - results: A file for what it finds out, beside a store that is then read only.
    ///   - onEvent: Called on the caller's thread; what it throws ends the session there, as a crash would.
    ///   - shouldStop: Asked between steps.
    /// - Throws: ``TaskSetError``, ``EvaluationError``, `StoreError`.
    package init(
        _ settings: EvaluationSettings, store: ExperimentStore, results: String? = nil,
        onEvent: @escaping (EvaluationEvent) throws -> Void = { _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws {
        self.settings = settings
        storePath = store.path
        resultsPath = results ?? store.path
        self.onEvent = onEvent
        self.shouldStop = shouldStop
        sets = try settings.sets.map { try $0.set(of: settings.dataset, in: store, seed: settings.seed) }
        drawing = try Self.drawing(settings.dataset, store)
        // A file of results has no episodes: who takes it over finds them by their keys.
        episodeIDs = try results == nil ? store.read { try settings.dataset.episodeIDs($0) } : [:]
        do {
            preparation = TaskPreparation(try Release(root: settings.root))
        } catch {
            throw EvaluationError(
                .missing, "\(error); name the folder of the trajectories with --root DIR or evaluate.root")
        }
        backend = CPUBackend(threadCount: settings.threads)
        if let results {
            let others = settings.agents.flatMap { agent in
                sets.map { EvalRun.name(of: agent.rawValue, on: $0.name) }
            }
            try ExperimentStore.prepareResults(
                results, beside: store, trainings: settings.runs, evaluations: others)
        }
    }

    /// Evaluates each run and each other agent on each set.
    ///
    /// - Returns: In this order; nil once it was stopped.
    /// - Throws: ``EvaluationError``, `CheckpointError`, `StoreError`.
    package func run() throws -> [EvaluationResult]? {
        var results: [EvaluationResult] = []
        for entrant in try entrants() {
            var agent: Agent?
            for set in sets {
                let identity = identity(entrant, set)
                if let known = try stored(identity) {
                    results.append(known)
                    continue
                }
                guard let ready = try prepare(set) else { return nil }
                let acting = try agent ?? make(entrant)
                agent = acting
                guard let result = try evaluate(identity, acting, ready) else { return nil }
                results.append(result)
            }
        }
        return results
    }

    private func evaluate(
        _ identity: EvalRun.Identity, _ agent: Agent, _ ready: PreparedSet
    ) throws -> EvaluationResult? {
        let count = ready.tasks.count
        try onEvent(.progress(name: identity.name, tasks: 0, of: count, steps: 0))
        let start = ContinuousClock.now
        let outcomes = try Evaluator(pool: backend.pool, drawing: drawing).run(
            ready, agent: agent, episodeIDs: episodeIDs,
            onProgress: { try onEvent(.progress(name: identity.name, tasks: $0, of: count, steps: $1)) },
            shouldStop: shouldStop)
        guard let outcomes else { return nil }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let isOther = try store(identity, outcomes, seconds: seconds)
        try onEvent(.stored(name: identity.name, replacing: isOther))
        return EvaluationResult(identity, outcomes.map(\.rollout), seconds: seconds, isNew: true)
    }

    // MARK: Who acts

    private func entrants() throws -> [Entrant] {
        let store = try ExperimentStore(resultsPath, access: .read)
        defer { try? store.close() }
        let runs = try settings.runs.map { name in
            guard let run = try store.read({ try TrainRun.named(name, $0) }) else {
                throw EvaluationError(
                    .missing, "\(storePath): holds no training run \"\(name)\"; rgvlm-train status lists them")
            }
            guard run.identity.encoder == TrainingSettings.patches else {
                throw EvaluationError(
                    .unfit,
                    "\(name): sees \(run.identity.encoder), which the simulator's frames are not encoded as; only "
                        + "runs on patches can act"
                )
            }
            let folder = RunFolder.path(store: storePath, run: name)
            guard let checkpoint = try RunFolder.latest(folder).checkpoint else {
                throw EvaluationError(.missing, "\(folder): there is no checkpoint; train the run first")
            }
            return Entrant(name: name, agent: .policy, trainRunID: run.id, checkpoint: checkpoint)
        }
        return runs + settings.agents.map { Entrant(name: $0.rawValue, agent: $0) }
    }

    private func make(_ entrant: Entrant) throws -> Agent {
        guard let checkpoint = entrant.checkpoint else { return entrant.agent == .expert ? .expert : .random }
        let learned = checkpoint.description.settings
        let learner = Learner(
            learned.algorithm, try checkpoint.shape(), iql: learned.iql, optimizer: learned.optimizer,
            seed: learned.seed, backend: backend)
        try checkpoint.load(into: learner, withOptimizer: false)
        let vocabulary = checkpoint.description.vocabulary
        return .policy(learner.actor(placeCount: Evaluator.seats), words: { vocabulary.encode($0) })
    }

    // MARK: Tasks

    private func prepare(_ set: TaskSet) throws -> PreparedSet? {
        if let known = prepared[set.name] { return known }
        try onEvent(.preparing(set: set.name, tasks: set.tasks.count))
        guard
            let ready = PreparedSet(
                set, preparation: preparation, seed: settings.seed, pool: backend.pool, shouldStop: shouldStop)
        else { return nil }
        for (index, task) in ready.tasks.enumerated() {
            switch task {
            case .failure(let error):
                try onEvent(.warning("\(set.name), task \(index) cannot be tried: \(error)"))
            case .success(let task) where task.refused > 0:
                try onEvent(
                    .warning(
                        "\(set.name), task \(index) begins otherwise than recorded: the simulator refuses "
                            + "\(task.refused) actions before it"
                    ))
            case .success: break
            }
        }
        guard ready.tasks.contains(where: { (try? $0.get()) != nil }) else {
            throw EvaluationError(
                .missing, "\(set.name): none of the tasks can be set up; is --root the right folder?")
        }
        prepared[set.name] = ready
        return ready
    }

    /// How the dataset's frames were made.
    static func drawing(_ dataset: DatasetRow, _ store: ExperimentStore) throws -> FrameDrawing {
        guard let origin = try store.read({ try dataset.frameOrigin($0) }) else {
            throw EvaluationError(
                .missing,
                "\(store.path): dataset \"\(dataset.name)\" has no frames; ingest it with frames, or with --render")
        }
        return .matching(isDrawn: origin.isDrawn, pictureWidth: origin.width, side: EvaluationSettings.side)
    }

    // MARK: The store

    private func identity(_ entrant: Entrant, _ set: TaskSet) -> EvalRun.Identity {
        let config = Config(
            dataset: settings.dataset.name, drawnSide: drawing.drawnSide, side: drawing.side,
            start: set.start.rawValue, stepRatio: SubTaskProgress.stepRatio, window: 17, rules: Evaluator.rules)
        return EvalRun.Identity(
            name: EvalRun.name(of: entrant.name, on: set.name), agent: entrant.agent,
            trainRunID: entrant.trainRunID, checkpointStep: entrant.checkpoint?.description.step,
            checkpointSHA256: entrant.checkpoint?.modelSHA256, taskSet: set.name, taskSetSHA256: set.sha256,
            seed: Int64(bitPattern: settings.seed), config: config.json)
    }

    /// The figures of an evaluation that is done already. One with tasks that could not be set up is made again: the
    /// release may have been the wrong one, or a part of it.
    private func stored(_ identity: EvalRun.Identity) throws -> EvaluationResult? {
        let store = try ExperimentStore(resultsPath, access: .read)
        defer { try? store.close() }
        return try store.read { db in
            guard let run = try EvalRun.named(identity.name, db), run.identity == identity, run.status == .done
            else { return nil }
            let rollouts = try run.rollouts(db).map(\.rollout)
            guard !rollouts.contains(where: { $0.problem != nil }) else { return nil }
            return EvaluationResult(identity, rollouts, seconds: run.seconds ?? 0, isNew: false)
        }
    }

    /// Stores an evaluation in place of an older one of the name. Waits while another stage writes.
    ///
    /// - Returns: Whether the older one was on other tasks.
    private func store(
        _ identity: EvalRun.Identity, _ outcomes: [Evaluator.Outcome], seconds: Double
    ) throws -> Bool {
        var isOther = false
        let isStored = try ExperimentStore.writing(
            resultsPath, patience: .seconds(600), shouldStop: shouldStop
        ) { store in
            try store.write { db in
                if let old = try EvalRun.named(identity.name, db) {
                    isOther = old.identity.taskSetSHA256 != identity.taskSetSHA256
                    try old.delete(db)
                }
                var run = try EvalRun.create(identity, db)
                for outcome in outcomes { try run.record(outcome.rollout, steps: outcome.steps, db) }
                try run.finish(seconds: seconds, db)
            }
        }
        guard isStored else {
            throw StoreError(
                .locked, "another stage is writing to it; run again when it is done", file: resultsPath)
        }
        return isOther
    }

    /// What an evaluation depends on besides agent and tasks.
    private struct Config: Encodable {
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
}

/// Why nobody can be evaluated.
package struct EvaluationError: ExitCoded, Equatable {
    /// What kind of fault it is.
    package enum Code: Sendable {
        /// A run, a checkpoint, frames or the release are not there.
        case missing
        /// The run cannot act in the simulator.
        case unfit
    }

    /// What kind of fault it is.
    package var code: Code
    /// What is wrong and what to do about it.
    package var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

extension EvaluationError {
    package var exit: StageExit {
        switch code {
        case .missing: .inputMissing
        case .unfit: .badInput
        }
    }
}
