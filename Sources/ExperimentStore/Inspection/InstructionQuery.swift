package import GRDB

/// Instructions that meet some conditions.
package struct InstructionQuery: Sendable {
    package struct Match: Sendable, Equatable, Encodable {
        package var id: Int64
        package var split: String
        package var episodeId: Int64
        package var repeatIdx: Int
        package var kind: String
        package var firstSubtask: Int
        package var subtaskCount: Int
        package var firstStep: Int
        package var stepCount: Int
        /// Whether the steps end with what the text asks for.
        package var fulfilled: Bool
        package var text: String
    }

    package var split: String?
    package var kind: String?
    package var episode: Int64?
    /// Text the instruction contains, upper and lower case alike.
    package var containing: String?
    package var limit: Int?

    package init() {}

    private var conditions: (sql: String, arguments: StatementArguments) {
        var terms: [String] = []
        var arguments = StatementArguments()
        func add(_ term: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            terms.append(term)
            arguments += [value]
        }
        add("split = ?", split)
        add("kind = ?", kind)
        add("episode_id = ?", episode)
        add("instr(lower(text), lower(?)) > 0", containing)
        return (terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND "), arguments)
    }

    /// The matches in the order of their ids.
    package func fetch(_ db: Database) throws -> [Match] {
        let (condition, arguments) = conditions
        return try Row.fetchAll(
            db,
            sql: """
                SELECT id, split, episode_id, repeat_idx, kind, first_subtask, subtask_count, first_step, step_count,
                    fulfilled, text
                FROM instruction_list \(condition) ORDER BY id LIMIT \(limit ?? -1)
                """, arguments: arguments
        ).map {
            Match(
                id: $0[0], split: $0[1], episodeId: $0[2], repeatIdx: $0[3], kind: $0[4], firstSubtask: $0[5],
                subtaskCount: $0[6], firstStep: $0[7], stepCount: $0[8], fulfilled: $0[9], text: $0[10])
        }
    }

    /// How many there are without the limit.
    package func count(_ db: Database) throws -> Int {
        let (condition, arguments) = conditions
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM instruction_list \(condition)", arguments: arguments)
            ?? 0
    }
}
