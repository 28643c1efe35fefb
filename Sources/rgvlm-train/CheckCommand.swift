import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Ground
internal import Instrument
internal import OfflineRL
internal import StageSupport

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells without training whether the data let a reward choose, and which row will do best.",
        discussion: """
            For the rows of the section experiment, or for the section train alone: leverage, the share of steps in \
            whose context (sentence, pictures, actions before) another episode did something else; dawdling, what bad \
            steps for ever are worth, beside finishing; and the proxy, what a learner with a table of sentences and \
            pictures completes from the recorded starts. Below 10 % leverage no reward can be told from another.
            """)

    @Option(help: ArgumentHelp("Write the results as JSON, for rgvlm-report make --check.", valueName: "file.json"))
    var results: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.existingStore(), access: .read)
            let dataset = try store.dataset(named: configuration.train.dataset)
            let check = try DataCheck(
                try rows(configuration, dataset, store), window: configuration.train.window,
                acting: configuration.evaluate.isDrawing ? .drawn : .best, of: dataset, in: store,
                progress: { if !common.quiet { common.say(.info, $0) } })
            if let results { try AtomicFile.write(Array(try jsonText(check).utf8), to: results) }
            if common.json { try printJSON(check) } else { try writeToStandardOutput(check.text) }
            return .done
        }
    }

    /// The experiment's rows with the data they learn from; the section train where it has none.
    private func rows(
        _ configuration: Configuration, _ dataset: DatasetRow, _ store: ExperimentStore
    ) throws -> [(row: CheckedRow, filter: TrainingEpisode.Filter)] {
        let labelRuns = try store.read { try LabelRun.all($0).filter { $0.datasetID == dataset.id } }
        let alone = (name: configuration.train.algorithm.rawValue, title: String?.none, set: [String]())
        let rows = configuration.experiment.rows.map { (name: $0.name, title: $0.title, set: $0.set) }
        return try (rows.isEmpty ? [alone] : rows).map { row in
            var own = try configuration.overridden(by: row.set)
            own.seed = common.seed ?? configuration.experiment.seeds.first.map { UInt64($0) } ?? configuration.seed
            guard own.train.dataset == configuration.train.dataset else {
                throw StageError(.badInput, "experiment row \(row.name): train.dataset differs from the other rows'")
            }
            let settings = try TrainingSettings(own, labelRuns: labelRuns.map(\.name)) {
                try store.labelRun(named: $0, by: $1, of: dataset).name
            }
            let labels = settings.reward.source.labelRun
            let filter = TrainingEpisode.Filter(
                datasetID: dataset.id, splits: settings.splits,
                kinds: Instruction.Kind.allCases.filter { settings.kinds.contains($0) },
                labelRunID: labels.flatMap { name in labelRuns.first { $0.name == name }?.id },
                behaviours: settings.behaviours, episodeLimit: settings.episodes)
            let checked = CheckedRow(
                name: row.name, title: row.title ?? row.name, algorithm: settings.algorithm, iql: settings.iql,
                reward: settings.reward)
            return (checked, filter)
        }
    }
}
