internal import ExperimentStore
internal import RewardLabeling

/// A span worth looking at, and why.
package struct LintExample: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Among the highest value-order correlations.
        case best
        /// Among the lowest.
        case worst
        /// A control scored like a genuine span.
        case falsePositive
    }

    var span: LintSpan
    var kind: Kind
    /// The value-order correlation, or for a control the mean score.
    var value: Double
    /// What ``OrderCorrelation/centreScore`` the value is drawn with.
    var centre: Double

    /// Two fulfilled spans of the highest and two of the lowest value-order correlation, and the highest spans of two
    /// controls where their mean reaches the genuine mean. Spans of 8 to 60 transitions, all of them scored, and the
    /// longer ones where correlations are about equal; fewer where there are none.
    package static func telling(_ spans: [LintSpan], _ report: LintReport) -> [LintExample] {
        let centre = report.order.centreScore ?? 0
        let shown = spans.filter { 8...60 ~= $0.scores.count && $0.scores.allSatisfy { $0 != nil } }
        var ordered = shown.filter { $0.control == nil && $0.isFulfilled }.compactMap { span in
            OrderCorrelation.valueOrder(span.scores, centre: centre).map { (span: span, value: $0) }
        }
        ordered.sort { (rough($0.value), $0.span.scores.count) < (rough($1.value), $1.span.scores.count) }
        let best = ordered.suffix(min(2, (ordered.count + 1) / 2)).reversed()
        // Among equally low ones the longest comes last.
        let low = ordered.dropLast(best.count)
        let worst = low.sorted { (rough($0.value), -$0.span.scores.count) < (rough($1.value), -$1.span.scores.count) }
            .prefix(2)
        let controls = LabelControl.allCases.compactMap { control in
            shown.filter { $0.control == control }.compactMap { span in span.meanScore.map { (span: span, value: $0) } }
                .max { ($0.value, $0.span.scores.count) < ($1.value, $1.span.scores.count) }
        }.filter { $0.value >= report.distribution.mean ?? 11 }.sorted { $0.value > $1.value }
        return best.map { LintExample(span: $0.span, kind: .best, value: $0.value, centre: centre) }
            + worst.map { LintExample(span: $0.span, kind: .worst, value: $0.value, centre: centre) }
            + controls.prefix(2).map {
                LintExample(span: $0.span, kind: .falsePositive, value: $0.value, centre: centre)
            }
    }

    /// In steps of 0.05.
    private static func rough(_ correlation: Double) -> Double { (correlation * 20).rounded() }
}
