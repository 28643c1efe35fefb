internal import ExperimentStore
internal import Foundation
internal import Ground

/// A training run as a call of its session leaves it, for people and as JSON.
package struct TrainingOutcome: Encodable, Sendable {
    var run: String
    var step: Int
    var updates: Int
    var seconds: Double
    var waitedForBatches: Double
    var bytes: Int
    var checkpoint: String
    /// The checkpoint that acts, where validations may end the run.
    var best: String?
    var validation: [String: [String: Double]]
    private let figures: String

    private enum CodingKeys: String, CodingKey {
        case run, step, updates, seconds, waitedForBatches, bytes, checkpoint, best, validation
    }

    /// - Throws: `StoreError` where the figures cannot be read back.
    package init(_ session: TrainingSession, _ report: TrainingSession.Report) throws {
        let store = try ExperimentStore(session.resultsPath, access: .read)
        let rows = try store.read { db in try TrainRun.named(session.settings.run, db)?.metrics(after: -1, db) ?? [] }
        run = session.settings.run
        step = report.step
        updates = report.updates
        seconds = report.seconds
        waitedForBatches = report.waitedForBatches
        bytes = session.learner.byteCount
        checkpoint = report.checkpoint
        best = report.best
        validation = rows.latest
        figures = rows.latestText
    }

    /// How far it is, how fast it was, its latest figures and its checkpoint.
    package var text: String {
        let rate = String(format: "%.1f", seconds > 0 ? Double(updates) / seconds : 0)
        var text = "\(step.grouped) updates, \(updates.grouped) of them now in "
        text += "\(seconds.durationText) (\(rate)/s); \(bytes >> 20) MB\n" + figures
        text += checkpoint.isEmpty ? "" : "checkpoint: \(checkpoint)\n"
        if let best, best != checkpoint { text += "best by its validations, which acts: \(best)\n" }
        return text
    }
}
