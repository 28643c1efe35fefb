package import Instrument
package import StageSupport

/// The plan for `--json`.
package struct PlanReport: Encodable {
    package struct Cell: Encodable {
        var run: String
        var row: String
        var title: String?
        var kind: String
        var seed: Int
        var state: ExperimentPlan.State
        var step: Int
        var updates: Int?
        var evaluations: [String]
        var train: [String]
        var evaluate: [String]
    }

    package struct Reference: Encodable {
        var agent: String
        var evaluate: [String]
    }

    var experiment: String?
    var store: String
    var cells: [Cell]
    var references: [Reference]
    var estimate: ExperimentPlan.Estimate
    /// What differences each set can find.
    package var power: [Outlook.OnSet]?
    /// What can be said of the data before training; nil without data.
    package var check: DataCheck?
    /// Why the data could not be checked.
    package var checkProblem: String?

    package init(_ plan: ExperimentPlan, _ configuration: Configuration, _ facts: ExperimentFacts, jobs: Int) {
        experiment = configuration.experiment.name
        store = configuration.store
        cells = plan.cells.map { cell in
            Cell(
                run: cell.run, row: cell.row.name, title: cell.row.title, kind: cell.row.kind.rawValue, seed: cell.seed,
                state: plan.state(of: cell, facts), step: facts.trainings[cell.run]?.step ?? 0, updates: cell.updates,
                evaluations: cell.evaluations, train: cell.trainCommand, evaluate: cell.evaluateCommand)
        }
        references = zip(ExperimentPlan.referenceAgents, plan.referenceCommands).map {
            Reference(agent: $0, evaluate: $1)
        }
        estimate = plan.estimate(configuration, facts, jobs: jobs)
    }
}
