internal import Foundation
package import GRDB

/// An answer, or why there is none, with all that is known of the call.
package struct LabelCallRow: Sendable, Equatable {
    package var reference: String
    package var stage: Int
    package var requestSHA256: [UInt8]
    /// `live` or `batch`.
    package var source: String
    package var provider: String
    package var baseURL: String
    package var modelAsked: String
    package var modelAnswered: String?
    package var fingerprint: String?
    package var providerCallID: String?
    /// The question's texts.
    package var prompt: String
    /// What the model said, as far as it came.
    package var answer: String?
    /// The reply's body.
    package var raw: String?
    package var finishReason: String?
    /// As JSON.
    package var logprobs: String?
    /// The kind of failure; nil for an answer that could be used.
    package var failure: String?
    package var message: String?
    package var httpStatus: Int?
    package var promptTokens: Int
    package var cachedTokens: Int
    package var completionTokens: Int
    /// In billionths of a dollar; nil where no price is known.
    package var costNanodollars: Int64?
    package var attempts: Int
    /// ISO 8601, UTC.
    package var startedAt: String
    package var latencyMilliseconds: Double

    package init(
        reference: String, stage: Int, requestSHA256: [UInt8], source: String, provider: String, baseURL: String,
        modelAsked: String, prompt: String, attempts: Int, startedAt: String, latencyMilliseconds: Double
    ) {
        self.reference = reference
        self.stage = stage
        self.requestSHA256 = requestSHA256
        self.source = source
        self.provider = provider
        self.baseURL = baseURL
        self.modelAsked = modelAsked
        self.prompt = prompt
        self.attempts = attempts
        self.startedAt = startedAt
        self.latencyMilliseconds = latencyMilliseconds
        promptTokens = 0
        cachedTokens = 0
        completionTokens = 0
    }
}

/// A question of a span: which of its calls answered it, and how.
package struct LabelQuestionRow: Sendable, Equatable {
    package var stage: Int
    package var window: Int
    package var sample: Int
    package var ask: Int
    package var answer: String?
    package var logprobs: String?
    package var failure: String?
    package var message: String?
}

extension LabelRun {
    /// Notes that a call is about to be made, with what it may cost at most. The answer to a batched one is recognised by the
    /// request's hash.
    package func noteDispatch(
        reference: String, spanID: Int64, requestSHA256: [UInt8]?, reserved: Int64, batch: Batched? = nil,
        _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO label_in_flight (reference, run_id, span_id, request_sha256,
                    reserved_nanodollars, batch_file, prompt, sent_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            reference, id, spanID, requestSHA256.map { Data($0) }, reserved, batch?.file, batch?.prompt,
            Date.now.formatted(.iso8601),
        ])
    }

    /// A call that is made by handing a file to somebody else.
    package struct Batched: Sendable, Equatable {
        /// The file's name.
        package var file: String
        /// The question's texts.
        package var prompt: String

        package init(file: String, prompt: String) {
            self.file = file
            self.prompt = prompt
        }
    }

    /// A call whose answer is awaited from a batch.
    package struct Awaited: Sendable, Equatable {
        package var spanID: Int64
        package var requestSHA256: [UInt8]
        package var batch: Batched
        package var sentAt: String
    }

    /// Nil for a reference that no batch of this run has outstanding.
    package func awaited(_ reference: String, _ db: Database) throws -> Awaited? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT span_id, request_sha256, batch_file, prompt, sent_at FROM label_in_flight
                WHERE run_id = ? AND reference = ? AND batch_file IS NOT NULL AND request_sha256 IS NOT NULL
                """)
        return try Row.fetchOne(statement, arguments: [id, reference]).map {
            Awaited(
                spanID: $0[0], requestSHA256: Array($0[1] as Data),
                batch: Batched(file: $0[2], prompt: $0[3] as String? ?? ""), sentAt: $0[4])
        }
    }

    /// Batch files with questions outstanding, and how many each.
    package func outstandingBatches(_ db: Database) throws -> [(file: String, count: Int)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT batch_file, count(*) FROM label_in_flight WHERE run_id = ? AND batch_file IS NOT NULL
                GROUP BY batch_file ORDER BY batch_file
                """, arguments: [id]
        ).map { ($0[0], $0[1]) }
    }

    /// Gives up waiting for a batch: its questions can be asked again.
    package func forgetBatch(_ file: String, _ db: Database) throws -> Int {
        try db.execute(
            sql: "DELETE FROM label_in_flight WHERE run_id = ? AND batch_file = ?", arguments: [id, file])
        return db.changesCount
    }

    /// Forgets a call that was not made after all.
    package func forgetDispatch(reference: String, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM label_in_flight WHERE reference = ?").execute(arguments: [reference])
    }

    /// Stores what came of a call and ties it to its question.
    ///
    /// - Parameter tiesQuestion: Off for a call that failed because the server was down: the question stays open.
    package func record(
        _ call: LabelCallRow, spanID: Int64, window: Int, sample: Int, ask: Int, tiesQuestion: Bool = true,
        _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO label_calls (run_id, reference, stage, request_sha256, source, provider, base_url, model_asked,
                    model_answered, fingerprint, provider_call_id, prompt, answer, raw, finish_reason, logprobs, failure,
                    message, http_status, prompt_tokens, cached_tokens, completion_tokens, cost_nanodollars, attempts,
                    started_at, latency_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id, call.reference, call.stage, Data(call.requestSHA256), call.source, call.provider, call.baseURL,
            call.modelAsked, call.modelAnswered, call.fingerprint, call.providerCallID, call.prompt, call.answer,
            call.raw, call.finishReason, call.logprobs, call.failure, call.message, call.httpStatus, call.promptTokens,
            call.cachedTokens, call.completionTokens, call.costNanodollars, call.attempts, call.startedAt,
            call.latencyMilliseconds,
        ])
        if tiesQuestion {
            try answer(
                spanID: spanID, stage: call.stage, window: window, sample: sample, ask: ask,
                callID: db.lastInsertedRowID, db)
        }
        try forgetDispatch(reference: call.reference, db)
    }

    /// Ties a question to an answer that the store had already.
    package func answer(
        spanID: Int64, stage: Int, window: Int, sample: Int, ask: Int, callID: Int64, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO label_questions (span_id, stage, window_idx, sample, ask, call_id)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [spanID, stage, window, sample, ask, callID])
    }

    /// The questions of a span that have been asked, with their outcomes.
    package static func questions(spanID: Int64, _ db: Database) throws -> [LabelQuestionRow] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT q.stage, q.window_idx, q.sample, q.ask, c.answer, c.logprobs, c.failure, c.message
                FROM label_questions q JOIN label_calls c ON c.id = q.call_id
                WHERE q.span_id = ? ORDER BY q.stage, q.window_idx, q.sample, q.ask
                """)
        return try Row.fetchAll(statement, arguments: [spanID]).map {
            LabelQuestionRow(
                stage: $0[0], window: $0[1], sample: $0[2], ask: $0[3], answer: $0[4], logprobs: $0[5], failure: $0[6],
                message: $0[7])
        }
    }

    /// An answer to the same request, whichever run asked for it.
    package static func answered(
        requestSHA256: [UInt8], _ db: Database
    ) throws -> (callID: Int64, answer: String, logprobs: String?)? {
        let statement = try db.cachedStatement(
            sql: "SELECT id, answer, logprobs FROM label_calls WHERE request_sha256 = ? AND failure IS NULL LIMIT 1")
        return try Row.fetchOne(statement, arguments: [Data(requestSHA256)]).map { ($0[0], $0[1], $0[2]) }
    }
}
