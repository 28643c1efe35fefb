internal import Episodes
internal import ExperimentStore
internal import Features
internal import Networks
internal import OfflineRL
internal import Simulation
internal import Tensors

extension EvaluationSession {
    /// Who acts, under which name.
    struct Entrant {
        var name: String
        var agent: EvalRun.Agent
        var trainRunID: Int64?
        var checkpoint: Checkpoint?
        /// How frames are drawn for it: as those that a policy has learned from.
        var drawing: FrameDrawing
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
            let dataset = try trainingDataset(of: run, in: frozen)
            let drawing = try Self.drawing(dataset, frozen)
            let sight = try sight(of: run, dataset, in: frozen)
            guard sight.byteCount(drawing) == (try checkpoint.shape().features.byteCount) else {
                throw EvaluationError(
                    .unfit,
                    "\(name): has learned from features of the form \(checkpoint.description.network.features), which "
                        + "what "
                        + "the simulator shows is not made into")
            }
            return Entrant(
                name: name, agent: .policy, trainRunID: run.id, checkpoint: checkpoint, drawing: drawing, sight: sight)
        }
        return runs + settings.agents.map { Entrant(name: $0.rawValue, agent: $0, drawing: drawing) }
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

    /// The dataset that a run has learned from; its tasks may be those of another.
    private func trainingDataset(of run: TrainRun, in store: ExperimentStore) throws -> DatasetRow {
        let all = try store.read { try DatasetRow.all($0) }
        return all.first { $0.id == run.identity.datasetID } ?? settings.dataset
    }

    /// What a run's policy has learned from, made of what the simulator shows.
    private func sight(
        of run: TrainRun, _ dataset: DatasetRow, in store: ExperimentStore
    ) throws -> Sight {
        guard run.identity.encoder != TrainingSettings.patches else { return .pictures }
        guard let encoder = FeatureEncoder(rawValue: run.identity.encoder) else {
            throw EvaluationError(
                .unfit,
                "\(run.identity.name): sees \(run.identity.encoder), which this program cannot make of what the "
                    + "simulator "
                    + "shows")
        }
        let key = "\(dataset.name) \(encoder.rawValue)"
        if let known = encoders[key] { return .features(known) }
        let made = try WorldEncoder(encoder, dataset: dataset, in: store, weights: settings.weights)
        if let note = made.note { try onEvent(.warning(note)) }
        encoders[key] = made
        return .features(made)
    }
}
