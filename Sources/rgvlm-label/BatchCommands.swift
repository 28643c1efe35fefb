import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import StageSupport
internal import VisionLanguage

struct ExportBatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-batch",
        abstract: "Writes the questions that can be asked now as OpenAI batch files.",
        discussion: """
            A span takes two rounds: export, run the files (vllm run-batch, or a provider's batch API), import the \
            answers, and once more for the scores. Questions in a file are not asked again until they are imported or \
            forgotten.
            """)

    @Option(help: ArgumentHelp("Folder for the files.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Requests in a file at most.", valueName: "number"))
    var lines = 50_000

    @Option(help: ArgumentHelp("Size of a file at most, in MB.", valueName: "number"))
    var megabytes = 190

    @Option(
        help: ArgumentHelp(
            "Give up waiting for the answers of this file; its questions can be exported again.", valueName: "file"))
    var forget: [String] = []

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func validate() throws {
        if lines < 1 || megabytes < 1 { throw ValidationError("--lines and --megabytes have to be at least 1.") }
    }

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            var options = options
            options.provider = options.provider ?? "openai"
            let labelling = try Labelling(options, try PaceOptions.parse([]), common)
            let session = labelling.session
            guard let api = labelling.setup.api, session.plan.identity.provider == "openai" else {
                throw StageError(.usage, "batch files are OpenAI's: use --provider openai")
            }
            for file in forget {
                let name = (file as NSString).lastPathComponent
                let count = try await session.store.write { try session.run.forgetBatch(name, $0) }
                common.say(.info, "\(name): \(count.grouped) questions are no longer awaited")
            }
            let export = BatchExport(
                folder: out, limits: BatchExport.Limits(lines: lines, bytes: megabytes * 1_000_000),
                labeler: session.labeler, api: api,
                greatestCost: { [price = labelling.setup.price] request in
                    price.map {
                        $0.cost(TokenEstimate(pictures: $0.tokensPerPicture).greatestUsage(request), isBatch: true)
                    }
                })
            let progress = common.progress("rgvlm-label")
            let total = try session.store.read { try session.run.spanCounts($0)[.pending] ?? 0 }
            let report = try await export.run(
                session.store, session.run,
                progress: { progress.show("spans", done: $0, of: total, unit: "") },
                shouldStop: { interruption.hasCome })
            progress.clear()
            try await labelling.close()
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text(folder: out)) }
            return interruption.hasCome ? .interrupted : .done
        }
    }
}

struct ImportBatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-batch",
        abstract: "Reads the answers of batch files, in any order.")

    @Argument(help: ArgumentHelp("Files a batch wrote.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("The label run (default: the only one).", valueName: "name"))
    var run: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration()
            let store = try ExperimentStore(try configuration.existingStore(), access: .write)
            let run = try store.labelRun(named: self.run ?? configuration.label.runName)
            guard let settings = RunSettings(json: run.settings), run.provider == "openai" else {
                throw StageError(.badInput, "\(store.path): label run \(run.name) is not one for batches")
            }
            let identity = ModelIdentity(provider: run.provider, baseURL: run.baseURL, model: run.model)
            let reader = BatchImport(
                run: run, settings: settings.label, identity: identity, api: try Self.api(identity),
                price: try PriceTable(file: configuration.label.prices).entry(for: identity))
            let progress = common.progress("rgvlm-label")
            let report = try reader.run(
                files, into: store, progress: { progress.show("lines", done: $0, of: 0, unit: "") },
                shouldStop: { interruption.hasCome })
            progress.clear()
            try store.close()
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text) }
            if interruption.hasCome { return .interrupted }
            return report.unreadable + report.unknown > 0 ? .badInput : .done
        }
    }

    private static func api(_ identity: ModelIdentity) throws -> OpenAIAPI {
        do {
            return try OpenAIAPI(ProviderOptions(baseURL: identity.baseURL, model: identity.model))
        } catch {
            throw StageError(.badInput, "\(error)")
        }
    }
}
