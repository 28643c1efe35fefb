package import GRDB

/// A span whose labelling has ended, one way or the other.
package struct FinishedSpanRow: Sendable, Equatable {
    package var id: Int64
    package var episodeID: Int64
    package var instructionID: Int64
    /// As in `train/<task>/<trial> 3`: the episode and the instruction's number.
    package var name: String
    /// Whether the span ends with what its goal asks for.
    package var isFulfilled: Bool
    package var policy: String?
    package var failure: String?
}

extension LabelRun {
    /// Scored and unscored spans of a run, by episode.
    package static func finishedSpans(_ run: LabelRun, _ db: Database) throws -> [FinishedSpanRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT s.id, e.id, i.id, e.split || '/' || e.key || ' ' || i.id, i.fulfilled, e.policy, s.failure
                FROM label_spans s JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                WHERE s.run_id = ? AND s.status IN ('scored', 'unscored') ORDER BY e.id, i.id, s.id
                """, arguments: [run.id]
        ).map {
            FinishedSpanRow(
                id: $0[0], episodeID: $0[1], instructionID: $0[2], name: $0[3], isFulfilled: $0[4], policy: $0[5],
                failure: $0[6])
        }
    }

    /// The scores of a span in the order of its actions; unscored ones are left out.
    package static func scores(spanID: Int64, _ db: Database) throws -> [LabelScoreRow] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT position, t, window_idx, score, expected, samples, agreement FROM label_scores WHERE span_id = ?
                ORDER BY position
                """)
        return try Row.fetchAll(statement, arguments: [spanID]).map {
            LabelScoreRow(
                position: $0[0], t: $0[1], window: $0[2], score: $0[3], expected: $0[4], samples: $0[5],
                agreement: $0[6])
        }
    }

    /// The last transitions of an episode's sub-tasks.
    package static func subTaskEnds(episodeID: Int64, _ db: Database) throws -> Set<Int> {
        let statement = try db.cachedStatement(
            sql: "SELECT first_step + step_count - 1 FROM subtasks WHERE episode_id = ?")
        return Set(try Int.fetchAll(statement, arguments: [episodeID]))
    }
}
