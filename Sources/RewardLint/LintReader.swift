package import RewardLabeling
package import ExperimentStore
internal import Foundation
internal import Synchronization

/// Reads the spans of a label run for the lint.
package final class LintReader: Sendable {
    /// The true potential at the observations of a span, `[observations]`; nil where it cannot be had. An error that is
    /// not the store's says why a recording cannot be replayed.
    package typealias Progress = @Sendable (Span) async throws -> [Double]?

    private let store: ExperimentStore
    private let run: LabelRun
    private let progress: Progress?
    private let problem = Mutex<String?>(nil)

    /// Episodes that are replayed at most, spread over the run: the rest is judged by the ends of sub-tasks.
    private static let replayLimit = 400

    /// - Parameter progress: Nil to judge all episodes by the ends of sub-tasks.
    package init(_ store: ExperimentStore, _ run: LabelRun, progress: Progress?) {
        self.store = store
        self.run = run
        self.progress = progress
    }

    /// Why recordings could not be replayed; nil when all could.
    package var replayProblem: String? { problem.withLock { $0 } }

    /// Finished spans, genuine ones and controls, in the order of their episodes. Scores that are not whole are
    /// rounded.
    ///
    /// - Parameter onProgress: Told how many of all spans have been read.
    /// - Throws: ``StoreError``.
    package func spans(onProgress: (Int, Int) -> Void = { _, _ in }) async throws -> [LintSpan] {
        let rows = try store.read { try run.finishedSpans($0) }
        let episodes = Set(rows.map(\.episodeID)).sorted()
        let stride = max(1, (episodes.count + Self.replayLimit - 1) / Self.replayLimit)
        let replayed = Set(episodes.enumerated().filter { $0.offset % stride == 0 }.map(\.element))
        // As many at a time as there are workers to replay; the order is kept.
        let width = 8
        var spans: [LintSpan] = []
        for start in Swift.stride(from: 0, to: rows.count, by: width) {
            let part = rows[start..<min(start + width, rows.count)]
            spans += try await withThrowingTaskGroup(of: (Int, LintSpan?).self) { group in
                for (offset, row) in part.enumerated() {
                    group.addTask {
                        (offset, try await self.span(row, isReplayed: replayed.contains(row.episodeID)))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.compactMap(\.1)
            }
            onProgress(min(start + width, rows.count), rows.count)
        }
        return spans
    }

    private func span(_ row: FinishedSpanRow, isReplayed: Bool) async throws -> LintSpan? {
        let (found, scores, ends) = try store.read { db in
            (
                try run.span(row.id, db), try LabelRun.scores(spanID: row.id, db),
                try LabelRun.subTaskEnds(episodeID: row.episodeID, db)
            )
        }
        guard let found, let span = Span(found, runID: run.id) else { return nil }
        let count = span.actions.count
        var values = [Int?](repeating: nil, count: count)
        var expected = [Double?](repeating: nil, count: count)
        var agreement = [Double?](repeating: nil, count: count)
        for score in scores where score.position < count {
            values[score.position] = Int(score.score.rounded())
            expected[score.position] = score.expected
            agreement[score.position] = score.agreement
        }
        return LintSpan(
            episodeID: row.episodeID, instructionID: row.instructionID, name: row.name, control: span.control,
            goal: span.goal, isFulfilled: row.isFulfilled && span.control == nil, scores: values, expected: expected,
            completions: span.actions.map { span.control == nil && ends.contains($0.t) },
            progress: isReplayed ? try await potential(span) : nil, policy: row.policy, agreement: agreement,
            failure: row.failure)
    }

    /// The true potential at the observations shown; nil where the recording cannot be replayed.
    private func potential(_ span: Span) async throws -> [Double]? {
        do {
            return try await progress?(span)
        } catch let error as StoreError {
            throw error
        } catch {
            problem.withLock { $0 = $0 ?? "progress is not known everywhere: \(error)" }
            return nil
        }
    }
}
