internal import Episodes
package import ExperimentStore
internal import Frames
internal import Ground

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
                data.frameSize = Array(frames.format.shape.prefix(2))
            }
            return data
        }
    }

    init(_ plan: ReportPlan, _ db: StoreConnection) throws {
        let evaluations = try EvalRun.all(db)
        func evaluation(_ set: String, where isMeant: (EvalRun) -> Bool) throws -> Evaluation? {
            let found = evaluations.filter { $0.identity.shownSet == set && isMeant($0) }
            guard let run = EvalRun.counting(found, plan.wanted[set]) else { return nil }
            return Evaluation(run: run, rollouts: try run.rollouts(db), others: found.count - 1)
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
        // The only one of the store where nothing is trained yet.
        let datasets = try DatasetRow.all(db)
        let dataset =
            datasets.first { $0.id == trainings.first?.datasetID } ?? (datasets.count == 1 ? datasets[0] : nil)
        facts = try dataset?.facts(splits: plan.splits, kinds: plan.kinds, db) ?? DatasetFacts()
    }

    private static func curves(_ run: TrainRun, _ db: StoreConnection) throws -> [CurveKey: [CurvePoint]] {
        var curves: [CurveKey: [CurvePoint]] = [:]
        for metric in try run.metrics(db) where curveNames.contains(metric.name) {
            curves[CurveKey(split: metric.split, name: metric.name), default: []].append(
                CurvePoint(step: metric.step, value: metric.value))
        }
        return curves
    }
}

extension ReportData.Labels {
    init(_ run: LabelRun, _ db: StoreConnection) throws {
        let prompts = try run.prompts(db)
        var histogram = [Int](repeating: 0, count: 11)
        for count in try run.scoreCounts(db) where count.isGenuine && count.isWhole {
            if histogram.indices.contains(count.score) { histogram[count.score] = count.count }
        }
        let status = try LabelStatus.of(run, db)
        self.init(
            id: run.id, name: run.name, annotator: run.annotator, model: run.model, provider: run.provider,
            prompts: ["analysis", "scoring"].compactMap { stage in
                prompts[stage].map { "\(stage) \($0.name) (\($0.sha256.prefix(4).hex))" }
            }, settings: run.settings, histogram: histogram, scored: status.scoredTransitions,
            unscored: max(0, status.transitions - status.scoredTransitions),
            dollars: Double(try run.spent(db)) / 1e9)
    }
}
