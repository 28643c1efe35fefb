internal import ALFRED
package import ExperimentStore
internal import Features
internal import Ground
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
    /// An evaluation is in the store, beside so many others of the same name.
    case stored(name: String, others: Int)
}

/// Takes agents through sets of tasks and stores their rollouts. An evaluation is known by its content - who acts with
/// which weights, the tasks, rules, seed and settings -: one that is there is not made again, one that was stopped goes
/// on with the tasks that are left, and none ever takes another's place.
package final class EvaluationSession {
    let settings: EvaluationSettings
    let storePath: String
    /// The store that gets the rollouts: the same, or a file of results.
    let resultsPath: String
    let drawing: FrameDrawing
    let backend: CPUBackend
    let onEvent: (EvaluationEvent) throws -> Void
    let shouldStop: @Sendable () -> Bool
    private let sets: [(tasks: EvaluationSettings.Tasks, set: TaskSet)]
    private let episodeIDs: [String: Int64]
    private let preparation: TaskPreparation
    private var prepared: [String: PreparedSet] = [:]
    var encoders: [String: WorldEncoder] = [:]

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
        sets = try settings.sets.map { ($0, try $0.set(of: settings.dataset, in: store, seed: settings.seed)) }
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
                settings.sets.flatMap { set in
                    set.rules.map { EvalRun.name(of: agent.rawValue, on: set.name, $0) }
                }
            }
            try ExperimentStore.prepareResults(
                results, beside: store, trainings: settings.runs, evaluations: others)
        }
    }

    /// Evaluates each run and each other agent on each set, by each of its rules.
    ///
    /// - Returns: In this order; nil once it was stopped.
    /// - Throws: ``EvaluationError``, `CheckpointError`, `EncodingError`, `StoreError`.
    package func run() throws -> [EvaluationResult]? {
        var results: [EvaluationResult] = []
        for entrant in try entrants() {
            var agent: Agent?
            for (tasks, set) in sets {
                for rules in tasks.rules {
                    let identity = identity(entrant, tasks, set, rules)
                    let known = try stored(identity)
                    if let known, known.isWhole {
                        results.append(
                            EvaluationResult(identity, known.rollouts, seconds: known.seconds, isNew: false))
                        continue
                    }
                    guard let ready = try prepare(set) else { return nil }
                    let acting = try agent ?? make(entrant)
                    agent = acting
                    guard let result = try evaluate(identity, acting, entrant.drawing, ready, known) else { return nil }
                    results.append(result)
                }
            }
        }
        return results
    }

    /// Tries the groups of tasks that are not stored yet, and stores each when it is done.
    private func evaluate(
        _ identity: EvalRun.Identity, _ agent: Agent, _ drawing: FrameDrawing, _ ready: PreparedSet,
        _ known: Stored?
    ) throws -> EvaluationResult? {
        let count = ready.tasks.count
        var rollouts = Dictionary((known?.rollouts ?? []).map { ($0.index, $0) }, uniquingKeysWith: { $1 })
        var seconds = known?.seconds ?? 0
        let groups = Evaluator.groups(count)
        let open = groups.filter { group in !group.allSatisfy { ready.isSettled($0, rollouts[$0]) } }
        let done = count - open.reduce(0) { $0 + $1.count }
        var (tasks, steps) = (done, 0)
        try onEvent(.progress(name: identity.name, tasks: 0, of: count, steps: 0))
        for group in open {
            let start = ContinuousClock.now
            let outcomes = try Evaluator(pool: backend.pool, drawing: drawing).run(
                ready, group: group, agent: agent, rules: identity.rules, episodeIDs: episodeIDs,
                onProgress: {
                    try onEvent(.progress(name: identity.name, tasks: tasks + $0, of: count, steps: steps + $1))
                }, shouldStop: shouldStop)
            guard let outcomes else { return nil }
            seconds += (ContinuousClock.now - start) / .seconds(1)
            tasks += group.count
            steps += outcomes.reduce(0) { $0 + $1.steps.count }
            for outcome in outcomes { rollouts[outcome.rollout.index] = outcome.rollout }
            try store(identity, outcomes, seconds: seconds, isLast: group == open.last)
        }
        if open.isEmpty { try store(identity, [], seconds: seconds, isLast: true) }
        try onEvent(.stored(name: identity.name, others: try others(identity)))
        let ordered = rollouts.values.sorted { $0.index < $1.index }
        return EvaluationResult(identity, ordered, seconds: seconds, isNew: !open.isEmpty)
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
}

extension PreparedSet {
    /// Whether a task needs not be tried again: it is stored, and where it could not be set up, it still cannot. The
    /// release may have been the wrong one, or a part of it.
    func isSettled(_ index: Int, _ rollout: Rollout?) -> Bool {
        guard let rollout else { return false }
        guard let problem = rollout.problem else { return true }
        if case .failure(let error) = tasks[index] { return error.message == problem }
        return false
    }
}
