internal import Foundation
package import GRDB

/// All the store knows of one episode.
package struct EpisodeDetail: Sendable, Equatable, Encodable {
    package struct Annotation: Sendable, Equatable, Encodable {
        package var repeatIdx: Int
        package var inSplit: Bool
        package var aligned: Bool?
        package var goal: String
        package var sentences: [String]
    }

    package struct Subtask: Sendable, Equatable, Encodable {
        package var index: Int
        package var kind: String
        package var firstStep: Int
        package var stepCount: Int
        package var objectId: String?
        package var receptacleId: String?
    }

    package struct Step: Sendable, Equatable, Encodable {
        package var t: Int
        package var action: String
        package var object: String?
        package var objectId: String?
        package var subtask: Int
        /// For the whole task: 1 on the last step.
        package var sparseReward: Double
        /// For the sub-task the step belongs to: 1 on its last step.
        package var subtaskReward: Double
        /// What the recording itself says.
        package var recordedReward: Double?
        package var frame: String?
        package var frameStatus: String
    }

    package var id: Int64
    package var dataset: String
    package var split: String
    package var key: String
    package var taskType: String?
    package var floorPlan: String
    package var room: String?
    /// Of generated data: who acted, and whether the task's goal was reached.
    package var policy: String?
    package var success: Bool?
    package var source: String
    package var features: String?
    package var annotations: [Annotation]
    package var subtasks: [Subtask]
    package var steps: [Step]
    /// The picture after the last step.
    package var finalFrame: String?
    package var instructions: [String: Int]

    /// The episode with the number `name`, else those whose key, task folder or trial name it is: at most `limit`.
    package static func find(_ name: String, limit: Int = 5, _ db: Database) throws -> [(
        id: Int64, key: String, split: String
    )] {
        return try Row.fetchAll(
            db,
            sql: """
                SELECT id, key, split FROM episodes
                WHERE id = :id OR (:id NOT IN (SELECT id FROM episodes) OR :id IS NULL) AND (
                    key = :name OR task_id = :name OR substr(key, 1, length(:name) + 1) = :name || '/')
                ORDER BY id LIMIT :limit
                """,
            arguments: ["id": Int64(name), "name": name, "limit": limit]
        ).map { ($0[0], $0[1], $0[2]) }
    }

    /// Nil when there is no such episode.
    package static func fetch(_ id: Int64, _ db: Database) throws -> EpisodeDetail? {
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT e.id, d.name, e.split, e.key, e.task_type, s.floor_plan, s.room, e.source_path, e.feature_path,
                        e.policy, e.success
                    FROM episodes e JOIN datasets d ON d.id = e.dataset_id JOIN scenes s ON s.id = e.scene_id
                    WHERE e.id = ?
                    """, arguments: [id])
        else { return nil }
        var detail = EpisodeDetail(
            id: row[0], dataset: row[1], split: row[2], key: row[3], taskType: row[4], floorPlan: row[5], room: row[6],
            policy: row[9], success: row[10], source: row[7], features: row[8], annotations: [], subtasks: [],
            steps: [], instructions: [:])
        detail.annotations = try Row.fetchAll(
            db,
            sql: """
                SELECT repeat_idx, in_split, aligned, task_desc, high_descs FROM annotations WHERE episode_id = ?
                ORDER BY repeat_idx
                """, arguments: [id]
        ).map {
            Annotation(
                repeatIdx: $0[0], inSplit: $0[1], aligned: $0[2], goal: $0[3],
                sentences: (try? JSONDecoder().decode([String].self, from: Data(($0[4] as String).utf8))) ?? [])
        }
        detail.subtasks = try Row.fetchAll(
            db,
            sql: """
                SELECT idx, kind, first_step, step_count, object_id, receptacle_id FROM subtasks WHERE episode_id = ?
                ORDER BY idx
                """, arguments: [id]
        ).map {
            Subtask(
                index: $0[0], kind: $0[1], firstStep: $0[2], stepCount: $0[3], objectId: $0[4], receptacleId: $0[5])
        }
        try detail.readSteps(db)
        let kinds = try Row.fetchAll(
            db, sql: "SELECT kind, count(*) FROM instructions WHERE episode_id = ? GROUP BY kind", arguments: [id])
        detail.instructions = Dictionary(uniqueKeysWithValues: kinds.map { ($0[0] as String, $0[1] as Int) })
        return detail
    }

    private mutating func readSteps(_ db: Database) throws {
        let lastSteps = Set(subtasks.map { $0.firstStep + $0.stepCount - 1 })
        steps = try Row.fetchAll(
            db,
            sql: """
                SELECT l.t, l.action, l.object, l.object_id, l.subtask, l.sparse_reward, l.recorded_reward, l.frame_before,
                    coalesce(f.status, 'absent')
                FROM transition_list l LEFT JOIN frames f ON f.episode_id = l.episode_id AND f.t = l.t
                WHERE l.episode_id = ? ORDER BY l.t
                """, arguments: [id]
        ).map {
            Step(
                t: $0[0], action: $0[1], object: $0[2], objectId: $0[3], subtask: $0[4], sparseReward: $0[5],
                subtaskReward: lastSteps.contains($0[0]) ? 1 : 0, recordedReward: $0[6], frame: $0[7],
                frameStatus: $0[8])
        }
        finalFrame = try String.fetchOne(
            db, sql: "SELECT path FROM frames WHERE episode_id = ? ORDER BY t DESC LIMIT 1", arguments: [id])
    }
}
