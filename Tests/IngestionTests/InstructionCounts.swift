import GRDB

enum InstructionCounts {
    /// Sub-tasks by kind, each counted once a sample of its trajectory.
    static func subtasksPerSample(split: String, _ db: Database) throws -> [String: Int] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT s.kind, count(*) FROM subtasks s
                JOIN episodes e ON e.id = s.episode_id
                JOIN annotations a ON a.episode_id = e.id AND a.in_split = 1
                WHERE e.split = ? GROUP BY s.kind
                """, arguments: [split])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    }
}
