package import GRDB

/// Where a span comes from, by the dataset's own names.
package struct SpanOrigin: Sendable, Equatable {
    package var root: String
    package var episodeKey: String
    /// The episode and sub-tasks of the goal's instruction.
    package var goalEpisodeKey: String
    package var goalKind: String
    package var goalSubTasks: Range<Int>

    /// Nil for a span that is not there.
    package static func of(_ spanID: Int64, _ db: Database) throws -> SpanOrigin? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.root, e.split || '/' || e.key, ge.split || '/' || ge.key, g.kind, g.first_subtask, g.subtask_count
                FROM label_spans s JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                JOIN datasets d ON d.id = e.dataset_id JOIN instructions g ON g.id = s.goal_instruction_id
                JOIN episodes ge ON ge.id = g.episode_id WHERE s.id = ?
                """)
        return try Row.fetchOne(statement, arguments: [spanID]).map {
            SpanOrigin(
                root: $0[0], episodeKey: $0[1], goalEpisodeKey: $0[2], goalKind: $0[3],
                goalSubTasks: ($0[4] as Int)..<($0[4] as Int + ($0[5] as Int)))
        }
    }
}
