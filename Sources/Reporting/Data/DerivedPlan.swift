internal import Episodes
package import ExperimentStore

extension ReportPlan {
    /// A plan for a store without an experiment's configuration: training runs named `<row>-s<seed>` are runs of one
    /// row, and every task set that was evaluated is a set, in the order in which they came.
    ///
    /// - Parameter command: The shell line for a training run.
    package static func derived(
        name: String, from store: ExperimentStore, command: (TrainRun) -> String
    ) throws -> ReportPlan {
        let (trainings, evaluations) = try store.read { db in (try TrainRun.all(db), try EvalRun.all(db)) }
        var plan = ReportPlan(name: name, rows: [], sets: [])
        for evaluation in evaluations where !plan.sets.contains(evaluation.identity.shownSet) {
            plan.sets.append(evaluation.identity.shownSet)
        }
        for training in trainings {
            let run = Run(
                seed: Int(training.identity.seed), name: training.identity.name, command: command(training))
            let row = rowName(training.identity.name)
            if let index = plan.rows.firstIndex(where: { $0.name == row }) {
                plan.rows[index].runs.append(run)
            } else {
                let kind = kind(TrainingSettings(training.identity))
                plan.rows.append(Row(name: row, title: row, kind: kind, runs: [run]))
            }
        }
        return plan
    }

    /// The name without `-s<seed>`.
    static func rowName(_ run: String) -> String {
        let digits = run.reversed().prefix(while: \.isNumber).count
        let stem = run.dropLast(digits)
        return digits > 0 && stem.hasSuffix("-s") && stem.count > 2 ? String(stem.dropLast(2)) : run
    }

    static func kind(_ settings: TrainingSettings) -> Kind {
        if settings.reward.source.isOracle { return .oracle }
        if settings.reward.source.isControl { return .control }
        guard settings.hasCritic, settings.hasGeneratedReward else { return .baseline }
        return settings.reward.source == .minimumDistance ? .baseline : .method
    }
}
