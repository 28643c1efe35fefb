import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Reporting
internal import StageSupport

struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Prints an experiment's table as Markdown, or with --json its numbers.")

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            let data = try ReportSource.data(configuration, common, store)
            let table = TableBuilder().table(data)
            if common.json {
                try printJSON(ReportResults(data, table))
            } else {
                try writeToStandardOutput(MarkdownTable(data, table).text)
            }
            return .done
        }
    }
}
