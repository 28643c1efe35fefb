extension Schema {
    /// Labels. A run asks questions about spans; a span is an instruction's stretch of an episode, as it was shown. An
    /// answer is kept whether or not the span that first asked for it still exists: it was paid for, and the same
    /// question finds it again by its hash. Money is in billionths of a dollar, so that sums are exact. Scores are
    /// whole numbers of a VLM, or any of what computes them; where they are values of states, a span has that of its
    /// first.
    static let labels = """
        CREATE TABLE label_prompts (
            sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
            name TEXT NOT NULL,
            stage TEXT NOT NULL CHECK (stage = 'analysis' OR stage = 'scoring' OR stage = 'complaint'),
            template TEXT NOT NULL
        ) STRICT;

        CREATE TABLE label_runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            annotator TEXT NOT NULL,
            provider TEXT NOT NULL,
            base_url TEXT NOT NULL,
            model TEXT NOT NULL,
            unit TEXT NOT NULL CHECK (unit = 'task' OR unit = 'instruction'),
            settings TEXT NOT NULL CHECK (json_valid(settings)),
            settings_sha256 BLOB NOT NULL CHECK (length(settings_sha256) = 32),
            analysis_prompt BLOB NOT NULL REFERENCES label_prompts (sha256),
            scoring_prompt BLOB NOT NULL REFERENCES label_prompts (sha256),
            complaint_prompt BLOB NOT NULL REFERENCES label_prompts (sha256),
            created_at TEXT NOT NULL,
            lost_calls INTEGER NOT NULL DEFAULT 0,
            lost_nanodollars INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE label_spans (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES label_runs (id) ON DELETE CASCADE,
            instruction_id INTEGER NOT NULL REFERENCES instructions (id) ON DELETE CASCADE,
            control TEXT NOT NULL DEFAULT 'none',
            goal_instruction_id INTEGER NOT NULL REFERENCES instructions (id) ON DELETE CASCADE,
            status TEXT NOT NULL DEFAULT 'pending'
                CHECK (status = 'pending' OR status = 'scored' OR status = 'unscored' OR status = 'blocked'),
            failure TEXT CHECK (failure = 'transport' OR failure = 'http' OR failure = 'refusal'
                OR failure = 'truncation' OR failure = 'invalid'),
            message TEXT,
            start_score REAL CHECK (start_score BETWEEN 0 AND 10),
            UNIQUE (run_id, instruction_id, control),
            CHECK ((status = 'unscored') = (failure IS NOT NULL))
        ) STRICT;
        CREATE INDEX label_spans_open ON label_spans (run_id, id) WHERE status = 'pending';
        CREATE INDEX label_spans_by_instruction ON label_spans (instruction_id);
        CREATE INDEX label_spans_by_goal ON label_spans (goal_instruction_id);

        CREATE TABLE label_windows (
            span_id INTEGER NOT NULL REFERENCES label_spans (id) ON DELETE CASCADE,
            idx INTEGER NOT NULL,
            first_action INTEGER NOT NULL,
            action_count INTEGER NOT NULL CHECK (action_count > 0),
            PRIMARY KEY (span_id, idx)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE label_pictures (
            id INTEGER PRIMARY KEY,
            sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
            media_type TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            byte_count INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE label_window_frames (
            span_id INTEGER NOT NULL,
            window_idx INTEGER NOT NULL,
            position INTEGER NOT NULL,
            episode_id INTEGER NOT NULL,
            t INTEGER NOT NULL,
            picture_id INTEGER NOT NULL REFERENCES label_pictures (id),
            PRIMARY KEY (span_id, window_idx, position),
            FOREIGN KEY (span_id, window_idx) REFERENCES label_windows (span_id, idx) ON DELETE CASCADE,
            FOREIGN KEY (episode_id, t) REFERENCES frames (episode_id, t) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX label_window_frames_by_frame ON label_window_frames (episode_id, t);

        CREATE TABLE label_calls (
            id INTEGER PRIMARY KEY,
            run_id INTEGER REFERENCES label_runs (id) ON DELETE SET NULL,
            reference TEXT NOT NULL,
            stage INTEGER NOT NULL CHECK (stage IN (1, 2)),
            request_sha256 BLOB NOT NULL CHECK (length(request_sha256) = 32),
            source TEXT NOT NULL CHECK (source = 'live' OR source = 'batch'),
            provider TEXT NOT NULL,
            base_url TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            model_answered TEXT,
            fingerprint TEXT,
            provider_call_id TEXT,
            prompt TEXT NOT NULL,
            answer TEXT,
            raw TEXT,
            finish_reason TEXT,
            logprobs TEXT,
            failure TEXT CHECK (failure = 'transport' OR failure = 'http' OR failure = 'refusal'
                OR failure = 'truncation' OR failure = 'invalid'),
            message TEXT,
            http_status INTEGER,
            prompt_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost_nanodollars INTEGER,
            attempts INTEGER NOT NULL,
            started_at TEXT NOT NULL,
            latency_ms REAL NOT NULL,
            CHECK (failure IS NOT NULL OR answer IS NOT NULL)
        ) STRICT;
        CREATE INDEX label_calls_by_request ON label_calls (request_sha256);
        CREATE INDEX label_calls_by_run ON label_calls (run_id);

        CREATE TABLE label_questions (
            span_id INTEGER NOT NULL REFERENCES label_spans (id) ON DELETE CASCADE,
            stage INTEGER NOT NULL CHECK (stage IN (1, 2)),
            window_idx INTEGER NOT NULL,
            sample INTEGER NOT NULL,
            ask INTEGER NOT NULL,
            call_id INTEGER NOT NULL REFERENCES label_calls (id),
            PRIMARY KEY (span_id, stage, window_idx, sample, ask)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX label_questions_by_call ON label_questions (call_id);

        CREATE TABLE label_in_flight (
            reference TEXT PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES label_runs (id) ON DELETE CASCADE,
            span_id INTEGER NOT NULL REFERENCES label_spans (id) ON DELETE CASCADE,
            request_sha256 BLOB CHECK (length(request_sha256) = 32),
            reserved_nanodollars INTEGER NOT NULL,
            batch_file TEXT,
            prompt TEXT,
            sent_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX label_in_flight_by_span ON label_in_flight (span_id);
        CREATE INDEX label_in_flight_by_batch ON label_in_flight (run_id, batch_file) WHERE batch_file IS NOT NULL;

        CREATE TABLE label_scores (
            span_id INTEGER NOT NULL REFERENCES label_spans (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            episode_id INTEGER NOT NULL,
            t INTEGER NOT NULL,
            window_idx INTEGER NOT NULL,
            score REAL NOT NULL CHECK (score BETWEEN 0 AND 10),
            expected REAL CHECK (expected BETWEEN 0 AND 10),
            samples INTEGER NOT NULL CHECK (samples > 0),
            agreement REAL CHECK (agreement BETWEEN 0 AND 1),
            PRIMARY KEY (span_id, position),
            FOREIGN KEY (span_id, window_idx) REFERENCES label_windows (span_id, idx) ON DELETE CASCADE,
            FOREIGN KEY (episode_id, t) REFERENCES transitions (episode_id, t) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX label_scores_by_transition ON label_scores (episode_id, t);

        CREATE VIEW label_list AS
        SELECT r.name AS run, s.control, e.split, c.episode_id, c.t, a.name AS action, nullif(o.name, 'None') AS object,
            iif(c.score = round(c.score), CAST(c.score AS INTEGER), c.score) AS score, c.expected, c.samples,
            c.agreement, g.kind AS unit, g.text AS goal,
            (SELECT k.answer FROM label_questions q JOIN label_calls k ON k.id = q.call_id
                WHERE q.span_id = c.span_id AND q.stage = 1 AND q.window_idx = c.window_idx AND q.sample = 0) AS \
                analysis,
            lower(hex(before.sha256)) AS frame_before, lower(hex(after.sha256)) AS frame_after, c.span_id, e.key
        FROM label_scores c
        JOIN label_spans s ON s.id = c.span_id
        JOIN label_runs r ON r.id = s.run_id
        JOIN instructions g ON g.id = s.goal_instruction_id
        JOIN episodes e ON e.id = c.episode_id
        JOIN transitions t ON t.episode_id = c.episode_id AND t.t = c.t
        JOIN actions a ON a.id = t.action
        JOIN object_classes o ON o.id = t.object_class
        LEFT JOIN label_window_frames bf ON bf.span_id = c.span_id AND bf.window_idx = c.window_idx
            AND bf.position = c.position
        LEFT JOIN label_pictures before ON before.id = bf.picture_id
        LEFT JOIN label_window_frames af ON af.span_id = c.span_id AND af.window_idx = c.window_idx
            AND af.position = c.position + 1
        LEFT JOIN label_pictures after ON after.id = af.picture_id;

        CREATE VIEW label_call_list AS
        SELECT c.id, r.name AS run, c.reference, c.stage, c.source, c.model_asked, c.model_answered, c.failure, \
        c.message,
            c.prompt_tokens, c.cached_tokens, c.completion_tokens, c.cost_nanodollars / 1e9 AS dollars, c.attempts,
            c.latency_ms, c.started_at, lower(hex(c.request_sha256)) AS request_sha256, c.prompt, c.answer
        FROM label_calls c LEFT JOIN label_runs r ON r.id = c.run_id;
        """
}
