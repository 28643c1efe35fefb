internal import Episodes
internal import ExperimentStore

/// What the driver looks at in the store.
enum FakeRows {
    static func addDataset(to store: ExperimentStore) throws {
        try store.write { db in
            _ = try DatasetRow.upsert(name: "fake", format: "alfred", root: "/", splitsFile: nil, db)
        }
    }

    static func noteTraining(_ name: String, steps: Int, isDone: Bool, in store: ExperimentStore) throws {
        try store.write { db in
            let dataset = try DatasetRow.upsert(name: "fake", format: "alfred", root: "/", splitsFile: nil, db)
            let identity = TrainRun.Identity(
                name: name, datasetID: dataset.id, algorithm: "iql", preset: "small", encoder: "patches", seed: 1,
                config: "{}", reward: RewardMix(), labelRunID: nil, parameters: 1,
                vocabularySHA256: [UInt8](repeating: 0, count: 32))
            var run = try TrainRun.named(name, db) ?? TrainRun.create(identity, db)
            try run.update(status: isDone ? .done : .running, step: steps, db)
        }
    }

    /// - Parameter isRun: Whether a trained policy acts, not a reference.
    static func noteEvaluation(_ name: String, isRun: Bool, step: Int, in store: ExperimentStore) throws {
        try store.write { db in
            let training = try isRun ? TrainRun.named(name, db) : nil
            let identity = EvalRun.Identity(
                name: "\(name)@near", agent: training == nil ? .random : .policy, trainRunID: training?.id,
                checkpointStep: training == nil ? nil : step, taskSet: "near",
                taskSetSHA256: [UInt8](repeating: 0, count: 32), seed: 0, config: "{}")
            var run = try EvalRun.of(identity, db) ?? EvalRun.create(identity, db)
            try run.finish(seconds: 0, db)
        }
    }
}
