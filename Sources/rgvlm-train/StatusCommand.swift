import ArgumentParser
internal import ExperimentStore
internal import Ground
internal import StageSupport

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Training runs in the store: how far they are and their latest figures.")

    @Option(help: ArgumentHelp("Only this run (default: all).", valueName: "name"))
    var run: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            let statuses = try store.read { db in
                try TrainRun.all(db).filter { run == nil || $0.identity.name == run }
                    .map { TrainStatus($0, try $0.metrics(after: -1, db)) }
            }
            if let run, statuses.isEmpty {
                throw StageError(.inputMissing, "\(configuration.store): has no training run \(run)")
            }
            if common.json {
                try printJSON(statuses)
            } else if statuses.isEmpty {
                try writeToStandardOutput("The store holds no training runs yet; rgvlm-train run makes some.\n")
            } else {
                try writeToStandardOutput(statuses.map(\.text).joined(separator: "\n"))
            }
            return .done
        }
    }
}
