internal import Episodes
package import GRDB

/// Writes episodes inside one transaction, bound by hand (``BulkInsert``): a row of a transition or a frame is written
/// millions of times, and records would take three times as long.
package struct EpisodeWriter {
    /// What to do with one episode.
    package enum Change: Sendable {
        /// `replacing` is the id of its earlier version: those rows go, the id stays.
        case write(EpisodeRecord, replacing: Int64?)
        /// Its files have other times but the same contents.
        case restamp(id: Int64, stamp: String)
    }

    private let db: Database
    private let datasetID: Int64
    private var sceneIDs: [SceneRecord: Int64] = [:]

    private let episodes: BulkInsert
    private let annotations: BulkInsert
    private let subtasks: BulkInsert
    private let subgoals: BulkInsert
    private let transitions: BulkInsert
    private let frames: BulkInsert
    private let instructions: BulkInsert

    /// Prepares the inserts.
    package init(_ db: Database, datasetID: Int64) throws {
        self.db = db
        self.datasetID = datasetID
        episodes = try BulkInsert(
            db, into: "episodes",
            columns: [
                "id", "dataset_id", "scene_id", "split", "key", "task_id", "task_type", "object_target",
                "object_sliced", "parent_target", "movable_target", "toggle_target", "step_count", "image_count",
                "feature_path", "feature_count", "source_path", "source_bytes", "source_stamp", "source_sha256",
                "content_sha256", "policy", "success",
            ])
        annotations = try BulkInsert(
            db, into: "annotations",
            columns: ["episode_id", "repeat_idx", "in_split", "aligned", "task_desc", "high_descs", "votes"])
        subtasks = try BulkInsert(
            db, into: "subtasks",
            columns: ["episode_id", "idx", "kind", "first_step", "step_count", "object_id", "receptacle_id", "done"])
        subgoals = try BulkInsert(
            db, into: "subgoals", columns: ["episode_id", "idx", "subtask", "kind", "first_step", "step_count"])
        transitions = try BulkInsert(
            db, into: "transitions",
            columns: ["episode_id", "t", "action", "object_class", "object_id", "subtask", "recorded_reward"])
        frames = try BulkInsert(
            db, into: "frames",
            columns: [
                "episode_id", "t", "name", "status", "path", "width", "height", "sha256", "record", "feature_row",
            ])
        instructions = try BulkInsert(
            db, into: "instructions",
            columns: [
                "episode_id", "repeat_idx", "kind", "first_subtask", "subtask_count", "first_step", "step_count",
                "text", "fulfilled",
            ])
    }

    /// Carries out one change.
    package mutating func apply(_ change: Change) throws {
        switch change {
        case .restamp(let id, let stamp):
            try db.execute(
                sql: "UPDATE episodes SET source_stamp = :stamp WHERE id = :id", arguments: ["stamp": stamp, "id": id])
        case .write(let record, let replaced):
            if let replaced {
                try db.execute(sql: "DELETE FROM episodes WHERE id = :id", arguments: ["id": replaced])
            }
            let id = try insertEpisode(record, id: replaced)
            try insertLanguage(record, id)
            try insertSteps(record, id)
        }
    }

    private mutating func sceneID(_ scene: SceneRecord) throws -> Int64 {
        if let id = sceneIDs[scene] { return id }
        let arguments: StatementArguments = [
            "dataset": datasetID, "plan": scene.floorPlan, "number": scene.number, "room": scene.room,
        ]
        try db.execute(
            sql: """
                INSERT INTO scenes (dataset_id, floor_plan, number, room) VALUES (:dataset, :plan, :number, :room)
                ON CONFLICT (dataset_id, floor_plan) DO UPDATE SET number = excluded.number, room = excluded.room
                WHERE number <> excluded.number OR room IS NOT excluded.room
                """, arguments: arguments)
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM scenes WHERE dataset_id = :dataset AND floor_plan = :plan",
            arguments: ["dataset": datasetID, "plan": scene.floorPlan])
        sceneIDs[scene] = id
        return id ?? 0
    }

    private mutating func insertEpisode(_ record: EpisodeRecord, id: Int64?) throws -> Int {
        let scene = try sceneID(record.scene)
        let goal = record.goal
        func orNil(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }
        try episodes.insert { row in
            row.bind(id.map { Int($0) })
            row.bind(Int(datasetID))
            row.bind(Int(scene))
            row.bind(record.episode.split)
            row.bind(record.episode.key)
            row.bind(record.taskID)
            row.bind(goal?.taskType)
            row.bind(orNil(goal?.objectTarget))
            row.bind(goal.map { $0.objectSliced ? 1 : 0 })
            row.bind(orNil(goal?.parentTarget))
            row.bind(orNil(goal?.movableTarget))
            row.bind(orNil(goal?.toggleTarget))
            row.bind(record.episode.transitions.count)
            row.bind(record.imageCount)
            row.bind(record.features?.path)
            row.bind(record.features?.count)
            row.bind(record.source.path)
            row.bind(record.source.byteCount)
            row.bind(record.source.stamp)
            row.bind(blob: record.source.sha256)
            row.bind(blob: record.source.contentSHA256)
            row.bind(record.episode.policy)
            row.bind(record.episode.isSuccess.map { $0 ? 1 : 0 })
        }
        return id.map { Int($0) } ?? Int(db.lastInsertedRowID)
    }

    private func insertLanguage(_ record: EpisodeRecord, _ id: Int) throws {
        for (index, annotation) in record.annotations.enumerated() {
            try annotations.insert { row in
                row.bind(id)
                row.bind(index)
                row.bind(annotation.isInSplit ? 1 : 0)
                row.bind(annotation.isAligned.map { $0 ? 1 : 0 })
                row.bind(annotation.taskDescription)
                row.bind(annotation.stepDescriptions)
                row.bind(annotation.votes)
            }
        }
        for instruction in record.episode.instructions {
            try instructions.insert { row in
                row.bind(id)
                row.bind(instruction.annotation)
                row.bind(instruction.kind.rawValue)
                row.bind(instruction.subTasks.lowerBound)
                row.bind(instruction.subTasks.count)
                row.bind(instruction.steps.lowerBound)
                row.bind(instruction.steps.count)
                row.bind(instruction.text)
                row.bind(instruction.isFulfilled ? 1 : 0)
            }
        }
    }

    private func insertSteps(_ record: EpisodeRecord, _ id: Int) throws {
        var subtaskOfSubgoal: [Int] = []
        for (index, subtask) in record.episode.subTasks.enumerated() {
            subtaskOfSubgoal += repeatElement(index, count: subtask.subgoals.count)
            try subtasks.insert { row in
                row.bind(id)
                row.bind(index)
                row.bind(subtask.kind.rawValue)
                row.bind(subtask.steps.lowerBound)
                row.bind(subtask.steps.count)
                row.bind(subtask.objectID)
                row.bind(subtask.receptacleID)
                row.bind(subtask.isDone ? 1 : 0)
            }
        }
        for (index, subgoal) in record.subgoals.enumerated() {
            try subgoals.insert { row in
                row.bind(id)
                row.bind(index)
                row.bind(subtaskOfSubgoal[index])
                row.bind(subgoal.kind.rawValue)
                row.bind(subgoal.steps.lowerBound)
                row.bind(subgoal.steps.count)
            }
        }
        for (t, transition) in record.episode.transitions.enumerated() {
            try transitions.insert { row in
                row.bind(id)
                row.bind(t)
                row.bind(Int(transition.action.rawValue))
                row.bind(Int(transition.objectClass.id))
                row.bind(transition.objectID)
                row.bind(transition.subTask)
                row.bind(transition.recordedReward)
            }
        }
        for (t, frame) in record.frames.enumerated() {
            try frames.insert { row in
                row.bind(id)
                row.bind(t)
                row.bind(frame.name)
                row.bind(frame.status.rawValue)
                row.bind(frame.path)
                row.bind(frame.width)
                row.bind(frame.height)
                row.bind(blob: frame.sha256)
                row.bind(frame.record)
                row.bind(frame.featureRow)
            }
        }
    }
}
