import Episodes
import ExperimentStore
import Foundation
import StoreFixture
import TestSupport

@testable import Reporting

/// A store with an episode, a label run, training runs and evaluations, made by a rule.
struct Sample {
    let folder: TemporaryFolder
    let store: ExperimentStore
    let datasetID: Int64
    let episodeID: Int64
    let labelRunID: Int64

    /// - Parameter annotator: Of the label run.
    init(annotator: String = "scripted", goal: String = "Chill the apple") throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let dataset = try store.write { db in
            let dataset = try DatasetRow.upsert(name: "d", format: "alfred", root: "/data", splitsFile: nil, db)
            var writer = try EpisodeWriter(db, datasetID: dataset.id)
            try writer.apply(.write(Self.episode(goal: goal), replacing: nil))
            return dataset
        }
        datasetID = dataset.id
        episodeID = try store.episode(named: "trial_1").id
        labelRunID = try Self.label(dataset.id, episodeID, annotator, store)
    }

    private struct NoLabelRun: Error {}

    static func hash(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private static func label(_ dataset: Int64, _ episode: Int64, _ annotator: String, _ store: ExperimentStore) throws
        -> Int64
    {
        func prompt(_ stage: String) -> PromptRow {
            PromptRow(name: "v1", stage: stage, template: "t", sha256: hash(UInt8(stage.utf8.count)))
        }
        let identity = LabelRun.Identity(
            name: "labels", datasetID: dataset, annotator: annotator, provider: "p", baseURL: "u", model: "the-model",
            unit: "task", settings: "{}", settingsSHA256: hash(1), analysis: prompt("analysis"),
            scoring: prompt("scoring"), complaint: prompt("complaint"))
        guard let run = try store.write({ try LabelRun.open(identity, $0) }) else { throw NoLabelRun() }
        try store.execute(
            """
            INSERT INTO label_spans (id, run_id, instruction_id, goal_instruction_id, status)
            SELECT 1, \(run.id), id, id, 'scored' FROM instructions WHERE kind = 'task';
            INSERT INTO label_windows (span_id, idx, first_action, action_count) VALUES (1, 0, 0, 5);
            """)
        for (t, score) in [2, 0, 8, 5, 10].enumerated() {
            try store.execute(
                """
                INSERT INTO label_scores (span_id, position, episode_id, t, window_idx, score, samples)
                VALUES (1, \(t), \(episode), \(t), 0, \(score), 1)
                """)
        }
        for stage in 1...2 {
            let answer = stage == 1 ? "The agent </script><b>walks</b>." : "[2, 0, 8, 5, 10]"
            try store.execute(
                """
                INSERT INTO label_calls (id, run_id, reference, stage, request_sha256, source, provider, base_url,
                    model_asked, model_answered, prompt, answer, prompt_tokens, cached_tokens, completion_tokens,
                    cost_nanodollars, attempts, started_at, latency_ms)
                VALUES (\(stage), \(run.id), 'r', \(stage), zeroblob(32), 'live', 'p', 'u', 'm', 'm-1', 'q',
                    '\(answer)', 10, 0, 5, 1500000, 1, 'now', 1);
                INSERT INTO label_questions (span_id, stage, window_idx, sample, ask, call_id)
                VALUES (1, \(stage), 0, 0, 0, \(stage));
                """)
        }
        return run.id
    }

    private static func episode(goal: String) -> EpisodeRecord {
        let subgoals = [
            Subgoal(kind: .goto, steps: 0..<2), Subgoal(kind: .pickup, steps: 2..<3, objectID: "Apple|1"),
            Subgoal(kind: .put, steps: 3..<5, objectID: "Apple|1", receptacleID: "Fridge|1"),
        ]
        let sentences = ["Walk", "Take it", "Cool it"]
        let labels = Instruction.labels(subgoals: subgoals, goal: goal, sentences: sentences, annotation: 0)
        let apple = ObjectClass(name: "Apple") ?? .noObject
        let fridge = ObjectClass(name: "Fridge") ?? .noObject
        let episode = Episode(
            key: "task/trial_1", split: "train",
            transitions: [
                Transition(action: .moveAhead, subTask: 0), Transition(action: .rotateLeft, subTask: 0),
                Transition(action: .pickup, objectClass: apple, objectID: "Apple|1", subTask: 0),
                Transition(action: .open, objectClass: fridge, objectID: "Fridge|1", subTask: 1),
                Transition(action: .put, objectClass: fridge, objectID: "Fridge|1", subTask: 1),
            ], subTasks: SubTask.merging(subgoals), instructions: labels.instructions)
        return EpisodeRecord(
            episode: episode, scene: SceneRecord(floorPlan: "FloorPlan1001", number: 1001, room: "Kitchen"),
            goal: nil, taskID: "trial_1", subgoals: subgoals,
            annotations: [
                AnnotationRecord(
                    isInSplit: true, isAligned: true, taskDescription: goal, stepDescriptions: sentences, votes: [])
            ],
            frames: (0..<6).map { (t: Int) in FrameRecord(name: "00000000\(t)", status: .present, record: t) },
            imageCount: 5, features: nil,
            source: SourceRecord(
                path: "train/task/trial_1/traj_data.json", byteCount: 10, stamp: "s", sha256: hash(1),
                contentSHA256: hash(2)))
    }

    /// A training run with curves.
    @discardableResult
    func train(
        _ name: String, seed: Int, algorithm: String = "iql", source: RewardMix.Source = .none,
        sparse: Float = 1, generated: Float = 1, transform: RewardMix.Transform = .scaled,
        ends: RewardMix.Ends = .absorbing, summary: RewardSummary? = nil, temperature: Float = 5, data: String? = nil,
        steps: Int = 300
    ) throws -> TrainRun {
        let reward = RewardMix(
            sparseWeight: sparse, generatedWeight: generated, transform: transform, source: source, ends: ends)
        var settings = LearningSettings(
            algorithm: Algorithm(rawValue: algorithm) ?? .iql, dataSHA256: data ?? "", reward: reward,
            rewardSummary: summary, encoder: "patches", seed: UInt64(seed))
        settings.iql.temperature = temperature
        let config = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        return try store.write { db in
            var run = try TrainRun.create(
                TrainRun.Identity(
                    name: name, datasetID: datasetID, algorithm: algorithm, preset: "small", encoder: "patches",
                    seed: Int64(seed), config: config, reward: reward,
                    labelRunID: source.labelRun.map { _ in labelRunID }, parameters: 1_234_567,
                    vocabularySHA256: Self.hash(3)), db)
            let metrics = stride(from: 100, through: steps, by: 100).flatMap { step in
                [
                    TrainMetricRow(step: step, split: "train", name: "loss/action", value: 300 / Double(step + seed)),
                    TrainMetricRow(step: step, split: "train", name: "mean/q", value: Double(step) / 400),
                    TrainMetricRow(step: step, split: "valid_seen", name: "action/exact", value: 0.5),
                ]
            }
            try run.record(metrics, db)
            try run.update(status: .done, step: steps, db)
            return run
        }
    }

    /// An evaluation on tasks of 1 to 6 sub-tasks, twice each unless places say otherwise.
    ///
    /// - Parameter completed: Of the task at a place with so many sub-tasks.
    @discardableResult
    func evaluate(
        _ training: TrainRun?, agent: EvalRun.Agent = .policy, on set: String = "main", version: UInt8 = 9,
        isDone: Bool = true, instruction: String = "Take the apple", places: [Int] = Array(0..<12),
        completed: (Int, Int) -> Int
    ) throws -> EvalRun {
        try store.write { db in
            var run = try EvalRun.create(
                EvalRun.Identity(
                    name: "\(training?.identity.name ?? agent.rawValue)@\(set)-\(version)", agent: agent,
                    trainRunID: training?.id, checkpointStep: training?.step,
                    checkpointSHA256: training.map { _ in Self.hash(5) }, taskSet: set,
                    taskSetSHA256: Self.hash(version), seed: 7, config: "{}"), db)
            for place in places {
                let length = place % 6 + 1
                let done = min(length, max(0, completed(place, length)))
                let steps = (0..<5).map { t in
                    Rollout.Step(
                        action: t == 2 ? 4 : 2, objectClass: t == 2 ? 2 : 0, objectID: t == 2 ? "Apple|1" : nil,
                        failure: t == 3 ? "blocked by <Fridge>" : nil, completed: t == 2 && done > 0)
                }
                try run.record(
                    Rollout(
                        index: place, key: "task/trial_\(place / 2 + 1)", annotation: 0, subTasks: 0..<length,
                        episodeID: place == 0 ? episodeID : nil, scene: 1001, taskType: nil, instruction: instruction,
                        start: .recorded, expertSteps: 4, stepLimit: 8, stepCount: 5, completed: done,
                        conditions: place < 6 ? .init(met: done, total: length) : nil,
                        problem: place == 11 ? "no such room" : nil), steps: steps, db)
            }
            if isDone { try run.finish(seconds: 1.5, db) }
            return run
        }
    }

    static func plan(_ rows: [(name: String, kind: ReportPlan.Kind)], seeds: [Int] = [0, 1], sets: [String] = ["main"])
        -> ReportPlan
    {
        ReportPlan(
            name: "trial",
            rows: rows.map { row in
                ReportPlan.Row(
                    name: row.name, title: row.name, kind: row.kind,
                    runs: seeds.map { .init(seed: $0, name: "\(row.name)-s\($0)", command: "train \(row.name) \($0)") })
            }, sets: sets, referenceCommands: ["expert": "evaluate expert"])
    }

    func data(_ plan: ReportPlan) throws -> ReportData { try ReportData(plan, from: store) }

    /// Sparse, RG-VLM, both, cloning, a control and an oracle; of the control one seed is missing.
    func fill() throws -> ReportPlan {
        let rows: [(name: String, kind: ReportPlan.Kind, algorithm: String, source: RewardMix.Source, sparse: Float)] =
            [
                ("sparse", .method, "iql", .none, 1), ("rgvlm", .method, "iql", .labels(run: "labels"), 0),
                ("sparse-rgvlm", .method, "iql", .labels(run: "labels"), 1), ("bc", .baseline, "bc", .none, 1),
                ("zero", .control, "iql", .zero, 1), ("best", .oracle, "iql", .oracle, 1),
            ]
        for (place, row) in rows.enumerated() {
            for seed in 0..<2 where !(row.name == "zero" && seed == 1) {
                let run = try train(
                    "\(row.name)-s\(seed)", seed: seed, algorithm: row.algorithm, source: row.source,
                    sparse: row.sparse)
                try evaluate(run) { task, length in (task * 7 + seed * 3) % 3 == 0 ? length : (place + task) % 4 }
            }
        }
        try evaluate(nil, agent: .expert) { $1 }
        return Self.plan(rows.map { ($0.name, $0.kind) })
    }
}
