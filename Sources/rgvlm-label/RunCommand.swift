import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import StageSupport
internal import VisionLanguage

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Asks for the scores of all spans that have none.",
        discussion: """
            A run that was stopped or killed goes on with the same command; nothing that was answered is asked again. \
            Exit code 75 means that the budget is used up, 69 that the server cannot be reached or refuses, 66 that \
            some spans could not be shown.
            """)

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Pace")
    var pace: PaceOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            limitAllocatorArenas()
            let interruption = Interruption()
            let session = try LabelSession(options, pace, common)
            return try await session.label(common, interruption)
        }
    }
}

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Asks again for the spans that failed.")

    @Option(
        help: ArgumentHelp(
            "Only spans that failed so: transport, http, refusal, truncation, invalid.", valueName: "kind,..."))
    var kind: String?

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Pace")
    var pace: PaceOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let kinds = kind?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            if let unknown = kinds?.first(where: { CallFailure.Kind(rawValue: $0) == nil }) {
                let known = CallFailure.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw StageError(.usage, "--kind \(unknown): expected some of \(known)")
            }
            let interruption = Interruption()
            let session = try LabelSession(options, pace, common, isRetry: true)
            let count = try await session.store.write { try session.run.requeue(failures: kinds, $0) }
            common.say(.info, "\(count.grouped) failed spans are asked again")
            return try await session.label(common, interruption)
        }
    }
}

extension LabelSession {
    /// Labels what is pending, shows how it went, and closes the store.
    func label(_ common: CommonOptions, _ interruption: Interruption) async throws -> StageExit {
        if interruptedCalls > 0 {
            common.say(
                .warning,
                "note: \(interruptedCalls.grouped) calls were under way when an earlier run was killed; they may have been billed"
            )
        }
        let job = LabelJob(
            store: store, run: run, labeler: labeler, client: client,
            options: LabelJob.Options(concurrency: concurrency))
        let (isQuiet, logger) = (common.quiet || common.json, common.logger("rgvlm-label"))
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
            stop = try await job.run()
            watcher.cancel()
            await watcher.value
        } catch {
            watcher.cancel()
            await watcher.value
            await transport?.close()
            throw error
        }
        let progress = job.progress
        let status = try store.read { try LabelStatus.of(run, $0) }
        try await close()
        if common.json { try printJSON(status) } else { try writeToStandardOutput(status.text) }
        return try exit(stop, progress, interruption, common)
    }

    private func exit(
        _ stop: Stop?, _ progress: LabelJob.Progress, _ interruption: Interruption, _ common: CommonOptions
    ) throws -> StageExit {
        switch stop {
        case .budget:
            common.say(.error, "stopped: the budget does not pay for another call; give more with --budget to go on")
            return .stopped
        case .breaker(let message):
            throw StageError(
                .unreachable,
                "\(setup.identity.baseURL): \(message.hasSuffix(".") ? String(message.dropLast()) : message). What was answered is kept; run again when the server is well"
            )
        case .unrecorded(let message): throw StageError(.cannotWrite, message)
        case .stopped, nil: break
        }
        if interruption.hasCome { return .interrupted }
        if progress.blocked > 0 {
            throw StageError(
                .inputMissing,
                "\(progress.blocked.grouped) spans could not be shown: \(progress.firstBlock ?? "")")
        }
        return .done
    }
}

extension LabelJob.Progress {
    var detail: String {
        var parts = ["\(client.inFlight) calls in flight"]
        if unscoredCount > 0 { parts.append("\(unscoredCount.grouped) failed") }
        if client.retries > 0 { parts.append("\(client.retries.grouped) retries") }
        if client.nanodollars > 0 { parts.append(String(format: "$%.4f", Double(client.nanodollars) / 1e9)) }
        if client.isBreakerOpen { parts.append("waiting for the server") }
        return parts.joined(separator: ", ")
    }
}
