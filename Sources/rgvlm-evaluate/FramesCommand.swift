internal import ALFRED
import ArgumentParser
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Images
internal import StageSupport

struct FramesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames",
        abstract: "Draws what an agent saw in a rollout.",
        discussion: """
            The stored actions are carried out again in the simulator. Writes a picture a step, sheet.png with all of \
            them, and animation.png, which browsers play.
            """)

    @Option(
        help: ArgumentHelp(
            """
            The evaluation, as in sparse-s0@valid_seen, or with the start of its content, as in \
            sparse-s0@valid_seen#1a2b.
            """,
            valueName: "name"))
    var run: String

    @Option(help: ArgumentHelp("The task's number in its set, from 0.", valueName: "number"))
    var task: Int

    @Option(help: ArgumentHelp("Folder to write.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Pixels of a side (default: 300).", valueName: "pixels"))
    var size = 300

    @Option(
        help: ArgumentHelp(
            "The release that trajectories are read from (default: where the dataset was ingested from).",
            valueName: "dir"))
    var root: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard (16...1024).contains(size) else {
                throw StageError(.usage, "--size \(size): expected 16 to 1024 pixels")
            }
            let configuration = try common.configuration(
                root.map { [.init("--root", "evaluate.root", $0)] } ?? [])
            let store = try ExperimentStore(try configuration.existingStore(), access: .read)
            let dataset = try store.dataset(named: configuration.evaluate.dataset)
            let series = try RolloutPictures.series(
                of: run, task: task, in: store, root: configuration.evaluate.root ?? dataset.root, side: size)
            try Folder.write(try series.files(), to: out)
            try writeToStandardOutput("\(series.pictures.count) pictures in \(out); sheet.png shows them all\n")
            return .done
        }
    }
}
