/// What reward a transition gets: `sparseWeight * sparse + generatedWeight * term`.
///
/// The sparse reward is 1 on the last transition of a fulfilled instruction. The term is made from scores 0 to 10;
/// where it lacks a score it is left out, and the transition counts as unscored.
package struct RewardMix: Sendable, Hashable, Codable {
    /// What becomes of a score before its weight.
    package enum Transform: String, Sendable, Codable, CaseIterable {
        /// `score / 10`, the paper's. It pays every step: going on for ever is worth more than finishing.
        case scaled
        /// `score / 10 - 0.5`.
        case centered
        /// `(score - mean) / 10`, the mean being that of the scores of the steps trained on: over these the terms of
        /// every source add up to 0, so that no source pays for dawdling as such.
        case mean
        /// Potential-based shaping, `gamma * Phi(s') - Phi(s)`, which leaves the best policy what it is (Ng, Harada and
        /// Russell 1999). The potential after a transition is its score / 10, taken as progress; that at the start of
        /// the scored span is the span's own, else 0; and it is 0 after an end, fulfilled or absorbing, without which
        /// the way an episode ends would be paid for (Grzes 2017). The weight is kappa.
        case potential
    }

    /// What follows the end of an instruction that was not fulfilled.
    package enum Ends: String, Sendable, Codable, CaseIterable {
        /// Nothing: the value there is 0, as after a fulfilled end.
        case absorbing
        /// What the critic thinks of the last state, which no step trains.
        case bootstrapping

        /// Whether an instruction's end is one for the critic.
        package func isTerminal(isFulfilled: Bool) -> Bool { isFulfilled || self == .absorbing }
    }

    /// Of the 1 on the last transition of a fulfilled instruction.
    package var sparseWeight: Float
    /// Of the term made from scores.
    package var generatedWeight: Float
    /// From a score to that term.
    package var transform: Transform
    /// Of the scores.
    package var source: Source
    /// What follows a failed end.
    package var ends: Ends

    /// The sparse reward alone, where nothing else is said.
    package init(
        sparseWeight: Float = 1, generatedWeight: Float = 1, transform: Transform = .scaled, source: Source = .none,
        ends: Ends = .absorbing
    ) {
        self.sparseWeight = sparseWeight
        self.generatedWeight = generatedWeight
        self.transform = transform
        self.source = source
        self.ends = ends
    }

    /// The transform that is used: what is a potential by its nature is never used as anything else, since its level
    /// would pay for staying where it is high.
    package var form: Transform { source.isPotential ? .potential : transform }

    /// The generated term of one transition before its weight; nil where a score it needs is NaN.
    ///
    /// - Parameters:
    ///   - score: Of this transition.
    ///   - previous: Of the transition before it, or of the state in which the scored span starts.
    ///   - isLast: Whether nothing follows it.
    ///   - gamma: The discount; only ``Transform/potential`` uses it.
    ///   - centre: The mean score; only ``Transform/mean`` uses it.
    func term(score: Float, previous: Float, isLast: Bool, gamma: Float, centre: Float) -> Float? {
        let value: Float
        switch source {
        case .none: return nil
        case .zero: return 0
        default:
            switch form {
            case .scaled: value = score / 10
            case .centered: value = score / 10 - 0.5
            case .mean: value = (score - centre) / 10
            case .potential:
                // A score that is missing leaves no term even where it would not count.
                value = score.isNaN ? .nan : (isLast ? 0 : gamma * (score / 10)) - previous / 10
            }
        }
        guard !value.isNaN else { return nil }
        if case .negated = source { return -value }
        return value
    }

    /// By how much a transition brings the instruction nearer, for weights of cloning: the rise of a potential, else
    /// its score beside the mean; NaN without scores.
    func gain(score: Float, previous: Float, centre: Float) -> Float {
        if source == .zero { return 0 }
        let gain = (score - (form == .potential ? previous : centre)) / 10
        if case .negated = source { return -gain }
        return gain
    }
}
