package import Statistics

/// Whether transitions that truly move towards the goal are scored higher than others.
package struct ProgressCorrelation: Sendable, Equatable, Encodable {
    /// A figure with its interval and how many spans it comes from.
    package struct Figure: Sendable, Equatable, Encodable {
        /// Nil where there is too little.
        package var value: Double?
        /// Over resampled episodes.
        package var interval: Interval?
        /// How many it comes from.
        package var spans: Int
    }

    /// What is true of the transitions that were given a score.
    package struct ByScore: Sendable, Equatable, Encodable {
        /// 0 to 10.
        package var score: Int
        /// Transitions that were given it.
        package var count: Int
        /// Of those, how many complete a sub-task.
        package var completions: Int
        /// The 5, 25, 50, 75 and 95 % quantiles of the change of the true potential; empty where it is unknown.
        package var quantiles: [Double]
    }

    /// Spearman's correlation of score and true change over all transitions.
    package var pooled: Figure
    /// The same after each span's means are taken from both ranks: the order of transitions within spans only, which
    /// differences between episodes cannot make.
    package var within: Figure
    /// Of a transition that completes a sub-task and another of the same span: the probability that the completing one
    /// is scored higher, ties counting half. Pairs are pooled over spans.
    package var completionAUC: Figure
    /// ``within`` with the expected scores in place of the written ones, over transitions that have one.
    package var expectedWithin: Figure
    /// The eleven scores.
    package var byScore: [ByScore]

    init(_ spans: [LintSpan], bootstrap: GroupBootstrap) {
        let written = Self.correlations(spans, bootstrap) { $0.scores.map { $0.map(Double.init) } }
        pooled = written.pooled
        within = written.within
        expectedWithin = Self.correlations(spans, bootstrap, \.expected).within
        completionAUC = Self.completionAUC(spans, bootstrap)
        byScore = Self.byScore(spans)
    }

    private static func correlations(
        _ spans: [LintSpan], _ bootstrap: GroupBootstrap, _ values: (LintSpan) -> [Double?]
    ) -> (pooled: Figure, within: Figure) {
        var (scores, changes): ([Double], [Double]) = ([], [])
        var ends: [(group: Int, end: Int)] = []
        for span in spans {
            guard let increments = span.increments else { continue }
            let start = scores.count
            for case (.some(let score), let change) in zip(values(span), increments) {
                scores.append(score)
                changes.append(change)
            }
            if scores.count > start { ends.append((bootstrap.group(span.episodeID), scores.count)) }
        }
        let (x, y) = (RankStatistics.ranks(scores), RankStatistics.ranks(changes))
        // Ranks around 0 and of size 1 keep the sums exact enough.
        let (middle, scale) = (Double(x.count + 1) / 2, 1 / Double(max(1, x.count)))
        var (pooled, within) = (bootstrap.sums(Moments.width), bootstrap.sums(Moments.width))
        var start = 0
        for (group, end) in ends {
            var moments = Moments()
            for index in start..<end { moments.add((x[index] - middle) * scale, (y[index] - middle) * scale) }
            pooled.add(moments.values, group: group)
            within.add(moments.centered.values, group: group)
            start = end
        }
        let correlation = { (sums: [Double]) in Moments(sums).correlation }
        return (
            Figure(
                value: correlation(pooled.total()), interval: bootstrap.interval(pooled, correlation),
                spans: ends.count),
            Figure(
                value: correlation(within.total()), interval: bootstrap.interval(within, correlation),
                spans: ends.count)
        )
    }

    private static func completionAUC(_ spans: [LintSpan], _ bootstrap: GroupBootstrap) -> Figure {
        var sums = bootstrap.sums(2)
        var count = 0
        for span in spans {
            var completing = [Double](repeating: 0, count: 11)
            var others = completing
            for case (.some(let score), let isCompletion) in zip(span.scores, span.completions) {
                if isCompletion { completing[score] += 1 } else { others[score] += 1 }
            }
            guard let auc = RankStatistics.auc(positive: completing, negative: others) else { continue }
            let pairs = completing.reduce(0, +) * others.reduce(0, +)
            sums.add([pairs, pairs * auc], group: bootstrap.group(span.episodeID))
            count += 1
        }
        let auc = { (sums: [Double]) in sums[0] > 0 ? sums[1] / sums[0] : nil }
        return Figure(value: auc(sums.total()), interval: bootstrap.interval(sums, auc), spans: count)
    }

    private static func byScore(_ spans: [LintSpan]) -> [ByScore] {
        var counts = [(all: Int, completing: Int)](repeating: (0, 0), count: 11)
        var changes = [[Double]](repeating: [], count: 11)
        for span in spans {
            let increments = span.increments
            for case (let index, .some(let score)) in span.scores.enumerated() {
                counts[score].all += 1
                if span.completions[index] { counts[score].completing += 1 }
                if let increments { changes[score].append(increments[index]) }
            }
        }
        return (0...10).map { score in
            let sorted = changes[score].sorted()
            return ByScore(
                score: score, count: counts[score].all, completions: counts[score].completing,
                quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].compactMap { RankStatistics.quantile(sorted, $0) })
        }
    }
}
