internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import ScriptedAnnotator
internal import StageSupport
internal import VisionLanguage

/// A session with the model that the options name, shown on a terminal.
struct Labelling {
    let session: LabelSession
    let setup: LabelSetup
    private let transport: AsyncHTTPTransport?

    /// - Parameter isRetry: The run has to be there, and spans are not added.
    init(_ options: LabelOptions, _ pace: PaceOptions, _ common: CommonOptions, isRetry: Bool = false) throws {
        let configuration = try common.configuration(options.overrides + pace.overrides)
        let setup = try LabelSetup(configuration, shard: options.shard)
        let clientOptions = try setup.pace()
        let store = try ExperimentStore(try configuration.existingStore(), access: .write)
        try store.limitPageCache(megabytes: 8)
        let model: (any VisionLanguageModel)?
        if let api = setup.api {
            let transport = AsyncHTTPTransport(connections: configuration.label.concurrency)
            self.transport = transport
            model = ServedModel(setup.plan.identity, api: api, transport: transport)
        } else {
            transport = nil
            model = setup.plan.settings.annotator.flatMap { ScriptedModel($0, labelling: store) }
        }
        let isTold = common.logLevel <= .warning
        session = try LabelSession(
            setup.plan, in: store, isRetry: isRetry, model: model,
            scorer: DistanceToGo.scorer(setup.plan.settings.annotator, in: store), options: clientOptions,
            onWait: { if isTold { writeToStandardError("\($0): waiting for room\n") } })
        self.setup = setup
        returnUnusedMemory()
    }

    /// Labels what is pending, shows how it went, and closes the store.
    func label(_ common: CommonOptions, _ interruption: Interruption) async throws -> StageExit {
        if session.interruptedCalls > 0 {
            common.say(
                .warning,
                "note: \(session.interruptedCalls.grouped) calls were under way when an earlier run was killed; "
                    + "they may have been billed")
        }
        let (job, isQuiet, logger) = (session.job, common.quiet || common.json, common.logger("rgvlm-label"))
        let watcher = Task {
            let line = ProgressLine(quiet: isQuiet, logger: logger)
            defer { line.clear() }
            while !Task.isCancelled {
                if interruption.hasCome { job.stop() }
                let progress = job.progress
                if progress.total > 0 {
                    line.show("spans", done: progress.done, of: progress.total, unit: "", detail: progress.detail)
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        let stop: Stop?
        do {
            stop = try await session.label()
            watcher.cancel()
            await watcher.value
        } catch {
            watcher.cancel()
            await watcher.value
            await transport?.close()
            throw error
        }
        let status = try session.status()
        try await close()
        if common.json { try printJSON(status) } else { try writeToStandardOutput(status.text) }
        let end = try session.end(stop)
        if end == .budget {
            common.say(.error, "stopped: the budget does not pay for another call; give more with --budget to go on")
            return .stopped
        }
        if interruption.hasCome { return .interrupted }
        if case .blocked(let count, let first) = end {
            throw StageError(.inputMissing, "\(count.grouped) spans could not be shown: \(first)")
        }
        return .done
    }

    func close() async throws {
        await transport?.close()
        try session.store.close()
    }
}
