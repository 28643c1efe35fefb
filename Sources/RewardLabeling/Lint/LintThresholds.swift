/// What the scores must reach to be trusted.
public struct LintThresholds: Sendable, Equatable {
    /// Share of genuine transitions with a score.
    public var minCoverage = 0.95
    /// Bits; two scores given equally often have 1.
    public var minEntropy = 1.0
    /// Share of equal pairs within spans.
    public var maxTieRate = 0.8
    /// Share of scores of 8 and more.
    public var maxTopShare = 0.75
    /// Within spans, with the true change of progress.
    public var minProgressCorrelation = 0.15
    /// Completing transitions against others of their span.
    public var minCompletionAUC = 0.65
    /// Mean value-order correlation of fulfilled spans.
    public var minOrderCorrelation = 0.3
    /// Mean correlation of score and time; matters only where the true change does not fall with time itself.
    public var minTimeTrend = -0.05
    /// Fulfilled spans against the others.
    public var minSuccessAUC = 0.6
    /// The highest false-positive rate, control by control.
    public var maxFalsePositiveRate = Dictionary(
        uniqueKeysWithValues: LabelControl.allCases.map { ($0, 0.25) })
    /// Genuine transitions against those of a control; the same for each.
    public var minControlAUC = 0.7
    /// Mean share of a transition's samples that gave its most frequent score.
    public var minAgreement = 0.5
    /// How many spans a check must rest on to count; of both kinds where it compares two.
    public var minSpans = 10
    /// Without these a run can fail, but not pass.
    public var requiredControls = LabelControl.allCases

    public init() {}
}
