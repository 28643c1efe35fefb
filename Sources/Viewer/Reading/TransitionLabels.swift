internal import ExperimentStore
internal import GRDB

/// What the spans that cover a transition say of it.
struct TransitionLabel: Sendable {
    struct Call: Sendable {
        var stage: Int
        var window: Int
        var sample: Int
        var ask: Int
        var reference: String
        var provider: String
        var model: String
        var prompt: String
        var answer: String?
        var finish: String?
        var failure: String?
        var message: String?
        var promptTokens: Int
        var completionTokens: Int
        var nanodollars: Int64?
        var attempts: Int
        var latencyMilliseconds: Double
        var startedAt: String
    }

    var span: Int64
    var run: Int64
    var kind: String
    /// `none`, or how the span was shown.
    var control: String
    /// The goal it was shown under.
    var goal: String
    var annotation: Int
    var steps: Range<Int>
    var status: String
    var failure: String?
    var message: String?
    /// Of the transition in the span as it was shown.
    var position: Int?
    var window: Int?
    var score: Int?
    var expected: Double?
    var samples: Int?
    var agreement: Double?
    /// Those that had to do with the transition.
    var calls: [Call]

    /// Labels of transition `t` in a run, genuine ones first.
    static func all(episode: Int64, t: Int, run: Int64, _ db: Database) throws -> [TransitionLabel] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT s.id, s.run_id, i.kind, s.control, g.text, i.repeat_idx, i.first_step, i.step_count, s.status,
                    s.failure, s.message, c.position, c.window_idx, c.score, c.expected, c.samples, c.agreement
                FROM instructions i
                JOIN label_spans s ON s.instruction_id = i.id AND s.run_id = :run
                JOIN instructions g ON g.id = s.goal_instruction_id
                LEFT JOIN label_scores c ON c.span_id = s.id AND c.episode_id = :episode AND c.t = :t
                WHERE i.episode_id = :episode AND i.first_step <= :t AND i.first_step + i.step_count > :t
                ORDER BY s.control <> 'none', i.kind = 'composite', i.kind, i.repeat_idx, i.step_count, s.id LIMIT 100
                """, arguments: ["episode": episode, "t": t, "run": run])
        return try rows.map { row in
            let first: Int = row[6]
            let count: Int = row[7]
            let span: Int64 = row[0]
            let position = row[11] as Int?
            let window = try row[12] as Int? ?? Self.window(of: t - first, in: span, control: row[3], db)
            return TransitionLabel(
                span: span, run: row[1], kind: row[2], control: row[3], goal: row[4], annotation: row[5],
                steps: first..<(first + count), status: row[8], failure: row[9], message: row[10], position: position,
                window: window, score: row[13], expected: row[14], samples: row[15], agreement: row[16],
                calls: try calls(span: span, window: window, db))
        }
    }

    /// Where an unscored transition was shown; nil in controls, whose order differs.
    private static func window(of position: Int, in span: Int64, control: String, _ db: Database) throws -> Int? {
        guard control == "none" else { return nil }
        return try Int.fetchOne(
            db,
            sql: """
                SELECT idx FROM label_windows
                WHERE span_id = ? AND first_action <= ? AND first_action + action_count > ?
                """, arguments: [span, position, position])
    }

    /// The analysis of the transition's window, and the scoring of the window or of the whole span.
    private static func calls(span: Int64, window: Int?, _ db: Database) throws -> [Call] {
        let hasWindows =
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM label_questions WHERE span_id = ? AND stage = 2 AND window_idx > 0)",
                arguments: [span]) ?? false
        return try Row.fetchAll(
            db,
            sql: """
                SELECT q.stage, q.window_idx, q.sample, q.ask, c.reference, c.provider,
                    ifnull(c.model_answered, c.model_asked), c.prompt, c.answer, c.finish_reason, c.failure, c.message,
                    c.prompt_tokens, c.completion_tokens, c.cost_nanodollars, c.attempts, c.latency_ms, c.started_at
                FROM label_questions q JOIN label_calls c ON c.id = q.call_id
                WHERE q.span_id = :span AND (:window IS NULL OR q.window_idx = :window
                    OR q.stage = 2 AND NOT :windowed)
                ORDER BY q.sample, q.stage, q.window_idx, q.ask LIMIT 40
                """, arguments: ["span": span, "window": window, "windowed": hasWindows]
        ).map {
            Call(
                stage: $0[0], window: $0[1], sample: $0[2], ask: $0[3], reference: $0[4], provider: $0[5],
                model: $0[6], prompt: $0[7], answer: $0[8], finish: $0[9], failure: $0[10], message: $0[11],
                promptTokens: $0[12], completionTokens: $0[13], nanodollars: $0[14], attempts: $0[15],
                latencyMilliseconds: $0[16], startedAt: $0[17])
        }
    }
}

/// An evaluation's way through an episode of the store.
struct RolloutLine: Sendable {
    var id: Int64
    var run: String
    var instruction: String
    var subTasks: Int
    var completed: Int
    var steps: Int
    var problem: String?

    static func of(episode: Int64, _ db: Database) throws -> [RolloutLine] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT o.id, v.name, o.instruction, o.subtask_count, o.completed, o.steps, o.problem
                FROM rollouts o JOIN eval_runs v ON v.id = o.eval_run_id WHERE o.episode_id = ? ORDER BY v.id, o.idx LIMIT 500
                """, arguments: [episode]
        ).map {
            RolloutLine(
                id: $0[0], run: $0[1], instruction: $0[2], subTasks: $0[3], completed: $0[4], steps: $0[5],
                problem: $0[6])
        }
    }
}
