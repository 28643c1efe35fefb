package import GRDB

/// Where a label run stands.
package struct LabelStatus: Sendable, Equatable, Encodable {
    package struct Calls: Sendable, Equatable, Encodable {
        package var stage: Int
        package var count: Int
        package var failed: Int
        package var attempts: Int
        package var promptTokens: Int
        package var cachedTokens: Int
        package var completionTokens: Int
        /// Nil where no price is known.
        package var dollars: Double?
        package var meanLatencyMilliseconds: Double?
    }

    package struct Failure: Sendable, Equatable, Encodable {
        package var kind: String
        package var spans: Int
        /// The most frequent message.
        package var example: String
    }

    package var run: String
    package var annotator: String
    package var provider: String
    package var baseURL: String
    package var model: String
    package var unit: String
    /// Genuine spans by status.
    package var spans: [String: Int]
    /// Control spans by control and status.
    package var controls: [String: [String: Int]]
    package var transitions: Int
    package var scoredTransitions: Int
    package var failures: [Failure]
    package var calls: [Calls]
    package var modelsAnswered: [String]
    package var dollars: Double
    /// Calls under way when a process was killed: perhaps billed, at most so much.
    package var lostCalls: Int
    package var lostDollars: Double
    package var outstandingBatches: [String: Int]
    /// What the first blocked span lacks.
    package var block: String?

    package static func of(_ run: LabelRun, _ db: Database) throws -> LabelStatus {
        var spans: [String: Int] = [:]
        var controls: [String: [String: Int]] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT control, status, count(*) FROM label_spans WHERE run_id = ? GROUP BY control, status",
            arguments: [run.id])
        {
            let (control, status, count) = (row[0] as String, row[1] as String, row[2] as Int)
            if control == "none" { spans[status] = count } else { controls[control, default: [:]][status] = count }
        }
        let failures = try Row.fetchAll(
            db,
            sql: """
                SELECT failure, sum(n), (SELECT message FROM label_spans s WHERE s.run_id = :run AND s.failure = g.failure
                    GROUP BY message ORDER BY count(*) DESC, message LIMIT 1)
                FROM (SELECT failure, count(*) AS n FROM label_spans
                    WHERE run_id = :run AND control = 'none' AND failure IS NOT NULL GROUP BY failure) g
                GROUP BY failure ORDER BY 2 DESC
                """, arguments: ["run": run.id]
        ).map { Failure(kind: $0[0], spans: $0[1], example: $0[2] as String? ?? "") }
        let calls = try Row.fetchAll(
            db,
            sql: """
                SELECT stage, count(*), count(failure), sum(attempts), sum(prompt_tokens), sum(cached_tokens),
                    sum(completion_tokens), sum(cost_nanodollars) / 1e9, avg(latency_ms)
                FROM label_calls WHERE run_id = ? GROUP BY stage ORDER BY stage
                """, arguments: [run.id]
        ).map {
            Calls(
                stage: $0[0], count: $0[1], failed: $0[2], attempts: $0[3], promptTokens: $0[4], cachedTokens: $0[5],
                completionTokens: $0[6], dollars: $0[7], meanLatencyMilliseconds: $0[8])
        }
        let lost = try Row.fetchOne(
            db,
            sql: """
                SELECT lost_calls + (SELECT count(*) FROM label_in_flight WHERE run_id = r.id AND batch_file IS NULL),
                    (lost_nanodollars + (SELECT coalesce(sum(reserved_nanodollars), 0) FROM label_in_flight
                        WHERE run_id = r.id AND batch_file IS NULL)) / 1e9
                FROM label_runs r WHERE id = ?
                """, arguments: [run.id])
        func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql, arguments: [run.id]) ?? 0 }
        return LabelStatus(
            run: run.name, annotator: run.annotator, provider: run.provider, baseURL: run.baseURL, model: run.model,
            unit: run.unit, spans: spans, controls: controls,
            transitions: try number(
                """
                SELECT coalesce(sum(i.step_count), 0) FROM label_spans s JOIN instructions i ON i.id = s.instruction_id
                WHERE s.run_id = ? AND s.control = 'none'
                """),
            scoredTransitions: try number(
                """
                SELECT count(*) FROM label_scores c JOIN label_spans s ON s.id = c.span_id
                WHERE s.run_id = ? AND s.control = 'none'
                """),
            failures: failures, calls: calls,
            modelsAnswered: try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT model_answered FROM label_calls WHERE run_id = ? AND model_answered IS NOT NULL
                    ORDER BY 1
                    """, arguments: [run.id]),
            dollars: calls.compactMap(\.dollars).reduce(0, +), lostCalls: lost?[0] ?? 0, lostDollars: lost?[1] ?? 0,
            outstandingBatches: Dictionary(
                uniqueKeysWithValues: try run.outstandingBatches(db).map { ($0.file, $0.count) }),
            block: try String.fetchOne(
                db,
                sql: "SELECT message FROM label_spans WHERE run_id = ? AND status = 'blocked' ORDER BY id LIMIT 1",
                arguments: [run.id]))
    }
}
