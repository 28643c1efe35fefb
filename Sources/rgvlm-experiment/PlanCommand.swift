import ArgumentParser
internal import Experiments
internal import Foundation
internal import Ground
internal import Instrument
internal import StageSupport

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What an experiment consists of, how far it is, and what is left to do.",
        discussion: """
            A cell is a row of the experiment at a seed: a training run with its evaluations. With --list, one line \
            each for xargs, a job array or a script: the shell commands that train or evaluate the cells, in the same \
            order; those that evaluate the references; or the cells' states (run, state, updates done, updates in all, \
            with tabs). Commands whose work is done end at once.
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
            let original = try common.configuration()
            let tuned = try TunedExperiment(original, common.places(original))
            let configuration = tuned.configuration
            if let jobs, !(1...1024).contains(jobs) {
                throw StageError(.usage, "--jobs \(jobs): expected 1 to 1024")
            }
            if list != nil, common.json { throw StageError(.usage, "--list and --json exclude each other") }
            let plan = try ExperimentPlan(configuration, tuned.places)
            switch list {
            case .train: try Self.print(plan.cells.map(\.trainLine))
            case .evaluate: try Self.print(plan.cells.map(\.evaluateLine))
            case .references: try Self.print(plan.referenceCommands.map(ShellWords.line))
            case .state: try Self.print(plan.stateLines(try facts(configuration, withEstimates: false)))
            case nil:
                let facts = try facts(configuration, withEstimates: true)
                let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
                let outlook = try Outlook(plan, configuration)
                // Without data there is nothing to check.
                let (check, problem) =
                    facts.hasData ? PlannedCheck.make(common.places(original)) : (nil, nil)
                if common.json {
                    var report = PlanReport(plan, configuration, facts, jobs: jobs)
                    (report.power, report.check, report.checkProblem) = (outlook.sets, check, problem)
                    try printJSON(report)
                } else {
                    let free = ExperimentFacts.freeBytes(configuration.store)
                    let more =
                        tuned.lines + outlook.lines + (check?.shortText ?? [])
                        + (problem.map { ["the data could not be checked: \($0)"] } ?? [])
                    try writeToStandardOutput(
                        plan.text(configuration, facts, jobs: jobs, freeBytes: free)
                            + more.map { TextTable.printable($0) + "\n" }.joined())
                }
            }
            return .done
        }
    }

    private func facts(_ configuration: Configuration, withEstimates: Bool) throws -> ExperimentFacts {
        let (facts, note) = try ExperimentFacts.read(configuration, withEstimates: withEstimates)
        if let note { common.say(.warning, "warning: \(note)") }
        return facts
    }

    private static func print(_ lines: [String]) throws {
        try writeToStandardOutput(lines.map { $0 + "\n" }.joined())
    }
}

extension CommonOptions {
    /// How the commands of an experiment name what they work on.
    func places(_ configuration: Configuration) -> ExperimentPlan.Places {
        ExperimentPlan.Places(
            config: config, store: configuration.store, overrides: overrides + (seed.map { ["seed=\($0)"] } ?? []),
            programs: ExperimentPlan.Places.calledIn)
    }
}
