import ArgumentParser
internal import ExperimentStore
internal import Ground
internal import StageSupport

struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Takes the labels of other stores of the same data into this one.",
        discussion: """
            For runs with --shard on many machines. Episodes are matched by name and content; merging twice changes \
            nothing.
            """)

    @Argument(help: ArgumentHelp("Stores to take labels from.", valueName: "store"))
    var stores: [String]

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().existingStore(), access: .write)
            var reports: [String: LabelMergeReport] = [:]
            for path in stores {
                let report = try store.mergeLabels(from: path)
                reports[path] = report
                guard !common.json else { continue }
                try writeToStandardOutput(TextTable.printable(path) + ": " + report.text)
                if let note = report.note { common.say(.warning, "note: \(path): \(note)") }
            }
            try store.close()
            if common.json { try printJSON(reports) }
            return .done
        }
    }
}
