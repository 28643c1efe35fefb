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

    /// Whether what is learned depends on the reward: cloning does not look at it.
    var usesReward: Bool { Algorithm(rawValue: algorithm)?.hasCritic ?? false }

    /// Whether there is more than the sparse reward.
    var hasGeneratedReward: Bool { reward.source != .none && reward.generatedWeight != 0 }

    /// The reward in words.
    var rewardWords: String {
        guard usesReward else { return "none: actions are imitated" }
        let sparse = "\(Show.short(Double(reward.sparseWeight))) x sparse"
        switch reward.source {
        case .none: return sparse
        case .zero: return "\(sparse) + 0"
        default:
            let weight = Show.short(Double(reward.generatedWeight))
            return "\(sparse) + \(weight) x \(reward.source.name) (\(reward.transform.rawValue))"
        }
    }
}
