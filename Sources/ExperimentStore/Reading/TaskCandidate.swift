package import Episodes
package import GRDB

/// An instruction that an evaluation can ask for.
package struct TaskCandidate: QueryRow, Equatable {
    /// The trajectory's key, and the annotation the words are of.
    package var key: String
    /// Whose words these are.
    package var annotation: Int
    var firstSubtask: Int
    var subtaskCount: Int
    /// The sentence.
    package var text: String

    /// The sub-tasks it covers.
    package var subTasks: Range<Int> { firstSubtask..<(firstSubtask + subtaskCount) }

    /// The fulfilled instructions of a split, of annotations in it: sentences of single sub-tasks, joined ones, or
    /// those of goals. By key, annotation and place.
    ///
    /// - Parameters:
    ///   - dataset: The dataset's name; nil for all.
    ///   - behaviours: Of episodes of these behaviours; a recording that names none is the expert's.
    package static func all(
        dataset: String?, split: String, kinds: [Instruction.Kind], behaviours: [Behaviour], _ db: Database
    ) throws -> [TaskCandidate] {
        try fetchAll(
            db,
            sql: """
                SELECT e.key, i.repeat_idx AS annotation, i.first_subtask, i.subtask_count, i.text FROM instructions i
                JOIN episodes e ON e.id = i.episode_id
                JOIN datasets d ON d.id = e.dataset_id
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                WHERE e.split = :split AND (:dataset IS NULL OR d.name = :dataset) AND i.fulfilled = 1
                    AND coalesce(e.policy, 'expert') IN (SELECT value FROM json_each(:behaviours))
                    AND i.kind IN (SELECT value FROM json_each(:kinds))
                    AND i.kind IN ('task', iif(i.subtask_count = 1, 'primitive', 'composite'))
                ORDER BY e.key, i.repeat_idx, i.first_subtask, i.subtask_count, i.kind
                """,
            arguments: [
                "split": split, "dataset": dataset, "kinds": NameList(kinds), "behaviours": NameList(behaviours),
            ])
    }
}
