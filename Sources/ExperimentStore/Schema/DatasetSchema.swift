extension Schema {
    /// Datasets with their episodes: an episode is L transitions between L + 1 frames, cut into sub-tasks and described
    /// by the instructions of its annotations.
    static let dataset = """
        CREATE TABLE actions (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            interaction INTEGER NOT NULL CHECK (interaction IN (0, 1))
        ) STRICT;

        CREATE TABLE object_classes (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE datasets (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            format TEXT NOT NULL,
            root TEXT NOT NULL,
            splits_file TEXT,
            frame_store_id BLOB CHECK (length(frame_store_id) = 16),
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE scenes (
            id INTEGER PRIMARY KEY,
            dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            floor_plan TEXT NOT NULL,
            number INTEGER NOT NULL,
            room TEXT,
            UNIQUE (dataset_id, floor_plan)
        ) STRICT;

        CREATE TABLE episodes (
            id INTEGER PRIMARY KEY,
            dataset_id INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            scene_id INTEGER NOT NULL REFERENCES scenes (id),
            split TEXT NOT NULL,
            key TEXT NOT NULL,
            task_id TEXT NOT NULL,
            task_type TEXT,
            object_target TEXT,
            object_sliced INTEGER CHECK (object_sliced IN (0, 1)),
            parent_target TEXT,
            movable_target TEXT,
            toggle_target TEXT,
            step_count INTEGER NOT NULL CHECK (step_count >= 0),
            image_count INTEGER NOT NULL CHECK (image_count >= 0),
            feature_path TEXT,
            feature_count INTEGER,
            source_path TEXT NOT NULL,
            source_bytes INTEGER NOT NULL,
            source_stamp TEXT NOT NULL,
            source_sha256 BLOB NOT NULL CHECK (length(source_sha256) = 32),
            content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
            policy TEXT,
            success INTEGER CHECK (success IN (0, 1)),
            UNIQUE (dataset_id, split, key)
        ) STRICT;

        CREATE TABLE annotations (
            episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            repeat_idx INTEGER NOT NULL,
            in_split INTEGER NOT NULL CHECK (in_split IN (0, 1)),
            aligned INTEGER CHECK (aligned IN (0, 1)),
            task_desc TEXT NOT NULL,
            high_descs TEXT NOT NULL CHECK (json_valid(high_descs)),
            votes TEXT NOT NULL CHECK (json_valid(votes)),
            PRIMARY KEY (episode_id, repeat_idx)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE subtasks (
            episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            idx INTEGER NOT NULL,
            kind TEXT NOT NULL,
            first_step INTEGER NOT NULL,
            step_count INTEGER NOT NULL CHECK (step_count >= 0),
            object_id TEXT,
            receptacle_id TEXT,
            done INTEGER NOT NULL DEFAULT 1 CHECK (done IN (0, 1)),
            PRIMARY KEY (episode_id, idx)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE subgoals (
            episode_id INTEGER NOT NULL,
            idx INTEGER NOT NULL,
            subtask INTEGER NOT NULL,
            kind TEXT NOT NULL,
            first_step INTEGER NOT NULL,
            step_count INTEGER NOT NULL CHECK (step_count > 0),
            PRIMARY KEY (episode_id, idx),
            FOREIGN KEY (episode_id, subtask) REFERENCES subtasks (episode_id, idx) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE transitions (
            episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            t INTEGER NOT NULL CHECK (t >= 0),
            action INTEGER NOT NULL CHECK (action BETWEEN 1 AND 12),
            object_class INTEGER NOT NULL CHECK (object_class BETWEEN 0 AND 81),
            object_id TEXT,
            subtask INTEGER NOT NULL,
            recorded_reward REAL,
            PRIMARY KEY (episode_id, t)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE frames (
            episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
            t INTEGER NOT NULL CHECK (t >= 0),
            name TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status = 'present' OR status = 'missing' OR status = 'unreadable'
                OR status = 'rendered'),
            path TEXT,
            width INTEGER,
            height INTEGER,
            sha256 BLOB CHECK (length(sha256) = 32),
            record INTEGER,
            feature_row INTEGER,
            PRIMARY KEY (episode_id, t)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE instructions (
            id INTEGER PRIMARY KEY,
            episode_id INTEGER NOT NULL,
            repeat_idx INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind = 'primitive' OR kind = 'composite' OR kind = 'task'),
            first_subtask INTEGER NOT NULL,
            subtask_count INTEGER NOT NULL CHECK (subtask_count > 0),
            first_step INTEGER NOT NULL,
            step_count INTEGER NOT NULL CHECK (step_count > 0),
            text TEXT NOT NULL,
            fulfilled INTEGER NOT NULL DEFAULT 1 CHECK (fulfilled IN (0, 1)),
            FOREIGN KEY (episode_id, repeat_idx) REFERENCES annotations (episode_id, repeat_idx) ON DELETE CASCADE
        ) STRICT;

        CREATE INDEX episodes_by_scene ON episodes (scene_id);
        CREATE INDEX instructions_by_episode ON instructions (episode_id, repeat_idx);
        CREATE INDEX frames_unreadable ON frames (episode_id) WHERE status = 'unreadable';

        CREATE VIEW episode_list AS
        SELECT e.id, d.name AS dataset, e.split, e.task_type, s.floor_plan, s.room, e.step_count AS steps,
            (SELECT count(*) FROM subtasks st WHERE st.episode_id = e.id) AS subtasks,
            (SELECT count(*) FROM annotations a WHERE a.episode_id = e.id AND a.in_split = 1) AS samples,
            (SELECT a.task_desc FROM annotations a WHERE a.episode_id = e.id ORDER BY a.repeat_idx LIMIT 1) AS goal,
            (SELECT count(*) FROM frames f WHERE f.episode_id = e.id AND f.status = 'present') AS frames_present,
            (SELECT count(*) FROM frames f WHERE f.episode_id = e.id AND f.status = 'rendered') AS frames_rendered,
            e.policy, e.success, e.key
        FROM episodes e JOIN datasets d ON d.id = e.dataset_id JOIN scenes s ON s.id = e.scene_id;

        CREATE VIEW transition_list AS
        SELECT t.episode_id, t.t, a.name AS action, nullif(c.name, 'None') AS object, t.object_id, t.subtask,
            st.kind AS subtask_kind, iif(t.t = e.step_count - 1 AND e.success IS NOT 0, 1.0, 0.0) AS sparse_reward,
            t.recorded_reward, before.path AS frame_before, after.path AS frame_after
        FROM transitions t
        JOIN episodes e ON e.id = t.episode_id
        JOIN actions a ON a.id = t.action
        JOIN object_classes c ON c.id = t.object_class
        JOIN subtasks st ON st.episode_id = t.episode_id AND st.idx = t.subtask
        LEFT JOIN frames before ON before.episode_id = t.episode_id AND before.t = t.t
        LEFT JOIN frames after ON after.episode_id = t.episode_id AND after.t = t.t + 1;

        CREATE VIEW instruction_list AS
        SELECT i.id, e.split, i.episode_id, i.repeat_idx, i.kind, i.first_subtask, i.subtask_count, i.first_step,
            i.step_count, i.fulfilled, i.text, e.policy, e.key
        FROM instructions i JOIN episodes e ON e.id = i.episode_id;

        CREATE VIEW frame_list AS
        SELECT f.episode_id, e.split, f.t, f.name, f.status, f.path, f.width, f.height,
            iif(f.sha256 IS NULL, NULL, lower(hex(f.sha256))) AS sha256, f.record, f.feature_row
        FROM frames f JOIN episodes e ON e.id = f.episode_id;
        """
}
