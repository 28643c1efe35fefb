internal import RewardLabeling
package import ExperimentStore
internal import Foundation
internal import GRDB
internal import ScriptedAnnotator
internal import Synchronization
internal import VisionLanguage

/// Reads the spans of a label run for the lint, with their true progress where the recordings can be replayed.
package final class LintReader: Sendable {
    private let store: ExperimentStore
    private let run: LabelRun
    private let problem = Mutex<String?>(nil)

    /// Episodes that are replayed at most, spread over the run: the rest is judged by the ends of sub-tasks.
    private static let replayLimit = 400

    package init(_ store: ExperimentStore, _ run: LabelRun) {
        self.store = store
        self.run = run
    }

    /// Why recordings could not be replayed; nil when all could.
    package var replayProblem: String? { problem.withLock { $0 } }

    /// Finished spans, genuine ones and controls, in the order of their episodes.
    ///
    /// - Throws: ``StoreError``.
    package func spans(
        replaying: Bool, progress: (Int, Int) -> Void = { _, _ in }
    ) async throws -> [LintSpan] {
        let rows = try store.read { try LabelRun.finishedSpans(run, $0) }
        let episodes = Set(rows.map(\.episodeID)).sorted()
        let stride = max(1, (episodes.count + Self.replayLimit - 1) / Self.replayLimit)
        let replayed = replaying ? Set(episodes.enumerated().filter { $0.offset % stride == 0 }.map(\.element)) : []
        let truths = TruthLibrary()
        let resolver = ScriptedResolver(store)
        // As many at a time as there are workers to replay; the order is kept.
        let width = 8
        var spans: [LintSpan] = []
        for start in Swift.stride(from: 0, to: rows.count, by: width) {
            let part = rows[start..<min(start + width, rows.count)]
            spans += try await withThrowingTaskGroup(of: (Int, LintSpan?).self) { group in
                for (offset, row) in part.enumerated() {
                    group.addTask {
                        (offset, try await self.span(row, replayed.contains(row.episodeID) ? truths : nil, resolver))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.compactMap(\.1)
            }
            progress(min(start + width, rows.count), rows.count)
        }
        return spans
    }

    private func span(
        _ row: FinishedSpanRow, _ truths: TruthLibrary?, _ resolver: ScriptedResolver
    ) async throws -> LintSpan? {
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
            values[score.position] = score.score
            expected[score.position] = score.expected
            agreement[score.position] = score.agreement
        }
        return LintSpan(
            episodeID: row.episodeID, instructionID: row.instructionID, name: row.name, control: span.control,
            goal: span.goal, isFulfilled: row.isFulfilled && span.control == nil, scores: values, expected: expected,
            completions: span.actions.map { span.control == nil && ends.contains($0.t) },
            progress: try await potential(span, truths, resolver), policy: row.policy, agreement: agreement,
            failure: row.failure.flatMap { CallFailure.Kind(rawValue: $0) })
    }

    /// The true potential at the observations shown; nil where the recording cannot be replayed.
    private func potential(
        _ span: Span, _ truths: TruthLibrary?, _ resolver: ScriptedResolver
    ) async throws -> [Double]? {
        guard let truths else { return nil }
        let reference = CallReference(runID: run.id, spanID: span.id, stage: .scoring, window: 0)
        do {
            let query = try resolver.query(reference)
            let truth = try await truths.truth(root: query.root, key: query.episodeKey)
            let goal = try await truths.goal(query.goal, root: query.root)
            guard let last = span.observations.max(), truth.facts.count > last else { return nil }
            return truth.progress(of: goal, at: span.observations)
        } catch let error as StoreError {
            throw error
        } catch {
            problem.withLock { $0 = $0 ?? "progress is not known everywhere: \(error)" }
            return nil
        }
    }
}
