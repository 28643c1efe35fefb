internal import ALFRED
internal import ArgumentParser
internal import Foundation
internal import Ground
internal import Household
internal import Simulation
internal import StageSupport

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Carries out recorded trajectories in the simulator, with every precondition of their actions.",
        discussion: """
            Rooms are rebuilt from the release's floor plans and from what its trajectories saw. An action that the \
            simulator refuses is reported with the reason, and the replay goes on, as the environment does.
            """)

    @Option(
        help: ArgumentHelp(
            "The release's folder: the checkout with data/ and gen/ (default: $ALFRED_ROOT).", valueName: "dir"))
    var root: String?

    @Option(help: ArgumentHelp("The splits to replay, with commas (default: all that are there).", valueName: "a,b"))
    var split: String?

    @Option(
        help: ArgumentHelp(
            "The splits to estimate the rooms from, with commas (default: all that are there).", valueName: "a,b"))
    var evidence: String?

    @Flag(help: "Also resolve every recorded mask in the simulator's picture.")
    var masks = false

    @Option(help: ArgumentHelp("How many trajectories with refused actions to list (default: 20).", valueName: "n"))
    var failures = 20

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            _ = try common.configuration()
            let release = try openRelease(root)
            var run = ReplayRun(release, splits: try Self.splits(split, "--split", of: release) ?? release.splits)
            run.evidenceSplits = try Self.splits(evidence, "--evidence", of: release)
            run.measuresMasks = masks
            let total = run.trajectoryCount
            guard total > 0 else {
                throw StageError(
                    .inputMissing, "\(release.dataFolder): has no trajectories in \(run.splits.joined(separator: ", "))"
                )
            }
            let progress = ProgressLine(quiet: common.quiet, logger: common.logger("rgvlm-simulate"))
            let report = run.run(
                onProgress: { progress.show("replay", done: $0, of: total, unit: "trajectories") },
                shouldStop: { interruption.hasCome })
            progress.clear()
            let text = ReplayText(report, showsMasks: masks, failureLimit: failures)
            if common.json { try printJSON(text.encodable) } else { try writeToStandardOutput(text.text) }
            if !report.isComplete { return .interrupted }
            return report.entries.contains { $0.problem != nil } ? .badInput : .done
        }
    }

    private static func splits(_ names: String?, _ option: String, of release: Release) throws -> [String]? {
        try names.map {
            try release.splits(named: NameList.parse($0, option: option, example: "train,valid_seen"))
        }
    }
}

/// Finds the release at a folder given, or at `$ALFRED_ROOT`.
func openRelease(_ root: String?) throws -> Release {
    guard let root = root ?? ProcessInfo.processInfo.environment["ALFRED_ROOT"], !root.isEmpty else {
        throw StageError(
            .usage, "no dataset: give --root DIR or set ALFRED_ROOT (make alfred fetches the official release)")
    }
    return try Release(root: root)
}
