package import GRDB

/// A labelled span with its scores and both texts, for people.
package struct LabelDetail: Sendable, Equatable, Encodable {
    package struct Step: Sendable, Equatable, Encodable {
        package var position: Int
        package var t: Int
        package var action: String
        package var object: String?
        package var window: Int?
        /// Nil where the transition has no score.
        package var score: Int?
        package var expected: Double?
        package var agreement: Double?
        package var sparseReward: Double
    }

    package struct Call: Sendable, Equatable, Encodable {
        package var stage: Int
        package var window: Int
        package var sample: Int
        package var ask: Int
        package var reference: String
        package var model: String?
        package var prompt: String
        package var answer: String?
        package var failure: String?
        package var message: String?
        package var promptTokens: Int
        package var completionTokens: Int
        package var dollars: Double?
        package var startedAt: String
    }

    package var run: String
    package var spanId: Int64
    package var episodeId: Int64
    /// `none`, or how the span was shown.
    package var control: String
    package var goal: String
    package var kind: String
    package var status: String
    package var failure: String?
    package var message: String?
    package var steps: [Step]
    package var calls: [Call]

    /// The spans of an episode, in a run or in all.
    package static func spans(episode: Int64, run: Int64?, _ db: Database) throws -> [LabelDetail] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT s.id, r.name, s.control, g.text, g.kind, s.status, s.failure, s.message, i.first_step, i.step_count,
                    i.fulfilled
                FROM label_spans s JOIN label_runs r ON r.id = s.run_id JOIN instructions i ON i.id = s.instruction_id
                JOIN instructions g ON g.id = s.goal_instruction_id
                WHERE i.episode_id = :episode AND (:run IS NULL OR s.run_id = :run)
                ORDER BY s.run_id, s.control <> 'none', i.first_step, i.id, s.id
                """, arguments: ["episode": episode, "run": run])
        return try rows.map { row in
            let (first, count, isFulfilled) = (row[8] as Int, row[9] as Int, row[10] as Bool)
            let spanID: Int64 = row[0]
            let control: String = row[2]
            var detail = LabelDetail(
                run: row[1], spanId: spanID, episodeId: episode, control: control, goal: row[3], kind: row[4],
                status: row[5], failure: row[6], message: row[7], steps: [], calls: [])
            let scores = Dictionary(
                uniqueKeysWithValues: try LabelRun.scores(spanID: spanID, db).map { ($0.t, $0) })
            detail.steps = try Row.fetchAll(
                db,
                sql: """
                    SELECT t.t, a.name, t.object_id FROM transitions t JOIN actions a ON a.id = t.action
                    WHERE t.episode_id = ? AND t.t >= ? AND t.t < ? ORDER BY t.t
                    """, arguments: [episode, first, first + count]
            ).map {
                let t: Int = $0[0]
                let score = scores[t]
                let isLast = t == first + count - 1
                return Step(
                    position: score?.position ?? t - first, t: t, action: $0[1], object: $0[2], window: score?.window,
                    score: score?.score, expected: score?.expected, agreement: score?.agreement,
                    sparseReward: isLast && isFulfilled && control == "none" ? 1 : 0)
            }.sorted { $0.position < $1.position }
            detail.calls = try Row.fetchAll(
                db,
                sql: """
                    SELECT q.stage, q.window_idx, q.sample, q.ask, c.reference, c.model_answered, c.prompt, c.answer, c.failure,
                        c.message, c.prompt_tokens, c.completion_tokens, c.cost_nanodollars / 1e9, c.started_at
                    FROM label_questions q JOIN label_calls c ON c.id = q.call_id WHERE q.span_id = ?
                    ORDER BY q.sample, q.stage, q.window_idx, q.ask
                    """, arguments: [spanID]
            ).map {
                Call(
                    stage: $0[0], window: $0[1], sample: $0[2], ask: $0[3], reference: $0[4], model: $0[5],
                    prompt: $0[6], answer: $0[7], failure: $0[8], message: $0[9], promptTokens: $0[10],
                    completionTokens: $0[11], dollars: $0[12], startedAt: $0[13])
            }
            return detail
        }
    }
}
