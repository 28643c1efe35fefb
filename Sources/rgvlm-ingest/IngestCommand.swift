internal import ALFRED
import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames
internal import Ingestion
internal import StageSupport

@main
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rgvlm-ingest",
        abstract: "Reads a dataset into the store.",
        subcommands: [ALFREDCommand.self, SampleCommand.self])
}

struct ALFREDCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alfred",
        abstract: "Reads ALFRED, or data in its format.",
        discussion: """
            Trajectories already in the store are skipped when their files have not changed, so a run that was stopped is \
            continued by giving the same command again.

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
            "A list of trajectories that are read in any case: a name <task>/<trial> a line, or tasks in SPRINT's format.",
            valueName: "file"))
    var include: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration()
            let ingest = try Self.ingest(try options(configuration.ingest, seed: configuration.seed))
            let store = try ExperimentStore.forStage(configuration.store, access: .write)
            let report = try await self.report(ingest, store, interruption)
            try translatingErrors { try store.close() }
            try show(report, store: configuration.store)
            if report.wasInterrupted { return .interrupted }
            return report.problems.isEmpty ? .done : .badInput
        }
    }

    private func options(_ section: Configuration.Ingest, seed: UInt64) throws -> ALFREDIngest.Options {
        guard let root = root ?? section.root ?? ProcessInfo.processInfo.environment["ALFRED_ROOT"], !root.isEmpty
        else {
            throw StageError(
                .usage, "no dataset: give --root DIR or set ALFRED_ROOT (make alfred fetches the official release)")
        }
        var options = ALFREDIngest.Options(root: root, dataset: dataset ?? section.dataset ?? "alfred")
        guard options.hasUsableName else {
            throw StageError(.usage, "--dataset \(options.dataset): use letters, digits, '.', '_' and '-'")
        }
        options.splits = try Self.names(splits?.components(separatedBy: ",") ?? section.splits)
        options.isStrict = strict || section.strict ?? false
        if let side = frameSize ?? section.frameSize {
            guard (0...1024).contains(side) else {
                throw StageError(.usage, "--frame-size \(side): expected 0 to 1024 pixels")
            }
            options.frameSide = side == 0 ? nil : side
        }
        options.drawsMissingFrames = render || section.render ?? false
        if options.drawsMissingFrames, options.frameSide == nil {
            throw StageError(.usage, "--render has nowhere to put frames with --frame-size 0")
        }
        options.selection = try selection(section, seed: seed)
        return options
    }

    private func selection(_ section: Configuration.Ingest, seed: UInt64) throws -> TrajectorySelection? {
        let limit = limit ?? section.limit
        let file = include ?? section.include
        guard limit != nil || file != nil else { return nil }
        if let limit, limit < 1 { throw StageError(.usage, "--limit \(limit): expected 1 or more trajectories") }
        do {
            let named = try file.map { try TrajectorySelection.names(in: $0) } ?? []
            return TrajectorySelection(limit: limit ?? 0, named: named, seed: seed)
        } catch let refusal as ALFREDIngest.Refusal {
            throw StageError(.inputMissing, refusal.description)
        }
    }

    /// Names of splits without spaces around them, each once.
    private static func names(_ given: [String]?) throws -> [String]? {
        guard let given else { return nil }
        var names: [String] = []
        for name in given.map({ $0.trimmingCharacters(in: .whitespaces) }) where !name.isEmpty && !names.contains(name)
        {
            names.append(name)
        }
        guard !names.isEmpty else { throw StageError(.usage, "--splits: expected names such as train,valid_seen") }
        return names
    }

    private static func ingest(_ options: ALFREDIngest.Options) throws -> ALFREDIngest {
        do {
            return try ALFREDIngest(options)
        } catch let error as ALFREDError {
            throw StageError(error.code == .unreadable ? .inputMissing : .badInput, error.description)
        } catch let refusal as ALFREDIngest.Refusal {
            throw StageError(.inputMissing, refusal.description)
        }
    }

    private func report(
        _ ingest: ALFREDIngest, _ store: ExperimentStore, _ interruption: Interruption
    ) async throws -> IngestReport {
        let progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-ingest"))
        defer { progress.clear() }
        do {
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
        } catch let error as StoreError {
            throw StageError(error)
        } catch let error as FrameStoreError {
            let isBlocked = error.code == .unwritable || error.code == .locked
            throw StageError(isBlocked ? .cannotWrite : .badInput, error.description)
        } catch let error as ALFREDError {
            throw StageError(.badInput, error.description)
        } catch let refusal as ALFREDIngest.Refusal {
            throw StageError(.badInput, refusal.description)
        }
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
