package import GRDB

/// Checks of the store against itself. None of them reads the dataset's files.
package struct Verification: Sendable {
    /// Something that is not as it should be.
    package struct Finding: Sendable, Equatable, Encodable {
        /// The name of the check.
        package var check: String
        /// The row it is about, as in `episode 17 (train/...)`.
        package var place: String
        /// What is wrong there.
        package var message: String

        /// A finding.
        package init(check: String, place: String, message: String) {
            self.check = check
            self.place = place
            self.message = message
        }
    }

    /// One of the checks.
    package struct Check: Sendable {
        /// As people call it.
        package let name: String
        /// What it makes sure of.
        package let purpose: String
        /// Rows of (episode id, message) that break it.
        fileprivate let sql: String
    }

    /// All checks in the order in which they run.
    package static let checks: [Check] = [
        Check(
            name: "transitions", purpose: "an episode has its transitions, numbered from 0",
            sql: """
                SELECT e.id, printf('has %d transitions from %s to %s; step_count is %d', count(t.t), min(t.t),
                    max(t.t), e.step_count)
                FROM episodes e LEFT JOIN transitions t ON t.episode_id = e.id GROUP BY e.id
                HAVING count(t.t) <> e.step_count
                    OR (e.step_count > 0 AND (min(t.t) <> 0 OR max(t.t) <> e.step_count - 1))
                """),
        Check(
            name: "observations", purpose: "L transitions lie between L + 1 observations",
            sql: """
                SELECT e.id, printf('has %d observations for %d transitions', count(f.t), e.step_count)
                FROM episodes e LEFT JOIN frames f ON f.episode_id = e.id GROUP BY e.id
                HAVING count(f.t) <> iif(e.step_count > 0, e.step_count + 1, 0)
                    OR (e.step_count > 0 AND (min(f.t) <> 0 OR max(f.t) <> e.step_count))
                """),
        Check(
            name: "subtasks", purpose: "sub-tasks follow each other and cover the episode",
            sql: """
                WITH spans AS (
                    SELECT episode_id, idx, first_step, step_count,
                        lag(first_step + step_count, 1, 0) OVER (PARTITION BY episode_id ORDER BY idx) AS expected,
                        row_number() OVER (PARTITION BY episode_id ORDER BY idx) - 1 AS number
                    FROM subtasks)
                SELECT episode_id, printf('sub-task %d begins at step %d, expected %d', idx, first_step, expected)
                FROM spans WHERE first_step <> expected OR idx <> number
                UNION ALL
                SELECT e.id, printf('sub-tasks end at step %d of %d', coalesce(max(s.first_step + s.step_count), 0),
                    e.step_count)
                FROM episodes e LEFT JOIN subtasks s ON s.episode_id = e.id GROUP BY e.id
                HAVING coalesce(max(s.first_step + s.step_count), 0) <> e.step_count
                """),
        Check(
            name: "steps in sub-tasks", purpose: "a transition lies inside the sub-task it names",
            sql: """
                SELECT t.episode_id, printf('transition %d names sub-task %d', t.t, t.subtask)
                FROM transitions t LEFT JOIN subtasks s ON s.episode_id = t.episode_id AND s.idx = t.subtask
                WHERE s.idx IS NULL OR t.t < s.first_step OR t.t >= s.first_step + s.step_count
                """),
        Check(
            name: "instructions", purpose: "an instruction's steps are those of its sub-tasks",
            sql: """
                SELECT i.episode_id, printf('instruction %d covers steps %d+%d, its sub-tasks %d+%d others', i.id,
                    i.first_step, i.step_count, i.first_subtask, i.subtask_count)
                FROM instructions i
                LEFT JOIN subtasks a ON a.episode_id = i.episode_id AND a.idx = i.first_subtask
                LEFT JOIN subtasks b ON b.episode_id = i.episode_id AND b.idx = i.first_subtask + i.subtask_count - 1
                WHERE a.idx IS NULL OR b.idx IS NULL OR i.first_step <> a.first_step
                    OR i.first_step + i.step_count <> b.first_step + b.step_count
                """),
        Check(
            name: "interactions", purpose: "an object is named where, and only where, an action takes one",
            sql: """
                SELECT t.episode_id, printf('transition %d (%s) %s an object', t.t, a.name,
                    iif(t.object_id IS NULL, 'lacks', 'has'))
                FROM transitions t JOIN actions a ON a.id = t.action
                WHERE (t.object_id IS NULL) = a.interaction OR (a.interaction = 0 AND t.object_class <> 0)
                """),
        Check(
            name: "frames", purpose: "a present picture has its path, size and hash",
            sql: """
                SELECT episode_id, printf('frame %d is present without path, size or hash', t) FROM frames
                WHERE status = 'present' AND (path IS NULL OR width IS NULL OR height IS NULL OR sha256 IS NULL)
                """),
        Check(
            name: "rendered frames", purpose: "a picture the simulator drew has its size and its record",
            sql: """
                SELECT episode_id, printf('frame %d is rendered without size or record, or with a file and no hash', t)
                FROM frames
                WHERE status = 'rendered' AND (path IS NOT NULL AND sha256 IS NULL OR width IS NULL
                    OR height IS NULL OR record IS NULL)
                """),
    ]

    /// Runs one of ``checks``.
    package static func findings(of check: Check, _ db: Database) throws -> [Finding] {
        struct Row: QueryRow {
            var id: Int64
            var split: String
            var key: String
            var message: String
        }
        return try Row.fetchAll(
            db,
            sql: """
                WITH c (episode_id, message) AS (\(check.sql))
                SELECT e.id, e.split, e.key, c.message FROM c
                JOIN episodes e ON e.id = c.episode_id ORDER BY e.id
                """
        ).map {
            Finding(check: check.name, place: "episode \($0.id) (\($0.split)/\($0.key))", message: $0.message)
        }
    }

    /// SQLite's own checks: the file's structure and every foreign key.
    package static func fileFindings(_ db: Database) throws -> [Finding] {
        struct Broken: QueryRow {
            var table: String
            var rowid: Int64?
            var parent: String
        }
        let damages = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        let broken = try Broken.fetchAll(db, sql: "PRAGMA foreign_key_check")
        return damages.map { Finding(check: "file", place: "the store", message: $0) }
            + broken.map { row in
                Finding(
                    check: "foreign keys", place: row.rowid.map { "\(row.table) row \($0)" } ?? row.table,
                    message: "refers to a row of \(row.parent) that does not exist")
            }
    }
}
