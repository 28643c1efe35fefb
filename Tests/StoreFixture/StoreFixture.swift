package import Episodes
package import ExperimentStore
package import Frames
package import TestSupport

/// A store with a few episodes made by ``EpisodePlan``s, through the store's own interface. Labels, training runs and
/// evaluations are added by its methods.
package struct StoreFixture: Sendable {
    package let folder: TemporaryFolder
    package let store: ExperimentStore
    /// The one with the episodes.
    package let dataset: DatasetRow
    package static let frameStoreID = [UInt8](repeating: 7, count: 16)

    /// - Parameters:
    ///   - datasets: The first gets the episodes.
    ///   - frames: Of the frame store beside the store; nil for none.
    package init(_ plans: [EpisodePlan], datasets: [String] = ["d"], frames: FrameFormat? = nil) throws {
        let folder = try TemporaryFolder()
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let writer = try frames.map {
            try FrameStoreWriter(
                store.frameStorePath(dataset: datasets[0]), format: $0, identifier: Self.frameStoreID)
        }
        let records = try plans.enumerated().map { try $1.record($0, writer) }
        try writer?.commit()
        let hasFrames = frames != nil
        self.folder = folder
        self.store = store
        dataset = try store.write { db in
            let rows = try datasets.map { name in
                var row = try DatasetRow.upsert(name: name, format: "alfred", root: "/data", splitsFile: nil, db)
                row.frameStoreID = hasFrames ? Self.frameStoreID : nil
                try row.saveFrameStoreID(db)
                return row
            }
            var writer = try EpisodeWriter(db, datasetID: rows[0].id)
            for record in records { try writer.apply(.write(record, replacing: nil)) }
            return rows[0]
        }
    }

    /// 32 bytes.
    package static func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    /// The instructions in the order of their ids.
    package func instructions() throws -> [InstructionQuery.Match] {
        try store.read { try InstructionQuery().fetch($0) }
    }

    /// The label run called `name`, made if there is none.
    package func labelRun(
        _ name: String, annotator: String = "vlm", model: String = "the-model"
    ) throws -> LabelRun {
        func prompt(_ stage: String) -> PromptRow {
            PromptRow(name: "v1", stage: stage, template: stage, sha256: Self.hash(UInt8(stage.utf8.count)))
        }
        let identity = LabelRun.Identity(
            name: name, datasetID: dataset.id, annotator: annotator, provider: "p", baseURL: "u", model: model,
            unit: "task", settings: "{}", settingsSHA256: Self.hash(1), analysis: prompt("analysis"),
            scoring: prompt("scoring"), complaint: prompt("complaint"))
        guard let run = try store.write({ try LabelRun.open(identity, $0) }) else { throw Problem.otherSettings(name) }
        return run
    }

    /// What a fixture could not be made of.
    package enum Problem: Error {
        case otherSettings(String)
        case noSpan(Int64)
    }

    /// Adds spans of a label run, each shown in one window; a score of nil is none.
    ///
    /// - Parameter end: How the spans end.
    @discardableResult
    package func label(
        _ name: String, _ instructions: [InstructionQuery.Match], control: LabelControl? = nil,
        end: LabelRun.SpanEnd = .scored, _ score: (InstructionQuery.Match, _ t: Int) -> Int?
    ) throws -> LabelRun {
        let run = try labelRun(name)
        try store.write { db in
            for instruction in instructions {
                let new = LabelRun.NewSpan(
                    instructionID: instruction.id, control: control, goalInstructionID: instruction.id)
                _ = try run.add([new], db)
                // Those before it are finished.
                guard let span = try run.pendingSpans(after: 0, limit: 1, db).first?.id else {
                    throw Problem.noSpan(instruction.id)
                }
                let steps = instruction.firstStep..<(instruction.firstStep + instruction.stepCount)
                try LabelRun.save(
                    LabelWindowRow(index: 0, actions: 0..<steps.count, pictures: []), spanID: span,
                    episodeID: instruction.episodeID, db)
                let scores = steps.enumerated().compactMap { position, t in
                    score(instruction, t).map { LabelScoreRow(position: position, t: t, window: 0, score: Double($0)) }
                }
                try LabelRun.finish(spanID: span, episodeID: instruction.episodeID, scores: scores, end: end, db)
            }
        }
        return run
    }

    /// A training run that is done.
    @discardableResult
    package func train(
        _ name: String, seed: Int64 = 0, algorithm: String = "iql", config: String = "{}",
        reward: RewardMix = RewardMix(),
        labels: LabelRun? = nil, steps: Int = 300, metrics: [TrainMetricRow] = []
    ) throws -> TrainRun {
        try store.write { db in
            var run = try TrainRun.create(
                TrainRun.Identity(
                    name: name, datasetID: dataset.id, algorithm: algorithm, preset: "small", encoder: "patches",
                    seed: seed, config: config, reward: reward, labelRunID: labels?.id, parameters: 1_234_567,
                    vocabularySHA256: Self.hash(3)), db)
            try run.record(metrics, db)
            try run.update(status: .done, step: steps, db)
            return run
        }
    }

    /// An evaluation with rollouts and their steps, done unless `seconds` is nil.
    @discardableResult
    package func evaluate(
        _ name: String, agent: EvalRun.Agent = .policy, of training: TrainRun? = nil, taskSet: String = "main",
        taskSetSHA256: [UInt8] = Self.hash(9), seed: Int64 = 7, seconds: Double? = 1.5,
        _ rollouts: [(rollout: Rollout, steps: [Rollout.Step])]
    ) throws -> EvalRun {
        try store.write { db in
            var run = try EvalRun.create(
                EvalRun.Identity(
                    name: name, agent: agent, trainRunID: training?.id, checkpointStep: training?.step,
                    checkpointSHA256: training.map { _ in Self.hash(5) }, taskSet: taskSet,
                    taskSetSHA256: taskSetSHA256, seed: seed, config: "{}"), db)
            for (rollout, steps) in rollouts { try run.record(rollout, steps: steps, db) }
            if let seconds { try run.finish(seconds: seconds, db) }
            return run
        }
    }
}
