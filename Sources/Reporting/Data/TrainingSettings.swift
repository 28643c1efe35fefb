internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Pages

/// A training run's settings as the report names them. What its configuration lacks is nil.
struct TrainingSettings: Sendable, Equatable {
    var algorithm: String
    var preset: String
    var encoder: String
    var parameters: Int
    var batch: Int?
    var precision: String?
    var discount: Double?
    var expectile: Double?
    var temperature: Double?
    var weightLimit: Double?
    var polyak: Double?
    var learningRate: Double?
    var weightDecay: Double?
    /// Updates over which the learning rate falls to 0; nil where it stays.
    var cosineSteps: Int?
    var reward: RewardMix
    /// In hexadecimal, of all that is learned from, the rewards included.
    var dataSHA256: String?

    /// The members of a run's configuration that the report names.
    private struct Config: Decodable {
        struct IQL: Decodable {
            var discount, expectile, temperature, weightLimit, polyak: Double?
        }

        struct Optimizer: Decodable {
            var learningRate, weightDecay: Double?
            var cosineSteps: Int?
        }

        var batchSize: Int?
        var precision: String?
        var iql: IQL?
        var optimizer: Optimizer?
        var dataSHA256: String?
    }

    init(_ identity: TrainRun.Identity) {
        let config = (try? JSONDecoder().decode(Config.self, from: Data(identity.config.utf8))) ?? Config()
        algorithm = identity.algorithm
        preset = identity.preset
        encoder = identity.encoder
        parameters = identity.parameters
        batch = config.batchSize
        precision = config.precision
        discount = config.iql?.discount
        expectile = config.iql?.expectile
        temperature = config.iql?.temperature
        weightLimit = config.iql?.weightLimit
        polyak = config.iql?.polyak
        learningRate = config.optimizer?.learningRate
        weightDecay = config.optimizer?.weightDecay
        cosineSteps = config.optimizer?.cosineSteps
        reward = identity.reward
        dataSHA256 = config.dataSHA256
    }

    /// Whether what is learned depends on the reward: cloning does not look at it.
    var usesReward: Bool { algorithm == "iql" }

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
