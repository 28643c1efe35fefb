import ArgumentParser
internal import ExperimentStore
internal import Ground
internal import StageSupport

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Evaluations in the store: on which tasks, by which rules, how far they are, and what came of them.",
        discussion: """
            Evaluations of one name differ in content: weights, tasks, seed or settings. All of them are kept; the \
            report \
            takes the newest of those that fit its experiment.
            """)

    @Option(help: ArgumentHelp("Only of this run, agent or evaluation (default: all).", valueName: "name"))
    var run: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            let statuses = try store.read { try EvalStatus.all(run, $0) }
            if let run, statuses.isEmpty {
                throw StageError(.inputMissing, "\(configuration.store): has no evaluation of \(run)")
            }
            if common.json { try printJSON(statuses) } else { try writeToStandardOutput(statuses.text) }
            return .done
        }
    }
}
