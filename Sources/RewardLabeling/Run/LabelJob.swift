package import ExperimentStore
internal import Foundation
internal import Synchronization
package import VisionLanguage

/// Labels a run's pending spans: reads them in pages, keeps as many under way as the client carries, and stops in
/// order.
package final class LabelJob: Sendable {
    /// How much is done, and how much at a time.
    package struct Options: Sendable {
        /// Genuine and control spans to finish in this sitting; nil for all.
        package var spanLimit: Int?
        /// Calls in flight at most.
        package var concurrency: Int

        /// Limits by their parts.
        package init(spanLimit: Int? = nil, concurrency: Int) {
            self.spanLimit = spanLimit
            self.concurrency = concurrency
        }
    }

    /// How far it is.
    package struct Progress: Sendable, Equatable {
        /// Spans that came to an end.
        package var done = 0
        /// Spans that were pending at the beginning.
        package var total = 0
        /// Of ``done``.
        package var scored = 0
        /// Of ``done``, by what they failed of.
        package var unscored: [LabelFailure: Int] = [:]
        /// Of ``done``, those that could not be shown.
        package var blocked = 0
        /// What the first blocked span lacks.
        package var firstBlock: String?
        /// How the client is doing.
        package var client = ClientStatistics()

        /// All of ``unscored``.
        package var unscoredCount: Int { unscored.values.reduce(0, +) }
    }

    private static let pageSize = 64

    private let store: ExperimentStore
    private let run: LabelRun
    private let labeler: SpanLabeler
    private let client: VLMClient?
    private let options: Options
    private let state = Mutex(State())

    private struct State {
        var progress = Progress()
        var isStopped = false
        /// Spans that failed before the server had served anything.
        var refused: [Int64] = []
    }

    /// - Parameter client: That of `labeler`; nil to answer from the store alone.
    package init(
        store: ExperimentStore, run: LabelRun, labeler: SpanLabeler, client: VLMClient?, options: Options
    ) {
        self.store = store
        self.run = run
        self.labeler = labeler
        self.client = client
        self.options = options
    }

    /// May be asked at any time.
    package var progress: Progress {
        var progress = state.withLock(\.progress)
        if let client { progress.client = client.statistics }
        return progress
    }

    /// No new calls; those in flight are waited for.
    package func stop() {
        state.withLock { $0.isStopped = true }
        client?.stop()
    }

    private var isStopped: Bool { state.withLock(\.isStopped) }

    /// Labels until nothing is pending, or until it is stopped.
    ///
    /// - Returns: Why it ended early; nil when it did not.
    /// - Throws: ``StoreError`` when what was paid for cannot be stored.
    package func run() async throws -> Stop? {
        let pending = try store.read { try run.spanCounts($0)[.pending] ?? 0 }
        state.withLock { $0.progress.total = min(pending, options.spanLimit ?? .max) }
        do {
            try await withThrowingDiscardingTaskGroup { group in
                var last: Int64 = 0
                var started = 0
                pages: while !isStopped {
                    let after = last
                    let count = min(Self.pageSize, (options.spanLimit ?? .max) - started)
                    guard count > 0 else { break }
                    let rows = try store.read { try run.pendingSpans(after: after, limit: count, $0) }
                    guard let end = rows.last?.id else { break }
                    last = end
                    for row in rows {
                        await labeler.room.enter()
                        if isStopped {
                            labeler.room.leave()
                            break pages
                        }
                        started += 1
                        group.addTask {
                            defer { self.labeler.room.leave() }
                            self.note(try await self.labeler.label(row), row.id)
                        }
                    }
                }
            }
        } catch {
            stop()
            throw error
        }
        if let reason = labeler.stopReason {
            if case .breaker = reason, client?.statistics.hasServed == false {
                let refused = state.withLock(\.refused)
                try await store.write { [run] in try run.reopen(refused, $0) }
            }
            return reason
        }
        // Stopped between two calls: nobody was turned away, but spans are left.
        return state.withLock { $0.isStopped && $0.progress.done < $0.progress.total ? .stopped : nil }
    }

    private func note(_ outcome: SpanOutcome, _ spanID: Int64) {
        let hasServed = client?.statistics.hasServed ?? true
        state.withLock { state in
            switch outcome {
            case .scored: state.progress.scored += 1
            case .unscored(let kind):
                state.progress.unscored[kind, default: 0] += 1
                if kind == .http, !hasServed { state.refused.append(spanID) }
            case .blocked(let message):
                state.progress.blocked += 1
                state.progress.firstBlock = state.progress.firstBlock ?? message
            case .left:
                // The client asks no more; spans that have not begun need not try.
                state.isStopped = true
                return
            }
            state.progress.done += 1
        }
    }
}
