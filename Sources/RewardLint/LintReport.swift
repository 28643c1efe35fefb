package import Statistics

/// What the lint found. Encoded with snake-case keys it is the stage's JSON.
package struct LintReport: Sendable, Equatable, Encodable {
    /// Whether to trust the scores.
    package enum Verdict: String, Sendable, Encodable {
        case pass
        case fail
        /// Nothing failed, and something that is required could not be measured.
        case undecided
    }

    /// What the report rests on.
    package struct Counts: Sendable, Equatable, Encodable {
        /// Different ones.
        package var episodes: Int
        /// Shown as they were recorded.
        package var genuineSpans: Int
        /// Shown as one of ``LabelControl``.
        package var controlSpans: Int
        /// Of genuine spans.
        package var transitions: Int
    }

    /// How much the samples of one transition agree.
    package struct Agreement: Sendable, Equatable, Encodable {
        /// With several samples.
        package var spans: Int
        /// Of these spans.
        package var transitions: Int
        /// The mean share of the most frequent score, 0 to 1.
        package var mean: Double?
        /// Over resampled episodes.
        package var interval: Interval?
    }

    /// Whether to trust the scores.
    package var verdict: Verdict
    /// The verdict and its main cause in a sentence or two.
    package var headline: String
    /// In the order in which they are shown.
    package var checks: [LintCheck]
    /// What the report rests on.
    package var counts: Counts
    /// Of genuine spans.
    package var coverage: LabelCoverage
    /// Of control spans.
    package var controlCoverage: LabelCoverage
    /// Of genuine scores.
    package var distribution: ScoreDistribution
    /// Whether they follow what is true.
    package var progress: ProgressCorrelation
    /// Whether they belong where they are.
    package var alignment: ScoreAlignment
    /// Whether their sums rise with time.
    package var order: OrderCorrelation
    /// Whether they tell success from failure.
    package var success: SuccessSeparation
    /// In the order of ``LabelControl``, those that are present.
    package var controls: [ControlSeparation]
    /// Of samples of the same transition.
    package var agreement: Agreement

    /// The check of this name.
    package func check(_ name: LintCheck.Name) -> LintCheck? { checks.first { $0.name == name } }
}
