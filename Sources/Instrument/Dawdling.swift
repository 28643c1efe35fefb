internal import Episodes

/// What a reward pays for going on without an end, against what it pays for finishing.
///
/// A reward that is positive on bad steps is worth `mean / (1 - gamma)` to whoever repeats them for ever. Where that is
/// not below the value of finishing, a learner that believes it stays where it is.
package struct Dawdling: Sendable, Equatable, Codable {
    /// The weighted generated term of a bad step, on average: `weight * (score - centre) / 10`.
    package var perStep: Double
    /// Of that for ever.
    package var forEver: Double
    /// The reward of a last step that fulfils its instruction, on average.
    package var finishing: Double

    /// - Parameters:
    ///   - perStep: `weight * (mean score of bad steps - centre) / 10`, or the mean of whatever is paid there.
    ///   - finishing: What the last step is worth.
    ///   - discount: gamma, below 1.
    package init(perStep: Double, finishing: Double, discount: Double) {
        self.perStep = perStep
        self.finishing = finishing
        forEver = perStep / max(1 - discount, 1e-9)
    }

    /// Whether staying is worth as much as finishing.
    package var pays: Bool { forEver >= finishing }

    /// Of rewards as training has them. Bad steps are those of instructions that were not fulfilled; where all were,
    /// those before the last.
    ///
    /// - Parameter ends: Of each instruction in order, the number of its steps and whether it is fulfilled.
    /// - Returns: Nil where no step has a generated term.
    init?(_ series: RewardSeries, _ ends: [(steps: Int, isFulfilled: Bool)], mix: RewardMix, discount: Double) {
        var (bad, others, last) = (Mean(), Mean(), Mean())
        var first = 0
        for end in ends {
            for step in first..<(first + end.steps) {
                let isLast = step == first + end.steps - 1
                if end.isFulfilled, isLast { last.add(Double(series.rewards[step])) }
                let term = Double(series.terms[step])
                guard !term.isNaN else { continue }
                if !end.isFulfilled {
                    bad.add(Double(mix.generatedWeight) * term)
                } else if !isLast {
                    others.add(Double(mix.generatedWeight) * term)
                }
            }
            first += end.steps
        }
        guard let perStep = bad.value ?? others.value else { return nil }
        self.init(
            perStep: perStep, finishing: last.value ?? Double(mix.sparseWeight), discount: discount)
    }

    private struct Mean {
        private var sum = 0.0
        private var count = 0

        mutating func add(_ value: Double) {
            sum += value
            count += 1
        }

        var value: Double? { count > 0 ? sum / Double(count) : nil }
    }
}
