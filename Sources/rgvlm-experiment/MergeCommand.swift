import ArgumentParser
internal import Experiments
internal import Foundation
internal import Ground
internal import StageSupport

struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Takes files of results, which cells on other machines have written, into the store.",
        discussion: "A file that the store has is removed. Merging one twice changes nothing.")

    @Argument(
        help: ArgumentHelp("Files that --results has named (default: all in <store>.results).", valueName: "file"))
    var files: [String] = []

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let store = try common.configuration().existingStore()
            let files = files.isEmpty ? ResultFiles.all(beside: store) : files
            for line in try ResultFiles.take(files, into: store) { common.say(.info, line) }
            if files.isEmpty { common.say(.info, "\(store): nothing waits to be merged") }
            return .done
        }
    }
}

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "One of a chain's jobs, as Slurm starts it.", shouldDisplay: false)

    @Argument var stage: SlurmChain.Stage

    @Option var chain: String

    func run() async throws {
        try await runExperiment {
            try await SlurmJob(stage, chain: chain, environment: ProcessInfo.processInfo.environment).run()
        }
    }
}

extension SlurmChain.Stage: ExpressibleByArgument {}
