internal import ALFRED
internal import ArgumentParser
internal import Foundation
internal import Ground
internal import Household
internal import Images
internal import Rooms
internal import Simulation
internal import StageSupport

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract:
            "Makes a dataset in ALFRED's format: furnished rooms, tasks, episodes of experts and lesser policies.",
        discussion: """
            The folder can be read by "rgvlm-ingest alfred --root DIR". The splits train and valid_seen share rooms, \
            valid_unseen has its own; both validation splits hold the expert's episodes. The same options and seed \
            make the same files, and a run that was stopped is continued by giving the same command again.
            """)

    @Option(help: ArgumentHelp("Number of rooms (default: 12).", valueName: "n"))
    var scenes: Int?

    @Option(help: ArgumentHelp("Number of episodes over all splits (default: 100).", valueName: "n"))
    var episodes: Int?

    @Option(
        help: ArgumentHelp(
            "Shares of the training episodes' policies: expert, noisy (with recovery), partial, random (default: "
                + "expert:0.4,noisy:0.3,partial:0.2,random:0.1).", valueName: "policy:share,..."))
    var mix: String?

    @Option(help: ArgumentHelp("Task types, with commas (default: all seven).", valueName: "a,b"))
    var tasks: String?

    @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Side of the pictures in pixels (default: 300).", valueName: "pixels"))
    var size: Int?

    @Option(help: ArgumentHelp("Picture files: jpeg or png (default: jpeg).", valueName: "format"))
    var format: PictureFormat = .jpeg

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    enum PictureFormat: String, ExpressibleByArgument, CaseIterable {
        case jpeg, png
    }

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let options = try options(try common.configuration(overrides))
            try GenerationManifest(options, format: format.rawValue).claim(out)
            let progress = common.progress("rgvlm-simulate")
            let clock = ContinuousClock()
            let start = clock.now
            let report = try GenerationRun(options, dataset).run(
                onProgress: { progress.show("generate", done: $0, of: $1, unit: "episodes") },
                shouldStop: { interruption.hasCome })
            progress.clear()
            for problem in report.problems { common.say(.error, "not made: \(problem)") }
            let text = GenerationText(report, out: out, seconds: (clock.now - start) / .seconds(1))
            if common.json { try printJSON(text.encodable) } else { try writeToStandardOutput(text.text) }
            if !report.isComplete { return .interrupted }
            return report.problems.isEmpty ? .done : .badInput
        }
    }

    private var overrides: [Configuration.Override] {
        [
            .init("--scenes", "simulate.scenes", scenes), .init("--episodes", "simulate.episodes", episodes),
            .init("--mix", "simulate.mix", mix), .init("--tasks", "simulate.tasks", tasks),
            .init("--size", "simulate.size", size),
        ]
    }

    private func options(_ configuration: Configuration) throws -> GenerationRun.Options {
        let section = configuration.simulate
        var options = GenerationRun.Options()
        options.seed = configuration.seed
        options.scenes = section.scenes
        options.episodes = section.episodes ?? options.episodes
        options.side = section.size
        do {
            options.mix = try PolicyMix(parsing: section.mix)
        } catch {
            throw StageError(.usage, "--mix: \(error)")
        }
        if let names = section.tasks {
            guard !names.isEmpty else { throw StageError(.usage, "--tasks: expected names of task types") }
            options.taskTypes = try names.map { try TaskType(named: $0) }
        }
        return options
    }

    private var dataset: GeneratedDataset {
        let format = format
        return GeneratedDataset(root: out, suffix: format == .jpeg ? "jpg" : "png") { pixels, width, height in
            let image = RGBImage(width: width, height: height, pixels: pixels)
            return format == .jpeg ? try image.jpeg() : try image.png()
        }
    }
}
