package import ExperimentStore
internal import Episodes
internal import Foundation
package import RewardLabeling

/// The true distance to go as scores: an oracle for potential-based rewards.
///
/// The score of a state is `10 * 0.97^d`, d being the actions that are left until the instruction is fulfilled: ten
/// times the value that the state has under the sparse reward and IQL's discount, which is the potential that helps
/// most (Ng, Harada and Russell 1999, section 5). No picture is looked at and nothing is drawn by chance.
package struct DistanceToGo: Sendable {
    /// The discount of the potential.
    package static let discount = 0.97
    private let resolver: ScriptedResolver
    private let truths: TruthLibrary

    /// The scorer of a label run by this annotator; nil where it answers questions.
    package static func scorer(_ settings: AnnotatorSettings?, in store: ExperimentStore) -> SpanScorer? {
        guard settings?.kind == .distance else { return nil }
        let distance = DistanceToGo(store)
        return { span in try await distance.scores(of: span) }
    }

    /// For the spans of the label runs in `store`.
    package init(_ store: ExperimentStore) {
        resolver = ScriptedResolver(store)
        truths = TruthLibrary()
    }

    /// The scores of a span's states.
    ///
    /// - Throws: ``StoreError``; ``ScriptedError`` where the recording cannot be replayed.
    package func scores(of span: Span) async throws -> SpanScores {
        let query = try resolver.query(
            CallReference(runID: span.runID, spanID: span.id, stage: .scoring, window: 0))
        let truth = try await truths.truth(root: query.root, key: query.episodeKey)
        let goal = try await truths.goal(query.goal, root: query.root)
        guard let last = span.observations.max(), truth.facts.count > last else {
            throw ScriptedError("the recording of episode \(query.episodeKey) is shorter than the span")
        }
        let scores = truth.actionsToGo(for: goal, at: span.observations).map(Self.score)
        return SpanScores(start: scores[0], scores: Array(scores.dropFirst()))
    }

    /// Of a state with so many actions to go, 0 to 10; nil for no way at all.
    package static func score(_ actions: Double?) -> Double { actions.map { 10 * pow(discount, $0) } ?? 0 }
}

extension EpisodeTruth {
    /// Actions that are left until a goal is reached, at some observations; nil where it cannot be.
    ///
    /// - Parameter observations: Indices into ``facts``.
    package func actionsToGo(for goal: ScriptedGoal, at observations: [Int]) -> [Double?] {
        let room = room(for: goal)
        return observations.map { room.actionsToGo(from: facts[$0]) }
    }
}
