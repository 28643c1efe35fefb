internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

/// A label run opened for work: its store, its spans, and whoever answers.
struct LabelSession {
    let store: ExperimentStore
    let setup: LabelSetup
    let dataset: DatasetRow
    let run: LabelRun
    let labeler: SpanLabeler
    /// Nil for replays.
    let client: VLMClient?
    let transport: AsyncHTTPTransport?
    let concurrency: Int
    /// Calls under way when an earlier process was killed.
    let interruptedCalls: Int
    /// Spans that were new.
    let addedSpans: Int

    /// - Parameter isRetry: Spans are not added.
    init(
        _ options: LabelOptions, _ pace: PaceOptions, _ common: CommonOptions, isRetry: Bool = false
    ) throws {
        let configuration = try common.configuration(options.overrides + pace.overrides)
        var setup = try LabelSetup(configuration, shard: options.shard)
        let limits = try Pace(
            setup.label, price: setup.price, isServed: setup.api != nil, model: setup.identity.model)
        let store = try ExperimentStore(try configuration.existingStore(), access: .write)
        try store.limitPageCache(megabytes: 8)
        try setup.adoptReplayed(store)
        dataset = try store.dataset(named: setup.label.dataset)
        try setup.choosePictures(dataset, store)
        let run: LabelRun
        if isRetry {
            let name = setup.runIdentity(dataset).name
            guard try store.read({ try LabelRun.named(name, $0) }) != nil else {
                throw StageError(
                    .inputMissing, "\(store.path): has no label run \(name); rgvlm-label status lists them")
            }
            run = try setup.openRun(dataset, in: store)
            addedSpans = 0
        } else {
            let spans = setup.selection.spans(of: try setup.candidates(dataset, in: store))
            run = try setup.openRun(dataset, in: store)
            returnUnusedMemory()
            addedSpans = try store.write { try run.add(spans, $0) }
        }
        self.run = run
        interruptedCalls = try store.write {
            try run.unblock($0)
            return try run.settleInterruptedCalls($0)
        }
        let isTold = common.logLevel <= .warning
        let writer = PatientWriter(store) { if isTold { writeToStandardError("\($0): waiting for room\n") } }
        let (identity, answerSettings) = (setup.identity, setup.settings.answerSettings)
        let hooks = SpanLabeler.noting(run, writer)
        let spent = try store.read { try run.spent($0) }
        let model: (any VisionLanguageModel)?
        if let api = setup.api {
            let transport = AsyncHTTPTransport(connections: limits.concurrency)
            self.transport = transport
            model = ServedModel(identity, api: api, transport: transport)
        } else {
            transport = nil
            let resolver = ScriptedResolver(store)
            model =
                setup.provider == .replay
                ? nil
                : setup.settings.annotator.map { annotator in
                    ScriptedModel(annotator, resolve: { try resolver.query($0) }, truths: TruthLibrary())
                }
        }
        client = model.map { VLMClient($0, options: limits.options(spent: spent, price: setup.price), hooks: hooks) }
        concurrency = limits.concurrency
        labeler = SpanLabeler(
            store: store, writer: writer, run: run, settings: setup.settings.label, prompts: setup.prompts,
            identity: identity, answerSettings: answerSettings,
            pictures: PictureSource(dataset, in: store, settings: setup.settings.label.pictures),
            concurrency: limits.concurrency, client: client)
        self.setup = setup
        self.store = store
    }

    func close() async throws {
        await transport?.close()
        try store.close()
    }
}

/// How fast, how long and for how much.
struct Pace {
    let concurrency: Int
    private let limit: Int64?
    private let label: Configuration.Label

    init(
        _ label: Configuration.Label, price: PriceTable.Entry?, isServed: Bool, model: String
    ) throws {
        self.label = label
        concurrency = label.concurrency
        if let dollars = label.budget {
            guard price != nil || !isServed else {
                throw StageError(
                    .usage,
                    "--budget needs the price of \(model), which no table has: give one with label.prices, as in Pipelines/prices.yaml"
                )
            }
            limit = Int64((dollars * 1e9).rounded())
        } else {
            limit = nil
        }
    }

    func options(spent: Int64, price: PriceTable.Entry?) -> VLMClient.Options {
        VLMClient.Options(
            maxConcurrency: concurrency, timeout: .seconds(label.timeout),
            retry: RetryPolicy(maxAttempts: label.attempts),
            rate: RateLimit(
                requestsPerMinute: label.requestsPerMinute.map { Double($0) },
                tokensPerMinute: label.tokensPerMinute.map { Double($0) }),
            budget: Budget(limit: limit, spent: spent), price: price,
            hedgeAfter: label.hedgeAfter.map { .seconds($0) })
    }
}
