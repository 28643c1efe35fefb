internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Pages

/// A training run's settings as the report names them.
struct TrainingSettings: Sendable, Equatable {
    var algorithm: String
    var preset: String
    var encoder: String
    var parameters: Int
    var reward: RewardMix
    /// Nil where the row's configuration is not one of ours.
    var learning: LearningSettings?

    init(_ identity: TrainRun.Identity) {
        algorithm = identity.algorithm
        preset = identity.preset
        encoder = identity.encoder
        parameters = identity.parameters
        reward = identity.reward
        learning = try? JSONDecoder().decode(LearningSettings.self, from: Data(identity.config.utf8))
    }

    /// Whether what is learned depends on the reward: plain cloning does not look at it.
    var usesReward: Bool { Algorithm(rawValue: algorithm)?.readsScores ?? false }

    /// Whether values are learned of it.
    var hasCritic: Bool { Algorithm(rawValue: algorithm)?.hasCritic ?? false }

    /// Whether there is more than the sparse reward.
    var hasGeneratedReward: Bool { reward.source != .none && reward.generatedWeight != 0 }

    /// What the reward makes of the data; nil where the run does not say.
    var summary: RewardSummary? { learning?.rewardSummary }

    /// The reward in words: weights, source, transform with its centre, what dawdling is worth, and which scores are
    /// another instruction's.
    var rewardWords: String {
        guard usesReward else { return "none: actions are imitated" }
        guard hasCritic else {
            return ["actions are imitated, each step weighed by \(reward.source.name) (\(form))", inherited]
                .compactMap { $0 }.joined(separator: "; ")
        }
        let sparse = "\(Show.short(Double(reward.sparseWeight))) x sparse"
        let sum =
            switch reward.source {
            case .none: sparse
            case .zero: "\(sparse) + 0"
            default: "\(sparse) + \(Show.short(Double(reward.generatedWeight))) x \(reward.source.name) (\(form))"
            }
        return [sum, dawdling, inherited, ends].compactMap { $0 }.joined(separator: "; ")
    }

    /// The transform, with the mean where that is taken away.
    private var form: String {
        let isCentred = reward.form == .mean || (!hasCritic && reward.form != .potential)
        guard isCentred, let centre = summary?.centre else { return reward.form.rawValue }
        return "\(reward.form.rawValue), mean score \(Show.number(Double(centre), 2))"
    }

    private var dawdling: String? {
        guard hasGeneratedReward, reward.source != .zero, let summary else { return nil }
        guard let dawdling = summary.dawdling else { return "dawdling: not known, no failed step has a score" }
        return "dawdling for ever is worth \(Show.number(Double(dawdling), 2))"
    }

    private var inherited: String? {
        guard let summary, summary.inherited > 0 else { return nil }
        return "\(Show.count(summary.inherited)) of \(Show.count(summary.scored)) scores are the task's"
    }

    private var ends: String? {
        guard let summary, summary.failed > 0 else { return nil }
        return "failed ends \(reward.ends.rawValue)"
    }
}
