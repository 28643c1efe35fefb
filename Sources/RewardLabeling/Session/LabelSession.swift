package import ExperimentStore
internal import Ground
package import VisionLanguage

/// A label run opened for work: its store, its spans, and whoever answers.
package struct LabelSession: Sendable {
    /// The store, open for writing.
    package let store: ExperimentStore
    /// What is asked, with what the store decided of it.
    package let plan: LabelPlan
    /// The run in the store.
    package let run: LabelRun
    /// Asks about a span and stores the answers.
    package let labeler: SpanLabeler
    /// Labels what is pending. Its progress may be watched, and it may be stopped, from any task.
    package let job: LabelJob
    /// Calls under way when an earlier process was killed: they may have been billed.
    package let interruptedCalls: Int
    /// Spans that were new.
    package let addedSpans: Int

    /// How a sitting ended.
    package enum End: Sendable, Equatable {
        /// Nothing is pending any more.
        case done
        /// The budget does not pay for another call.
        case budget
        /// It was stopped; the rest can be labelled later.
        case stopped
        /// Spans could not be shown, and what the first of them lacks.
        case blocked(Int, first: String)
    }

    /// - Parameters:
    ///   - isRetry: The run has to be there, and spans are not added.
    ///   - model: Who is asked; nil to answer from the store alone.
    ///   - scorer: Computes scores in place of asking; nil to ask.
    ///   - options: How fast and for how much, with what the run has cost so far in nanodollars.
    ///   - clock: Of the client.
    ///   - onWait: Told when the store cannot be written and the session waits for room.
    /// - Throws: ``LabelError``, ``StoreError``.
    package init(
        _ plan: LabelPlan, in store: ExperimentStore, isRetry: Bool = false, model: (any VisionLanguageModel)?,
        scorer: SpanScorer? = nil, options: (_ spent: Int64) -> VLMClient.Options, clock: ClientClock = .system(),
        onWait: @escaping @Sendable (StoreError) -> Void = { _ in }
    ) throws {
        var plan = plan
        // What is computed does not depend on how it is shown.
        if scorer != nil { plan.selection.controlCount = 0 }
        let dataset = try plan.settle(in: store)
        var spans: [LabelRun.NewSpan] = []
        if isRetry {
            guard try store.read({ try LabelRun.named(plan.runName, $0) }) != nil else {
                throw LabelError(
                    .inputMissing, "\(store.path): has no label run \(plan.runName); rgvlm-label status lists them")
            }
        } else {
            spans = plan.selection.spans(of: try plan.candidates(dataset, in: store))
        }
        let run = try plan.openRun(dataset, in: store)
        addedSpans = try store.write { try run.add(spans, $0) }
        interruptedCalls = try store.write {
            try run.unblock($0)
            return try run.settleInterruptedCalls($0)
        }
        let writer = PatientWriter(store, onWait: onWait)
        let options = options(try store.read { try run.spent($0) })
        let client = model.map {
            VLMClient($0, options: options, hooks: SpanLabeler.noting(run, writer), clock: clock)
        }
        labeler = SpanLabeler(
            store: store, writer: writer, run: run, settings: plan.settings.label, prompts: plan.prompts,
            identity: plan.identity, answerSettings: plan.settings.answerSettings,
            pictures: PictureSource(dataset, in: store, settings: plan.settings.label.pictures),
            concurrency: options.maxConcurrency, client: client, scorer: scorer)
        job = LabelJob(
            store: store, run: run, labeler: labeler, client: client,
            options: LabelJob.Options(concurrency: options.maxConcurrency))
        self.store = store
        self.plan = plan
        self.run = run
    }

    /// Puts spans back to pending that failed in one of these ways; nil for all.
    ///
    /// - Returns: How many.
    package func requeue(_ failures: [LabelFailure]?) throws -> Int {
        try store.write { try run.requeue(failures: failures, $0) }
    }

    /// Labels what is pending, until nothing is or until ``job`` is stopped.
    ///
    /// - Throws: ``StoreError`` when what was paid for cannot be stored.
    package func label() async throws -> Stop? { try await job.run() }

    /// Where the run stands.
    package func status() throws -> LabelStatus { try store.read { try LabelStatus.of(run, $0) } }

    /// What the end of ``label()`` means.
    ///
    /// - Throws: ``LabelError`` where the server is away or a call could not be noted.
    package func end(_ stop: Stop?) throws(LabelError) -> End {
        switch stop {
        case .budget: return .budget
        case .breaker(let message):
            throw LabelError(
                .unreachable,
                "\(plan.identity.baseURL): \(message.hasSuffix(".") ? String(message.dropLast()) : message). "
                    + "What was answered is kept; run again when the server is well")
        case .unrecorded(let message): throw LabelError(.cannotWrite, message)
        case .stopped: return .stopped
        case nil: break
        }
        let progress = job.progress
        return progress.blocked > 0 ? .blocked(progress.blocked, first: progress.firstBlock ?? "") : .done
    }
}
