internal import Foundation
package import GRDB

/// An instruction that can be labelled.
package struct LabelCandidate: Sendable, Equatable {
    package var instructionID: Int64
    /// The same in every store of this data: dataset, split, episode and the instruction's place in it.
    package var key: String
    package var text: String
    package var stepCount: Int
    package var episodeID: Int64
    package var floorPlan: String
    /// Classes of the things the covered sub-tasks are about.
    package var objects: Set<String>

    /// Which instructions of a dataset.
    package struct Filter: Sendable {
        package var datasetID: Int64
        /// Nil for all splits.
        package var splits: [String]?
        /// `task`, `primitive`, `composite`.
        package var kinds: [String]
        /// Only the first annotation of each episode that has instructions of these kinds, or all of them.
        package var firstAnnotationOnly: Bool

        package init(datasetID: Int64, splits: [String]?, kinds: [String], firstAnnotationOnly: Bool) {
            self.datasetID = datasetID
            self.splits = splits
            self.kinds = kinds
            self.firstAnnotationOnly = firstAnnotationOnly
        }
    }

    /// Calls `body` with each candidate, in the order of episodes and steps.
    package static func forEach(_ filter: Filter, _ db: Database, _ body: (LabelCandidate) throws -> Void) throws {
        let splits = filter.splits.map { String(decoding: (try? JSONEncoder().encode($0)) ?? Data(), as: UTF8.self) }
        let kinds = String(decoding: try JSONEncoder().encode(filter.kinds), as: UTF8.self)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT i.id, d.name || '/' || e.split || '/' || e.key || '/' || i.repeat_idx || '/' || i.kind || '/'
                        || i.first_subtask || '+' || i.subtask_count,
                    i.text, i.step_count, e.id, s.floor_plan,
                    (SELECT group_concat(coalesce(st.object_id, '') || ' ' || coalesce(st.receptacle_id, ''), ' ')
                        FROM subtasks st WHERE st.episode_id = e.id AND st.idx >= i.first_subtask
                            AND st.idx < i.first_subtask + i.subtask_count)
                FROM episodes e JOIN datasets d ON d.id = e.dataset_id JOIN scenes s ON s.id = e.scene_id
                JOIN instructions i ON i.episode_id = e.id
                WHERE e.dataset_id = :dataset
                    AND (:splits IS NULL OR e.split IN (SELECT value FROM json_each(:splits)))
                    AND i.kind IN (SELECT value FROM json_each(:kinds))
                    AND (NOT :first OR i.repeat_idx = (SELECT min(j.repeat_idx) FROM instructions j
                        WHERE j.episode_id = e.id AND j.kind IN (SELECT value FROM json_each(:kinds))))
                ORDER BY e.id, i.first_step, i.id
                """,
            arguments: [
                "dataset": filter.datasetID, "splits": splits, "kinds": kinds, "first": filter.firstAnnotationOnly,
            ])
        while let row = try rows.next() {
            let ids = (row[6] as String? ?? "").split(separator: " ")
            try body(
                LabelCandidate(
                    instructionID: row[0], key: row[1], text: row[2], stepCount: row[3], episodeID: row[4],
                    floorPlan: row[5], objects: Set(ids.map { String($0.prefix { $0 != "|" }) })))
        }
    }
}

/// A span with what is asked about it, as recorded.
package struct LabelSpanRow: Sendable, Equatable {
    package struct Step: Sendable, Equatable {
        package var t: Int
        package var action: Int
        /// Nil for navigation.
        package var object: String?
    }

    package struct Frame: Sendable, Equatable {
        package var t: Int
        package var status: String
        package var path: String?
        package var width: Int?
        package var height: Int?
        package var sha256: [UInt8]?
        package var record: Int?
    }

    package var id: Int64
    package var instructionID: Int64
    package var goalInstructionID: Int64
    package var control: String
    package var episodeID: Int64
    package var goal: String
    package var steps: [Step]
    /// One more than ``steps``.
    package var frames: [Frame]
}

extension LabelRun {
    /// A span to be labelled: an instruction under its own goal or, for controls, another's.
    package struct NewSpan: Sendable {
        package var instructionID: Int64
        package var control: String
        package var goalInstructionID: Int64

        package init(instructionID: Int64, control: String, goalInstructionID: Int64) {
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
                VALUES (?, ?, ?, ?)
                """)
        var added = 0
        for span in spans {
            try statement.execute(arguments: [id, span.instructionID, span.control, span.goalInstructionID])
            added += db.changesCount
        }
        return added
    }

    /// How many spans there are by status.
    package func spanCounts(_ db: Database) throws -> [String: Int] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT status, count(*) FROM label_spans WHERE run_id = ? GROUP BY status", arguments: [id])
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    }

    /// The next pending spans after the span `after`, in the order of their ids. Spans that wait for a batch are left out
    /// unless `includingBatched`.
    package func pendingSpans(
        after: Int64, limit: Int, includingBatched: Bool = false, _ db: Database
    ) throws -> [LabelSpanRow] {
        let waiting =
            includingBatched
            ? ""
            : "AND NOT EXISTS (SELECT 1 FROM label_in_flight f WHERE f.span_id = s.id AND f.batch_file IS NOT NULL)"
        return try Self.runSpans(
            "s.run_id = ? AND s.status = 'pending' AND s.id > ? \(waiting) ORDER BY s.id LIMIT ?",
            [id, after, limit], db)
    }

    /// What the span of an instruction would be, for estimates. It has no number and no run.
    package static func preview(instructionID: Int64, _ db: Database) throws -> LabelSpanRow? {
        try spans(
            """
            SELECT 0, i.id, i.id, 'none', i.episode_id, i.text, i.first_step, i.step_count FROM instructions i
            WHERE i.id = ?
            """, [instructionID], db
        ).first
    }

    /// One span of the run, whatever its status.
    package func span(_ spanID: Int64, _ db: Database) throws -> LabelSpanRow? {
        try Self.runSpans("s.run_id = ? AND s.id = ?", [id, spanID], db).first
    }

    private static func runSpans(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [LabelSpanRow] {
        try spans(
            """
            SELECT s.id, s.instruction_id, s.goal_instruction_id, s.control, i.episode_id, g.text, i.first_step,
                i.step_count
            FROM label_spans s JOIN instructions i ON i.id = s.instruction_id
            JOIN instructions g ON g.id = s.goal_instruction_id
            WHERE \(condition)
            """, arguments, db)
    }

    private static func spans(
        _ query: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [LabelSpanRow] {
        let found = try Row.fetchAll(db.cachedStatement(sql: query), arguments: arguments)
        let steps = try db.cachedStatement(
            sql: """
                SELECT t.t, t.action, CASE WHEN a.interaction = 0 THEN NULL WHEN t.object_class > 0 THEN o.name
                    ELSE t.object_id END
                FROM transitions t JOIN actions a ON a.id = t.action
                JOIN object_classes o ON o.id = t.object_class
                WHERE t.episode_id = ? AND t.t >= ? AND t.t < ? ORDER BY t.t
                """)
        let frames = try db.cachedStatement(
            sql: """
                SELECT t, status, path, width, height, sha256, record FROM frames
                WHERE episode_id = ? AND t >= ? AND t <= ? ORDER BY t
                """)
        return try found.map { row in
            let (episode, first, count) = (row[4] as Int64, row[6] as Int, row[7] as Int)
            return LabelSpanRow(
                id: row[0], instructionID: row[1], goalInstructionID: row[2], control: row[3], episodeID: episode,
                goal: row[5],
                steps: try Row.fetchAll(steps, arguments: [episode, first, first + count]).map {
                    LabelSpanRow.Step(
                        t: $0[0], action: $0[1],
                        object: ($0[2] as String?).map { text in String(text.prefix { $0 != "|" }) })
                },
                frames: try Row.fetchAll(frames, arguments: [episode, first, first + count]).map {
                    LabelSpanRow.Frame(
                        t: $0[0], status: $0[1], path: $0[2], width: $0[3], height: $0[4],
                        sha256: ($0[5] as Data?).map { Array($0) }, record: $0[6])
                })
        }
    }

    /// Spans that could not be shown are tried again.
    package func unblock(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE label_spans SET status = 'pending', message = NULL WHERE run_id = ? AND status = 'blocked'",
            arguments: [id])
    }

    /// Puts spans back to pending whose failures were the server's, not theirs.
    package func reopen(_ spanIDs: [Int64], _ db: Database) throws {
        for spanID in spanIDs {
            try db.execute(
                sql: """
                    DELETE FROM label_questions WHERE span_id = ?
                        AND call_id IN (SELECT id FROM label_calls WHERE failure IS NOT NULL)
                    """, arguments: [spanID])
            try db.execute(
                sql: """
                    UPDATE label_spans SET status = 'pending', failure = NULL, message = NULL
                    WHERE id = ? AND run_id = ? AND status = 'unscored'
                    """, arguments: [spanID, id])
        }
    }

    /// Puts unscored spans back to pending and forgets their failed answers, which stay in the list of calls. A first answer
    /// that a second asking mended is no failure any more: its question is not asked again.
    ///
    /// - Parameter failures: Only spans that failed in one of these ways; nil for all.
    /// - Returns: How many spans.
    package func requeue(failures: [String]?, _ db: Database) throws -> Int {
        let kinds = try failures.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let condition = """
            run_id = :run AND status = 'unscored' AND (:kinds IS NULL OR failure IN (SELECT value FROM json_each(:kinds)))
            """
        try db.execute(
            sql: """
                DELETE FROM label_questions WHERE span_id IN (SELECT id FROM label_spans WHERE \(condition))
                    AND call_id IN (SELECT id FROM label_calls WHERE failure IS NOT NULL)
                    AND NOT EXISTS (SELECT 1 FROM label_questions later JOIN label_calls c ON c.id = later.call_id
                        WHERE later.span_id = label_questions.span_id AND later.stage = label_questions.stage
                            AND later.window_idx = label_questions.window_idx AND later.sample = label_questions.sample
                            AND later.ask > label_questions.ask AND c.failure IS NULL)
                """, arguments: ["run": id, "kinds": kinds])
        try db.execute(
            sql: "UPDATE label_spans SET status = 'pending', failure = NULL, message = NULL WHERE \(condition)",
            arguments: ["run": id, "kinds": kinds])
        return db.changesCount
    }
}
