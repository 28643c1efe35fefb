package import GRDB

/// A span whose labelling has ended, one way or the other.
package struct FinishedSpanRow: QueryRow, Equatable {
    /// The store's number of the span.
    package var id: Int64
    /// The store's number of the episode.
    package var episodeID: Int64
    /// The store's number of the instruction.
    package var instructionID: Int64
    /// As in `train/<task>/<trial> 3`: the episode and the instruction's number.
    package var name: String
    /// Whether the span ends with what its goal asks for.
    package var isFulfilled: Bool
    /// Who acted, where the recording says.
    package var policy: String?
    /// Why it is unscored.
    package var failure: LabelFailure?
}

extension LabelRun {
    /// Scored and unscored spans of a run, by episode.
    package func finishedSpans(_ db: Database) throws -> [FinishedSpanRow] {
        try FinishedSpanRow.fetchAll(
            db,
            sql: """
                SELECT s.id, e.id AS episode_id, i.id AS instruction_id, e.split || '/' || e.key || ' ' || i.id AS name,
                    i.fulfilled AS is_fulfilled, e.policy, s.failure
                FROM label_spans s JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                WHERE s.run_id = :run AND s.status IN ('scored', 'unscored') ORDER BY e.id, i.id, s.id
                """, arguments: ["run": id])
    }

    /// The last transitions of an episode's sub-tasks that were done.
    package static func subTaskEnds(episodeID: Int64, _ db: Database) throws -> Set<Int> {
        let statement = try db.cachedStatement(
            sql: "SELECT first_step + step_count - 1 FROM subtasks WHERE episode_id = :episode AND done")
        return Set(try Int.fetchAll(statement, arguments: ["episode": episodeID]))
    }
}
