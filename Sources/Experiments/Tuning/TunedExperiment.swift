internal import ExperimentStore
internal import Foundation
internal import Ground
package import StageSupport

/// An experiment as its tuning leaves it.
package struct TunedExperiment: Sendable {
    /// With each row's best settings where it is tuned; as it was where there is nothing to tune.
    package var configuration: Configuration
    /// For the commands of the experiment.
    package var places: ExperimentPlan.Places
    /// Nil where there is nothing to tune.
    package var tuning: Tuning?
    /// What was tried.
    package var results: [Tuning.Result]
    /// Whether every row has its settings, or none are to be tuned.
    package var isTuned: Bool

    /// Reads from the configuration's store what the trials have reached. Tasks of trajectories that a reported set has
    /// too do not decide.
    ///
    /// - Throws: ``StageError`` for a tuning that is not understood, `StoreError` for a store that cannot be read.
    package init(_ original: Configuration, _ places: ExperimentPlan.Places) throws {
        tuning = try Tuning(original)
        (configuration, self.places, results, isTuned) = (original, places, [], tuning == nil)
        guard let tuning else { return }
        self.places.overrides.append(Tuning.only(tuning.reported))
        configuration.evaluate.sets.removeAll { $0.name == tuning.set }
        var scores: [String: [Double]] = [:]
        if FileManager.default.fileExists(atPath: original.store),
            let store = try? ExperimentStore(original.store, access: .read)
        {
            let plan = try tuning.plan(places)
            scores = try store.read { try Self.scores(tuning, plan, $0) }
        }
        results = tuning.results(scores)
        if let tuned = tuning.tuned(original, results) {
            configuration = tuned
            isTuned = true
        }
    }

    /// What there is to say of the tuning in a plan.
    package var lines: [String] {
        guard let tuning else { return [] }
        let done = results.count { $0.completed != nil }
        return ["tuning on \(tuning.set): \(done) of \(results.count) rows with settings tried"]
            + results.filter(\.isChosen).map { "  \($0.row): \($0.settings.joined(separator: " "))" }
    }

    /// The mean proportion that each trial's seeds have completed of the tasks that decide.
    private static func scores(
        _ tuning: Tuning, _ plan: ExperimentPlan, _ db: StoreConnection
    ) throws -> [String: [Double]] {
        let runs = try EvalRun.all(db).filter { $0.status == .done }
        var shown: Set<String> = []
        for set in tuning.reported {
            // One of a set has all its tasks.
            guard let run = runs.last(where: { $0.identity.taskSet == set }) else { continue }
            for stored in try run.rollouts(db) { shown.insert(stored.rollout.key) }
        }
        var scores: [String: [Double]] = [:]
        for cell in plan.cells {
            guard let training = try TrainRun.named(cell.run, db), training.status == .done,
                let run = runs.last(where: {
                    $0.identity.trainRunID == training.id && $0.identity.taskSet == tuning.set
                        && $0.identity.checkpointStep == training.step
                })
            else { continue }
            let kept = try run.rollouts(db).map(\.rollout).filter { !shown.contains($0.key) }
            guard !kept.isEmpty else {
                throw StageError(
                    .badInput,
                    "experiment.tune.set \(tuning.set): all its trajectories are in the reported sets "
                        + "\(tuning.reported.joined(separator: ", ")) too; tune on others")
            }
            scores[cell.row.name, default: []].append(
                kept.map(\.proportion).reduce(0, +) / Double(kept.count))
        }
        return scores
    }
}
