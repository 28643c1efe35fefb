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
            data.lint = try lint.map(Self.lint)
            data.check = try check.map { file in
                guard let check = PlannedCheck.read(file) else {
                    throw StageError(.badInput, "\(file): is not what rgvlm-train check --results writes")
                }
                return check
            }
            let folder = try makeFolder()
            let report = try ReportFiles(
                data, from: store, searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "",
                progress: { if !common.quiet { common.say(.debug, $0) } })
            for (name, bytes) in report.files {
                try AtomicFile.write(Array(bytes), to: folder.appendingPathComponent(name).path)
            }
            // Figures of an earlier report would not belong to these numbers.
            for name in ReportFiles.figureNames where !report.files.contains(where: { $0.name == name }) {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
            for problem in report.problems { common.say(.warning, "note: \(problem)") }
            let paths = report.files.map { folder.appendingPathComponent($0.name).relativePath }
            if common.json {
                try printJSON(Result(folder: folder.relativePath, files: paths, problems: report.problems))
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

    private static func lint(_ file: String) throws -> LintResult {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw StageError(.inputMissing, "\(file): there is no such file")
        }
        do {
            return try LintResult(json: bytes)
        } catch {
            throw StageError(.badInput, "\(file): is not what rgvlm-label lint --results writes")
        }
    }

    private func makeFolder() throws -> URL {
        let folder = URL(fileURLWithPath: out, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw StageError(.cannotWrite, "\(out): the folder cannot be made: \(error.localizedDescription)")
        }
        return folder
    }
}
