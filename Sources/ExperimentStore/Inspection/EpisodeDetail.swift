package import GRDB

/// All the store knows of one episode, for people.
package struct EpisodeDetail: Sendable, Equatable, Encodable {
    /// What one annotator wrote.
    package struct Annotation: QueryRow, Equatable, Encodable {
        /// Place in the recording.
        package var repeatIdx: Int
        /// Whether the splits file lists it as a sample of this split.
        package var inSplit: Bool
        /// Whether its sentences fit the sub-goals; nil where there are none.
        package var aligned: Bool?
        /// The sentence for the whole task.
        package var goal: String
        /// Those for the sub-goals.
        package var sentences: [String]
    }

    /// A sub-task: a sub-goal with the navigation that leads to it.
    package struct Subtask: QueryRow, Equatable, Encodable {
        /// Place in the episode.
        package var index: Int
        /// As in `Pickup`.
        package var kind: String
        /// The transition it begins with.
        package var firstStep: Int
        /// How many transitions it has.
        package var stepCount: Int
        /// The instance it is about.
        package var objectID: String?
        /// The instance it uses besides.
        package var receptacleID: String?
        /// Whether it is done after them.
        package var done: Bool
    }

    /// A transition.
    package struct Step: QueryRow, Equatable, Encodable {
        /// From 0.
        package var t: Int
        /// As in `MoveAhead`.
        package var action: String
        /// The class acted on; nil for navigation and classes outside the list.
        package var object: String?
        /// The instance acted on.
        package var objectID: String?
        /// The sub-task it belongs to.
        package var subtask: Int
        /// For the whole task: 1 on the last step.
        package var sparseReward: Double
        /// For the sub-task the step belongs to: 1 on its last step if that is done.
        package var subtaskReward: Double
        /// What the recording itself says.
        package var recordedReward: Double?
        /// The picture before the step, relative to the dataset's root.
        package var frame: String?
        /// As ``FrameRecord/Status``, or `absent`.
        package var frameStatus: String
    }

    /// The store's number of the episode.
    package var id: Int64
    /// The dataset's name.
    package var dataset: String
    /// As in `train`.
    package var split: String
    /// As in `<task>/<trial>`.
    package var key: String
    /// As in `pick_and_place_simple`.
    package var taskType: String?
    /// As in `FloorPlan28`.
    package var floorPlan: String
    /// The room's kind, as in `Kitchen`.
    package var room: String?
    /// Of generated data: who acted, and whether the task's goal was reached.
    package var policy: String?
    /// Whether the task's goal was reached.
    package var success: Bool?
    /// The trajectory file, relative to the dataset's root.
    package var source: String
    /// The feature file, likewise.
    package var features: String?
    /// What annotators wrote.
    package var annotations: [Annotation]
    /// In order; together they cover all steps.
    package var subtasks: [Subtask]
    /// The transitions in order.
    package var steps: [Step]
    /// The picture after the last step.
    var finalFrame: String?
    /// How many there are by kind.
    package var instructions: [String: Int]

    /// Nil when there is no such episode.
    package static func fetch(_ id: Int64, _ db: Database) throws -> EpisodeDetail? {
        guard let row = try EpisodeHeader.withID(id, db) else { return nil }
        let arguments: StatementArguments = ["id": id]
        return EpisodeDetail(
            id: row.id, dataset: row.dataset, split: row.split, key: row.key, taskType: row.taskType,
            floorPlan: row.floorPlan, room: row.room, policy: row.policy, success: row.success, source: row.sourcePath,
            features: row.featurePath,
            annotations: try Annotation.fetchAll(
                db,
                sql: """
                    SELECT repeat_idx, in_split, aligned, task_desc AS goal, high_descs AS sentences FROM annotations
                    WHERE episode_id = :id ORDER BY repeat_idx
                    """, arguments: arguments),
            subtasks: try Subtask.fetchAll(
                db,
                sql: """
                    SELECT idx AS "index", kind, first_step, step_count, object_id, receptacle_id, done FROM subtasks
                    WHERE episode_id = :id ORDER BY idx
                    """, arguments: arguments),
            steps: try Step.fetchAll(
                db,
                sql: """
                    SELECT l.t, l.action, l.object, l.object_id, l.subtask, l.sparse_reward,
                        iif(l.t = s.first_step + s.step_count - 1 AND s.done, 1.0, 0.0) AS subtask_reward,
                        l.recorded_reward,
                        l.frame_before AS frame, coalesce(f.status, 'absent') AS frame_status
                    FROM transition_list l
                    JOIN subtasks s ON s.episode_id = l.episode_id AND s.idx = l.subtask
                    LEFT JOIN frames f ON f.episode_id = l.episode_id AND f.t = l.t
                    WHERE l.episode_id = :id ORDER BY l.t
                    """, arguments: arguments),
            finalFrame: try String.fetchOne(
                db, sql: "SELECT path FROM frames WHERE episode_id = :id ORDER BY t DESC LIMIT 1",
                arguments: arguments),
            instructions: try NameCount.all(
                db,
                sql: "SELECT kind AS name, count(*) AS count FROM instructions WHERE episode_id = :id GROUP BY kind",
                arguments: arguments))
    }
}
