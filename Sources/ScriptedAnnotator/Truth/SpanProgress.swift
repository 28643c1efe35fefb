package import ExperimentStore
package import RewardLabeling

/// How far the goal of a span truly is at the observations it shows, found out by replaying the recording.
package struct SpanProgress: Sendable {
    private let resolver: ScriptedResolver
    private let truths = TruthLibrary()

    /// For the spans of the label runs in `store`.
    package init(_ store: ExperimentStore) { resolver = ScriptedResolver(store) }

    /// `[observations]`, 0 for nothing done to 1 for reached; nil where the recording is shorter than the span.
    ///
    /// - Throws: ``StoreError``; another error where the recording cannot be replayed.
    package func of(_ span: Span) async throws -> [Double]? {
        let query = try resolver.query(
            CallReference(runID: span.runID, spanID: span.id, stage: .scoring, window: 0))
        let truth = try await truths.truth(root: query.root, key: query.episodeKey)
        let goal = try await truths.goal(query.goal, root: query.root)
        guard let last = span.observations.max(), truth.facts.count > last else { return nil }
        return truth.progress(of: goal, at: span.observations)
    }
}
