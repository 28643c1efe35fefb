import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What an experiment consists of, how far it is, and what is left to do.",
        discussion: """
            A cell is a row of the experiment at a seed: a training run with its evaluations. With --list, one line each for \
            xargs, a job array or a script: the shell commands that train or evaluate the cells, in the same order; those \
            that evaluate the references; or the cells' states (run, state, updates done, updates in all, with tabs). \
            Commands whose work is done end at once.
            """)

    enum List: String, ExpressibleByArgument, CaseIterable {
        case train, evaluate, references, state
    }

    @Option(help: "Lines to print in place of the table.")
    var list: List?

    @Option(help: ArgumentHelp("Cells trained at once, for the estimate (default: one a core).", valueName: "number"))
    var jobs: Int?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            if let jobs, !(1...1024).contains(jobs) {
                throw StageError(.usage, "--jobs \(jobs): expected 1 to 1024")
            }
            if list != nil, common.json { throw StageError(.usage, "--list and --json exclude each other") }
            let plan = try ExperimentPlan(
                configuration,
                ExperimentPlan.Places(
                    config: common.config, store: configuration.store,
                    overrides: common.overrides + (common.seed.map { ["seed=\($0)"] } ?? []),
                    programs: ExperimentPlan.Places.calledIn))
            switch list {
            case .train: try Self.print(plan.cells.map(\.trainLine))
            case .evaluate: try Self.print(plan.cells.map(\.evaluateLine))
            case .references: try Self.print(plan.referenceCommands.map(ShellWords.line))
            case .state: try Self.print(plan.stateLines(try facts(configuration, withEstimates: false)))
            case nil:
                let facts = try facts(configuration, withEstimates: true)
                let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
                if common.json {
                    try printJSON(PlanReport(plan, configuration, facts, jobs: jobs))
                } else {
                    try writeToStandardOutput(
                        plan.text(configuration, facts, jobs: jobs, freeBytes: Self.freeBytes(configuration.store)))
                }
            }
            return .done
        }
    }

    /// What a store that is not there yet, or not made up yet, cannot say is nothing.
    private func facts(_ configuration: Configuration, withEstimates: Bool) throws -> ExperimentFacts {
        let store: ExperimentStore
        do {
            store = try ExperimentStore(configuration.store, access: .read)
        } catch let error as StoreError where [.missing, .notAStore, .older].contains(error.code) {
            if error.code != .missing { common.say(.warning, "warning: \(error.description); nothing counts as done") }
            return ExperimentFacts()
        }
        return try ExperimentFacts(store, configuration, withEstimates: withEstimates)
    }

    private static func print(_ lines: [String]) throws {
        try writeToStandardOutput(lines.map { $0 + "\n" }.joined())
    }

    /// What the disk of `path` has left; folders that are not there yet will be on their parent's.
    private static func freeBytes(_ path: String) -> Double? {
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.doubleValue
    }
}

/// The plan for `--json`.
struct PlanReport: Encodable {
    struct Cell: Encodable {
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

    struct Reference: Encodable {
        var agent: String
        var evaluate: [String]
    }

    var experiment: String?
    var store: String
    var cells: [Cell]
    var references: [Reference]
    var estimate: ExperimentPlan.Estimate

    init(_ plan: ExperimentPlan, _ configuration: Configuration, _ facts: ExperimentFacts, jobs: Int) {
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
