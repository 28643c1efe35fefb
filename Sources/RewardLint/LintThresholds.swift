package import ExperimentStore
internal import RewardLabeling

/// What the scores must reach to be trusted.
package struct LintThresholds: Sendable, Equatable {
    /// Share of genuine transitions with a score.
    package var minCoverage = 0.95
    /// Bits; two scores given equally often have 1.
    package var minEntropy = 1.0
    /// Share of equal pairs within spans.
    package var maxTieRate = 0.8
    /// Share of scores of 8 and more.
    package var maxTopShare = 0.75
    /// Within spans, with the true change of progress.
    package var minProgressCorrelation = 0.15
    /// Completing transitions against others of their span.
    package var minCompletionAUC = 0.65
    /// Mean value-order correlation of fulfilled spans.
    package var minOrderCorrelation = 0.3
    /// Mean correlation of score and time; matters only where the true change does not fall with time itself.
    package var minTimeTrend = -0.05
    /// Fulfilled spans against the others.
    package var minSuccessAUC = 0.6
    /// The highest false-positive rate, control by control.
    package var maxFalsePositiveRate = Dictionary(
        uniqueKeysWithValues: LabelControl.allCases.map { ($0, 0.25) })
    /// Genuine transitions against those of a control; the same for each.
    package var minControlAUC = 0.7
    /// Mean share of a transition's samples that gave its most frequent score.
    package var minAgreement = 0.5
    /// How many spans a check must rest on to count; of both kinds where it compares two.
    package var minSpans = 10
    /// Without these a run can fail, but not pass.
    package var requiredControls = LabelControl.allCases

    /// The bounds as they are published.
    package init() {}
}
