/// Whether validations still find a policy better: the state of an early stop. A value, so that a checkpoint holds it
/// and a run that goes on stops where one that was left alone does.
package struct EarlyStop: Sendable, Equatable, Codable {
    /// The least loss so far; nil before the first validation.
    package private(set) var best: Double?
    /// Updates done when it was measured.
    package private(set) var bestStep: Int?
    /// Validations since then.
    package private(set) var misses = 0

    /// Before the first validation.
    package init() {}

    /// Takes note of a validation. A loss that is no number is none that is better.
    ///
    /// - Returns: Whether it is the best so far.
    mutating func note(_ loss: Double, step: Int) -> Bool {
        guard loss < best ?? .infinity else {
            misses += 1
            return false
        }
        (best, bestStep, misses) = (loss, step, 0)
        return true
    }

    /// Whether so many validations in a row were no better than the best.
    func isOver(patience: Int) -> Bool { misses >= patience }
}

extension ValidationMetrics {
    /// What an early stop goes by: the policy's losses, of actions and of objects. Where steps are weighted by their
    /// advantage, over the mean weight: the critic's scale grows, and is no reason to stop.
    package var policyLoss: Double {
        let weight = self["mean/weight"] ?? 1
        let sum = (self["loss/action"] ?? 0) + (self["loss/object"] ?? 0)
        return weight > 0 ? sum / weight : .infinity
    }
}
