package import Episodes
package import GRDB

/// Instructions that meet some conditions.
package struct InstructionQuery: Sendable {
    /// An instruction with the split of its episode.
    package struct Match: QueryRow, Equatable, Encodable {
        /// The store's number of the instruction.
        package var id: Int64
        /// As in `train`.
        package var split: String
        /// The store's number of the episode.
        package var episodeID: Int64
        /// The annotation whose words these are.
        package var repeatIdx: Int
        /// What it covers.
        package var kind: Instruction.Kind
        /// The sub-task it begins with.
        package var firstSubtask: Int
        /// How many sub-tasks it covers.
        package var subtaskCount: Int
        /// The transition it begins with.
        package var firstStep: Int
        /// How many transitions it covers.
        package var stepCount: Int
        /// Whether the steps end with what the text asks for.
        package var fulfilled: Bool
        /// The sentence.
        package var text: String
    }

    /// Only of this split.
    package var split: String?
    /// Only of this kind.
    package var kind: Instruction.Kind?
    /// Only of episodes of these behaviours.
    package var behaviours: [Behaviour]?
    /// Only of the episode with this number.
    package var episode: Int64?
    /// Text the instruction contains, upper and lower case alike.
    package var containing: String?
    /// At most so many.
    package var limit: Int?

    /// All instructions of the store.
    package init() {}

    private var conditions: (sql: String, arguments: StatementArguments) {
        let all: [(term: String, name: String, value: (any DatabaseValueConvertible)?)] = [
            ("split = :split", "split", split), ("kind = :kind", "kind", kind?.rawValue),
            ("episode_id = :episode", "episode", episode),
            (
                "coalesce(policy, 'expert') IN (SELECT value FROM json_each(:behaviours))", "behaviours",
                behaviours.map { NameList($0) }
            ),
            ("instr(lower(text), lower(:words)) > 0", "words", containing),
        ]
        let used = all.filter { $0.value != nil }
        let sql = used.isEmpty ? "" : "WHERE " + used.map(\.term).joined(separator: " AND ")
        return (sql, StatementArguments(Dictionary(uniqueKeysWithValues: used.map { ($0.name, $0.value) })))
    }

    /// The matches in the order of their ids.
    package func fetch(_ db: Database) throws -> [Match] {
        let (condition, arguments) = conditions
        return try Match.fetchAll(
            db, sql: "SELECT * FROM instruction_list \(condition) ORDER BY id LIMIT \(limit ?? -1)",
            arguments: arguments)
    }

    /// How many there are without the limit.
    package func count(_ db: Database) throws -> Int {
        let (condition, arguments) = conditions
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM instruction_list \(condition)", arguments: arguments)
            ?? 0
    }
}
