package import Episodes
package import GRDB

/// One learner on one dataset.
package struct TrainRun: QueryRow, Equatable {
    /// How a run stands.
    package enum Status: String, Codable, Sendable, CaseIterable {
        /// Being trained, or interrupted and resumable.
        case running
        case done
        case failed
    }

    /// What a run is made from. It does not change while the run goes on.
    package struct Identity: TableRow, Equatable {
        /// Where training runs are kept.
        package static let databaseTableName = "train_runs"

        /// As people call it; unique in a store.
        package var name: String
        /// The dataset it learns from.
        package var datasetID: Int64
        /// As in `iql` or `bc`.
        package var algorithm: String
        /// The network's size.
        package var preset: String
        /// What made the features of the frames.
        package var encoder: String
        /// Of all its random streams, as the bits of an unsigned number.
        package var seed: Int64
        /// All settings, as JSON.
        package var config: String
        /// The mix of rewards; in the store as JSON.
        package var reward: RewardMix
        /// The label run whose scores are used; nil without one, or when that run has been deleted.
        package var labelRunID: Int64?
        /// How many numbers the networks learn.
        package var parameters: Int
        /// 32 bytes.
        @Blob package var vocabularySHA256: [UInt8]

        /// What a run is made from.
        package init(
            name: String, datasetID: Int64, algorithm: String, preset: String, encoder: String, seed: Int64,
            config: String, reward: RewardMix, labelRunID: Int64?, parameters: Int, vocabularySHA256: [UInt8]
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
    /// Updates done, as last noted.
    package private(set) var step: Int
    /// Updates after which its best checkpoint was taken, where validations decide; nil where the last one acts.
    package private(set) var bestStep: Int?
    /// Why it failed, or what there is to say.
    package private(set) var message: String?

    /// Updates done before the checkpoint that acts was taken.
    package var actingStep: Int { bestStep ?? step }

    /// All runs in the order in which they were made.
    package static func all(_ db: Database) throws -> [TrainRun] {
        try fetchAll(db, sql: "SELECT * FROM train_runs ORDER BY id")
    }

    /// The run called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> TrainRun? {
        try fetchOne(db, sql: "SELECT * FROM train_runs WHERE name = :name", arguments: ["name": name])
    }

    /// Makes a run.
    ///
    /// - Throws: A constraint violation when the name is taken.
    package static func create(_ identity: Identity, _ db: Database) throws -> TrainRun {
        try identity.insert(db, adding: ["started_at": StoreTime.now, "updated_at": StoreTime.now])
        guard let run = try named(identity.name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the training run was not stored")
        }
        return run
    }

    /// Notes how far the run is and how it stands.
    ///
    /// - Parameter bestStep: Of the checkpoint that acts, where it is not the last.
    package mutating func update(
        status: Status, step: Int, bestStep: Int? = nil, message: String? = nil, _ db: Database
    ) throws {
        let now = StoreTime.now
        try db.execute(
            sql: """
                UPDATE train_runs
                SET status = :status, step = :step, best_step = :best, message = :message, updated_at = :now
                WHERE id = :id
                """,
            arguments: [
                "status": status.rawValue, "step": step, "best": bestStep, "message": message, "now": now, "id": id,
            ])
        self.status = status
        self.step = step
        self.bestStep = bestStep
        self.message = message
        updatedAt = now
    }

    /// Deletes the run with its metrics and its list of checkpoints; the files stay.
    package func delete(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM train_runs WHERE id = :id", arguments: ["id": id])
    }
}
