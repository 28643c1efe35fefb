public import GRDB

/// Instructions that meet some conditions.
public struct InstructionQuery: Sendable {
    public struct Match: Sendable, Equatable, Encodable {
        public var id: Int64
        public var split: String
        public var episodeId: Int64
        public var repeatIdx: Int
        public var kind: String
        public var firstSubtask: Int
        public var subtaskCount: Int
        public var firstStep: Int
        public var stepCount: Int
        /// Whether the steps end with what the text asks for.
        public var fulfilled: Bool
        public var text: String
    }

    public var split: String?
    public var kind: String?
    public var episode: Int64?
    /// Text the instruction contains, upper and lower case alike.
    public var containing: String?
    public var limit: Int?

    public init() {}

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
    public func fetch(_ db: Database) throws -> [Match] {
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
    public func count(_ db: Database) throws -> Int {
        let (condition, arguments) = conditions
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM instruction_list \(condition)", arguments: arguments)
            ?? 0
    }
}
