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
        lines += rewardLines
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

    /// What steps are worth: the mix, where its scores come from, and what it pays for dawdling.
    private var rewardLines: [String] {
        let (mix, summary) = (settings.reward, training.rewardSummary)
        guard mix.source != .none else { return [] }
        let isWeighing = settings.algorithm.isWeighing
        var line = isWeighing ? "weights of steps: " : "reward: \(mix.sparseWeight) sparse + \(mix.generatedWeight) "
        line += "\(mix.source.name) (\(mix.form.rawValue)); "
        line += "\((summary.steps - summary.scored).grouped) steps have no score and "
        line += isWeighing ? "weigh 1" : "get the sparse part only"
        var lines = [line]
        if summary.inherited > 0 {
            lines.append(
                "scores: \(summary.inherited.grouped) of \(summary.scored.grouped) were asked for under the task, not "
                    + "the instruction that is learned")
        }
        if let centre = summary.centre {
            lines.append(String(format: "mean score: %.3f over %@ steps", Double(centre), summary.scored.grouped))
        }
        guard !isWeighing else { return lines }
        if let dawdling = summary.dawdling {
            lines.append(
                String(
                    format: "dawdling: going on for ever as failures do is worth %.3f, finishing %.3f",
                    Double(dawdling), Double(mix.sparseWeight)))
        } else if summary.failedScored == 0 {
            lines.append("dawdling: not known, as no step of a failed instruction has a score")
        }
        return lines
    }
}

extension TrainingSet {
    /// What a row needs and these data do not have, in words; nothing that keeps it from being trained.
    func shortcomings(_ settings: TrainingSettings) -> [String] {
        if settings.algorithm == .filteredBC, counts.failed == 0 {
            return ["no instruction of these data has failed: filtered-bc is bc here"]
        }
        guard settings.reward.source == .minimumDistance, rewardSummary.centre == 10 else { return [] }
        return [
            "every state that has a demonstration is on one, as no failure shares its sentence: min-distance is blind"
        ]
    }
}
