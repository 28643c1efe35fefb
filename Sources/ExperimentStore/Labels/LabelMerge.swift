internal import GRDB
internal import Ground

/// What a merge brought in.
package struct LabelMergeReport: Sendable, Equatable, Encodable {
    package var runs: [String] = []
    /// Spans taken over: those the other store had finished and this one had not.
    package var spans = 0
    package var scores = 0
    package var calls = 0
    /// Spans whose episodes this store does not have, or has in another version.
    package var unknownSpans = 0

    /// What was taken over, in a line.
    package var text: String {
        "\(spans.grouped) spans, \(scores.grouped) scores, \(calls.grouped) calls\n"
    }

    /// What was not; nil for nothing.
    package var note: String? {
        unknownSpans > 0 ? "\(unknownSpans.grouped) spans are of episodes that this store does not have" : nil
    }
}

extension ExperimentStore {
    /// Takes the labels of another store of the same data into this one. Episodes and instructions are matched by name
    /// and content, not by number. All or nothing.
    ///
    /// - Throws: ``StoreError`` for a file that is no such store, or a run that has the same name but other settings.
    package func mergeLabels(from path: String) throws -> LabelMergeReport {
        let other = try ExperimentStore(path, access: .read)
        guard other.file != file else {
            throw StoreError(.unwritable, "a store cannot be merged into itself", file: path)
        }
        let runs = try other.read { try LabelRun.all($0) }
        try other.close()
        return try withoutTransaction { db in
            try db.execute(sql: "ATTACH DATABASE :file AS other", arguments: ["file": other.file])
            defer { try? db.execute(sql: "DETACH DATABASE other") }
            var report = LabelMergeReport()
            try db.inTransaction(.immediate) {
                try Self.match(db)
                for run in runs {
                    try Self.merge(run, path, &report, db)
                    report.runs.append(run.name)
                }
                try db.execute(sql: "DROP TABLE temp.merge_episodes; DROP TABLE temp.merge_instructions")
                return .commit
            }
            return report
        }
    }

    /// Which episodes and instructions of the other store are which of ours.
    private static func match(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE merge_episodes AS
                SELECT o.id AS theirs, e.id AS ours FROM other.episodes o JOIN other.datasets od ON od.id = o.dataset_id
                JOIN main.datasets d ON d.name = od.name
                JOIN main.episodes e ON e.dataset_id = d.id AND e.split = o.split AND e.key = o.key
                WHERE e.content_sha256 = o.content_sha256;
                CREATE UNIQUE INDEX temp.merge_episodes_theirs ON merge_episodes (theirs);
                CREATE TEMP TABLE merge_instructions AS
                SELECT o.id AS theirs, i.id AS ours FROM other.instructions o
                JOIN temp.merge_episodes m ON m.theirs = o.episode_id
                JOIN main.instructions i ON i.episode_id = m.ours AND i.repeat_idx = o.repeat_idx AND i.kind = o.kind
                    AND i.first_subtask = o.first_subtask AND i.subtask_count = o.subtask_count;
                CREATE UNIQUE INDEX temp.merge_instructions_theirs ON merge_instructions (theirs);
                """)
    }

    private static func merge(
        _ run: LabelRun, _ path: String, _ report: inout LabelMergeReport, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO main.label_prompts SELECT * FROM other.label_prompts;
                INSERT OR IGNORE INTO main.label_pictures (sha256, media_type, width, height, byte_count)
                SELECT sha256, media_type, width, height, byte_count FROM other.label_pictures
                """)
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO main.label_runs (name, dataset_id, annotator, provider, base_url, model, unit, \
                settings,
                    settings_sha256, analysis_prompt, scoring_prompt, complaint_prompt, created_at)
                SELECT o.name, d.id, o.annotator, o.provider, o.base_url, o.model, o.unit, o.settings, \
                o.settings_sha256,
                    o.analysis_prompt, o.scoring_prompt, o.complaint_prompt, o.created_at
                FROM other.label_runs o JOIN other.datasets od ON od.id = o.dataset_id
                JOIN main.datasets d ON d.name = od.name WHERE o.id = :theirs
                """, arguments: ["theirs": run.id])
        let ours = try Int64.fetchOne(
            db,
            sql: """
                SELECT r.id FROM main.label_runs r JOIN other.label_runs o ON o.name = r.name
                    AND o.settings_sha256 = r.settings_sha256 WHERE o.id = :theirs
                """, arguments: ["theirs": run.id])
        guard let ours else {
            throw StoreError(
                .failed,
                "its label run \"\(run.name)\" has other settings than the run of this name here, or is about a "
                    + "dataset "
                    + "that is not here",
                file: path)
        }
        let names: StatementArguments = ["theirs": run.id, "ours": ours]
        report.unknownSpans +=
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM other.label_spans s WHERE s.run_id = :theirs
                        AND (s.instruction_id NOT IN (SELECT theirs FROM temp.merge_instructions)
                            OR s.goal_instruction_id NOT IN (SELECT theirs FROM temp.merge_instructions))
                    """, arguments: ["theirs": run.id]) ?? 0
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO main.label_spans (run_id, instruction_id, control, goal_instruction_id)
                SELECT :ours, i.ours, s.control, g.ours FROM other.label_spans s
                JOIN temp.merge_instructions i ON i.theirs = s.instruction_id
                JOIN temp.merge_instructions g ON g.theirs = s.goal_instruction_id WHERE s.run_id = :theirs
                """, arguments: names)
        // What is finished there and not scored here comes over; a failure does not replace a failure.
        try db.execute(
            sql: """
                CREATE TEMP TABLE merge_spans AS
                SELECT s.id AS theirs, m.id AS ours FROM other.label_spans s
                JOIN temp.merge_instructions i ON i.theirs = s.instruction_id
                JOIN main.label_spans m ON m.run_id = :ours AND m.instruction_id = i.ours AND m.control = s.control
                WHERE s.run_id = :theirs AND ((s.status = 'scored' AND m.status <> 'scored')
                    OR (s.status = 'unscored' AND m.status IN ('pending', 'blocked')))
                """, arguments: names)
        defer { try? db.execute(sql: "DROP TABLE temp.merge_spans") }
        try copySpans(ours, run, &report, db)
    }

    private static func copySpans(
        _ ours: Int64, _ run: LabelRun, _ report: inout LabelMergeReport, _ db: Database
    ) throws {
        // A call is the same when it asked the same at the same moment and got the same.
        try db.execute(
            sql: """
                INSERT INTO main.label_calls (run_id, reference, stage, request_sha256, source, provider, base_url, \
                model_asked,
                    model_answered, fingerprint, provider_call_id, prompt, answer, raw, finish_reason, logprobs, \
                    failure,
                    message, http_status, prompt_tokens, cached_tokens, completion_tokens, cost_nanodollars, attempts,
                    started_at, latency_ms)
                SELECT :ours, o.reference, o.stage, o.request_sha256, o.source, o.provider, o.base_url, o.model_asked,
                    o.model_answered, o.fingerprint, o.provider_call_id, o.prompt, o.answer, o.raw, o.finish_reason, \
                    o.logprobs,
                    o.failure, o.message, o.http_status, o.prompt_tokens, o.cached_tokens, o.completion_tokens,
                    o.cost_nanodollars, o.attempts, o.started_at, o.latency_ms
                FROM other.label_calls o WHERE o.run_id = :theirs AND NOT EXISTS (SELECT 1 FROM main.label_calls c
                    WHERE c.run_id = :ours AND \(sameCall))
                """, arguments: ["ours": ours, "theirs": run.id])
        report.calls += db.changesCount
        try db.execute(
            sql: """
                DELETE FROM main.label_questions WHERE span_id IN (SELECT ours FROM temp.merge_spans);
                DELETE FROM main.label_scores WHERE span_id IN (SELECT ours FROM temp.merge_spans);
                DELETE FROM main.label_windows WHERE span_id IN (SELECT ours FROM temp.merge_spans);
                INSERT INTO main.label_windows SELECT m.ours, w.idx, w.first_action, w.action_count
                FROM other.label_windows w JOIN temp.merge_spans m ON m.theirs = w.span_id;
                INSERT INTO main.label_window_frames
                SELECT m.ours, f.window_idx, f.position, e.ours, f.t, p.id FROM other.label_window_frames f
                JOIN temp.merge_spans m ON m.theirs = f.span_id JOIN temp.merge_episodes e ON e.theirs = f.episode_id
                JOIN other.label_pictures op ON op.id = f.picture_id JOIN main.label_pictures p ON p.sha256 = op.sha256;
                """)
        try db.execute(
            sql: """
                INSERT INTO main.label_questions
                SELECT m.ours, q.stage, q.window_idx, q.sample, q.ask,
                    (SELECT min(c.id) FROM main.label_calls c WHERE \(sameCall))
                FROM other.label_questions q JOIN temp.merge_spans m ON m.theirs = q.span_id
                JOIN other.label_calls o ON o.id = q.call_id
                WHERE EXISTS (SELECT 1 FROM main.label_calls c WHERE \(sameCall))
                """)
        try db.execute(
            sql: """
                INSERT INTO main.label_scores
                SELECT m.ours, s.position, e.ours, s.t, s.window_idx, s.score, s.expected, s.samples, s.agreement
                FROM other.label_scores s JOIN temp.merge_spans m ON m.theirs = s.span_id
                JOIN temp.merge_episodes e ON e.theirs = s.episode_id
                """)
        report.scores += db.changesCount
        try db.execute(
            sql: """
                UPDATE main.label_spans SET (status, failure, message, start_score) =
                    (SELECT o.status, o.failure, o.message, o.start_score FROM temp.merge_spans m
                        JOIN other.label_spans o ON o.id = m.theirs
                        WHERE m.ours = label_spans.id)
                WHERE id IN (SELECT ours FROM temp.merge_spans)
                """)
        report.spans += db.changesCount
    }

    private static let sameCall = """
        c.request_sha256 = o.request_sha256 AND c.started_at = o.started_at AND c.reference = o.reference
            AND c.attempts = o.attempts AND c.answer IS o.answer AND c.latency_ms = o.latency_ms
        """
}
