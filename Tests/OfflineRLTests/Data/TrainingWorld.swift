import ALFRED
import Episodes
import ExperimentStore
import Foundation
import Frames
import GRDB
import Networks
import TestSupport
import Testing

@testable import OfflineRL

/// A store with a few episodes whose frames say which record they are.
struct TrainingWorld {
    let folder: TemporaryFolder
    let store: ExperimentStore
    let dataset: DatasetRow
    static let format = FrameFormat(element: .float16, shape: [3, 7, 7])!
    static let identifier = [UInt8](repeating: 7, count: 16)

    /// Lengths of the sub-tasks of each episode, and its policy's success.
    struct Plan {
        var split = "train"
        var subTasks: [(kind: SubTaskKind, steps: Int)]
        var isSuccess = true
        var annotations = 2
        /// Observations without a record.
        var missing: Set<Int> = []
    }

    static let plans = [
        Plan(subTasks: [(.pickup, 5), (.put, 25), (.toggle, 3)]),
        Plan(subTasks: [(.pickup, 1)], annotations: 3),
        Plan(subTasks: [(.pickup, 18), (.goto, 2)], isSuccess: false),
        Plan(subTasks: [(.pickup, 4), (.put, 4)], missing: [6]),
        Plan(split: "valid_seen", subTasks: [(.pickup, 17), (.cool, 40)]),
    ]

    init(_ plans: [Plan] = Self.plans, datasets: [String] = ["d"]) throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let frames = try FrameStoreWriter(
            store.frameStorePath(dataset: datasets[0]), format: Self.format, identifier: Self.identifier)
        dataset = try store.write { db in
            let rows = try datasets.map {
                var row = try DatasetRow.upsert(name: $0, format: "alfred", root: "/data", splitsFile: nil, db)
                row.frameStoreID = Self.identifier
                try row.saveFrameStoreID(db)
                return row
            }
            var writer = try EpisodeWriter(db, datasetID: rows[0].id)
            for (index, plan) in plans.enumerated() {
                try writer.apply(.write(Self.record(plan, index, frames), replacing: nil))
            }
            try db.execute(sql: "UPDATE annotations SET in_split = 0 WHERE repeat_idx = 2")
            return rows[0]
        }
        try frames.commit()
    }

    private static func record(_ plan: Plan, _ index: Int, _ frames: FrameStoreWriter) throws -> EpisodeRecord {
        var subgoals: [Subgoal] = []
        var transitions: [Transition] = []
        for (subTask, part) in plan.subTasks.enumerated() {
            subgoals.append(Subgoal(kind: part.kind, steps: transitions.count..<(transitions.count + part.steps)))
            for step in 1...part.steps {
                let action = Action(rawValue: UInt8(1 + (transitions.count * 5 + index) % 12)) ?? .moveAhead
                let isListed = action.isInteraction && step % 2 == 0
                transitions.append(
                    Transition(
                        action: action, objectClass: isListed ? ObjectClass(name: "Apple")! : .noObject,
                        objectID: action.isInteraction ? "Apple|1" : nil, subTask: subTask))
            }
        }
        var instructions: [Instruction] = []
        for annotation in 0..<plan.annotations {
            let sentences = plan.subTasks.indices.map { "Do part \($0) of \(index), way \(annotation)." }
            instructions +=
                Instruction.labels(
                    subgoals: subgoals, goal: "Goal \(index), way \(annotation)", sentences: sentences,
                    annotation: annotation
                ).instructions
        }
        for place in instructions.indices where instructions[place].kind == .task {
            instructions[place].isFulfilled = plan.isSuccess
        }
        let observations = try (0...transitions.count).map { t in
            guard !plan.missing.contains(t) else { return FrameRecord(name: "\(t)", status: .missing) }
            var bytes = [UInt8](repeating: 0, count: format.byteCount)
            bytes[0] = UInt8(index)
            bytes[1] = UInt8(t)
            let record = try bytes.withUnsafeBytes { try frames.append($0) }
            return FrameRecord(name: "\(t)", status: .present, record: record)
        }
        var episode = Episode(
            key: "e\(index)", split: plan.split, transitions: transitions, subTasks: SubTask.merging(subgoals),
            instructions: instructions)
        episode.isSuccess = plan.isSuccess
        return EpisodeRecord(
            episode: episode, scene: SceneRecord(floorPlan: "FloorPlan1", number: 1, room: "Kitchen"),
            goal: GoalRecord(
                taskType: "t", objectTarget: "Apple", objectSliced: false, parentTarget: "", movableTarget: "",
                toggleTarget: ""),
            taskID: "t\(index)", subgoals: subgoals,
            annotations: (0..<plan.annotations).map { _ in
                AnnotationRecord(
                    isInSplit: true, isAligned: true, taskDescription: "g", stepDescriptions: [], votes: [])
            },
            frames: observations, imageCount: observations.count, features: nil,
            source: SourceRecord(
                path: "e\(index)", byteCount: 1, stamp: "s", sha256: [UInt8](repeating: 1, count: 32),
                contentSHA256: [UInt8](repeating: 2, count: 32)))
    }

    struct Row {
        var id: Int64
        var episode: Int64
        var annotation: Int
        var kind: String
        var steps: Range<Int>
        var isFulfilled: Bool
        var text: String
    }

    /// The instructions in the order of their ids.
    func instructions(_ condition: String = "1") throws -> [Row] {
        try store.read { db in
            try GRDB.Row.fetchAll(db, sql: "SELECT * FROM instruction_list WHERE \(condition) ORDER BY id").map {
                let first: Int = $0["first_step"]
                return Row(
                    id: $0["id"], episode: $0["episode_id"], annotation: $0["repeat_idx"], kind: $0["kind"],
                    steps: first..<(first + $0["step_count"]), isFulfilled: $0["fulfilled"], text: $0["text"])
            }
        }
    }

    /// Adds spans of a label run; nil is no score. `end` is how the spans ended.
    func label(
        _ run: String, _ rows: [Row], control: String = "none", end: LabelRun.SpanEnd = .scored,
        _ score: (Row, Int) -> Int?
    ) throws {
        func prompt(_ stage: String) -> PromptRow {
            PromptRow(
                name: "v", stage: stage, template: stage, sha256: [UInt8](repeating: UInt8(stage.count), count: 32))
        }
        try store.write { db in
            let identity = LabelRun.Identity(
                name: run, datasetID: dataset.id, annotator: "vlm", provider: "p", baseURL: "u", model: "m",
                unit: "task", settings: "{}", settingsSHA256: [UInt8](repeating: 1, count: 32),
                analysis: prompt("analysis"), scoring: prompt("scoring"), complaint: prompt("complaint"))
            let labels = try #require(try LabelRun.open(identity, db))
            for row in rows {
                _ = try labels.add(
                    [LabelRun.NewSpan(instructionID: row.id, control: control, goalInstructionID: row.id)], db)
                let span = try #require(
                    try Int64.fetchOne(
                        db,
                        sql: "SELECT id FROM label_spans WHERE run_id = ? AND instruction_id = ? AND control = ?",
                        arguments: [labels.id, row.id, control]))
                try LabelRun.save(
                    LabelWindowRow(index: 0, actions: 0..<row.steps.count, pictures: []), spanID: span,
                    episodeID: row.episode, db)
                let scores = row.steps.enumerated().compactMap { position, t in
                    score(row, t).map { LabelScoreRow(position: position, t: t, window: 0, score: $0) }
                }
                try LabelRun.finish(spanID: span, episodeID: row.episode, scores: scores, end: end, db)
            }
        }
    }
}

extension TrainingSet {
    /// Rewards of item `index`, and whether each step is scored.
    func rewards(_ index: Int) -> [Float] {
        Array(rewards[items[index].firstReward..<(items[index].firstReward + items[index].stepCount)])
    }

    func isScored(_ index: Int) -> [Bool] {
        Array(isScored[items[index].firstReward..<(items[index].firstReward + items[index].stepCount)])
    }

    /// The words of item `index`.
    func text(_ index: Int) -> [Int32] {
        Array(words[items[index].firstWord..<(items[index].firstWord + items[index].wordCount)])
    }
}
