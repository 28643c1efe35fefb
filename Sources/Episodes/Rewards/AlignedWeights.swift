/// Weights of reward-aligned behaviour cloning (RA-BC; Chen et al. 2025, SARM, arXiv 2509.25358, equations 8 and 9; as
/// in LeRobot's `utils/rabc.py`): steps that bring the goal nearer are imitated, steps back are not.
///
/// With r a step's gain in progress, mu the mean of all gains, at least 0, and sigma their deviation, the weight is 1
/// for r > kappa, `clip((r - (mu - 2 sigma)) / (4 sigma + epsilon), 0, 1)` for 0 <= r <= kappa, and 0 for r < 0. A step
/// without a score has weight 1. There a gain is over a chunk of actions; here a policy acts step by step, and so it is
/// over one. The learner divides by the mean weight of its batch, as there.
package enum AlignedWeights {
    /// From which gain on a step counts in full.
    static let kappa: Float = 0.01
    /// Keeps from dividing by nothing.
    static let epsilon: Float = 1e-6

    /// The weight of each step.
    ///
    /// - Parameter gains: Of progress, 0 to 1 being the whole way; NaN where it is not known.
    package static func weights(_ gains: [Float]) -> [Float] {
        let known = gains.filter { !$0.isNaN }
        let count = Double(max(1, known.count))
        let average = known.reduce(0) { $0 + Double($1) } / count
        let variance = known.reduce(0) { $0 + (Double($1) - average) * (Double($1) - average) } / count
        let mean = Float(max(average, 0))
        let deviation = max(Float(variance.squareRoot()), epsilon)
        return gains.map { gain in
            if gain.isNaN || gain > kappa { return 1 }
            guard gain >= 0 else { return 0 }
            return min(max((gain - (mean - 2 * deviation)) / (4 * deviation + epsilon), 0), 1)
        }
    }
}
