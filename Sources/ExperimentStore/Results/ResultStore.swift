internal import GRDB
internal import Ground

/// What a merge of a file of results brought in.
package struct ResultReport: Sendable, Equatable, Encodable {
    /// Training runs, by name.
    package var trainings: [String] = []
    /// Evaluations, by name.
    package var evaluations: [String] = []
}

/// Files of results: stores of the same schema without episodes, which hold what a few runs found out beside a store
/// that is only read, until somebody takes it over. Datasets, label runs, runs and episodes are known by their names
/// there, whatever their numbers.
extension ExperimentStore {
    /// Makes a file of results, or prepares one that is there, for runs about the data of `store`. It begins with what
    /// the store knows of these runs, and has the store's datasets and label runs under the same numbers.
    ///
    /// - Parameters:
    ///   - store: Is read and not locked; nobody may write to it.
    ///   - trainings: Names of training runs; their evaluations come too.
    ///   - evaluations: Names of other evaluations.
    /// - Throws: ``StoreError``.
    package static func prepareResults(
        _ path: String, beside store: ExperimentStore, trainings: [String], evaluations: [String] = []
    ) throws {
        try Folder.make(Folder.parent(of: path))
        let results = try ExperimentStore(path, access: .write)
        guard results.file != store.file else {
            throw StoreError(.unwritable, "is the store itself; name another file for the results", file: path)
        }
        try results.attaching(Self.immutable(store.file)) { db in
            let isNew = try Int.fetchOne(db, sql: "SELECT count(*) FROM main.datasets") == 0
            try db.execute(sql: "INSERT OR IGNORE INTO main.label_prompts SELECT * FROM other.label_prompts")
            for table in ["datasets", "label_runs"] { try copy(table, key: "id", in: db) }
            guard isNew else { return }
            for name in trainings { try copyTraining(name, db) }
            for name in evaluations { try copyEvaluations("name = :value", ["value": name], db) }
        }
        try results.close()
    }

    /// Takes over what a file of results holds: of each of its training runs everything, in place of what is here, and
    /// its evaluations. All or nothing; taking it again changes nothing.
    ///
    /// - Throws: ``StoreError`` for a file that is no store, or is about a dataset that is not here.
    package func takeResults(from path: String) throws -> ResultReport {
        // Nobody writes to it meanwhile.
        let results = try ExperimentStore(path, access: .write)
        defer { try? results.close() }
        guard results.file != file else {
            throw StoreError(.unwritable, "a store cannot be merged into itself", file: path)
        }
        var report = ResultReport()
        try attaching(results.file) { db in
            report.trainings = try String.fetchAll(db, sql: "SELECT name FROM other.train_runs ORDER BY id")
            report.evaluations = try String.fetchAll(db, sql: "SELECT name FROM other.eval_runs ORDER BY id")
            let unknown = try String.fetchOne(
                db,
                sql: """
                    SELECT d.name FROM other.train_runs r JOIN other.datasets d ON d.id = r.dataset_id
                    WHERE d.name NOT IN (SELECT name FROM main.datasets)
                    """)
            if let unknown { throw StoreError(.failed, "is about a dataset that is not here, \(unknown)", file: path) }
            for name in report.trainings { try Self.copyTraining(name, db) }
            try Self.copyEvaluations("train_run_id IS NULL", [:], db)
        }
        return report
    }

    // MARK: From `other` into `main`

    private func attaching(_ other: String, _ body: (Database) throws -> Void) throws {
        try withoutTransaction { db in
            try db.execute(sql: "ATTACH DATABASE :file AS other", arguments: ["file": other])
            defer { try? db.execute(sql: "DETACH DATABASE other") }
            try db.inTransaction(.immediate) {
                try body(db)
                return .commit
            }
        }
    }

    private static func copyTraining(_ name: String, _ db: Database) throws {
        let values = [
            "dataset_id":
                """
            (SELECT d.id FROM main.datasets d JOIN other.datasets od ON od.name = d.name
            WHERE od.id = o.dataset_id)
            """,
            "label_run_id":
                """
            (SELECT l.id FROM main.label_runs l JOIN other.label_runs ol ON ol.name = l.name
            WHERE ol.id = o.label_run_id)
            """,
        ]
        // What a run was evaluated on before it began anew, with other settings or data, is gone there. Evaluations of
        // the same run that are only here stay.
        try db.execute(
            sql: """
                DELETE FROM main.eval_runs WHERE train_run_id IN (
                    SELECT r.id FROM main.train_runs r JOIN other.train_runs o ON o.name = r.name
                    WHERE r.name = :name AND r.config <> o.config)
                """, arguments: ["name": name])
        try copy("train_runs", key: "name", values, where: "o.name = :name", ["name": name], in: db)
        let theirs = try Int64.fetchOne(
            db, sql: "SELECT id FROM other.train_runs WHERE name = :name", arguments: ["name": name])
        let ours = try Int64.fetchOne(
            db, sql: "SELECT id FROM main.train_runs WHERE name = :name", arguments: ["name": name])
        guard let theirs, let ours else { return }
        for table in ["train_metrics", "train_checkpoints"] {
            try db.execute(sql: "DELETE FROM main.\(table) WHERE run_id = :run", arguments: ["run": ours])
            try copy(table, key: nil, ["run_id": "\(ours)"], where: "o.run_id = :run", ["run": theirs], in: db)
        }
        try copyEvaluations("train_run_id = :value", ["value": theirs], db)
    }

    /// Copies evaluations with their rollouts; of the same content there is one. One that is done here stays as it is
    /// where it is not done there.
    private static func copyEvaluations(_ condition: String, _ arguments: StatementArguments, _ db: Database) throws {
        struct Evaluation: QueryRow {
            var id: Int64
            @Blob var contentSHA256: [UInt8]
        }
        let all = try Evaluation.fetchAll(
            db,
            sql: """
                SELECT id, content_sha256 FROM other.eval_runs o WHERE \(condition)
                    AND NOT EXISTS (SELECT 1 FROM main.eval_runs m WHERE m.content_sha256 = o.content_sha256
                        AND m.status = 'done' AND o.status <> 'done')
                ORDER BY id
                """, arguments: arguments)
        for evaluation in all { try copyEvaluation(evaluation.id, Blob(wrappedValue: evaluation.contentSHA256), db) }
    }

    private static func copyEvaluation(_ theirs: Int64, _ content: Blob<[UInt8]>, _ db: Database) throws {
        let training = """
            (SELECT t.id FROM main.train_runs t JOIN other.train_runs ot ON ot.name = t.name
            WHERE ot.id = o.train_run_id)
            """
        try copy(
            "eval_runs", key: "content_sha256", ["train_run_id": training], where: "o.id = :id", ["id": theirs], in: db)
        let ours = try Int64.fetchOne(
            db, sql: "SELECT id FROM main.eval_runs WHERE content_sha256 = :content", arguments: ["content": content])
        guard let ours else { return }
        try db.execute(sql: "DELETE FROM main.rollouts WHERE eval_run_id = :run", arguments: ["run": ours])
        // As Evaluation finds the episode of a task: the first of the dataset with its key.
        let episode = """
            (SELECT min(e.id) FROM main.episodes e JOIN main.datasets d ON d.id = e.dataset_id
            JOIN other.eval_runs v ON v.id = o.eval_run_id
            WHERE d.name = json_extract(v.config, '$.dataset') AND e.key = o.key)
            """
        try copy(
            "rollouts", key: nil, ["eval_run_id": "\(ours)", "episode_id": episode],
            where: "o.eval_run_id = :run ORDER BY o.idx", ["run": theirs], in: db)
        try copy(
            "rollout_steps", key: nil,
            [
                "rollout_id": """
                (SELECT m.id FROM main.rollouts m JOIN other.rollouts oo ON oo.idx = m.idx
                WHERE m.eval_run_id = \(ours) AND oo.id = o.rollout_id)
                """
            ],
            where: "o.rollout_id IN (SELECT id FROM other.rollouts WHERE eval_run_id = :run)", ["run": theirs], in: db)
    }

    /// Copies rows of a table, whatever its columns; they get numbers of their own unless they are known by them.
    ///
    /// - Parameters:
    ///   - key: The column by which rows that are here already are known, and changed; nil where there are none.
    ///   - values: By column: what to store in place of what stands there. The row is called `o`.
    private static func copy(
        _ table: String, key: String?, _ values: [String: String] = [:], where condition: String = "true",
        _ arguments: StatementArguments = [], in db: Database
    ) throws {
        let columns = try db.columns(in: table, in: "main").map(\.name).filter { $0 != "id" || key == "id" }
        let update = key.map { key in
            " ON CONFLICT (\(key)) DO UPDATE SET "
                + columns.filter { $0 != key }.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        }
        try db.execute(
            sql: """
                INSERT INTO main.\(table) (\(columns.joined(separator: ", ")))
                SELECT \(columns.map { values[$0] ?? "o.\($0)" }.joined(separator: ", ")) FROM other.\(table) o
                WHERE \(condition)\(update ?? "")
                """, arguments: arguments)
    }
}
