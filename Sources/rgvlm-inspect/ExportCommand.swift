import ArgumentParser
internal import Episodes
internal import Exchange
internal import ExperimentStore
internal import Foundation
internal import Frames
internal import Ground
internal import StageSupport

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes transitions with their rewards to a file for other tools.",
        discussion: """
            One row for each step of each instruction. Datasets/README.md describes the files, and what terminals, \
            masks and timeouts say.
            """)

    @Option(help: "The file's format.")
    var format: TransitionExport.Format

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("Only this dataset; needed when the store has several.", valueName: "name"))
    var dataset: String?

    @Option(help: ArgumentHelp("Only these splits, with commas (default: all).", valueName: "a,b"))
    var split: String?

    @Option(
        help: ArgumentHelp(
            "Only episodes of these behaviours, as in expert,noisy, with commas (default: all).", valueName: "a,b"))
    var behaviour: String?

    @Option(help: ArgumentHelp("With the scores of this label run.", valueName: "run"))
    var labels: String?

    @Option(
        help: ArgumentHelp(
            "Only these kinds of instructions: primitive, composite, task, with commas (default: all).",
            valueName: "a,b"))
    var instructions: String?

    @Option(
        help: ArgumentHelp(
            "Whether to include the pictures (default: yes for npz and safetensors, no for the others).",
            valueName: "yes|no"))
    var frames: YesNo?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    enum YesNo: String, CaseIterable, ExpressibleByArgument, Sendable {
        case yes, no
    }

    func validate() throws {
        if frames == .yes, !format.holdsFrames {
            throw ValidationError(
                "--frames yes: \(format.rawValue) has no place for pictures; npz and safetensors have.")
        }
    }

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let selection = try selection(store)
            let holdsFrames = frames.map { $0 == .yes } ?? format.holdsFrames
            let pictures = try holdsFrames ? TransitionExport.pictures(of: selection.dataset, in: store) : nil
            if store.owns(out) { throw StageError(.usage, "--out \(out): is a part of the store") }
            let interruption = Interruption()
            let progress = common.progress("rgvlm-inspect")
            defer { progress.clear() }
            struct Interrupted: Error {}
            do {
                let report = try store.read { db in
                    try TransitionExport(TransitionRows(selection, db), pictures: pictures).write(format, to: out) {
                        if interruption.hasCome { throw Interrupted() }
                        progress.show("export", done: $0 / 1_000_000, of: $1 / 1_000_000, unit: "MB")
                    }
                }
                progress.clear()
                if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text) }
                return .done
            } catch is Interrupted {
                return .interrupted
            }
        }
    }

    // MARK: What to write

    private func selection(_ store: ExperimentStore) throws -> TransitionRows.Selection {
        let dataset = try store.dataset(named: dataset)
        let run = try labels.map { try store.labelRun(named: $0, of: dataset) }
        let splits = try store.read { db in
            try DatasetSummary.all(db).first { $0.dataset == dataset.name }?.splits.map(\.name)
        }
        return TransitionRows.Selection(
            dataset: dataset, splits: try Self.chosen(split, of: splits ?? [], "split", store.path),
            kinds: try Self.chosen(instructions, of: Instruction.Kind.allCases.map(\.rawValue), "kind", nil)
                .compactMap(Instruction.Kind.init), run: run, behaviours: try chosenBehaviours(behaviour))
    }

    /// The names that `list` asks for, in the order of `known`; all of them for nil.
    private static func chosen(_ list: String?, of known: [String], _ what: String, _ path: String?) throws -> [String]
    {
        guard let list else { return known }
        let names = try NameList.parse(list, option: path == nil ? "--instructions" : "--\(what)", example: "a,b")
        if let unknown = names.first(where: { !known.contains($0) }) {
            let all = known.joined(separator: ", ")
            guard let path else { throw StageError(.usage, "--instructions: \(unknown) is none of \(all)") }
            throw StageError(.inputMissing, "\(path): has no \(what) \(unknown); it has \(all)")
        }
        return known.filter(names.contains)
    }
}

extension TransitionExport.Format: ExpressibleByArgument {}
