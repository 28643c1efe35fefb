internal import Foundation
package import GRDB

/// One agent taken through one set of tasks.
package struct EvalRun: Sendable, Equatable {
    /// Who acts.
    package enum Agent: String, Sendable, CaseIterable {
        /// A trained policy.
        case policy
        /// The recorded actions: how much of the tasks the simulator lets anybody complete.
        case expert
        /// Legal actions at random.
        case random
    }

    package enum Status: String, Sendable, CaseIterable {
        /// Under way, or interrupted and resumable.
        case running
        case done
    }

    /// What a run is made from. It does not change while the run goes on.
    package struct Identity: Sendable, Equatable {
        package var name: String
        package var agent: Agent
        /// Nil unless a policy acts, as are the step and the hash of its checkpoint (32 bytes, of `model.safetensors`).
        package var trainRunID: Int64?
        package var checkpointStep: Int?
        package var checkpointSHA256: [UInt8]?
        /// As in `eval_instruct`.
        package var taskSet: String
        /// 32 bytes.
        package var taskSetSHA256: [UInt8]
        package var seed: Int64
        /// All settings, as JSON.
        package var config: String

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

    package var id: Int64
    package var identity: Identity
    package var status: Status
    package var startedAt: String
    package var updatedAt: String
    /// How long the rollouts took, once done.
    package var seconds: Double?

    private init(_ row: Row) throws {
        id = row["id"]
        let (agent, status): (String, String) = (row["agent"], row["status"])
        guard let agent = Agent(rawValue: agent), let status = Status(rawValue: status) else {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT,
                message: "\"\(agent)\", \"\(status)\" are no agent and status of an evaluation")
        }
        identity = Identity(
            name: row["name"], agent: agent, trainRunID: row["train_run_id"], checkpointStep: row["checkpoint_step"],
            checkpointSHA256: (row["checkpoint_sha256"] as Data?).map(Array.init), taskSet: row["task_set"],
            taskSetSHA256: Array(row["task_set_sha256"] as Data), seed: row["seed"], config: row["config"])
        self.status = status
        startedAt = row["started_at"]
        updatedAt = row["updated_at"]
        seconds = row["seconds"]
    }

    package static func all(_ db: Database) throws -> [EvalRun] {
        try Row.fetchAll(db, sql: "SELECT * FROM eval_runs ORDER BY id").map { try EvalRun($0) }
    }

    /// The run called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> EvalRun? {
        try Row.fetchOne(db, sql: "SELECT * FROM eval_runs WHERE name = ?", arguments: [name]).map { try EvalRun($0) }
    }

    /// Makes a run; a name that is taken is an error.
    package static func create(_ identity: Identity, _ db: Database) throws -> EvalRun {
        let now = now
        try db.execute(
            sql: """
                INSERT INTO eval_runs (name, agent, train_run_id, checkpoint_step, checkpoint_sha256, task_set,
                    task_set_sha256, seed, config, started_at, updated_at)
                VALUES (:name, :agent, :run, :step, :sha256, :set, :set_sha256, :seed, :config, :now, :now)
                """,
            arguments: [
                "name": identity.name, "agent": identity.agent.rawValue, "run": identity.trainRunID,
                "step": identity.checkpointStep, "sha256": identity.checkpointSHA256.map { Data($0) },
                "set": identity.taskSet, "set_sha256": Data(identity.taskSetSHA256), "seed": identity.seed,
                "config": identity.config, "now": now,
            ])
        guard let run = try named(identity.name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the evaluation was not stored")
        }
        return run
    }

    /// Notes that all rollouts are stored.
    package mutating func finish(seconds: Double, _ db: Database) throws {
        let now = Self.now
        try db.execute(
            sql: "UPDATE eval_runs SET status = 'done', seconds = ?, updated_at = ? WHERE id = ?",
            arguments: [seconds, now, id])
        status = .done
        self.seconds = seconds
        updatedAt = now
    }

    /// Deletes the run with its rollouts.
    package func delete(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM eval_runs WHERE id = ?", arguments: [id])
    }

    private static var now: String { Date.now.formatted(.iso8601) }
}
