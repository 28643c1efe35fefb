/// A span worth looking at, and why.
public struct LintExample: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Among the highest value-order correlations.
        case best
        /// Among the lowest.
        case worst
        /// A control scored like a genuine span.
        case falsePositive
    }

    public var span: LintSpan
    public var kind: Kind
    /// The value-order correlation, or for a control the mean score.
    public var value: Double
    /// What ``OrderCorrelation/centreScore`` the value is drawn with.
    public var centre: Double

    /// Two fulfilled spans of the highest and two of the lowest value-order correlation (the longer first among equals),
    /// and the two control spans with the highest mean scores where those reach the genuine mean. Fewer where there are
    /// none.
    public static func telling(_ spans: [LintSpan], _ report: LintReport) -> [LintExample] {
        let centre = report.order.centreScore ?? 0
        let genuine = spans.filter { $0.control == nil && $0.isFulfilled }
        var ordered = genuine.compactMap { span in
            OrderCorrelation.valueOrder(span.scores, centre: centre).map {
                (span: span, value: $0, trend: OrderCorrelation.trend(span) ?? 0)
            }
        }
        ordered = ordered.filter { $0.span.scores.count >= 5 && $0.span.scores.allSatisfy { $0 != nil } }
        ordered.sort { ($0.value, $0.trend, $0.span.scores.count) < ($1.value, $1.trend, $1.span.scores.count) }
        let worst = ordered.prefix(min(2, ordered.count / 2))
        let best = ordered.dropFirst(worst.count).suffix(2).reversed()
        let controls = spans.filter { $0.control != nil && $0.scores.count >= 5 }
            .compactMap { span in span.meanScore.map { (span: span, value: $0) } }
            .filter { $0.value >= report.distribution.mean ?? 10 }
            .sorted { ($0.value, $0.span.scores.count) > ($1.value, $1.span.scores.count) }
        return best.map { LintExample(span: $0.span, kind: .best, value: $0.value, centre: centre) }
            + worst.map { LintExample(span: $0.span, kind: .worst, value: $0.value, centre: centre) }
            + controls.prefix(2).map {
                LintExample(span: $0.span, kind: .falsePositive, value: $0.value, centre: centre)
            }
    }
}
