package import GRDB

/// What a span that covers a transition says of it.
package struct TransitionLabel: QueryRow {
    /// A question that had to do with the transition, and what came back.
    package struct Call: QueryRow {
        /// 1 for the analysis, 2 for the scoring.
        package var stage: Int
        /// The window asked about.
        package var window: Int
        /// From 0, where several answers were asked for.
        package var sample: Int
        /// From 0; 1 for the second asking after an answer that could not be read.
        package var ask: Int
        /// The question's name in logs and batches.
        package var reference: String
        /// As in `openai`.
        package var provider: String
        /// The model that answered, as it named itself, else the one asked.
        package var model: String
        /// The question's texts.
        package var prompt: String
        /// What the model said, as far as it came.
        package var answer: String?
        /// Why the model stopped, in its provider's word.
        package var finish: String?
        /// The kind of failure; nil for an answer that could be used.
        package var failure: String?
        /// What happened, for a failure.
        package var message: String?
        /// As billed.
        package var promptTokens: Int
        /// As billed.
        package var completionTokens: Int
        /// In billionths of a dollar; nil where no price is known.
        package var nanodollars: Int64?
        /// How often the request was sent.
        package var attempts: Int
        /// From the last sending to the answer.
        package var latencyMilliseconds: Double
        /// ISO 8601, UTC.
        package var startedAt: String
    }

    /// The span's number, and its run's.
    package var span: Int64
    /// The label run's number.
    package var run: Int64
    /// Of the span's instruction.
    package var kind: String
    /// `none`, or how the span was shown.
    package var control: String
    /// The goal it was shown under.
    package var goal: String
    /// Whose words the instruction is.
    package var annotation: Int
    private var firstStep: Int
    private var stepCount: Int
    /// `pending`, `scored`, `unscored` or `blocked`.
    package var status: String
    /// Why it is unscored.
    package var failure: String?
    /// What happened, for spans without scores.
    package var message: String?
    /// Of the transition in the span as it was shown.
    package var position: Int?
    /// The window it was shown in.
    package var window: Int?
    /// 0 to 10; nil where the transition has none.
    package var score: Double?
    /// The mean over the probabilities of the tokens, 0 to 10.
    package var expected: Double?
    /// Samples the score was made from.
    package var samples: Int?
    /// The share of samples that gave the most frequent score.
    package var agreement: Double?
    /// Those that had to do with the transition.
    package private(set) var calls: [Call] = []

    private enum CodingKeys: String, CodingKey {
        case span, run, kind, control, goal, annotation, firstStep, stepCount, status, failure, message, position
        case window, score, expected, samples, agreement
    }

    /// The steps of its instruction.
    package var steps: Range<Int> { firstStep..<(firstStep + stepCount) }

    /// Labels of transition `t` in a run, genuine ones first.
    package static func all(episode: Int64, t: Int, run: Int64, _ db: Database) throws -> [TransitionLabel] {
        // An unscored transition was shown where its place is; in controls the order differs.
        var labels = try fetchAll(
            db,
            sql: """
                SELECT s.id AS span, s.run_id AS run, i.kind, s.control, g.text AS goal, i.repeat_idx AS annotation,
                    i.first_step, i.step_count, s.status, s.failure, s.message, c.position,
                    ifnull(c.window_idx, (SELECT w.idx FROM label_windows w
                        WHERE w.span_id = s.id AND s.control = 'none' AND w.first_action <= :t - i.first_step
                            AND w.first_action + w.action_count > :t - i.first_step)) AS window, c.score, c.expected, \
                            c.samples, c.agreement
                FROM instructions i
                JOIN label_spans s ON s.instruction_id = i.id AND s.run_id = :run
                JOIN instructions g ON g.id = s.goal_instruction_id
                LEFT JOIN label_scores c ON c.span_id = s.id AND c.episode_id = :episode AND c.t = :t
                WHERE i.episode_id = :episode AND i.first_step <= :t AND i.first_step + i.step_count > :t
                ORDER BY s.control <> 'none', i.kind = 'composite', i.kind, i.repeat_idx, i.step_count, s.id LIMIT 100
                """, arguments: ["episode": episode, "t": t, "run": run])
        for index in labels.indices { labels[index].calls = try labels[index].readCalls(db) }
        return labels
    }

    /// The analysis of the transition's window, and the scoring of the window or of the whole span.
    private func readCalls(_ db: Database) throws -> [Call] {
        try Call.fetchAll(
            db,
            sql: """
                SELECT q.stage, q.window_idx AS window, q.sample, q.ask, c.reference, c.provider,
                    ifnull(c.model_answered, c.model_asked) AS model, c.prompt, c.answer, c.finish_reason AS finish,
                    c.failure, c.message, c.prompt_tokens, c.completion_tokens, c.cost_nanodollars AS nanodollars,
                    c.attempts, c.latency_ms AS latency_milliseconds, c.started_at
                FROM label_questions q JOIN label_calls c ON c.id = q.call_id
                WHERE q.span_id = :span AND (:window IS NULL OR q.window_idx = :window OR q.stage = 2 AND NOT EXISTS
                    (SELECT 1 FROM label_questions w WHERE w.span_id = :span AND w.stage = 2 AND w.window_idx > 0))
                ORDER BY q.sample, q.stage, q.window_idx, q.ask LIMIT 40
                """, arguments: ["span": span, "window": window])
    }
}
