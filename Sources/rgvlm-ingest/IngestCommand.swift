internal import ALFRED
import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames
internal import Ground
internal import Ingestion
internal import Simulation
internal import StageSupport

@main
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-ingest",
        abstract: "Reads a dataset into the store.",
        subcommands: [ALFREDCommand.self])
}

struct ALFREDCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alfred",
        abstract: "Reads ALFRED, or data in its format.",
        discussion: """
            Trajectories already in the store are skipped when their files have not changed, so a run that was stopped \
            is continued by giving the same command again.

            A file that cannot be used is reported and skipped; the exit code is then 65.
            """)

    @Option(
        help: ArgumentHelp(
            "The release's folder: the checkout with data/ and gen/, data/, or the folder of the splits "
                + "(default: $ALFRED_ROOT).", valueName: "dir"))
    var root: String?

    @Option(help: ArgumentHelp("The splits to read, with commas (default: all that are there).", valueName: "a,b"))
    var splits: String?

    @Option(help: ArgumentHelp("The dataset's name in the store (default: alfred).", valueName: "name"))
    var dataset: String?

    @Flag(help: "Stop at the first file that cannot be used.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Side of the pictures copied to the frame store in pixels; 0 copies none (default: 56).",
            valueName: "pixels"))
    var frameSize: Int?

    @Flag(help: "Let the simulator draw the frames of trajectories that came without pictures.")
    var render = false

    @Option(help: ArgumentHelp("Trajectories of each split, drawn by the seed (default: all).", valueName: "number"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "A list of trajectories that are read in any case: a name <task>/<trial> a line, or tasks in SPRINT's "
                + "format.",
            valueName: "file"))
    var include: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration(overrides)
            let ingest = try ALFREDIngest(try options(configuration))
            let store = try ExperimentStore(configuration.store, access: .write)
            let report = try await self.report(ingest, store, interruption)
            try store.close()
            try show(report, store: configuration.store)
            if report.wasInterrupted { return .interrupted }
            return report.problems.isEmpty ? .done : .badInput
        }
    }

    private var overrides: [Configuration.Override] {
        [
            .init("--root", "ingest.root", root), .init("--splits", "ingest.splits", splits),
            .init("--dataset", "ingest.dataset", dataset), .init("--strict", "ingest.strict", strict ? true : nil),
            .init("--frame-size", "ingest.frame_size", frameSize),
            .init("--render", "ingest.render", render ? true : nil), .init("--limit", "ingest.limit", limit),
            .init("--include", "ingest.include", include),
        ]
    }

    private func options(_ configuration: Configuration) throws -> ALFREDIngest.Options {
        let section = configuration.ingest
        guard let root = section.root ?? ProcessInfo.processInfo.environment["ALFRED_ROOT"], !root.isEmpty else {
            throw StageError(
                .usage, "no dataset: give --root DIR or set ALFRED_ROOT (make alfred fetches the official release)")
        }
        var options = ALFREDIngest.Options(root: root, dataset: section.dataset)
        guard options.hasUsableName else {
            throw StageError(.usage, "--dataset \(options.dataset): use letters, digits, '.', '_' and '-'")
        }
        options.splits = try section.splits.map {
            try NameList.distinct($0, option: "--splits", example: "train,valid_seen")
        }
        options.isStrict = section.strict
        options.frameSide = section.frameSize == 0 ? nil : section.frameSize
        options.drawsMissingFrames = section.render
        if options.drawsMissingFrames, options.frameSide == nil {
            throw StageError(.usage, "--render has nowhere to put frames with --frame-size 0")
        }
        guard section.limit != nil || section.include != nil else { return options }
        let named = try section.include.map { try TrajectorySelection.names(in: $0) } ?? []
        options.selection = TrajectorySelection(limit: section.limit ?? 0, named: named, seed: configuration.seed)
        return options
    }

    private func report(
        _ ingest: ALFREDIngest, _ store: ExperimentStore, _ interruption: Interruption
    ) async throws -> IngestReport {
        let progress = common.progress("rgvlm-ingest")
        defer { progress.clear() }
        return try await ingest.run(
            into: store,
            onEvent: { event in
                switch event {
                case .began: progress.restart()
                case .progress(let split, let done, let total):
                    progress.show(split, done: done, of: total, unit: "trajectories")
                case .problem(let problem):
                    progress.clear()
                    common.say(.error, "skipped \(problem.path): \(problem.reason)")
                }
            }, shouldStop: { interruption.hasCome })
    }

    private func show(_ report: IngestReport, store: String) throws {
        if common.json {
            try printJSON(report)
            return
        }
        for note in report.notes { common.say(.warning, "note: \(note)") }
        try writeToStandardOutput(report.text(store: store))
    }
}
