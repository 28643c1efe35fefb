extension Schema {
    /// Training. A run is one learner on one dataset; its metrics and checkpoints are numbered by the step after which
    /// they were taken. A metric that is no number is kept as NULL.
    static let training = """
        CREATE TABLE train_runs (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            algorithm TEXT NOT NULL,
            preset TEXT NOT NULL,
            encoder TEXT NOT NULL,
            seed INTEGER NOT NULL,
            config TEXT NOT NULL CHECK (json_valid(config)),
            reward TEXT NOT NULL CHECK (json_valid(reward)),
            label_run_id INTEGER REFERENCES label_runs (id) ON DELETE SET NULL,
            parameters INTEGER NOT NULL CHECK (parameters >= 0),
            vocabulary_sha256 BLOB NOT NULL CHECK (length(vocabulary_sha256) = 32),
            status TEXT NOT NULL DEFAULT 'running'
                CHECK (status = 'running' OR status = 'done' OR status = 'failed'),
            started_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            step INTEGER NOT NULL DEFAULT 0 CHECK (step >= 0),
            best_step INTEGER CHECK (best_step >= 0),
            message TEXT
        ) STRICT;
        CREATE INDEX train_runs_by_dataset ON train_runs (dataset_id);
        CREATE INDEX train_runs_by_labels ON train_runs (label_run_id);

        CREATE TABLE train_metrics (
            run_id INTEGER NOT NULL REFERENCES train_runs (id) ON DELETE CASCADE,
            step INTEGER NOT NULL CHECK (step >= 0),
            split TEXT NOT NULL,
            name TEXT NOT NULL,
            value REAL,
            PRIMARY KEY (run_id, step, split, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE train_checkpoints (
            run_id INTEGER NOT NULL REFERENCES train_runs (id) ON DELETE CASCADE,
            step INTEGER NOT NULL CHECK (step >= 0),
            path TEXT NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            PRIMARY KEY (run_id, step)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW train_list AS
        SELECT r.id, r.name, d.name AS dataset, r.algorithm, r.preset, r.encoder, r.seed, r.reward, l.name AS label_run,
            r.parameters, lower(hex(r.vocabulary_sha256)) AS vocabulary_sha256, r.status, r.step, r.best_step,
            r.message, r.started_at, r.updated_at,
            (SELECT max(c.step) FROM train_checkpoints c WHERE c.run_id = r.id) AS last_checkpoint, r.config
        FROM train_runs r JOIN datasets d ON d.id = r.dataset_id LEFT JOIN label_runs l ON l.id = r.label_run_id;

        CREATE VIEW train_metric_list AS
        SELECT r.name AS run, m.step, m.split, m.name, m.value
        FROM train_metrics m JOIN train_runs r ON r.id = m.run_id;
        """
}
