internal import Foundation
package import GRDB

/// An answer, or why there is none, with all that is known of the call.
package struct LabelCallRow: TableRow, Equatable {
    /// Where calls are kept.
    package static let databaseTableName = "label_calls"

    /// How a call was made.
    package enum Source: String, Codable, Sendable {
        case live, batch
    }

    /// The question's name in logs and batches.
    package var reference: String
    /// Which question.
    package var stage: LabelStage
    /// Of all that decides the answer, 32 bytes.
    @Blob package var requestSHA256: [UInt8]
    /// How it was made.
    package var source: Source
    /// As in `openai`.
    package var provider: String
    /// The server.
    package var baseURL: String
    /// The model's name, as it was asked for.
    package var modelAsked: String
    /// The model's name, as it named itself.
    package var modelAnswered: String?
    /// What the server said of its own version.
    package var fingerprint: String?
    /// The provider's name of the call.
    package var providerCallID: String?
    /// The question's texts.
    package var prompt: String
    /// What the model said, as far as it came.
    package var answer: String?
    /// The reply's body.
    package var raw: String?
    /// In the provider's word.
    package var finishReason: String?
    /// As JSON.
    package var logprobs: String?
    /// Nil for an answer that could be used.
    package var failure: LabelFailure?
    /// What happened, for a failure.
    package var message: String?
    /// Of a reply that was refused.
    package var httpStatus: Int?
    /// As billed, all attempts together, as are the other tokens.
    package var promptTokens = 0
    /// Of the prompt's, those the server knew already.
    package var cachedTokens = 0
    /// Of the answer.
    package var completionTokens = 0
    /// In billionths of a dollar; nil where no price is known.
    package var costNanodollars: Int64?
    /// How often the request was sent.
    package var attempts: Int
    /// ISO 8601, UTC.
    package var startedAt: String
    /// From the first sending to the answer.
    package var latencyMilliseconds: Double

    private enum CodingKeys: String, CodingKey {
        case reference, stage, requestSHA256, source, provider, baseURL, modelAsked, modelAnswered, fingerprint
        case providerCallID, prompt, answer, raw, finishReason, logprobs, failure, message, httpStatus, promptTokens
        case cachedTokens, completionTokens, costNanodollars, attempts, startedAt
        case latencyMilliseconds = "latencyMs"
    }

    /// A call without an answer, a failure or a price.
    package init(
        reference: String, stage: LabelStage, requestSHA256: [UInt8], source: Source, provider: String, baseURL: String,
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
    }
}

/// One question about a span: which window, which sample, and how often it was asked.
package struct LabelQuestion: Sendable, Hashable, Codable {
    /// Which question.
    package var stage: LabelStage
    /// The window; 0 where a scoring is about the whole span.
    package var window: Int
    /// From 0, where several answers are asked for.
    package var sample: Int
    /// 0, or 1 for the second asking that carries what was wrong with the first answer.
    package var ask: Int

    /// A question by its parts.
    package init(stage: LabelStage, window: Int, sample: Int, ask: Int = 0) {
        self.stage = stage
        self.window = window
        self.sample = sample
        self.ask = ask
    }
}

/// A question of a span that was asked, and how it was answered.
package struct LabelQuestionRow: QueryRow, Equatable {
    /// Which question.
    package var stage: LabelStage
    /// See ``LabelQuestion``.
    package var window: Int
    /// See ``LabelQuestion``.
    package var sample: Int
    /// See ``LabelQuestion``.
    package var ask: Int
    /// What the model said, as far as it came.
    package var answer: String?
    /// As JSON.
    package var logprobs: String?
    /// Nil for an answer that could be used.
    package var failure: LabelFailure?
    /// What happened, for a failure.
    package var message: String?

    /// The question alone.
    package var question: LabelQuestion { LabelQuestion(stage: stage, window: window, sample: sample, ask: ask) }
}

extension LabelRun {
    /// Stores what came of a call and ties it to its question.
    ///
    /// - Parameter tiesQuestion: Off for a call that failed because the server was down: the question stays open.
    package func record(
        _ call: LabelCallRow, spanID: Int64, question: LabelQuestion, tiesQuestion: Bool = true, _ db: Database
    ) throws {
        try call.insert(db, adding: ["run_id": id])
        if tiesQuestion { try Self.answer(question, spanID: spanID, callID: db.lastInsertedRowID, db) }
        try Self.forgetDispatch(reference: call.reference, db)
    }

    /// Ties a question to an answer that the store had already.
    package static func answer(_ question: LabelQuestion, spanID: Int64, callID: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO label_questions (span_id, stage, window_idx, sample, ask, call_id)
                VALUES (:span, :stage, :window, :sample, :ask, :call)
                """
        ).execute(arguments: [
            "span": spanID, "stage": question.stage.rawValue, "window": question.window, "sample": question.sample,
            "ask": question.ask, "call": callID,
        ])
    }

    /// The questions of a span that have been asked, with their outcomes.
    package static func questions(spanID: Int64, _ db: Database) throws -> [LabelQuestionRow] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT q.stage, q.window_idx AS window, q.sample, q.ask, c.answer, c.logprobs, c.failure, c.message
                FROM label_questions q JOIN label_calls c ON c.id = q.call_id
                WHERE q.span_id = :span ORDER BY q.stage, q.window_idx, q.sample, q.ask
                """)
        return try LabelQuestionRow.fetchAll(statement, arguments: ["span": spanID])
    }

    /// An answer the store has, whichever run asked for it.
    package struct KnownAnswer: QueryRow {
        /// The store's number of the call.
        package var callID: Int64
        /// What the model said.
        package var answer: String
        /// As JSON.
        package var logprobs: String?
    }

    /// An answer to the same request, whichever run asked for it.
    package static func answered(requestSHA256: [UInt8], _ db: Database) throws -> KnownAnswer? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id AS call_id, answer, logprobs FROM label_calls
                WHERE request_sha256 = :hash AND failure IS NULL LIMIT 1
                """)
        return try KnownAnswer.fetchOne(statement, arguments: ["hash": Data(requestSHA256)])
    }
}
