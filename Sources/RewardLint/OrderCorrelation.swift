package import Statistics

/// Whether the value that the scores add up to rises with time, span by span.
///
/// The value after transition t is the sum of (score - centre) up to t; its Spearman correlation with t is the span's
/// value-order correlation. The centre decides what the figure can tell: without one the sum rises for any scores, and
/// with the span's own mean it ends where it began and is the same forwards and backwards. Here it is what the
/// annotator gives when nothing happens, the mean score of the frozen control, so that a value rises where transitions
/// are rated above standing still; scores that do not look hover around it. Without frozen controls it is the mean of
/// all genuine scores, and the figure only says which spans are rated above the others.
///
/// A span of fewer than three scored transitions, or with one score throughout, has no order: it is counted as
/// undefined.
package struct OrderCorrelation: Sendable, Equatable, Encodable {
    /// What values are counted from.
    package enum Centre: String, Sendable, Encodable {
        case frozenControl
        case genuineMean
    }

    /// What a statistic is over the spans that have it.
    package struct Summary: Sendable, Equatable, Encodable {
        /// Spans that have it.
        package var defined = 0
        /// Spans that do not.
        package var undefined = 0
        /// Over those that have it, as is the median.
        package var mean: Double?
        /// Of the mean, over resampled episodes.
        package var interval: Interval?
        /// Nil where no span has it.
        package var median: Double?
        /// Counts over -1...1 in 20 bins of equal width.
        package var histogram = [Int](repeating: 0, count: 20)
    }

    /// What values are counted from.
    package var centre: Centre
    /// 0 to 10; nil without scores.
    package var centreScore: Double?
    /// The value-order correlation of spans that end with what the instruction asks: their value must have risen.
    package var fulfilled: Summary
    /// The same of the others.
    package var unfulfilled: Summary
    /// The Spearman correlation of a span's scores with time.
    package var trend: Summary
    /// The mean Spearman correlation of the true change with time, over the spans of ``trend`` that have it.
    package var trueTrend: Double?

    init(_ genuine: [LintSpan], frozen: [LintSpan], minSpans: Int, bootstrap: GroupBootstrap) {
        let isCentredOnFrozen = frozen.count { $0.meanScore != nil } >= max(1, minSpans)
        let (centre, score): (Centre, Double?) =
            isCentredOnFrozen
            ? (.frozenControl, ScoreDistribution(frozen).mean) : (.genuineMean, ScoreDistribution(genuine).mean)
        self.centre = centre
        centreScore = score
        let correlations = genuine.map { Self.valueOrder($0.scores, centre: score ?? 0) }
        fulfilled = Self.summary(genuine, correlations, bootstrap) { $0.isFulfilled }
        unfulfilled = Self.summary(genuine, correlations, bootstrap) { !$0.isFulfilled }
        let trends = genuine.map(Self.trend)
        trend = Self.summary(genuine, trends, bootstrap) { _ in true }
        let truths = zip(genuine, trends).compactMap { span, trend in
            trend == nil ? nil : RankStatistics.spearman(span.truth, span.truth.indices.map(Double.init))
        }
        trueTrend = truths.isEmpty ? nil : truths.reduce(0, +) / Double(truths.count)
    }

    static func valueOrder(_ scores: [Int?], centre: Double) -> Double? {
        let scored = scores.compactMap { $0 }
        guard let first = scored.first, scored.contains(where: { $0 != first }) else { return nil }
        var sum = 0.0
        let values = scored.map { score in
            sum += Double(score) - centre
            return sum
        }
        return RankStatistics.spearman(values, values.indices.map(Double.init))
    }

    static func trend(_ span: LintSpan) -> Double? {
        let scored = span.scores.enumerated().compactMap { index, score in score.map { (Double(index), Double($0)) } }
        return RankStatistics.spearman(scored.map(\.1), scored.map(\.0))
    }

    private static func summary(
        _ spans: [LintSpan], _ values: [Double?], _ bootstrap: GroupBootstrap, where isMember: (LintSpan) -> Bool
    ) -> Summary {
        var summary = Summary()
        var sums = bootstrap.sums(2)
        var defined: [Double] = []
        for (span, value) in zip(spans, values) where isMember(span) {
            guard let value else {
                summary.undefined += 1
                continue
            }
            defined.append(value)
            summary.histogram[min(19, max(0, Int((value + 1) * 10)))] += 1
            sums.add([1, value], group: bootstrap.group(span.episodeID))
        }
        summary.defined = defined.count
        let mean = { (sums: [Double]) in sums[0] > 0 ? sums[1] / sums[0] : nil }
        summary.mean = mean(sums.total())
        summary.interval = bootstrap.interval(sums, mean)
        summary.median = RankStatistics.quantile(defined.sorted(), 0.5)
        return summary
    }
}
