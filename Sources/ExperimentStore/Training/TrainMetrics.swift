package import GRDB

/// A measured number of a training run.
package struct TrainMetricRow: TableRow, Equatable {
    /// Where metrics are kept.
    package static let databaseTableName = "train_metrics"

    /// Updates done when it was measured.
    package var step: Int
    /// What it was measured on: `train`, `valid_seen` and so on.
    package var split: String
    /// As in `loss/action`.
    package var name: String
    private var stored: Double?

    private enum CodingKeys: String, CodingKey {
        case step, split, name
        case stored = "value"
    }

    /// A metric.
    package init(step: Int, split: String, name: String, value: Double) {
        self.step = step
        self.split = split
        self.name = name
        stored = value.isNaN ? nil : value
    }

    /// What was measured; NaN is kept as NULL.
    package var value: Double { stored ?? .nan }
}

/// The weights after a step, on disk.
package struct TrainCheckpointRow: TableRow, Equatable {
    /// Where checkpoints are listed.
    package static let databaseTableName = "train_checkpoints"

    /// Updates done.
    package var step: Int
    /// The checkpoint's folder.
    package var path: String
    /// Of the file, 32 bytes.
    @Blob package var sha256: [UInt8]

    /// A checkpoint.
    package init(step: Int, path: String, sha256: [UInt8]) {
        self.step = step
        self.path = path
        self.sha256 = sha256
    }
}

extension TrainRun {
    /// Stores metrics; the same step, split and name again replaces the value.
    package func record(_ metrics: [TrainMetricRow], _ db: Database) throws {
        for metric in metrics { try metric.insert(db, adding: ["run_id": id], onConflict: .replace) }
    }

    /// Stores where a checkpoint lies; one of the same step is replaced.
    package func record(_ checkpoint: TrainCheckpointRow, _ db: Database) throws {
        try checkpoint.insert(db, adding: ["run_id": id], onConflict: .replace)
    }

    /// Forgets the metrics and checkpoints after `step`, from where the run goes on.
    package mutating func rollback(to step: Int, _ db: Database) throws {
        for table in ["train_metrics", "train_checkpoints"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE run_id = :run AND step > :step", arguments: ["run": id, "step": step])
        }
        try update(status: .running, step: step, db)
    }

    /// All metrics after `step`, by step, split and name.
    package func metrics(after step: Int = -1, _ db: Database) throws -> [TrainMetricRow] {
        try TrainMetricRow.fetchAll(
            db,
            sql: """
                SELECT step, split, name, value FROM train_metrics WHERE run_id = :run AND step > :step
                ORDER BY step, split, name
                """, arguments: ["run": id, "step": step])
    }

    /// The checkpoints in the order of their steps.
    package func checkpoints(_ db: Database) throws -> [TrainCheckpointRow] {
        try TrainCheckpointRow.fetchAll(
            db, sql: "SELECT step, path, sha256 FROM train_checkpoints WHERE run_id = :run ORDER BY step",
            arguments: ["run": id])
    }
}
