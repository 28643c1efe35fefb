import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Ingestion
internal import StageSupport

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks foreign keys, alignment, and the hash of every frame.",
        discussion: "The exit code is 65 when something does not hold.")

    @Flag(help: "Do not read the dataset's pictures and frame store.")
    var noFrames = false

    @Option(help: "How many findings of a check to show; 0 shows all.")
    var limit = 10

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit \(limit): expected 0 or more.") }
    }

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let progress = common.progress("rgvlm-inspect")
            let report = try VerificationReport(store, withFrames: !noFrames) { done, total in
                progress.show("frames", done: done, of: total, unit: "pictures")
            }
            progress.clear()
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text(limit: limit)) }
            return report.holds ? .done : .badInput
        }
    }
}
