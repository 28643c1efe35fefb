extension Schema {
    /// Evaluation: a run takes one agent through one set of tasks, a rollout is one task of it. And flags: what people
    /// marked as not to be learned from.
    ///
    /// An evaluation is known by its content: the same again is the same row, and another never takes its place.
    static let evaluation = """
        CREATE TABLE eval_runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            content_sha256 BLOB NOT NULL UNIQUE CHECK (length(content_sha256) = 32),
            agent TEXT NOT NULL CHECK (agent = 'policy' OR agent = 'expert' OR agent = 'random'),
            train_run_id INTEGER REFERENCES train_runs (id) ON DELETE CASCADE,
            checkpoint_step INTEGER CHECK (checkpoint_step >= 0),
            checkpoint_sha256 BLOB CHECK (length(checkpoint_sha256) = 32),
            task_set TEXT NOT NULL,
            task_set_sha256 BLOB NOT NULL CHECK (length(task_set_sha256) = 32),
            rules TEXT NOT NULL CHECK (rules IN ('sprint', 'masked', 'sampled')),
            seed INTEGER NOT NULL,
            config TEXT NOT NULL CHECK (json_valid(config)),
            status TEXT NOT NULL DEFAULT 'running' CHECK (status = 'running' OR status = 'done'),
            started_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            seconds REAL
        ) STRICT;
        CREATE INDEX eval_runs_by_train_run ON eval_runs (train_run_id);
        CREATE INDEX eval_runs_by_name ON eval_runs (name);

        CREATE TABLE rollouts (
            id INTEGER PRIMARY KEY,
            eval_run_id INTEGER NOT NULL REFERENCES eval_runs (id) ON DELETE CASCADE,
            idx INTEGER NOT NULL CHECK (idx >= 0),
            key TEXT NOT NULL,
            repeat_idx INTEGER NOT NULL,
            first_subtask INTEGER NOT NULL CHECK (first_subtask >= 0),
            subtask_count INTEGER NOT NULL CHECK (subtask_count > 0),
            episode_id INTEGER REFERENCES episodes (id) ON DELETE SET NULL,
            scene INTEGER NOT NULL,
            task_type TEXT,
            instruction TEXT NOT NULL,
            start TEXT NOT NULL CHECK (start = 'recorded' OR start = 'random'),
            expert_steps INTEGER NOT NULL CHECK (expert_steps >= 0),
            step_limit INTEGER NOT NULL CHECK (step_limit >= 0),
            steps INTEGER NOT NULL CHECK (steps >= 0),
            completed INTEGER NOT NULL CHECK (completed BETWEEN 0 AND subtask_count),
            conditions_met INTEGER,
            conditions_total INTEGER,
            problem TEXT,
            UNIQUE (eval_run_id, idx)
        ) STRICT;
        CREATE INDEX rollouts_by_episode ON rollouts (episode_id);

        CREATE TABLE rollout_steps (
            rollout_id INTEGER NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
            t INTEGER NOT NULL CHECK (t >= 0),
            action INTEGER NOT NULL CHECK (action BETWEEN 1 AND 12),
            object_class INTEGER NOT NULL CHECK (object_class BETWEEN 0 AND 81),
            object_id TEXT,
            failure TEXT,
            completed INTEGER NOT NULL CHECK (completed IN (0, 1)),
            PRIMARY KEY (rollout_id, t)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE flags (
            id INTEGER PRIMARY KEY,
            episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            t INTEGER CHECK (t >= 0),
            note TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX flags_by_place ON flags (episode_id, ifnull(t, -1));

        CREATE VIEW eval_list AS
        SELECT v.id, v.name, v.agent, r.name AS train_run, v.checkpoint_step, v.task_set, v.rules, v.seed,
            lower(hex(v.content_sha256)) AS content, v.status,
            (SELECT count(*) FROM rollouts o WHERE o.eval_run_id = v.id) AS rollouts,
            (SELECT avg(o.completed) FROM rollouts o WHERE o.eval_run_id = v.id) AS mean_return,
            (SELECT avg(1.0 * o.completed / o.subtask_count) FROM rollouts o WHERE o.eval_run_id = v.id) AS proportion,
            (SELECT avg(o.completed = o.subtask_count) FROM rollouts o WHERE o.eval_run_id = v.id) AS success,
            v.seconds, v.started_at, v.updated_at, v.config
        FROM eval_runs v LEFT JOIN train_runs r ON r.id = v.train_run_id;

        CREATE VIEW rollout_list AS
        SELECT o.id, v.name AS eval_run, o.idx, o.subtask_count AS subtasks, o.completed,
            1.0 * o.completed / o.subtask_count AS proportion, o.steps, o.step_limit, o.expert_steps, o.conditions_met,
            o.conditions_total, o.task_type, o.scene, o.start, o.instruction, o.problem, o.episode_id, o.key
        FROM rollouts o JOIN eval_runs v ON v.id = o.eval_run_id;

        CREATE VIEW rollout_step_list AS
        SELECT s.rollout_id, s.t, a.name AS action, nullif(c.name, 'None') AS object, s.object_id, s.failure,
            s.completed
        FROM rollout_steps s JOIN actions a ON a.id = s.action JOIN object_classes c ON c.id = s.object_class;

        CREATE VIEW flag_list AS
        SELECT f.id, f.episode_id, f.t, f.note, f.created_at, e.split, e.key
        FROM flags f JOIN episodes e ON e.id = f.episode_id;
        """
}
