import ExperimentStore
import StoreFixture

enum InstructionCounts {
    /// Sub-tasks by kind, each counted once a sample of its trajectory.
    static func subtasksPerSample(split: String, _ store: ExperimentStore) throws -> [String: Int] {
        let rows = try store.rows(
            """
            SELECT s.kind, count(*) FROM subtasks s
            JOIN episodes e ON e.id = s.episode_id
            JOIN annotations a ON a.episode_id = e.id AND a.in_split = 1
            WHERE e.split = '\(split)' GROUP BY s.kind
            """)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Int($0[1]) ?? 0) })
    }
}
