DROP VIEW episode_list;
DROP VIEW transition_list;
DROP VIEW instruction_list;
DROP VIEW frame_list;

CREATE TABLE new_frames (
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
INSERT INTO new_frames SELECT episode_id, t, name, status, path, width, height, sha256, record, feature_row
FROM frames;
DROP TABLE frames;
ALTER TABLE new_frames RENAME TO frames;
CREATE INDEX frames_unreadable ON frames (episode_id) WHERE status = 'unreadable';

ALTER TABLE episodes ADD COLUMN policy TEXT;
ALTER TABLE episodes ADD COLUMN success INTEGER CHECK (success IN (0, 1));
ALTER TABLE instructions ADD COLUMN fulfilled INTEGER NOT NULL DEFAULT 1 CHECK (fulfilled IN (0, 1));

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
    st.kind AS subtask_kind, iif(t.t = e.step_count - 1 AND e.success IS NOT 0, 1.0, 0.0) AS sparse_reward, t.recorded_reward,
    before.path AS frame_before, after.path AS frame_after
FROM transitions t
JOIN episodes e ON e.id = t.episode_id
JOIN actions a ON a.id = t.action
JOIN object_classes c ON c.id = t.object_class
JOIN subtasks st ON st.episode_id = t.episode_id AND st.idx = t.subtask
LEFT JOIN frames before ON before.episode_id = t.episode_id AND before.t = t.t
LEFT JOIN frames after ON after.episode_id = t.episode_id AND after.t = t.t + 1;

CREATE VIEW instruction_list AS
SELECT i.id, e.split, i.episode_id, i.repeat_idx, i.kind, i.first_subtask, i.subtask_count, i.first_step,
    i.step_count, i.fulfilled, i.text, e.key
FROM instructions i JOIN episodes e ON e.id = i.episode_id;

CREATE VIEW frame_list AS
SELECT f.episode_id, e.split, f.t, f.name, f.status, f.path, f.width, f.height, iif(f.sha256 IS NULL, NULL, lower(hex(f.sha256))) AS sha256,
    f.record, f.feature_row
FROM frames f JOIN episodes e ON e.id = f.episode_id;
