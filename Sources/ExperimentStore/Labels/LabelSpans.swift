package import GRDB

/// A span with what is asked about it, as recorded.
package struct LabelSpanRow: QueryRow, Equatable {
    /// A transition of the span.
    package struct Step: QueryRow, Equatable {
        /// The transition.
        package var t: Int
        /// The action's number.
        package var action: Int
        /// The class of the object acted on; nil for navigation.
        package var object: String?
    }

    /// The store's number of the span.
    package var id: Int64
    /// The instruction whose stretch is shown.
    package var instructionID: Int64
    /// The instruction whose words are the goal.
    package var goalInstructionID: Int64
    /// Nil for a span that is shown as it was recorded.
    package var control: LabelControl?
    /// The store's number of the episode.
    package var episodeID: Int64
    /// The goal's words.
    package var goal: String
    /// The transitions in their order.
    package private(set) var steps: [Step] = []
    /// One more than ``steps``.
    package private(set) var frames: [FrameRow] = []
    private var firstStep: Int
    private var stepCount: Int

    private enum CodingKeys: String, CodingKey {
        case id, instructionID, goalInstructionID, control, episodeID, goal, firstStep, stepCount
    }

    /// With ``steps`` and ``frames``.
    fileprivate func filled(_ db: Database) throws -> LabelSpanRow {
        let range: StatementArguments = ["episode": episodeID, "first": firstStep, "end": firstStep + stepCount]
        var span = self
        span.steps = try Step.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT t.t, t.action, CASE WHEN a.interaction = 0 THEN NULL WHEN t.object_class > 0 THEN o.name
                        WHEN instr(t.object_id, '|') = 0 THEN t.object_id
                        ELSE substr(t.object_id, 1, instr(t.object_id, '|') - 1) END AS object
                    FROM transitions t JOIN actions a ON a.id = t.action
                    JOIN object_classes o ON o.id = t.object_class
                    WHERE t.episode_id = :episode AND t.t >= :first AND t.t < :end ORDER BY t.t
                    """), arguments: range)
        span.frames = try FrameRow.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM frames
                    WHERE episode_id = :episode AND t >= :first AND t <= :end ORDER BY t
                    """), arguments: range)
        return span
    }
}

extension LabelRun {
    /// A span to be labelled: an instruction under its own goal or, for controls, another's.
    package struct NewSpan: Sendable {
        /// The instruction whose stretch is shown.
        package var instructionID: Int64
        /// Nil to show it as it was recorded.
        package var control: LabelControl?
        /// The instruction whose words are the goal.
        package var goalInstructionID: Int64

        /// A span by its parts.
        package init(instructionID: Int64, control: LabelControl? = nil, goalInstructionID: Int64) {
            self.instructionID = instructionID
            self.control = control
            self.goalInstructionID = goalInstructionID
        }
    }

    /// Adds spans; those the run has already stay as they are.
    ///
    /// - Returns: How many were new.
    package func add(_ spans: [NewSpan], _ db: Database) throws -> Int {
        let statement = try db.makeStatement(
            sql: """
                INSERT OR IGNORE INTO label_spans (run_id, instruction_id, control, goal_instruction_id)
                VALUES (:run, :instruction, :control, :goal)
                """)
        var added = 0
        for span in spans {
            try statement.execute(arguments: [
                "run": id, "instruction": span.instructionID, "control": span.control?.rawValue ?? LabelControl.genuine,
                "goal": span.goalInstructionID,
            ])
            added += db.changesCount
        }
        return added
    }

    /// How many spans there are by status.
    package func spanCounts(_ db: Database) throws -> [LabelSpanStatus: Int] {
        Dictionary(try SpanCount.all(of: self, db).map { ($0.status, $0.count) }, uniquingKeysWith: +)
    }

    /// The next pending spans after the span `after`, in the order of their ids. Spans that wait for a batch are left
    /// out unless `includingBatched`.
    package func pendingSpans(
        after: Int64, limit: Int, includingBatched: Bool = false, _ db: Database
    ) throws -> [LabelSpanRow] {
        let waiting =
            includingBatched
            ? ""
            : "AND NOT EXISTS (SELECT 1 FROM label_in_flight f WHERE f.span_id = s.id AND f.batch_file IS NOT NULL)"
        return try spans(
            "s.status = 'pending' AND s.id > :after \(waiting) ORDER BY s.id LIMIT :limit",
            ["after": after, "limit": limit], db)
    }

    /// What the span of an instruction would be, for estimates. It has no number and no run.
    package static func preview(instructionID: Int64, _ db: Database) throws -> LabelSpanRow? {
        try LabelSpanRow.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 0 AS id, i.id AS instruction_id, i.id AS goal_instruction_id, i.episode_id, i.text AS goal,
                        i.first_step, i.step_count
                    FROM instructions i WHERE i.id = :instruction
                    """), arguments: ["instruction": instructionID])?.filled(db)
    }

    /// One span of the run, whatever its status.
    package func span(_ spanID: Int64, _ db: Database) throws -> LabelSpanRow? {
        try spans("s.id = :span", ["span": spanID], db).first
    }

    private func spans(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [LabelSpanRow] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT s.id, s.instruction_id, s.goal_instruction_id, nullif(s.control, 'none') AS control, \
                i.episode_id,
                    g.text AS goal, i.first_step, i.step_count
                FROM label_spans s JOIN instructions i ON i.id = s.instruction_id
                JOIN instructions g ON g.id = s.goal_instruction_id
                WHERE s.run_id = :run AND \(condition)
                """)
        return try LabelSpanRow.fetchAll(statement, arguments: arguments &+ ["run": id]).map { try $0.filled(db) }
    }

    /// Spans that could not be shown are tried again.
    package func unblock(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE label_spans SET status = 'pending', message = NULL WHERE run_id = :run AND status = 'blocked'",
            arguments: ["run": id])
    }

    /// Puts spans back to pending whose failures were the server's, not theirs.
    package func reopen(_ spanIDs: [Int64], _ db: Database) throws {
        for spanID in spanIDs {
            try db.execute(
                sql: """
                    DELETE FROM label_questions WHERE span_id = :span
                        AND call_id IN (SELECT id FROM label_calls WHERE failure IS NOT NULL)
                    """, arguments: ["span": spanID])
            try db.execute(
                sql: """
                    UPDATE label_spans SET status = 'pending', failure = NULL, message = NULL
                    WHERE id = :span AND run_id = :run AND status = 'unscored'
                    """, arguments: ["span": spanID, "run": id])
        }
    }

    /// Puts unscored spans back to pending and forgets their failed answers, which stay in the list of calls. A first
    /// answer that a second asking mended is no failure any more: its question is not asked again.
    ///
    /// - Parameter failures: Only spans that failed in one of these ways; nil for all.
    /// - Returns: How many spans.
    package func requeue(failures: [LabelFailure]?, _ db: Database) throws -> Int {
        let arguments: StatementArguments = ["run": id, "kinds": failures.map { NameList($0) }]
        let condition = """
            run_id = :run AND status = 'unscored' AND (:kinds IS NULL OR failure IN (SELECT value FROM \
            json_each(:kinds)))
            """
        try db.execute(
            sql: """
                DELETE FROM label_questions WHERE span_id IN (SELECT id FROM label_spans WHERE \(condition))
                    AND call_id IN (SELECT id FROM label_calls WHERE failure IS NOT NULL)
                    AND NOT EXISTS (SELECT 1 FROM label_questions later JOIN label_calls c ON c.id = later.call_id
                        WHERE later.span_id = label_questions.span_id AND later.stage = label_questions.stage
                            AND later.window_idx = label_questions.window_idx AND later.sample = label_questions.sample
                            AND later.ask > label_questions.ask AND c.failure IS NULL)
                """, arguments: arguments)
        try db.execute(
            sql: "UPDATE label_spans SET status = 'pending', failure = NULL, message = NULL WHERE \(condition)",
            arguments: arguments)
        return db.changesCount
    }
}

/// How many spans of a run are shown and stand alike.
struct SpanCount: QueryRow {
    /// Nil for genuine ones.
    var control: LabelControl?
    var status: LabelSpanStatus
    var count: Int

    static func all(of run: LabelRun, _ db: Database) throws -> [SpanCount] {
        try fetchAll(
            db,
            sql: """
                SELECT nullif(control, 'none') AS control, status, count(*) AS count FROM label_spans
                WHERE run_id = :run GROUP BY 1, 2
                """, arguments: ["run": run.id])
    }
}
