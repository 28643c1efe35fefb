internal import Ground

/// A range that holds the true value in 95 % of all repetitions of the experiment, roughly.
package struct Interval: Sendable, Equatable, Codable {
    /// The 2.5 % quantile of the resamples.
    package let low: Double
    /// The 97.5 % quantile of the resamples.
    package let high: Double

    /// A range by its ends.
    package init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

    /// Whether `value` lies outside. An end that differs from it by rounding only does not exclude it.
    package func excludes(_ value: Double) -> Bool {
        let slack = 1e-9 * (high - low)
        return low - value > slack || value - high > slack
    }
}

/// A number with what is known about it.
package struct Estimate: Sendable, Equatable {
    /// From all scores, none drawn.
    package let value: Double
    /// Nil where there is too little to draw from.
    package let interval: Interval?

    /// - Parameter interval: Nil where there is too little to draw from.
    package init(value: Double, interval: Interval?) { (self.value, self.interval) = (value, interval) }
}

/// 95 % percentile intervals by resampling. The same scores and seed give the same interval, whatever the order of the
/// runs.
package struct Bootstrap: Sendable {
    /// Of all intervals.
    package static let level = 0.95
    /// Fewer repetitions have nothing beyond the ends of a 95 % interval.
    static let fewestRepetitions = 40

    let repetitions: Int
    let seed: UInt64

    /// - Parameters:
    ///   - repetitions: Resamples of each interval.
    ///   - seed: Of the draws.
    package init(repetitions: Int = 2000, seed: UInt64 = 0) {
        (self.repetitions, self.seed) = (repetitions, seed)
    }

    /// The interval of an aggregate; nil where there is too little to draw from: a single run, for `tasks` a single
    /// task, or fewer than ``fewestRepetitions``.
    ///
    /// - Parameter trajectories: `[tasks]`, which trajectory each task is from: where tasks are drawn, trajectories
    ///   are, with all their tasks. Nil where each task has its own.
    package func interval(
        of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling = .runs, trajectories: [Int]? = nil
    ) -> Interval? {
        let members = Self.members(scores, trajectories)
        guard resampling.isPossible(runs: scores.runs, tasks: members.count) else { return nil }
        return interval(replicates(of: aggregate, scores, over: resampling, members))
    }

    /// An aggregate of the scores with its ``interval(of:_:over:trajectories:)``.
    package func estimate(
        of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling = .runs, trajectories: [Int]? = nil
    ) -> Estimate {
        Estimate(
            value: scores.value(of: aggregate),
            interval: interval(of: aggregate, scores, over: resampling, trajectories: trajectories))
    }

    /// The tasks of each trajectory; of each task its own where they do not fit.
    private static func members(_ scores: ScoreMatrix, _ trajectories: [Int]?) -> [[Int]] {
        guard let trajectories, let clusters = try? Clusters(trajectories, tasks: scores.tasks) else {
            return (0..<scores.tasks).map { [$0] }
        }
        return clusters.members
    }

    /// The aggregate of each resample.
    ///
    /// - Parameter members: The tasks that are drawn together; nil for each by itself.
    func replicates(
        of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling, _ members: [[Int]]? = nil
    ) -> [Double] {
        let members = members ?? Self.members(scores, nil)
        var random = SplitMix64(seed: seed)
        var evaluator = AggregateEvaluator(aggregate, scores.canonical)
        var draw = RunDraw(resampling, runs: scores.runs)
        return (0..<max(repetitions, 0)).map { _ in
            evaluator.beginResample()
            draw.beginResample(&random)
            for place in members.indices {
                for task in members[resampling.drawsTasks ? random.below(members.count) : place] {
                    draw.beginTask(&random)
                    evaluator.add(task: task, draw.counts)
                }
            }
            return evaluator.value()
        }
    }

    /// The percentile interval of replicates.
    func interval(_ replicates: [Double]) -> Interval? {
        let sorted = replicates.sorted()
        guard replicates.count >= Self.fewestRepetitions,
            let low = RankStatistics.quantile(sorted, (1 - Self.level) / 2),
            let high = RankStatistics.quantile(sorted, (1 + Self.level) / 2)
        else { return nil }
        return Interval(low: low, high: high)
    }
}
