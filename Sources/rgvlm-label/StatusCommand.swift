import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Label runs in the store: spans, failures, calls, tokens, cost.")

    @Option(help: ArgumentHelp("Only this label run (default: all).", valueName: "name"))
    var run: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            let runs = try store.labelRuns(named: run)
            let statuses = try store.read { db in try runs.map { try LabelStatus.of($0, db) } }
            if common.json {
                try printJSON(statuses)
            } else if statuses.isEmpty {
                try writeToStandardOutput("The store holds no labels yet; rgvlm-label run makes some.\n")
            } else {
                try writeToStandardOutput(statuses.map(\.text).joined(separator: "\n"))
            }
            return .done
        }
    }
}
