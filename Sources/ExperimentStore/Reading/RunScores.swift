package import Episodes
package import GRDB

/// How often a run gave a score.
package struct ScoreCount: QueryRow, Equatable {
    /// 0 to 10; others are rounded.
    package var score: Int
    /// How many transitions have it.
    package var count: Int
    /// Under its own goal and as it was recorded; else in a control.
    package var isGenuine: Bool
    /// In a span all of which is scored.
    package var isWhole: Bool
}

extension LabelRun {
    /// How often each score occurs.
    package func scoreCounts(_ db: Database) throws -> [ScoreCount] {
        try ScoreCount.fetchAll(
            db,
            sql: """
                SELECT CAST(round(c.score) AS INTEGER) AS score, count(*) AS count, s.control = 'none' AS is_genuine,
                    s.status = 'scored' AS is_whole
                FROM label_spans s JOIN label_scores c ON c.span_id = s.id
                WHERE s.run_id = :run GROUP BY 1, 3, 4
                """, arguments: ["run": id])
    }

    /// Calls `body` with the episode, the transition and the score of each genuine score under instructions of a kind.
    /// There may be millions, so columns are read by position: a record decoded by Codable takes four times as long.
    package func forEachScore(
        _ kind: Instruction.Kind, _ db: Database, _ body: (_ episode: Int64, _ t: Int, _ score: Float) -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT c.episode_id, c.t, c.score FROM label_spans s
                JOIN instructions i ON i.id = s.instruction_id AND i.kind = :kind
                JOIN label_scores c ON c.span_id = s.id
                WHERE s.run_id = :run AND s.control = 'none'
                """, arguments: ["kind": kind.rawValue, "run": id])
        while let row = try rows.next() { body(row[0], row[1], row[2]) }
    }
}
