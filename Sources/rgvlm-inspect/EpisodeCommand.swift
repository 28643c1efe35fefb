import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct EpisodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "episode",
        abstract: "Goal, sub-tasks, steps and rewards of one episode.")

    @Argument(
        help: ArgumentHelp("Its number, its key <task>/<trial>, or the trial's name.", valueName: "id"))
    var id: String

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let path = try common.configuration().store
            let store = try ExperimentStore(path, access: .read)
            let id = try store.episode(named: id).id
            guard let detail = try store.read({ try EpisodeDetail.fetch(id, $0) }) else {
                throw StageError(.inputMissing, "\(path): has no episode \(id)")
            }
            if common.json { try printJSON(detail) } else { try writeToStandardOutput(detail.text) }
            return .done
        }
    }
}
