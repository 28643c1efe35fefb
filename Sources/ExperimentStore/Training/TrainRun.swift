internal import Foundation
package import GRDB

/// One learner on one dataset.
package struct TrainRun: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        /// Being trained, or interrupted and resumable.
        case running
        case done
        case failed
    }

    /// What a run is made from. It does not change while the run goes on.
    package struct Identity: Sendable, Equatable {
        package var name: String
        package var datasetID: Int64
        /// As in `iql` or `bc`.
        package var algorithm: String
        /// The network's size.
        package var preset: String
        /// What made the features of the frames.
        package var encoder: String
        package var seed: Int64
        /// All settings, as JSON.
        package var config: String
        /// The mix of rewards, as JSON.
        package var reward: String
        /// The label run whose scores are used; nil without one, or when that run has been deleted.
        package var labelRunID: Int64?
        /// How many numbers the networks learn.
        package var parameters: Int
        /// 32 bytes.
        package var vocabularySHA256: [UInt8]

        package init(
            name: String, datasetID: Int64, algorithm: String, preset: String, encoder: String, seed: Int64,
            config: String, reward: String, labelRunID: Int64?, parameters: Int, vocabularySHA256: [UInt8]
        ) {
            self.name = name
            self.datasetID = datasetID
            self.algorithm = algorithm
            self.preset = preset
            self.encoder = encoder
            self.seed = seed
            self.config = config
            self.reward = reward
            self.labelRunID = labelRunID
            self.parameters = parameters
            self.vocabularySHA256 = vocabularySHA256
        }
    }

    package var id: Int64
    package var identity: Identity
    package var status: Status
    package var startedAt: String
    package var updatedAt: String
    /// Updates done, as last noted.
    package var step: Int
    /// Why it failed, or what there is to say.
    package var message: String?

    private init(_ row: Row) throws {
        id = row["id"]
        identity = Identity(
            name: row["name"], datasetID: row["dataset_id"], algorithm: row["algorithm"], preset: row["preset"],
            encoder: row["encoder"], seed: row["seed"], config: row["config"], reward: row["reward"],
            labelRunID: row["label_run_id"], parameters: row["parameters"],
            vocabularySHA256: Array(row["vocabulary_sha256"] as Data))
        let name: String = row["status"]
        guard let status = Status(rawValue: name) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\"\(name)\" is no status of a training run")
        }
        self.status = status
        startedAt = row["started_at"]
        updatedAt = row["updated_at"]
        step = row["step"]
        message = row["message"]
    }

    package static func all(_ db: Database) throws -> [TrainRun] {
        try Row.fetchAll(db, sql: "SELECT * FROM train_runs ORDER BY id").map { try TrainRun($0) }
    }

    /// The run called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> TrainRun? {
        try Row.fetchOne(db, sql: "SELECT * FROM train_runs WHERE name = ?", arguments: [name]).map { try TrainRun($0) }
    }

    /// Makes a run; a name that is taken is an error.
    package static func create(_ identity: Identity, _ db: Database) throws -> TrainRun {
        try db.execute(
            sql: """
                INSERT INTO train_runs (name, dataset_id, algorithm, preset, encoder, seed, config, reward, label_run_id,
                    parameters, vocabulary_sha256, started_at, updated_at)
                VALUES (:name, :dataset, :algorithm, :preset, :encoder, :seed, :config, :reward, :labels, :parameters,
                    :vocabulary, :now, :now)
                """,
            arguments: [
                "name": identity.name, "dataset": identity.datasetID, "algorithm": identity.algorithm,
                "preset": identity.preset, "encoder": identity.encoder, "seed": identity.seed,
                "config": identity.config, "reward": identity.reward, "labels": identity.labelRunID,
                "parameters": identity.parameters, "vocabulary": Data(identity.vocabularySHA256), "now": now,
            ])
        guard let run = try named(identity.name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the training run was not stored")
        }
        return run
    }

    /// Notes how far the run is and how it stands.
    package mutating func update(status: Status, step: Int, message: String? = nil, _ db: Database) throws {
        let now = Self.now
        try db.execute(
            sql: "UPDATE train_runs SET status = ?, step = ?, message = ?, updated_at = ? WHERE id = ?",
            arguments: [status.rawValue, step, message, now, id])
        self.status = status
        self.step = step
        self.message = message
        updatedAt = now
    }

    /// Deletes the run with its metrics and its list of checkpoints; the files stay.
    package func delete(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM train_runs WHERE id = ?", arguments: [id])
    }

    private static var now: String { Date.now.formatted(.iso8601) }
}
