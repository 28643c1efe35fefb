internal import Episodes
package import ExperimentStore
internal import Foundation
package import RewardLabeling

/// Finds, for the scripted annotator, what a question is about: in the store, where a VLM would look at pictures.
package struct ScriptedResolver: Sendable {
    private let store: ExperimentStore

    /// For the label runs of `store`.
    package init(_ store: ExperimentStore) { self.store = store }

    /// Why a question cannot be found.
    package struct Unknown: Error, Sendable, CustomStringConvertible {
        /// Which question, and of which store.
        package var description: String
    }

    /// - Throws: ``Unknown`` for a question that no run in the store has, ``StoreError``.
    package func query(_ reference: CallReference) throws -> ScriptedQuery {
        try store.read { db in
            guard let run = try LabelRun.with(id: reference.runID, db), let settings = RunSettings(json: run.settings),
                let row = try run.span(reference.spanID, db), let span = Span(row, runID: run.id),
                let origin = try SpanOrigin.of(row.id, db)
            else {
                throw Unknown(description: "\(store.path) has no span \(reference.spanID) of run \(reference.runID)")
            }
            let windows = settings.label.windowing.windows(actionCount: span.actions.count)
            let isWhole = reference.stage == .scoring && settings.label.layout == .span
            guard isWhole || windows.indices.contains(reference.window) else {
                throw Unknown(description: "span \(row.id) has \(windows.count) windows, not \(reference.window + 1)")
            }
            // Actions are judged by the observations around them, also where a window does not show the first.
            let actions = isWhole ? 0..<span.actions.count : windows[reference.window].actions
            return ScriptedQuery(
                root: origin.root, episodeKey: origin.episodeKey, stage: reference.stage, reference: reference,
                goal: ScriptedQuery.Goal(
                    episodeKey: origin.goalEpisodeKey, kind: origin.goalKind, subTasks: origin.goalSubTasks),
                goalText: span.goal, actions: Array(span.actions[actions]),
                observations: Array(span.observations[actions.lowerBound...actions.upperBound]),
                firstStep: actions.lowerBound + 1)
        }
    }
}
