internal import ExperimentStore
internal import Ground
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

/// Options and config put together: what is asked, of whom, how fast and for how much.
struct LabelSetup {
    let plan: LabelPlan
    /// Nil for the scripted annotator and for replays.
    let api: (any ProviderAPI)?
    let price: PriceTable.Entry?
    private let label: Configuration.Label

    /// - Parameter needsKey: Off where nobody is asked.
    init(_ configuration: Configuration, shard: String?, needsKey: Bool = true) throws {
        var label = configuration.label
        let provider = label.provider ?? .scripted
        label.provider = provider
        self.label = label
        let questions = try LabelSettings(label)
        let settings: RunSettings
        let identity: ModelIdentity
        switch provider {
        case .scripted:
            let annotator = try AnnotatorSettings(label.annotator, seed: configuration.seed)
            settings = RunSettings(label: questions, annotator: annotator)
            identity = ScriptedModel.identity(annotator.kind)
            (api, price) = (nil, nil)
        case .replay:
            settings = RunSettings(label: questions)
            identity = ModelIdentity(provider: provider.rawValue, baseURL: "", model: "")
            (api, price) = (nil, nil)
        case .openai, .gemini, .anthropic:
            let server = try ServerChoice(label, provider, needsKey: needsKey)
            settings = RunSettings(label: questions, provider: server.options.answerSettings)
            identity = server.identity
            api = server.api
            price = try PriceTable(file: label.prices).entry(for: identity)
        }
        // Without a model there is no name; that the model is missing has been said by now.
        guard let name = label.runName, Name.isValid(name) else {
            throw StageError(.usage, "--run \(label.runName ?? ""): use \(Name.rule)")
        }
        plan = LabelPlan(
            runName: name, dataset: label.dataset, splits: label.splits,
            selection: try Self.selection(label, shard: shard, seed: configuration.seed), settings: settings,
            prompts: try label.prompts.map { try PromptSet(folder: $0) } ?? PromptSet.standard(), identity: identity,
            answers: provider == .replay ? .replayed(label.replayOf) : .asked,
            doesWithoutPictures: provider == .scripted && label.pictures.layout == nil)
    }

    /// The client's options after `spent` nanodollars.
    ///
    /// - Throws: ``StageError`` for a budget without a price.
    func pace() throws -> (_ spent: Int64) -> VLMClient.Options {
        if label.budget != nil, api != nil, price == nil {
            throw StageError(
                .usage,
                "--budget needs the price of \(plan.identity.model), which no table has: give one with label.prices, "
                    + "as in Pipelines/prices.yaml")
        }
        return { [label, price] spent in
            VLMClient.Options(
                maxConcurrency: label.concurrency, timeout: .seconds(label.timeout),
                retry: RetryPolicy(maxAttempts: label.attempts),
                rate: RateLimit(
                    requestsPerMinute: label.requestsPerMinute.map { Double($0) },
                    tokensPerMinute: label.tokensPerMinute.map { Double($0) }),
                budget: Budget(limit: label.budget.map { Int64(($0 * 1e9).rounded()) }, spent: spent), price: price,
                hedgeAfter: label.hedgeAfter.map { .seconds($0) })
        }
    }

    private static func selection(
        _ label: Configuration.Label, shard: String?, seed: UInt64
    ) throws -> SpanSelection {
        var selection = SpanSelection(limit: label.limit, controlCount: label.controls, seed: seed)
        if let text = shard {
            guard let shard = SpanSelection.Shard(text) else {
                throw StageError(.usage, "--shard \(text): expected i/n, as in 2/8")
            }
            selection.shard = shard
        }
        return selection
    }
}
