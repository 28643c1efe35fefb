import ArgumentParser
internal import ExperimentStore
internal import Experiments
internal import Foundation
internal import Ground
internal import Reporting
internal import StageSupport

struct MakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Writes an experiment's tables, figures and page into a folder.",
        discussion: """
            The experiment's rows, seeds and task sets are the sections experiment and evaluate of --config; without \
            rows in it, all training runs of the store are shown. What is missing is shown as missing. Figures need \
            gnuplot; without it everything else is written. The same store makes the same files.
            """)

    @Option(help: ArgumentHelp("Where the files go.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("What rgvlm-label lint --results wrote, to show it.", valueName: "file.json"))
    var lint: String?

    @Option(help: ArgumentHelp("What rgvlm-train check --results wrote, to show it.", valueName: "file.json"))
    var check: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            var data = try ReportSource.data(configuration, common, store)
            data.lint = try lint.map { try LintResult(file: $0) }
            data.check = try check.map { try PlannedCheck.named($0) }
            try Folder.make(out)
            let report = try ReportFiles(
                data, from: store, searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "",
                progress: { if !common.quiet { common.say(.debug, $0) } })
            let folder = URL(fileURLWithPath: out, isDirectory: true).relativePath
            let paths = try report.write(to: folder)
            for problem in report.problems { common.say(.warning, "note: \(problem)") }
            if common.json {
                try printJSON(Result(folder: folder, files: paths, problems: report.problems))
            } else {
                try writeToStandardOutput(paths.map { TextTable.printable($0) + "\n" }.joined())
            }
            return .done
        }
    }

    private struct Result: Encodable {
        var folder: String
        var files: [String]
        var problems: [String]
    }
}
