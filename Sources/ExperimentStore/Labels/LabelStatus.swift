package import GRDB

/// Where a label run stands.
package struct LabelStatus: Sendable, Equatable, Encodable {
    /// The calls of one stage, all attempts together.
    package struct Calls: QueryRow, Equatable, Encodable {
        /// Which question.
        package var stage: LabelStage
        /// All of them.
        package var count: Int
        /// Without a usable answer.
        package var failed: Int
        /// How often a request was sent.
        package var attempts: Int
        /// As billed, as are the other tokens.
        package var promptTokens: Int
        /// Of the prompts', those the server knew already.
        package var cachedTokens: Int
        /// Of the answers.
        package var completionTokens: Int
        /// Nil where no price is known.
        package var dollars: Double?
        /// From the first sending to the answer.
        package var meanLatencyMilliseconds: Double?
    }

    /// Genuine spans that failed in one way.
    package struct Failure: QueryRow, Equatable, Encodable {
        /// In which way.
        package var kind: LabelFailure
        /// How many.
        package var spans: Int
        /// The most frequent message.
        package var example: String
    }

    /// The run's name.
    package var run: String
    /// See ``LabelRun``.
    package var annotator: String
    /// See ``LabelRun``.
    package var provider: String
    /// See ``LabelRun``.
    package var baseURL: String
    /// See ``LabelRun``.
    package var model: String
    /// See ``LabelRun``.
    package var unit: String
    /// Genuine spans by status.
    package var spans: [LabelSpanStatus: Int]
    /// Control spans by control and status.
    package var controls: [String: [LabelSpanStatus: Int]]
    /// Of genuine spans, each span's own.
    package var transitions: Int
    /// Of these, those with a score.
    package var scoredTransitions: Int
    /// The most frequent first.
    package var failures: [Failure]
    /// By stage, those that have calls.
    package var calls: [Calls]
    /// As models named themselves, by name.
    package var modelsAnswered: [String]
    /// What calls with a price have cost.
    package var dollars: Double
    /// Calls under way when a process was killed: perhaps billed, at most so much.
    package var lostCalls: Int
    /// What ``lostCalls`` may have cost at most.
    package var lostDollars: Double
    /// Batch files, and how many of their questions have no answer yet.
    package var outstandingBatches: [String: Int]
    /// What the first blocked span lacks.
    package var block: String?

    private struct Lost: QueryRow {
        var calls: Int
        var dollars: Double
    }

    /// Where `run` stands.
    package static func of(_ run: LabelRun, _ db: Database) throws -> LabelStatus {
        let counts = try SpanCount.all(of: run, db)
        let id: StatementArguments = ["run": run.id]
        let calls = try Calls.fetchAll(
            db,
            sql: """
                SELECT stage, count(*) AS count, count(failure) AS failed, sum(attempts) AS attempts,
                    sum(prompt_tokens) AS prompt_tokens, sum(cached_tokens) AS cached_tokens,
                    sum(completion_tokens) AS completion_tokens, sum(cost_nanodollars) / 1e9 AS dollars,
                    avg(latency_ms) AS mean_latency_milliseconds
                FROM label_calls WHERE run_id = :run GROUP BY stage ORDER BY stage
                """, arguments: id)
        let lost = try Lost.fetchOne(
            db,
            sql: """
                SELECT lost_calls + (SELECT count(*) FROM label_in_flight WHERE run_id = :run AND batch_file IS NULL)
                    AS calls,
                    (lost_nanodollars + (SELECT coalesce(sum(reserved_nanodollars), 0) FROM label_in_flight
                        WHERE run_id = :run AND batch_file IS NULL)) / 1e9 AS dollars
                FROM label_runs WHERE id = :run
                """, arguments: id)
        return LabelStatus(
            run: run.name, annotator: run.annotator, provider: run.provider, baseURL: run.baseURL, model: run.model,
            unit: run.unit, spans: byStatus(counts.filter { $0.control == nil }),
            controls: Dictionary(grouping: counts.filter { $0.control != nil }, by: { $0.control?.rawValue ?? "" })
                .mapValues(byStatus),
            transitions: try Int.fetchOne(
                db,
                sql: """
                    SELECT coalesce(sum(i.step_count), 0) FROM label_spans s
                    JOIN instructions i ON i.id = s.instruction_id WHERE s.run_id = :run AND s.control = 'none'
                    """, arguments: id) ?? 0,
            scoredTransitions: try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM label_scores c JOIN label_spans s ON s.id = c.span_id
                    WHERE s.run_id = :run AND s.control = 'none'
                    """, arguments: id) ?? 0,
            failures: try failures(id, db), calls: calls,
            modelsAnswered: try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT model_answered FROM label_calls WHERE run_id = :run AND model_answered IS NOT NULL
                    ORDER BY 1
                    """, arguments: id),
            dollars: calls.compactMap(\.dollars).reduce(0, +), lostCalls: lost?.calls ?? 0,
            lostDollars: lost?.dollars ?? 0,
            outstandingBatches: Dictionary(
                uniqueKeysWithValues: try run.outstandingBatches(db).map { ($0.file, $0.count) }),
            block: try String.fetchOne(
                db,
                sql: "SELECT message FROM label_spans WHERE run_id = :run AND status = 'blocked' ORDER BY id LIMIT 1",
                arguments: id))
    }

    private static func byStatus(_ counts: [SpanCount]) -> [LabelSpanStatus: Int] {
        Dictionary(counts.map { ($0.status, $0.count) }, uniquingKeysWith: +)
    }

    private static func failures(_ id: StatementArguments, _ db: Database) throws -> [Failure] {
        try Failure.fetchAll(
            db,
            sql: """
                SELECT failure AS kind, n AS spans, coalesce((SELECT message FROM label_spans s
                    WHERE s.run_id = :run AND s.failure = g.failure
                    GROUP BY message ORDER BY count(*) DESC, message LIMIT 1), '') AS example
                FROM (SELECT failure, count(*) AS n FROM label_spans
                    WHERE run_id = :run AND control = 'none' AND failure IS NOT NULL GROUP BY failure) g
                ORDER BY 2 DESC
                """, arguments: id)
    }
}
