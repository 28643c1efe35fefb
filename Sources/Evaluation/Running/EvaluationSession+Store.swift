internal import Episodes
internal import ExperimentStore
internal import Features
internal import OfflineRL
internal import Simulation

extension EvaluationSession {
    /// What a store has of an evaluation.
    struct Stored {
        var rollouts: [Rollout]
        /// How long they took.
        var seconds: Double
        /// Whether all tasks are done, and could be set up.
        var isWhole: Bool
    }

    /// What an evaluation is known by.
    func identity(
        _ entrant: Entrant, _ tasks: EvaluationSettings.Tasks, _ set: TaskSet, _ rules: EvalRun.Rules
    ) -> EvalRun.Identity {
        let learned = entrant.checkpoint?.description.settings
        var weights: String?
        if case .features(let encoder) = entrant.sight { weights = encoder.weightsSHA256 }
        let config = EvalRun.Settings(
            dataset: settings.dataset.name, drawnSide: entrant.drawing.drawnSide, side: entrant.drawing.side,
            encoder: learned?.encoder,
            weightsSHA256: weights, window: learned?.window, stepRatio: SubTaskProgress.stepRatio,
            revision: Evaluator.revision, set: tasks.definition, tasks: set.tasks.count)
        return EvalRun.Identity(
            name: EvalRun.name(of: entrant.name, on: set.name, rules), agent: entrant.agent,
            trainRunID: entrant.trainRunID, checkpointStep: entrant.checkpoint?.description.step,
            checkpointSHA256: entrant.checkpoint?.modelSHA256, taskSet: set.name, taskSetSHA256: set.sha256,
            rules: rules, seed: Int64(bitPattern: settings.seed), config: config.json)
    }

    /// What there is of an evaluation already; nil for nothing.
    func stored(_ identity: EvalRun.Identity) throws -> Stored? {
        let store = try ExperimentStore(resultsPath, access: .read)
        defer { try? store.close() }
        return try store.read { db in
            guard let run = try EvalRun.of(identity, db) else { return nil }
            let rollouts = try run.rollouts(db).map(\.rollout)
            return Stored(
                rollouts: rollouts, seconds: run.seconds ?? 0,
                isWhole: run.status == .done && !rollouts.contains { $0.problem != nil })
        }
    }

    /// How many other evaluations of the name there are.
    func others(_ identity: EvalRun.Identity) throws -> Int {
        let store = try ExperimentStore(resultsPath, access: .read)
        defer { try? store.close() }
        return try store.read { try EvalRun.count(named: identity.name, $0) } - 1
    }

    /// Stores what came of a group of tasks. Waits while another stage writes.
    func store(
        _ identity: EvalRun.Identity, _ outcomes: [Evaluator.Outcome], seconds: Double, isLast: Bool
    ) throws {
        let isStored = try ExperimentStore.writing(
            resultsPath, patience: .seconds(600), shouldStop: shouldStop
        ) { store in
            try store.write { db in
                var run = try EvalRun.of(identity, db) ?? EvalRun.create(identity, db)
                for outcome in outcomes { try run.record(outcome.rollout, steps: outcome.steps, db) }
                if isLast { try run.finish(seconds: seconds, db) } else { try run.note(seconds: seconds, db) }
            }
        }
        guard isStored else {
            throw StoreError(
                .locked, "another stage is writing to it; run again when it is done", file: resultsPath)
        }
    }
}
