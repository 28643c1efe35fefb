internal import Foundation
package import GRDB

/// A call that is made by handing a file to somebody else, and whose answer is awaited.
package struct BatchedCall: QueryRow, Equatable {
    /// The span it is about.
    package var spanID: Int64
    /// Of all that decides the answer, 32 bytes: the answer is recognised by it.
    @Blob package var requestSHA256: [UInt8]
    /// The file's name.
    package var batchFile: String
    /// The question's texts.
    package var prompt: String
    /// ISO 8601, UTC.
    package var sentAt: String
}

/// A batch file with questions outstanding.
package struct OutstandingBatch: QueryRow, Equatable {
    /// The file's name.
    package var file: String
    /// Its questions that have no answer yet.
    package var count: Int
}

extension LabelRun {
    /// Notes that a call is about to be made, with what it may cost at most in nanodollars.
    package func noteDispatch(reference: String, spanID: Int64, reserved: Int64, _ db: Database) throws {
        try note(reference, spanID, reserved, nil, nil, nil, db)
    }

    /// Notes that a call is about to be handed on in the file `batchFile`.
    package func noteBatched(
        reference: String, spanID: Int64, requestSHA256: [UInt8], reserved: Int64, batchFile: String, prompt: String,
        _ db: Database
    ) throws {
        try note(reference, spanID, reserved, Data(requestSHA256), batchFile, prompt, db)
    }

    private func note(
        _ reference: String, _ spanID: Int64, _ reserved: Int64, _ hash: Data?, _ batchFile: String?, _ prompt: String?,
        _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO label_in_flight (reference, run_id, span_id, request_sha256,
                    reserved_nanodollars, batch_file, prompt, sent_at)
                VALUES (:reference, :run, :span, :hash, :reserved, :file, :prompt, :now)
                """
        ).execute(arguments: [
            "reference": reference, "run": id, "span": spanID, "hash": hash, "reserved": reserved, "file": batchFile,
            "prompt": prompt, "now": StoreTime.now,
        ])
    }

    /// Nil for a reference that no batch of this run has outstanding.
    package func awaited(_ reference: String, _ db: Database) throws -> BatchedCall? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT span_id, request_sha256, batch_file, coalesce(prompt, '') AS prompt, sent_at FROM label_in_flight
                WHERE run_id = :run AND reference = :reference AND batch_file IS NOT NULL AND request_sha256 IS NOT NULL
                """)
        return try BatchedCall.fetchOne(statement, arguments: ["run": id, "reference": reference])
    }

    /// Batch files with questions outstanding, and how many each.
    package func outstandingBatches(_ db: Database) throws -> [OutstandingBatch] {
        try OutstandingBatch.fetchAll(
            db,
            sql: """
                SELECT batch_file AS file, count(*) AS count FROM label_in_flight
                WHERE run_id = :run AND batch_file IS NOT NULL GROUP BY batch_file ORDER BY batch_file
                """, arguments: ["run": id])
    }

    /// Gives up waiting for a batch: its questions can be asked again.
    ///
    /// - Returns: How many these are.
    package func forgetBatch(_ file: String, _ db: Database) throws -> Int {
        try db.execute(
            sql: "DELETE FROM label_in_flight WHERE run_id = :run AND batch_file = :file",
            arguments: ["run": id, "file": file])
        return db.changesCount
    }

    /// Forgets a call that was not made after all, or has been answered.
    package static func forgetDispatch(reference: String, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM label_in_flight WHERE reference = :reference")
            .execute(arguments: ["reference": reference])
    }
}
