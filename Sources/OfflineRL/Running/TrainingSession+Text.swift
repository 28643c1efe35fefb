internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Networks
internal import Tensors

extension TrainingSession {
    /// What is going to happen, in a few lines.
    package var opening: [String] {
        let counts = training.counts
        let learned = identity.parameters
        var lines = [
            "\(settings.run): \(settings.algorithm.rawValue), \(settings.preset.rawValue) (\(learned.grouped) "
                + "parameters), \(settings.encoder), \(settings.precision.rawValue), "
                + "\(backend.pool.threadCount) threads",
            "\(counts.instructions.grouped) instructions of \(counts.episodes.grouped) episodes, "
                + "\(counts.steps.grouped) steps; \(training.vocabulary.count.grouped) words; "
                + "\(sampler.batchesPerEpoch.grouped) updates an epoch",
        ]
        if settings.reward.source != .none {
            lines.append(
                "reward: \(settings.reward.sparseWeight) sparse + \(settings.reward.generatedWeight) "
                    + "\(settings.reward.source.name) (\(settings.reward.transform.rawValue)); "
                    + "\(counts.unscored.grouped) steps have no score and get the sparse part only"
            )
        }
        let share = sampler.firstStepShare
        lines.append(
            "windows of \(settings.window) steps; an instruction's first step is \(percent(share.drawn)) of what is "
                + "trained (\(percent(share.within)) if windows began inside instructions only)"
                + (settings.shift > 0 ? "; pictures are moved by up to \(settings.shift) pixels" : ""))
        if let start = learning.start, checkpoint == nil {
            lines.append("begins with the policy of \(start.run), after \(start.step.grouped) updates of cloning")
        }
        if counts.withoutFrames > 0 {
            lines.append("note: \(counts.withoutFrames.grouped) instructions lack frames and are left out")
        }
        if counts.flaggedEpisodes + counts.flaggedTransitions > 0 {
            lines.append(
                "note: flagged: \(counts.flaggedEpisodes.grouped) episodes are left out, and the scores of "
                    + "\(counts.flaggedTransitions.grouped) transitions of others"
            )
        }
        if let checkpoint { lines.append("going on after update \(checkpoint.description.step.grouped)") }
        return lines
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
