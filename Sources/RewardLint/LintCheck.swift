internal import ExperimentStore
internal import RewardLabeling
package import Statistics

/// One figure held against its threshold.
package struct LintCheck: Sendable, Equatable, Encodable {
    package enum Name: String, Sendable, CaseIterable, Encodable {
        case coverage
        case entropy
        case ties
        case topCompression = "top_compression"
        case progressCorrelation = "progress_correlation"
        case completionAUC = "completion_auc"
        case alignment
        case orderCorrelation = "order_correlation"
        case timeTrend = "time_trend"
        case successAUC = "success_auc"
        case frozenControl = "control_frozen"
        case reversedControl = "control_reversed"
        case shuffledControl = "control_shuffled"
        case mismatchedControl = "control_mismatched"
        case selfConsistency = "self_consistency"
    }

    package enum Verdict: String, Sendable, Encodable {
        case pass
        case fail
        /// There is too little to tell.
        case notMeasured = "not_measured"
    }

    package enum Bound: String, Sendable, Encodable {
        case atLeast = "at_least"
        case atMost = "at_most"
        case equal
    }

    package var name: Name
    package var value: Double?
    /// Where the figure is that of a sample of episodes.
    package var interval: Interval?
    package var threshold: Double
    package var bound: Bound
    package var verdict: Verdict
    /// Whether the run cannot pass without it.
    package var isRequired: Bool
    /// What it means, the likely cause, and what to do.
    package var reason: String

    package var title: String {
        switch name {
        case .coverage: "Coverage"
        case .entropy: "Entropy, bits"
        case .ties: "Ties within spans"
        case .topCompression: "Scores of 8 and more"
        case .progressCorrelation: "Correlation with progress"
        case .completionAUC: "Completing steps, AUC"
        case .alignment: "Best lag"
        case .orderCorrelation: "Value-order correlation"
        case .timeTrend: "Trend of scores over time"
        case .successAUC: "Fulfilled spans, AUC"
        case .frozenControl: "Frozen control, false positives"
        case .reversedControl: "Reversed control, false positives"
        case .shuffledControl: "Shuffled control, false positives"
        case .mismatchedControl: "Wrong-goal control, false positives"
        case .selfConsistency: "Agreement of samples"
        }
    }

    /// The values the figure can take, for drawing.
    var scale: ClosedRange<Double> {
        switch name {
        case .entropy: 0...3.4594
        case .progressCorrelation, .orderCorrelation, .timeTrend: -1...1
        case .alignment: -2...2
        default: 0...1
        }
    }
}

extension LintCheck.Name {
    init(_ control: LabelControl) {
        self =
            switch control {
            case .frozen: .frozenControl
            case .reversed: .reversedControl
            case .shuffled: .shuffledControl
            case .mismatched: .mismatchedControl
            }
    }
}
