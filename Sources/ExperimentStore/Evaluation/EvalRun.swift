package import GRDB
internal import Ground

/// One agent taken through one set of tasks.
package struct EvalRun: QueryRow, Equatable {
    /// Who acts.
    package enum Agent: String, Codable, Sendable, CaseIterable {
        /// A trained policy.
        case policy
        /// The recorded actions: how much of the tasks the simulator lets anybody complete.
        case expert
        /// Legal actions at random.
        case random
    }

    /// Who chooses when the simulator refuses an action.
    package enum Rules: String, Codable, Sendable, CaseIterable {
        /// SPRINT's: the best legal action, whether or not it has just been refused.
        case sprint
        /// SPRINT's, but what was refused is not taken again until an action has succeeded: the next best is.
        case masked
        /// SPRINT's, but action and object are drawn by the policy's own probabilities among those that are legal.
        case sampled
    }

    /// How a run stands.
    package enum Status: String, Codable, Sendable, CaseIterable {
        /// Under way, or interrupted and resumable.
        case running
        case done
    }

    /// What a run is made from. It does not change while the run goes on.
    package struct Identity: TableRow, Equatable {
        /// Where evaluations are kept.
        package static let databaseTableName = "eval_runs"

        /// As people call it. Several evaluations have the same name where their content differs.
        package var name: String
        /// SHA-256 of all that decides what comes of it: unique in a store, 32 bytes.
        @Blob package private(set) var contentSHA256: [UInt8]
        /// Who acts.
        package var agent: Agent
        /// Nil unless a policy acts, as are the step and the hash of its checkpoint (32 bytes, of `model.safetensors`).
        package var trainRunID: Int64?
        /// Updates done before the checkpoint was taken.
        package var checkpointStep: Int?
        /// Of `model.safetensors`, 32 bytes.
        @Blob package var checkpointSHA256: [UInt8]?
        /// As in `eval_instruct`.
        package var taskSet: String
        /// 32 bytes.
        @Blob package var taskSetSHA256: [UInt8]
        /// Who chooses when the simulator refuses an action.
        package var rules: Rules
        package var seed: Int64
        /// All settings, as JSON: ``EvalRun/Settings`` where this program made it.
        package var config: String

        /// What an evaluation is made from.
        package init(
            name: String, agent: Agent, trainRunID: Int64? = nil, checkpointStep: Int? = nil,
            checkpointSHA256: [UInt8]? = nil, taskSet: String, taskSetSHA256: [UInt8], rules: Rules = .sprint,
            seed: Int64, config: String
        ) {
            // Not the number of the training run, which differs from store to store: its name is in the name.
            let parts = [
                name, agent.rawValue, (checkpointSHA256 ?? []).hex, String(checkpointStep ?? -1), taskSetSHA256.hex,
                rules.rawValue, String(seed), config,
            ]
            contentSHA256 = SHA256.hash(data: Array(parts.joined(separator: "\n").utf8))
            self.name = name
            self.rules = rules
            self.agent = agent
            self.trainRunID = trainRunID
            self.checkpointStep = checkpointStep
            self.checkpointSHA256 = checkpointSHA256
            self.taskSet = taskSet
            self.taskSetSHA256 = taskSetSHA256
            self.seed = seed
            self.config = config
        }

        /// The set with the rules it was tried by, as reports name it: rules other than SPRINT's are said.
        package var shownSet: String { EvalRun.shown(taskSet, rules) }
    }

    /// The store's number of the run.
    package private(set) var id: Int64
    /// Columns of the same row.
    package private(set) var identity: Identity
    /// How the run stands.
    package private(set) var status: Status
    /// ISO 8601, UTC, as all times.
    package private(set) var startedAt: String
    /// When it was last noted, in the same form.
    package private(set) var updatedAt: String
    /// How long the rollouts that are stored took.
    package private(set) var seconds: Double?

    /// The name of the run that takes an agent, or a training run's policy, through a set.
    package static func name(of agent: String, on taskSet: String, _ rules: Rules = .sprint) -> String {
        "\(agent)@\(shown(taskSet, rules))"
    }

    /// A set's name with the rules it was tried by; no set's own name has a `+`.
    package static func shown(_ taskSet: String, _ rules: Rules) -> String {
        rules == .sprint ? taskSet : "\(taskSet)+\(rules.rawValue)"
    }

    /// The first digits of the content's hash, which tell evaluations of one name apart.
    package var shortContent: String { String(identity.contentSHA256.hex.prefix(8)) }

    /// All runs in the order in which they were made.
    package static func all(_ db: Database) throws -> [EvalRun] {
        try fetchAll(db, sql: "SELECT * FROM eval_runs ORDER BY id")
    }

    /// The newest run called `name` that is done, else the newest; nil without any. `name#1a2b` means the one whose
    /// content's hash begins so.
    package static func named(_ name: String, _ db: Database) throws -> EvalRun? {
        let parts = name.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        return try fetchOne(
            db,
            sql: """
                SELECT * FROM eval_runs
                WHERE name = :name AND substr(lower(hex(content_sha256)), 1, length(:content)) = :content
                ORDER BY status = 'done' DESC, id DESC
                """,
            arguments: ["name": String(parts[0]), "content": parts.count > 1 ? parts[1].lowercased() : ""])
    }

    /// The run of an identity's content, or nil.
    package static func of(_ identity: Identity, _ db: Database) throws -> EvalRun? {
        try fetchOne(
            db, sql: "SELECT * FROM eval_runs WHERE content_sha256 = :content",
            arguments: ["content": Blob(wrappedValue: identity.contentSHA256)])
    }

    /// How many runs have a name.
    package static func count(named name: String, _ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM eval_runs WHERE name = :name", arguments: ["name": name]) ?? 0
    }

    /// Makes a run.
    ///
    /// - Throws: A constraint violation when there is one of the same content.
    package static func create(_ identity: Identity, _ db: Database) throws -> EvalRun {
        try identity.insert(db, adding: ["started_at": StoreTime.now, "updated_at": StoreTime.now])
        guard let run = try of(identity, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the evaluation was not stored")
        }
        return run
    }

    /// Notes how long the rollouts that are stored took.
    package mutating func note(seconds: Double, _ db: Database) throws {
        let now = StoreTime.now
        try db.execute(
            sql: "UPDATE eval_runs SET seconds = :seconds, updated_at = :now WHERE id = :id",
            arguments: ["seconds": seconds, "now": now, "id": id])
        self.seconds = seconds
        updatedAt = now
    }

    /// Notes that all rollouts are stored.
    package mutating func finish(seconds: Double, _ db: Database) throws {
        let now = StoreTime.now
        try db.execute(
            sql: "UPDATE eval_runs SET status = 'done', seconds = :seconds, updated_at = :now WHERE id = :id",
            arguments: ["seconds": seconds, "now": now, "id": id])
        status = .done
        self.seconds = seconds
        updatedAt = now
    }

    /// Deletes the run with its rollouts.
    package func delete(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM eval_runs WHERE id = :id", arguments: ["id": id])
    }
}
