package import Statistics

/// Whether the scores belong to the transitions they are stored with.
///
/// For each lag k, the correlation within spans of the ranks of score t and of the true change of transition t + k:
/// where scores came out one place late, lag -1 is the best. Beside the lags, the spans' scores are laid on backwards.
/// The true change is that of the potential, or 1 for a completed sub-task where the potential is unknown.
package struct ScoreAlignment: Sendable, Equatable, Encodable {
    /// The fit at one place.
    package struct Lag: Sendable, Equatable, Encodable {
        /// Nil for the scores laid on backwards.
        package var lag: Int?
        /// Nil without spread.
        package var correlation: Double?
        /// Over resampled episodes.
        package var interval: Interval?
        /// How often this lag had the highest correlation among resamples of episodes, 0...1.
        package var bestShare: Double
    }

    /// Lags -2...2, then backwards.
    package var lags: [Lag]
    /// With a pair at some lag.
    package var spans: Int
    /// The correlation at lag 0 less the highest of the others.
    package var margin: Double?

    /// The one with the highest correlation; nil where none has any.
    package var best: Lag? {
        lags.filter { $0.correlation != nil }.max { ($0.correlation ?? 0) < ($1.correlation ?? 0) }
    }

    private static let shifts = [-2, -1, 0, 1, 2]

    init(_ spans: [LintSpan], bootstrap: GroupBootstrap) {
        let withProgress = spans.filter { $0.progress != nil }
        let without = spans.filter { $0.progress == nil }
        var sums = bootstrap.sums(6 * Moments.width)
        var count = 0
        for members in [withProgress, without] where !members.isEmpty {
            count += Self.add(members, to: &sums, bootstrap)
        }
        self.spans = count
        func correlations(_ sums: [Double]) -> [Double?] {
            (0..<6).map { Moments(sums, at: $0 * Moments.width).correlation }
        }
        func best(_ correlations: [Double?]) -> Int? {
            correlations.indices.filter { correlations[$0] != nil }
                .max { (correlations[$0] ?? 0) < (correlations[$1] ?? 0) }
        }
        let values = correlations(sums.total())
        let replicates = bootstrap.replicates(sums, correlations)
        let winners = replicates.map(best)
        let decided = Double(max(1, winners.count { $0 != nil }))
        lags = values.indices.map { index in
            Lag(
                lag: index < 5 ? Self.shifts[index] : nil, correlation: values[index],
                interval: values[index] == nil ? nil : bootstrap.interval(replicates.map { $0[index] }),
                bestShare: Double(winners.count { $0 == index }) / decided)
        }
        let others = values.enumerated().compactMap { $0.offset == 2 ? nil : $0.element }.max()
        if let zero = values[2], let others { margin = zero - others }
    }

    private static func add(_ spans: [LintSpan], to sums: inout GroupSums, _ bootstrap: GroupBootstrap) -> Int {
        let scoreRanks = ranks(spans)
        let truths = spans.map(\.truth)
        let truthRanks = RankStatistics.ranks(truths.flatMap { $0 })
        let scale = 1 / Double(max(1, truthRanks.count))
        var (start, count) = (0, 0)
        for (span, truth) in zip(spans, truths) {
            defer { start += truth.count }
            let group = bootstrap.group(span.episodeID)
            let n = truth.count
            var hasPairs = false
            for slot in 0..<6 {
                var moments = Moments()
                for (t, score) in span.scores.enumerated() {
                    let place = slot < 5 ? t + shifts[slot] : n - 1 - t
                    guard let score, 0..<n ~= place else { continue }
                    moments.add(scoreRanks[score], truthRanks[start + place] * scale - 0.5)
                }
                sums.add(moments.centered.values, at: slot * Moments.width, group: group)
                hasPairs = hasPairs || moments.count > 1
            }
            if hasPairs { count += 1 }
        }
        return count
    }

    /// The mean rank of each score, scaled to -0.5...0.5.
    private static func ranks(_ spans: [LintSpan]) -> [Double] {
        let histogram = ScoreDistribution(spans).histogram
        let total = Double(max(1, histogram.reduce(0, +)))
        var below = 0
        return histogram.map { count in
            defer { below += count }
            return (Double(below) + Double(count) / 2) / total - 0.5
        }
    }
}
