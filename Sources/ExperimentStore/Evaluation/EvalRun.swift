package import GRDB

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

        /// As people call it; unique in a store.
        package var name: String
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
        package var seed: Int64
        /// All settings, as JSON.
        package var config: String

        /// What an evaluation is made from.
        package init(
            name: String, agent: Agent, trainRunID: Int64? = nil, checkpointStep: Int? = nil,
            checkpointSHA256: [UInt8]? = nil, taskSet: String, taskSetSHA256: [UInt8], seed: Int64, config: String
        ) {
            self.name = name
            self.agent = agent
            self.trainRunID = trainRunID
            self.checkpointStep = checkpointStep
            self.checkpointSHA256 = checkpointSHA256
            self.taskSet = taskSet
            self.taskSetSHA256 = taskSetSHA256
            self.seed = seed
            self.config = config
        }
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
    /// How long the rollouts took, once done.
    package private(set) var seconds: Double?

    /// The name of the run that takes an agent, or a training run's policy, through a set.
    package static func name(of agent: String, on taskSet: String) -> String { "\(agent)@\(taskSet)" }

    /// All runs in the order in which they were made.
    package static func all(_ db: Database) throws -> [EvalRun] {
        try fetchAll(db, sql: "SELECT * FROM eval_runs ORDER BY id")
    }

    /// The run called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> EvalRun? {
        try fetchOne(db, sql: "SELECT * FROM eval_runs WHERE name = :name", arguments: ["name": name])
    }

    /// Makes a run.
    ///
    /// - Throws: A constraint violation when the name is taken.
    package static func create(_ identity: Identity, _ db: Database) throws -> EvalRun {
        try identity.insert(db, adding: ["started_at": StoreTime.now, "updated_at": StoreTime.now])
        guard let run = try named(identity.name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the evaluation was not stored")
        }
        return run
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
