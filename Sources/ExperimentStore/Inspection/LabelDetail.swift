package import GRDB

/// A labelled span with its scores and both texts, for people.
package struct LabelDetail: Sendable, Equatable, Encodable {
    /// A transition of the span as it was shown.
    package struct Step: QueryRow, Equatable, Encodable {
        /// Place in the span as it was shown, which controls may have changed.
        package var position: Int
        /// The transition.
        package var t: Int
        /// As in `MoveAhead`.
        package var action: String
        /// The instance acted on.
        package var object: String?
        /// The window it was shown in.
        package var window: Int?
        /// Nil where the transition has no score.
        package var score: Double?
        /// The mean over the probabilities of the tokens, 0 to 10.
        package var expected: Double?
        /// The share of samples that gave the most frequent score.
        package var agreement: Double?
        /// 1 on the last step of a fulfilled instruction under its own goal.
        package var sparseReward: Double
    }

    /// A question about the span and what came back.
    package struct Call: QueryRow, Equatable, Encodable {
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
        /// The model that answered, as it named itself.
        package var model: String?
        /// The question's texts.
        package var prompt: String
        /// What the model said, as far as it came.
        package var answer: String?
        /// The kind of failure; nil for an answer that could be used.
        package var failure: String?
        /// What happened, for a failure.
        package var message: String?
        /// As billed.
        package var promptTokens: Int
        /// As billed.
        package var completionTokens: Int
        /// Nil where no price is known.
        package var dollars: Double?
        /// ISO 8601, UTC.
        package var startedAt: String
    }

    /// The label run's name.
    package var run: String
    /// The store's number of the span.
    package var spanID: Int64
    /// The store's number of the episode.
    package var episodeID: Int64
    /// `none`, or how the span was shown.
    package var control: String
    /// The goal it was shown under.
    package var goal: String
    /// Of the goal's instruction.
    package var kind: String
    /// `pending`, `scored`, `unscored` or `blocked`.
    package var status: String
    /// Why it is unscored.
    package var failure: String?
    /// What happened, for spans without scores.
    package var message: String?
    /// By place in the span as it was shown.
    package var steps: [Step]
    /// By sample, stage, window and asking.
    package var calls: [Call]

    private struct Span: QueryRow {
        var id: Int64
        var run: String
        var control: String
        var goal: String
        var kind: String
        var status: String
        var failure: String?
        var message: String?
        var firstStep: Int
        var stepCount: Int
        var fulfilled: Bool
    }

    /// The spans of an episode, in a run or in all.
    package static func spans(episode: Int64, run: Int64?, _ db: Database) throws -> [LabelDetail] {
        let spans = try Span.fetchAll(
            db,
            sql: """
                SELECT s.id, r.name AS run, s.control, g.text AS goal, g.kind, s.status, s.failure, s.message,
                    i.first_step, i.step_count, i.fulfilled
                FROM label_spans s JOIN label_runs r ON r.id = s.run_id JOIN instructions i ON i.id = s.instruction_id
                JOIN instructions g ON g.id = s.goal_instruction_id
                WHERE i.episode_id = :episode AND (:run IS NULL OR s.run_id = :run)
                ORDER BY s.run_id, s.control <> 'none', i.first_step, i.id, s.id
                """, arguments: ["episode": episode, "run": run])
        return try spans.map { span in
            LabelDetail(
                run: span.run, spanID: span.id, episodeID: episode, control: span.control, goal: span.goal,
                kind: span.kind, status: span.status, failure: span.failure, message: span.message,
                steps: try steps(span, episode: episode, db), calls: try calls(span, db))
        }
    }

    private static func steps(_ span: Span, episode: Int64, _ db: Database) throws -> [Step] {
        try Step.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT ifnull(c.position, t.t - :first) AS position, t.t, a.name AS action, t.object_id AS object,
                        c.window_idx AS window, c.score, c.expected, c.agreement,
                        iif(:pays AND t.t = :end - 1, 1.0, 0.0) AS sparse_reward
                    FROM transitions t JOIN actions a ON a.id = t.action
                    LEFT JOIN label_scores c ON c.span_id = :span AND c.t = t.t
                    WHERE t.episode_id = :episode AND t.t >= :first AND t.t < :end ORDER BY 1, t.t
                    """),
            arguments: [
                "span": span.id, "episode": episode, "first": span.firstStep, "end": span.firstStep + span.stepCount,
                "pays": span.fulfilled && span.control == "none",
            ])
    }

    private static func calls(_ span: Span, _ db: Database) throws -> [Call] {
        try Call.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT q.stage, q.window_idx AS window, q.sample, q.ask, c.reference, c.model_answered AS model,
                        c.prompt, c.answer, c.failure, c.message, c.prompt_tokens, c.completion_tokens,
                        c.cost_nanodollars / 1e9 AS dollars, c.started_at
                    FROM label_questions q JOIN label_calls c ON c.id = q.call_id WHERE q.span_id = :span
                    ORDER BY q.sample, q.stage, q.window_idx, q.ask
                    """), arguments: ["span": span.id])
    }
}
