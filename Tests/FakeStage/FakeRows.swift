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

    /// - Parameters:
    ///   - isRun: Whether a trained policy acts, not a reference.
    ///   - set: Of one task, from a trajectory of its own.
    ///   - completed: Of its ten sub-tasks.
    static func noteEvaluation(
        _ name: String, on set: String, isRun: Bool, step: Int, completed: Int, in store: ExperimentStore
    ) throws {
        try store.write { db in
            let training = try isRun ? TrainRun.named(name, db) : nil
            let identity = EvalRun.Identity(
                name: "\(name)@\(set)", agent: training == nil ? .random : .policy, trainRunID: training?.id,
                checkpointStep: training == nil ? nil : step, taskSet: set,
                taskSetSHA256: [UInt8](repeating: 0, count: 32), seed: 0, config: "{}")
            guard try EvalRun.of(identity, db) == nil else { return }
            var run = try EvalRun.create(identity, db)
            let rollout = Rollout(
                index: 0, key: "trial of \(set)", annotation: 0, subTasks: 0..<10, episodeID: nil, scene: 1,
                taskType: nil, instruction: "", start: .recorded, expertSteps: 4, stepLimit: 8, stepCount: 5,
                completed: completed, conditions: nil, problem: nil)
            try run.record(rollout, steps: [], db)
            try run.finish(seconds: 0, db)
        }
    }
}
