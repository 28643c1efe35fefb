internal import Foundation
package import GRDB

/// A measured number of a training run.
package struct TrainMetricRow: Sendable, Equatable {
    /// Updates done when it was measured.
    package var step: Int
    /// What it was measured on: `train`, `valid_seen` and so on.
    package var split: String
    package var name: String
    /// NaN is kept.
    package var value: Double

    package init(step: Int, split: String, name: String, value: Double) {
        self.step = step
        self.split = split
        self.name = name
        self.value = value
    }
}

/// A point of a curve.
package struct TrainMetricPoint: Sendable, Equatable {
    package var step: Int
    package var value: Double
}

/// The weights after a step, on disk.
package struct TrainCheckpointRow: Sendable, Equatable {
    package var step: Int
    package var path: String
    /// Of the file, 32 bytes.
    package var sha256: [UInt8]

    package init(step: Int, path: String, sha256: [UInt8]) {
        self.step = step
        self.path = path
        self.sha256 = sha256
    }
}

extension TrainRun {
    /// Stores metrics; the same step, split and name again replaces the value.
    package func record(_ metrics: [TrainMetricRow], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO train_metrics (run_id, step, split, name, value) VALUES (?, ?, ?, ?, ?)")
        for metric in metrics {
            try statement.execute(arguments: [
                id, metric.step, metric.split, metric.name, metric.value.isNaN ? nil : metric.value,
            ])
        }
    }

    /// Stores where a checkpoint lies; one of the same step is replaced.
    package func record(_ checkpoint: TrainCheckpointRow, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO train_checkpoints (run_id, step, path, sha256) VALUES (?, ?, ?, ?)",
            arguments: [id, checkpoint.step, checkpoint.path, Data(checkpoint.sha256)])
    }

    /// Forgets the metrics and checkpoints after `step`, from where the run goes on.
    package mutating func rollback(to step: Int, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM train_metrics WHERE run_id = ? AND step > ?", arguments: [id, step])
        try db.execute(sql: "DELETE FROM train_checkpoints WHERE run_id = ? AND step > ?", arguments: [id, step])
        try update(status: .running, step: step, db)
    }

    /// The values of one metric in the order of their steps.
    package func curve(_ name: String, split: String, _ db: Database) throws -> [TrainMetricPoint] {
        try Row.fetchAll(
            db, sql: "SELECT step, value FROM train_metrics WHERE run_id = ? AND split = ? AND name = ? ORDER BY step",
            arguments: [id, split, name]
        ).map { TrainMetricPoint(step: $0[0], value: ($0[1] as Double?) ?? .nan) }
    }

    /// All metrics after `step`, by step, split and name.
    package func metrics(after step: Int = -1, _ db: Database) throws -> [TrainMetricRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT step, split, name, value FROM train_metrics WHERE run_id = ? AND step > ?
                ORDER BY step, split, name
                """, arguments: [id, step]
        ).map { TrainMetricRow(step: $0[0], split: $0[1], name: $0[2], value: ($0[3] as Double?) ?? .nan) }
    }

    /// The checkpoints in the order of their steps.
    package func checkpoints(_ db: Database) throws -> [TrainCheckpointRow] {
        try Row.fetchAll(
            db, sql: "SELECT step, path, sha256 FROM train_checkpoints WHERE run_id = ? ORDER BY step", arguments: [id]
        ).map { TrainCheckpointRow(step: $0[0], path: $0[1], sha256: Array($0[2] as Data)) }
    }
}
