package import Statistics

/// Whether spans that end with what the instruction asks are scored higher than spans that do not.
package struct SuccessSeparation: Sendable, Equatable, Encodable {
    /// Spans of one policy.
    package struct Policy: Sendable, Equatable, Encodable {
        /// As the recording says.
        package var name: String
        /// With a score.
        package var spans: Int
        /// 0 to 1.
        package var fulfilledShare: Double
        /// Of the spans' means, 0 to 10.
        package var meanScore: Double?
    }

    /// Scored spans that end with what is asked.
    package var fulfilled: Int
    /// Scored spans that do not.
    package var unfulfilled: Int
    /// AUC of the span's mean score; nil unless there are spans of both kinds.
    package var meanAUC: Double?
    /// Over resampled episodes.
    package var meanInterval: Interval?
    /// AUC of the last transition's score.
    package var finalAUC: Double?
    /// Over resampled episodes.
    package var finalInterval: Interval?
    /// By name.
    package var policies: [Policy]

    init(_ spans: [LintSpan], bootstrap: GroupBootstrap) {
        let scored = spans.filter { $0.meanScore != nil }
        fulfilled = scored.count(where: \.isFulfilled)
        unfulfilled = scored.count - fulfilled
        (meanAUC, meanInterval) = Self.auc(scored, bootstrap) { $0.meanScore }
        (finalAUC, finalInterval) = Self.auc(scored, bootstrap) { $0.scores.last.flatMap { $0 }.map(Double.init) }
        policies = Self.policies(scored)
    }

    private static func policies(_ scored: [LintSpan]) -> [Policy] {
        var groups: [String: [LintSpan]] = [:]
        for span in scored {
            if let policy = span.policy { groups[policy, default: []].append(span) }
        }
        return groups.sorted { $0.key < $1.key }.map { name, spans in
            let count = Double(spans.count)
            return Policy(
                name: name, spans: spans.count, fulfilledShare: Double(spans.count(where: \.isFulfilled)) / count,
                meanScore: spans.compactMap(\.meanScore).reduce(0, +) / count)
        }
    }

    private static func auc(
        _ spans: [LintSpan], _ bootstrap: GroupBootstrap, _ value: (LintSpan) -> Double?
    ) -> (Double?, Interval?) {
        let valued = spans.compactMap { span in value(span).map { (span, $0) } }.sorted { $0.1 < $1.1 }
        var place = -1
        var previous: Double?
        let items = valued.map { span, value in
            if value != previous { place += 1 }
            previous = value
            return (group: bootstrap.group(span.episodeID), place: place, isFulfilled: span.isFulfilled)
        }
        func auc(_ weights: [Double]?) -> Double? {
            var positive = [Double](repeating: 0, count: place + 1)
            var negative = positive
            for item in items {
                let weight = weights?[item.group] ?? 1
                if item.isFulfilled { positive[item.place] += weight } else { negative[item.place] += weight }
            }
            return RankStatistics.auc(positive: positive, negative: negative)
        }
        let measured = auc(nil)
        return (measured, measured == nil ? nil : bootstrap.interval(weights: auc))
    }
}
