/// What reward a transition gets: `sparseWeight * sparse + generatedWeight * term`.
///
/// The sparse reward is 1 on the last transition of a fulfilled instruction. The term is made from scores 0 to 10;
/// where it lacks a score it is left out, and the transition counts as unscored.
package struct RewardMix: Sendable, Hashable, Codable {
    /// What becomes of a score before its weight.
    package enum Transform: String, Sendable, Codable, CaseIterable {
        /// `score / 10`, the paper's.
        case scaled
        /// `score / 10 - 0.5`.
        case centered
        /// Potential-based shaping, `gamma * Phi(s') - Phi(s)`: the potential after a transition is its score / 10,
        /// that at the start of the scored span 0, and 0 after the transition that fulfils the instruction.
        case delta
    }

    /// Where scores come from.
    package enum Source: Sendable, Hashable, Codable {
        /// No generated term.
        case none
        /// A label run, by name. An instruction has the scores of its own span; when the run has not scored it, those
        /// of the same steps under the task instruction of its annotation, else of the first other annotation that has
        /// them.
        case labels(run: String)
        /// Ten times the share of the instruction's sub-tasks that are done after the transition, by the recording.
        case oracle
        /// Control: a term of 0 on every transition, whatever the transform.
        case zero
        /// Control: a whole score drawn uniformly from 0 to 10 for each transition of an instruction.
        case random(seed: UInt64)
        /// Control: ten times the share of the instruction's steps that are over.
        case timeIndex
        /// Control: as ``labels(run:)``, the term with its sign reversed.
        case negated(run: String)
        /// Control: as ``labels(run:)``, the run's scores in these splits permuted among the transitions that have one.
        case shuffled(run: String, seed: UInt64)

        /// As in options and tables.
        package var name: String {
            switch self {
            case .none: "none"
            case .labels: "labels"
            case .oracle: "oracle"
            case .zero: "zero"
            case .random: "random"
            case .timeIndex: "time-index"
            case .negated: "negated"
            case .shuffled: "shuffled"
            }
        }

        /// Whether it is there to tell what scores are worth: it knows nothing of what the steps did, or reverses it.
        package var isControl: Bool {
            switch self {
            case .zero, .random, .timeIndex, .negated, .shuffled: true
            case .none, .labels, .oracle: false
            }
        }

        /// The label run whose scores are read.
        package var labelRun: String? {
            switch self {
            case .labels(let run), .negated(let run), .shuffled(let run, _): run
            case .none, .oracle, .zero, .random, .timeIndex: nil
            }
        }
    }

    /// Of the 1 on the last transition of a fulfilled instruction.
    package var sparseWeight: Float
    /// Of the term made from scores.
    package var generatedWeight: Float
    /// From a score to that term.
    package var transform: Transform
    /// Of the scores.
    package var source: Source

    /// The sparse reward alone, where nothing else is said.
    package init(
        sparseWeight: Float = 1, generatedWeight: Float = 1, transform: Transform = .scaled, source: Source = .none
    ) {
        self.sparseWeight = sparseWeight
        self.generatedWeight = generatedWeight
        self.transform = transform
        self.source = source
    }

    /// The generated term of one transition before its weight; nil where a score it needs is NaN.
    ///
    /// - Parameters:
    ///   - score: Of this transition.
    ///   - previous: Of the transition before it; 0 where the scored span starts.
    ///   - isTerminal: Whether the instruction is fulfilled after it.
    ///   - gamma: The discount; only ``Transform/delta`` uses it.
    func term(score: Float, previous: Float, isTerminal: Bool, gamma: Float) -> Float? {
        let value: Float
        switch source {
        case .none: return nil
        case .zero: return 0
        default:
            switch transform {
            case .scaled: value = score / 10
            case .centered: value = score / 10 - 0.5
            case .delta: value = (isTerminal ? 0 : gamma * (score / 10)) - previous / 10
            }
        }
        guard !value.isNaN else { return nil }
        if case .negated = source { return -value }
        return value
    }

    /// Appends the rewards of an instruction's steps.
    ///
    /// - Parameters:
    ///   - scores: Of its steps, NaN for none.
    ///   - before: The score of the step before its first one, 0 where the scored span starts there.
    ///   - isFulfilled: Whether its last step fulfils it.
    ///   - gamma: The discount; only ``Transform/delta`` uses it.
    func append(
        scores: some RandomAccessCollection<Float>, before: Float, isFulfilled: Bool, gamma: Float,
        to series: inout RewardSeries
    ) {
        var previous = before
        var left = scores.count
        for score in scores {
            left -= 1
            let isTerminal = isFulfilled && left == 0
            let term = term(score: score, previous: previous, isTerminal: isTerminal, gamma: gamma)
            series.terms.append(term ?? .nan)
            series.rewards.append((isTerminal ? sparseWeight : 0) + (term.map { generatedWeight * $0 } ?? 0))
            previous = score
        }
    }
}
