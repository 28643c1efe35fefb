internal import Foundation
internal import ExperimentStore

/// A training run's settings as the report names them. What its JSON lacks is nil.
package struct TrainingSettings: Sendable, Equatable {
    package var algorithm: String
    package var preset: String
    package var encoder: String
    package var parameters: Int
    package var batch: Int?
    package var precision: String?
    package var discount: Double?
    package var expectile: Double?
    package var temperature: Double?
    package var weightLimit: Double?
    package var polyak: Double?
    package var learningRate: Double?
    package var weightDecay: Double?
    /// Updates over which the learning rate falls to 0; nil where it stays.
    package var cosineSteps: Int?
    /// Of the reward: `none`, `labels`, `oracle`, `zero`, `random`, `timeIndex`, `negated`, `shuffled`.
    package var source: String
    package var sparseWeight: Double
    package var generatedWeight: Double
    package var transform: String
    /// In hexadecimal, of all that is learned from, the rewards included.
    package var dataSHA256: String?

    init(_ identity: TrainRun.Identity) {
        let config = Self.members(identity.config)
        let (iql, optimizer) = (config["iql"] as? [String: Any], config["optimizer"] as? [String: Any])
        let reward = Self.members(identity.reward)
        func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }
        algorithm = identity.algorithm
        preset = identity.preset
        encoder = identity.encoder
        parameters = identity.parameters
        batch = number(config["batchSize"]).flatMap { Int(exactly: $0) }
        precision = config["precision"] as? String
        discount = number(iql?["discount"])
        expectile = number(iql?["expectile"])
        temperature = number(iql?["temperature"])
        weightLimit = number(iql?["weightLimit"])
        polyak = number(iql?["polyak"])
        learningRate = number(optimizer?["learningRate"])
        weightDecay = number(optimizer?["weightDecay"])
        cosineSteps = number(optimizer?["cosineSteps"]).flatMap { Int(exactly: $0) }
        source = (reward["source"] as? [String: Any])?.keys.first ?? "unknown"
        sparseWeight = number(reward["sparseWeight"]) ?? 1
        generatedWeight = number(reward["generatedWeight"]) ?? 1
        transform = reward["transform"] as? String ?? "unknown"
        dataSHA256 = config["dataSHA256"] as? String
    }

    private static func members(_ json: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]
    }

    /// Whether what is learned depends on the reward: cloning does not look at it.
    package var usesReward: Bool { algorithm == "iql" }

    /// Whether there is more than the sparse reward.
    package var hasGeneratedReward: Bool { source != "none" && generatedWeight != 0 }

    /// The reward in words.
    package var rewardWords: String {
        guard usesReward else { return "none: actions are imitated" }
        let sparse = "\(Show.short(sparseWeight)) x sparse"
        switch source {
        case "none": return sparse
        case "zero": return "\(sparse) + 0"
        default:
            let name = source == "timeIndex" ? "time-index" : Plain.text(source)
            return "\(sparse) + \(Show.short(generatedWeight)) x \(name) (\(Plain.text(transform)))"
        }
    }
}
