import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct SummaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Counts by split, task type, action and sub-task; lengths; missing pictures.")

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let summaries = try store.read { try DatasetSummary.all($0) }
            if common.json {
                try printJSON(summaries)
            } else if summaries.isEmpty {
                try writeToStandardOutput("The store holds no dataset yet; rgvlm-ingest reads one.\n")
            } else {
                try writeToStandardOutput(summaries.map(\.text).joined(separator: "\n"))
            }
            return .done
        }
    }
}
