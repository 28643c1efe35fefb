/// One figure of a label run held against its threshold: what the lint writes and the report reads.
package struct LintCheck: Sendable, Equatable, Codable {
    /// What is measured.
    package enum Name: String, Sendable, CaseIterable, Codable {
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

    /// What comes of the comparison.
    package enum Verdict: String, Sendable, Codable {
        case pass
        case fail
        /// There is too little to tell.
        case notMeasured = "not_measured"
    }

    /// On which side of the threshold a figure should be.
    package enum Bound: String, Sendable, Codable {
        case atLeast = "at_least"
        case atMost = "at_most"
        case equal
    }

    /// What is measured.
    package var name: Name
    /// Nil where there is too little to measure.
    package var value: Double?
    /// Where the figure is that of a sample of episodes.
    package var interval: Interval?
    /// What the figure is held against.
    package var threshold: Double
    /// Where it should be.
    package var bound: Bound
    /// Where it is.
    package var verdict: Verdict
    /// Whether the run cannot pass without it.
    package var isRequired: Bool
    /// What it means, the likely cause, and what to do.
    package var reason: String

    /// - Parameter interval: Where the figure is that of a sample of episodes.
    package init(
        name: Name, value: Double?, interval: Interval?, threshold: Double, bound: Bound, verdict: Verdict,
        isRequired: Bool, reason: String
    ) {
        self.name = name
        self.value = value
        self.interval = interval
        self.threshold = threshold
        self.bound = bound
        self.verdict = verdict
        self.isRequired = isRequired
        self.reason = reason
    }

    /// For a reader.
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
}
