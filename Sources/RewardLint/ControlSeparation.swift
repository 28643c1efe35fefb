package import ExperimentStore
internal import RewardLabeling
package import Statistics

/// How the spans of one control are scored beside fulfilled genuine spans of the same instructions, or beside all
/// fulfilled genuine spans where no instruction has both. A span that misses its goal may deserve scores as low as a
/// control's, and says nothing.
package struct ControlSeparation: Sendable, Equatable, Encodable {
    /// How the spans were shown.
    package var control: LabelControl
    /// Those with a score.
    package var spans: Int
    /// They are compared with.
    package var genuineSpans: Int
    /// Of the control's scores, 0 to 10.
    package var mean: Double?
    /// Of the control's scores.
    package var median: Int?
    /// Of the scores they are compared with.
    package var genuineMean: Double?
    /// Of the scores they are compared with.
    package var genuineMedian: Int?
    /// The probability that a genuine transition is scored above one of the control, ties counting half.
    package var auc: Double?
    /// Over resampled episodes.
    package var aucInterval: Interval?
    /// The share of the control's transitions scored above the genuine median, those scored at it counting half: with
    /// few values in use, what is scored like the genuine has 0.25 to 0.5.
    package var falsePositiveRate: Double?
    /// Over resampled episodes.
    package var falsePositiveInterval: Interval?
    /// The share of the control's transitions scored 7 or more.
    package var highShare: Double?
    /// How often each of 0...10 was given.
    package var histogram: [Int]
    /// Of the scores they are compared with.
    package var genuineHistogram: [Int]

    init(_ control: LabelControl, _ controls: [LintSpan], genuine: [LintSpan], bootstrap: GroupBootstrap) {
        let controls = controls.filter { $0.meanScore != nil }
        let instructions = Set(controls.map(\.instructionID))
        let scored = genuine.filter { $0.isFulfilled && $0.meanScore != nil }
        let paired = scored.filter { instructions.contains($0.instructionID) }
        let reference = paired.isEmpty ? scored : paired
        var sums = bootstrap.sums(22)
        for (spans, start) in [(controls, 0), (reference, 11)] {
            for span in spans {
                let group = bootstrap.group(span.episodeID)
                for case .some(let score) in span.scores { sums.add(1, start + score, group: group) }
            }
        }
        let total = sums.total()
        let (own, other) = (Array(total[..<11]), Array(total[11...]))
        self.control = control
        spans = controls.count
        genuineSpans = reference.count
        histogram = own.map { Int($0) }
        genuineHistogram = other.map { Int($0) }
        mean = ScoreDistribution(controls).mean
        median = RankStatistics.median(own)
        genuineMean = ScoreDistribution(reference).mean
        genuineMedian = RankStatistics.median(other)
        auc = Self.auc(total)
        falsePositiveRate = Self.falsePositiveRate(total)
        let replicates = bootstrap.replicates(sums) { (Self.falsePositiveRate($0), Self.auc($0)) }
        falsePositiveInterval = bootstrap.interval(replicates.map(\.0))
        aucInterval = bootstrap.interval(replicates.map(\.1))
        let count = own.reduce(0, +)
        highShare = count > 0 ? own[7...].reduce(0, +) / count : nil
    }

    private static func auc(_ sums: [Double]) -> Double? {
        RankStatistics.auc(positive: Array(sums[11...]), negative: Array(sums[..<11]))
    }

    private static func falsePositiveRate(_ sums: [Double]) -> Double? {
        let (own, other) = (sums[..<11], Array(sums[11...]))
        let count = own.reduce(0, +)
        guard count > 0, let median = RankStatistics.median(other) else { return nil }
        return (own[(median + 1)...].reduce(0, +) + own[median] / 2) / count
    }
}
