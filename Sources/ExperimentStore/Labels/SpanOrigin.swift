package import Episodes
package import GRDB

/// Where a span comes from, by the dataset's own names.
package struct SpanOrigin: QueryRow, Equatable {
    /// The dataset's folder.
    package var root: String
    /// The episode shown, relative to ``root``.
    package var episodeKey: String
    /// The episode of the goal's instruction, relative to ``root``.
    package var goalEpisodeKey: String
    /// Of the goal's instruction.
    package var goalKind: Instruction.Kind
    private var firstSubtask: Int
    private var subtaskCount: Int

    /// The sub-tasks of the goal's episode that its words cover.
    package var goalSubTasks: Range<Int> { firstSubtask..<(firstSubtask + subtaskCount) }

    /// Nil for a span that is not there.
    package static func of(_ spanID: Int64, _ db: Database) throws -> SpanOrigin? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.root, e.split || '/' || e.key AS episode_key, ge.split || '/' || ge.key AS goal_episode_key,
                    g.kind AS goal_kind, g.first_subtask, g.subtask_count
                FROM label_spans s JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                JOIN datasets d ON d.id = e.dataset_id JOIN instructions g ON g.id = s.goal_instruction_id
                JOIN episodes ge ON ge.id = g.episode_id WHERE s.id = :span
                """)
        return try fetchOne(statement, arguments: ["span": spanID])
    }
}
