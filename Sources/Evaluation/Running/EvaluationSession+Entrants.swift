internal import Episodes
internal import ExperimentStore
internal import Features
internal import Networks
internal import OfflineRL
internal import Tensors

extension EvaluationSession {
    /// Who acts, under which name.
    struct Entrant {
        var name: String
        var agent: EvalRun.Agent
        var trainRunID: Int64?
        var checkpoint: Checkpoint?
        /// What a policy sees.
        var sight = Sight.pictures
    }

    /// Those who act, in the order of the settings.
    func entrants() throws -> [Entrant] {
        let store = try ExperimentStore(resultsPath, access: .read)
        defer { try? store.close() }
        let frozen = try resultsPath == storePath ? store : ExperimentStore(storePath, access: .frozen)
        defer { try? frozen.close() }
        let runs = try settings.runs.map { name in
            guard let run = try store.read({ try TrainRun.named(name, $0) }) else {
                throw EvaluationError(
                    .missing, "\(storePath): holds no training run \"\(name)\"; rgvlm-train status lists them")
            }
            let folder = RunFolder.path(store: storePath, run: name)
            guard let checkpoint = try RunFolder.acting(folder) else {
                throw EvaluationError(.missing, "\(folder): there is no checkpoint; train the run first")
            }
            let sight = try sight(of: run, in: frozen)
            guard sight.byteCount(drawing) == (try checkpoint.shape().features.byteCount) else {
                throw EvaluationError(
                    .unfit,
                    "\(name): has learned from features of the form \(checkpoint.description.network.features), which what "
                        + "the simulator shows is not made into")
            }
            return Entrant(name: name, agent: .policy, trainRunID: run.id, checkpoint: checkpoint, sight: sight)
        }
        return runs + settings.agents.map { Entrant(name: $0.rawValue, agent: $0) }
    }

    /// The agent itself, its weights loaded.
    func make(_ entrant: Entrant) throws -> Agent {
        guard let checkpoint = entrant.checkpoint else { return entrant.agent == .expert ? .expert : .random }
        let learned = checkpoint.description.settings
        let learner = Learner(
            learned.algorithm, try checkpoint.shape(), iql: learned.iql, optimizer: learned.optimizer,
            seed: learned.seed, backend: backend)
        try checkpoint.load(into: learner, withOptimizer: false)
        let vocabulary = checkpoint.description.vocabulary
        return .policy(
            learner.actor(placeCount: Evaluator.seats, window: learned.window), words: { vocabulary.encode($0) },
            sight: entrant.sight)
    }

    /// What a run's policy has learned from, made of what the simulator shows.
    private func sight(of run: TrainRun, in store: ExperimentStore) throws -> Sight {
        guard run.identity.encoder != TrainingSettings.patches else { return .pictures }
        guard let encoder = FeatureEncoder(rawValue: run.identity.encoder) else {
            throw EvaluationError(
                .unfit,
                "\(run.identity.name): sees \(run.identity.encoder), which this program cannot make of what the simulator "
                    + "shows")
        }
        if let known = encoders[encoder.rawValue] { return .features(known) }
        let made = try WorldEncoder(encoder, dataset: settings.dataset, in: store, weights: settings.weights)
        if let note = made.note { try onEvent(.warning(note)) }
        encoders[encoder.rawValue] = made
        return .features(made)
    }
}
