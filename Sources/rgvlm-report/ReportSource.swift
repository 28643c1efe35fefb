internal import Episodes
internal import ExperimentStore
internal import Experiments
internal import Foundation
internal import Ground
internal import Reporting
internal import StageSupport

/// What a report is made from: the configuration's experiment, or else all runs of the store.
enum ReportSource {
    static func data(
        _ configuration: Configuration, _ common: CommonOptions, _ store: ExperimentStore
    ) throws -> ReportData {
        let plan = try plan(configuration, common, store)
        guard !plan.rows.isEmpty else {
            throw StageError(
                .inputMissing,
                """
                \(configuration.store): has no training runs, and the configuration names no rows (experiment.rows); \
                train some with rgvlm-train run
                """
            )
        }
        return try ReportData(plan, from: store)
    }

    private static func plan(
        _ configuration: Configuration, _ common: CommonOptions, _ store: ExperimentStore
    ) throws -> ReportPlan {
        var configuration = configuration
        var places = ExperimentPlan.Places(
            config: common.config, store: configuration.store,
            overrides: common.overrides + (common.seed.map { ["seed=\($0)"] } ?? []),
            programs: ExperimentPlan.Places.calledIn)
        let fileName = URL(fileURLWithPath: configuration.store).deletingPathExtension().lastPathComponent
        let name = configuration.experiment.name ?? fileName
        var plan: ReportPlan
        if configuration.experiment.rows.isEmpty {
            plan = try ReportPlan.derived(name: name, from: store) { training in
                ShellWords.line(places.evaluation(["--run", training.identity.name]))
            }
        } else {
            let tuned = try TunedExperiment(configuration, places)
            (configuration, places) = (tuned.configuration, tuned.places)
            plan = try ReportPlan(name: name, ExperimentPlan(configuration, places))
        }
        let sets = configuration.evaluate.shownSets.map(\.name)
        plan.wanted = configuration.wantedEvaluations
        plan.sets = try sets.isEmpty ? store.evaluatedSets() : sets
        plan.splits = configuration.train.splits
        plan.kinds = try configuration.train.kinds.map { try $0.named() }
        plan.episodeLimit = configuration.train.episodes
        for agent in ExperimentPlan.referenceAgents {
            plan.referenceCommands[agent] = ShellWords.line(places.evaluation(["--agent", agent]))
        }
        plan.version = Version.commit
        return plan
    }
}

extension ReportPlan {
    /// The cells of an experiment, row by row.
    fileprivate init(name: String, _ experiment: ExperimentPlan) {
        let rows = experiment.rows.map { row in
            Row(
                name: row.name, title: row.title ?? row.name, kind: Kind(rawValue: row.kind.rawValue) ?? .method,
                runs: experiment.cells.filter { $0.row.name == row.name }.map {
                    Run(seed: $0.seed, name: $0.run, command: "\($0.trainLine) && \($0.evaluateLine)")
                })
        }
        self.init(name: name, rows: rows, sets: [])
    }
}
