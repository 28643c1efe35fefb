internal import Episodes
package import ExperimentStore
internal import Frames
internal import GRDB

extension ReportData {
    /// The curves that are drawn: action loss and mean Q while training, accuracy of actions on other splits.
    static let curveNames = ["loss/action", "mean/q", "action/exact"]

    /// Reads what a plan names. What is not there yet is missing in the result.
    ///
    /// - Throws: `StoreError` for a store that cannot be read.
    package init(_ plan: ReportPlan, from store: ExperimentStore) throws {
        self = try store.read { db in
            var data = try ReportData(plan, db)
            if let dataset = data.facts.dataset, let frames = try PictureStore.open(dataset, store, db) {
                data.facts.frameSize = Array(frames.format.shape.prefix(2))
            }
            return data
        }
    }

    init(_ plan: ReportPlan, _ db: Database) throws {
        let evaluations = try EvalRun.all(db)
        func evaluation(_ set: String, where isMeant: (EvalRun) -> Bool) throws -> Evaluation? {
            let found = evaluations.filter { $0.identity.taskSet == set && isMeant($0) }
            // The newest that is complete, else the newest.
            guard let run = found.last(where: { $0.status == .done }) ?? found.last else { return nil }
            return Evaluation(run: run, rollouts: try run.rollouts(db))
        }
        self.plan = plan
        rows = []
        for row in plan.rows {
            var runs: [Run] = []
            for planned in row.runs {
                var run = Run(plan: planned, training: nil, evaluations: [:])
                if let stored = try TrainRun.named(planned.name, db) {
                    run.training = Training(
                        run: stored, settings: TrainingSettings(stored.identity), curves: try Self.curves(stored, db))
                    for set in plan.sets {
                        run.evaluations[set] = try evaluation(set) {
                            $0.identity.agent == .policy && $0.identity.trainRunID == stored.id
                        }
                    }
                }
                runs.append(run)
            }
            rows.append(Row(plan: row, runs: runs))
        }
        references = try [EvalRun.Agent.expert, .random].compactMap { agent in
            var found: [String: Evaluation] = [:]
            for set in plan.sets { found[set] = try evaluation(set) { $0.identity.agent == agent } }
            return found.isEmpty ? nil : Reference(agent: agent, evaluations: found)
        }
        let trainings = rows.flatMap { $0.runs.compactMap(\.training?.run.identity) }
        let used = Set(trainings.compactMap(\.labelRunID))
        labels = try LabelRun.all(db).filter { used.contains($0.id) }.map { try Labels($0, db) }
        facts = try Facts(datasetID: trainings.first?.datasetID, plan, db)
    }

    private static func curves(_ run: TrainRun, _ db: Database) throws -> [CurveKey: [CurvePoint]] {
        var curves: [CurveKey: [CurvePoint]] = [:]
        for metric in try run.metrics(db) where curveNames.contains(metric.name) {
            curves[CurveKey(split: metric.split, name: metric.name), default: []].append(
                CurvePoint(step: metric.step, value: metric.value))
        }
        return curves
    }
}

extension ReportData.Labels {
    init(_ run: LabelRun, _ db: Database) throws {
        let prompts = try run.prompts(db)
        var histogram = [Int](repeating: 0, count: 11)
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT c.score, count(*) FROM label_scores c JOIN label_spans s ON s.id = c.span_id
                WHERE s.run_id = ? AND s.control = 'none' AND s.status = 'scored' GROUP BY c.score
                """, arguments: [run.id])
        for row in rows where histogram.indices.contains(row[0]) { histogram[row[0]] = row[1] }
        let status = try LabelStatus.of(run, db)
        self.init(
            id: run.id, name: run.name, annotator: run.annotator, model: run.model, provider: run.provider,
            prompts: ["analysis", "scoring"].compactMap { stage in
                prompts[stage].map { "\(stage) \($0.name) (\(ReportHex.text($0.sha256.prefix(4))))" }
            }, settings: run.settings, histogram: histogram, scored: status.scoredTransitions,
            unscored: max(0, status.transitions - status.scoredTransitions),
            dollars: Double(try run.spent(db)) / 1e9)
    }
}

extension ReportData.Facts {
    /// - Parameter datasetID: The only one of the store when nil.
    init(datasetID: Int64?, _ plan: ReportPlan, _ db: Database) throws {
        let all = try DatasetRow.all(db)
        guard let dataset = all.first(where: { $0.id == datasetID }) ?? (all.count == 1 ? all[0] : nil) else {
            self = .none
            return
        }
        func counts(_ sql: String, _ arguments: StatementArguments) throws -> [String: Int] {
            let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
        }
        let splits = plan.splits.map { $0.databaseValue }
        let marks = databaseQuestionMarks(count: splits.count)
        episodes = try counts(
            "SELECT split, count(*) FROM episodes WHERE dataset_id = ? GROUP BY split", [dataset.id])
        func instructions(_ condition: String) throws -> [String: Int] {
            try counts(
                """
                SELECT i.kind, count(*) FROM instructions i JOIN episodes e ON e.id = i.episode_id
                JOIN annotations a ON a.episode_id = i.episode_id AND a.repeat_idx = i.repeat_idx AND a.in_split = 1
                WHERE e.dataset_id = ? AND e.split IN (\(marks)) AND \(condition) GROUP BY i.kind
                """, [dataset.id] + StatementArguments(splits)
            ).filter { plan.kinds.map(\.rawValue).contains($0.key) }
        }
        self.instructions = try instructions("TRUE")
        unfulfilled = try instructions("i.fulfilled = 0").values.reduce(0, +)
        transitions =
            try Int.fetchOne(
                db, sql: "SELECT sum(step_count) FROM episodes WHERE dataset_id = ? AND split IN (\(marks))",
                arguments: [dataset.id] + StatementArguments(splits)) ?? 0
        let frames = try counts(
            """
            SELECT f.status, count(*) FROM frames f JOIN episodes e ON e.id = f.episode_id
            WHERE e.dataset_id = ? AND e.split IN (\(marks)) GROUP BY f.status
            """, [dataset.id] + StatementArguments(splits))
        renderedFrames = frames["rendered"] ?? 0
        recordedFrames = frames["present"] ?? 0
        frameSize = []
        // Generated rooms are numbered from 1001.
        let rooms = try Row.fetchOne(
            db, sql: "SELECT sum(number < 1001), sum(number >= 1001) FROM scenes WHERE dataset_id = ?",
            arguments: [dataset.id])
        hasRealRooms = (rooms?[0] as Int? ?? 0) > 0
        hasGeneratedRooms = (rooms?[1] as Int? ?? 0) > 0
        flaggedAt = try String.fetchAll(
            db,
            sql: """
                SELECT f.created_at FROM flags f JOIN episodes e ON e.id = f.episode_id
                WHERE e.dataset_id = ? AND e.split IN (\(marks)) ORDER BY 1
                """, arguments: [dataset.id] + StatementArguments(splits))
        self.dataset = dataset.name
    }
}

enum ReportHex {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
