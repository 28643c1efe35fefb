#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif
internal import Statistics
internal import ExperimentStore

/// How the genuine scores are spread over 0...10, whatever they are given for.
package struct ScoreDistribution: Sendable, Equatable, Encodable {
    /// How often each of 0...10 was given.
    package var histogram: [Int]
    /// 0 to 10; nil without scores.
    package var mean: Double?
    /// 0 to 10; nil without scores.
    package var median: Int?
    /// -sum p log2 p over the eleven scores, in bits; at most log2 11 = 3.46.
    package var entropyBits: Double?
    /// ``entropyBits`` / log2 11.
    package var normalizedEntropy: Double?
    /// Of all pairs of transitions of the same span, the share with equal scores.
    package var tieRate: Double?
    /// The share of scores of 8 and more.
    package var topShare: Double?

    init(_ spans: [LintSpan]) {
        var histogram = [Int](repeating: 0, count: 11)
        var (pairs, ties) = (0.0, 0.0)
        for span in spans {
            var counts = [Int](repeating: 0, count: 11)
            var scored = 0
            for case .some(let score) in span.scores {
                counts[score] += 1
                scored += 1
            }
            pairs += Double(scored) * Double(scored - 1) / 2
            for (score, count) in counts.enumerated() where count > 0 {
                histogram[score] += count
                ties += Double(count) * Double(count - 1) / 2
            }
        }
        self.histogram = histogram
        tieRate = pairs > 0 ? ties / pairs : nil
        let total = Double(histogram.reduce(0, +))
        guard total > 0 else { return }
        mean = Double(histogram.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / total
        median = RankStatistics.median(histogram.map(Double.init))
        let entropy = histogram.reduce(0.0) { sum, count in
            count > 0 ? sum - Double(count) / total * log2(Double(count) / total) : sum
        }
        entropyBits = entropy
        normalizedEntropy = entropy / log2(11)
        topShare = Double(histogram[8...].reduce(0, +)) / total
    }
}

/// How many transitions have a score, and why the others have none.
package struct LabelCoverage: Sendable, Equatable, Encodable {
    /// Transitions without a score, by why.
    package struct Missing: Sendable, Equatable, Encodable {
        /// A ``LabelFailure``'s name; `unknown` where none is recorded.
        package var reason: String
        /// In which they are.
        package var spans: Int
        /// How many.
        package var transitions: Int
    }

    /// All of the spans.
    package var transitions: Int
    /// Those with a score.
    package var scored: Int
    /// In the order of ``LabelFailure``, those that occur.
    package var missing: [Missing]
    /// scored / transitions.
    package var share: Double? { transitions > 0 ? Double(scored) / Double(transitions) : nil }

    init(_ spans: [LintSpan]) {
        var (transitions, scored) = (0, 0)
        var missing: [String: (spans: Int, transitions: Int)] = [:]
        for span in spans {
            let count = span.scores.count { $0 != nil }
            transitions += span.scores.count
            scored += count
            if count < span.scores.count {
                missing[span.failure?.rawValue ?? "unknown", default: (0, 0)].spans += 1
                missing[span.failure?.rawValue ?? "unknown", default: (0, 0)].transitions += span.scores.count - count
            }
        }
        self.transitions = transitions
        self.scored = scored
        self.missing = (LabelFailure.allCases.map(\.rawValue) + ["unknown"]).compactMap { reason in
            missing[reason].map { Missing(reason: reason, spans: $0.spans, transitions: $0.transitions) }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case transitions, scored, missing, share
    }

    /// With ``share`` among the members.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(transitions, forKey: .transitions)
        try container.encode(scored, forKey: .scored)
        try container.encode(missing, forKey: .missing)
        try container.encode(share, forKey: .share)
    }
}
