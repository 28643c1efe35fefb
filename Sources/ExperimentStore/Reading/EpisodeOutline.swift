package import GRDB

/// An episode as lists show it.
package struct EpisodeOutline: QueryRow, Equatable {
    /// Columns of the same row.
    package var episode: EpisodeHeader
    /// How many sub-tasks it has.
    package var subTaskCount: Int
    /// The first annotation's goal; nil without annotations.
    package var goal: String?
    /// All annotations' goals, one a line.
    package var goals: String?

    /// All episodes of the store in the order of their ids.
    package static func all(_ db: Database) throws -> [EpisodeOutline] {
        try fetchAll(
            db,
            sql: """
                SELECT x.*, (SELECT count(*) FROM subtasks t WHERE t.episode_id = x.id) AS sub_task_count,
                    (SELECT a.task_desc FROM annotations a WHERE a.episode_id = x.id
                        ORDER BY a.repeat_idx LIMIT 1) AS goal,
                    (SELECT group_concat(a.task_desc, char(10)) FROM annotations a WHERE a.episode_id = x.id) AS goals
                FROM (\(EpisodeHeader.selection)) x ORDER BY x.id
                """)
    }
}

/// What tells that rows have changed since something was read of them, at the cost of a few milliseconds.
package struct ChangeSignature: Sendable, Equatable {
    /// Of datasets and episodes.
    package var episodes: String
    /// Of label runs, by number.
    package var runs: [Int64: String]

    /// The signature of the store as the connection sees it.
    package init(_ db: Database) throws {
        struct Run: QueryRow {
            var id: Int64
            var signature: String
        }
        episodes =
            try String.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) || ' ' || ifnull(max(id), 0) FROM episodes)
                        || (SELECT ifnull(group_concat(id || ' ' || name || ' ' || updated_at), '') FROM datasets)
                    """) ?? ""
        let found = try Run.fetchAll(
            db,
            sql: """
                SELECT r.id, r.name || ' ' || ifnull((SELECT max(c.id) FROM label_calls c WHERE c.run_id = r.id), 0)
                    || (SELECT ' ' || count(*) || ' ' || ifnull(sum(s.status = 'scored'), 0)
                        || ' ' || ifnull(max(s.id), 0) FROM label_spans s WHERE s.run_id = r.id) AS signature
                FROM label_runs r
                """)
        runs = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.signature) })
    }

    /// A number that changes when another connection has written to the store.
    package static func version(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    }
}
