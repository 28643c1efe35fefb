package import GRDB

/// An instruction that can be labelled.
package struct LabelCandidate: Sendable, Equatable {
    /// The store's number of the instruction.
    package var instructionID: Int64
    /// The same in every store of this data: dataset, split, episode and the instruction's place in it.
    package var key: String
    /// The goal's words.
    package var text: String
    /// How many transitions it covers.
    package var stepCount: Int
    /// The store's number of the episode.
    package var episodeID: Int64
    /// As in `FloorPlan7`.
    package var floorPlan: String
    /// Classes of the things the covered sub-tasks are about.
    package var objects: Set<String>

    /// Which instructions of a dataset.
    package struct Filter: Sendable {
        /// The store's number of the dataset.
        package var datasetID: Int64
        /// Nil for all splits.
        package var splits: [String]?
        /// `task`, `primitive`, `composite`.
        package var kinds: [String]
        /// Only the first annotation of each episode that has instructions of these kinds, or all of them.
        package var firstAnnotationOnly: Bool

        /// A choice by its parts.
        package init(datasetID: Int64, splits: [String]?, kinds: [String], firstAnnotationOnly: Bool) {
            self.datasetID = datasetID
            self.splits = splits
            self.kinds = kinds
            self.firstAnnotationOnly = firstAnnotationOnly
        }
    }

    private struct Found: QueryRow {
        var instructionID: Int64
        var key: String
        var text: String
        var stepCount: Int
        var episodeID: Int64
        var floorPlan: String
        var things: String?
    }

    /// The candidates in the order of episodes and steps.
    package static func all(_ filter: Filter, _ db: Database) throws -> [LabelCandidate] {
        try Found.fetchAll(
            db,
            sql: """
                SELECT i.id AS instruction_id, d.name || '/' || e.split || '/' || e.key || '/' || i.repeat_idx || '/'
                        || i.kind || '/' || i.first_subtask || '+' || i.subtask_count AS key,
                    i.text, i.step_count, e.id AS episode_id, s.floor_plan,
                    (SELECT group_concat(coalesce(st.object_id, '') || ' ' || coalesce(st.receptacle_id, ''), ' ')
                        FROM subtasks st WHERE st.episode_id = e.id AND st.idx >= i.first_subtask
                            AND st.idx < i.first_subtask + i.subtask_count) AS things
                FROM episodes e JOIN datasets d ON d.id = e.dataset_id JOIN scenes s ON s.id = e.scene_id
                JOIN instructions i ON i.episode_id = e.id
                WHERE e.dataset_id = :dataset
                    AND (:splits IS NULL OR e.split IN (SELECT value FROM json_each(:splits)))
                    AND i.kind IN (SELECT value FROM json_each(:kinds))
                    AND (NOT :first OR i.repeat_idx = (SELECT min(j.repeat_idx) FROM instructions j
                        WHERE j.episode_id = e.id AND j.kind IN (SELECT value FROM json_each(:kinds))))
                ORDER BY e.id, i.first_step, i.id
                """,
            arguments: [
                "dataset": filter.datasetID, "splits": filter.splits.map { NameList($0) },
                "kinds": NameList(filter.kinds), "first": filter.firstAnnotationOnly,
            ]
        ).map { found in
            LabelCandidate(
                instructionID: found.instructionID, key: found.key, text: found.text, stepCount: found.stepCount,
                episodeID: found.episodeID, floorPlan: found.floorPlan,
                objects: Set((found.things ?? "").split(separator: " ").map { String($0.prefix { $0 != "|" }) }))
        }
    }
}
