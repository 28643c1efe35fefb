internal import ALFRED
import ArgumentParser
internal import Foundation
internal import SampleData
internal import StageSupport

struct SampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Writes a small dataset in ALFRED's format: scripted trajectories in toy rooms, with pictures.")

    @Option(help: ArgumentHelp("The folder to write; it must not hold a dataset.", valueName: "dir"))
    var out: String

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let seed = try common.configuration().seed
            guard !FileManager.default.fileExists(atPath: out + "/data") else {
                throw StageError(.cannotWrite, "\(out)/data: exists already; choose another folder or remove it")
            }
            let dataset = SampleDataset(seed: seed)
            do {
                try dataset.write(to: out)
            } catch let error as ALFREDError {
                throw StageError(.cannotWrite, error.description)
            }
            let count = dataset.trajectories.values.reduce(0, +)
            if common.json {
                try printJSON(["root": out, "trajectories": String(count)])
            } else {
                try writeToStandardOutput("Wrote \(count) sample trajectories to \(out).\n")
            }
            return .done
        }
    }
}
