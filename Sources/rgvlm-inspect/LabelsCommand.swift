import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct LabelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Scores of one episode's transitions, and the texts they come from.",
        discussion: "Controls are left out unless --controls is given.")

    @Argument(
        help: ArgumentHelp("The episode: its number, its key <task>/<trial>, or the trial's name.", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("Only this label run (default: all).", valueName: "name"))
    var run: String?

    @Flag(help: "Show the spans that were shown as controls too.")
    var controls = false

    @Flag(help: "Show the questions as well as the answers.")
    var prompts = false

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let episode = try store.episode(named: id).id
            let runID = try run.map { try store.labelRuns(named: $0)[0].id }
            let details = try store.read { try LabelDetail.spans(episode: episode, run: runID, $0) }.filter {
                controls || $0.control == "none"
            }
            if common.json {
                try printJSON(details)
            } else if details.isEmpty {
                try writeToStandardOutput("Episode \(episode) has no labels; rgvlm-label run makes some.\n")
            } else {
                try writeToStandardOutput(details.map { $0.text(prompts: prompts) }.joined(separator: "\n"))
            }
            return .done
        }
    }
}
