/// A range that holds the true value in `level` of all repetitions of the experiment, roughly.
package struct Interval: Sendable, Equatable {
    package let low: Double
    package let high: Double
    /// 0.95.
    package let level: Double

    package init(low: Double, high: Double, level: Double) {
        (self.low, self.high, self.level) = (low, high, level)
    }

    /// Whether `value` lies outside. An end that differs from it by rounding only does not exclude it.
    package func excludes(_ value: Double) -> Bool {
        let slack = 1e-9 * (high - low)
        return low - value > slack || value - high > slack
    }
}

/// A number with what is known about it.
package struct Estimate: Sendable, Equatable {
    package let value: Double
    /// Nil where there is too little to draw from.
    package let interval: Interval?

    package init(value: Double, interval: Interval?) { (self.value, self.interval) = (value, interval) }
}

/// 95 % percentile intervals by resampling. The same scores and seed give the same interval, whatever the order of the runs.
package struct Bootstrap: Sendable {
    package static let level = 0.95
    /// Fewer repetitions have nothing beyond the ends of a 95 % interval.
    package static let fewestRepetitions = 40

    package let repetitions: Int
    package let seed: UInt64

    package init(repetitions: Int = 2000, seed: UInt64 = 0) {
        (self.repetitions, self.seed) = (repetitions, seed)
    }

    /// The interval of an aggregate; nil where there is too little to draw from: a single run, for `tasks` a single task, or
    /// fewer than ``fewestRepetitions``.
    package func interval(
        of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling = .runs
    ) -> Interval? {
        guard resampling.isPossible(runs: scores.runs, tasks: scores.tasks) else { return nil }
        return interval(replicates(of: aggregate, scores, over: resampling))
    }

    package func estimate(
        of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling = .runs
    ) -> Estimate {
        Estimate(value: scores.value(of: aggregate), interval: interval(of: aggregate, scores, over: resampling))
    }

    /// The aggregate of each resample.
    func replicates(of aggregate: Aggregate, _ scores: ScoreMatrix, over resampling: Resampling) -> [Double] {
        let tasks = scores.tasks
        var random = BootstrapRandom(seed: seed)
        var evaluator = AggregateEvaluator(aggregate, scores.canonical)
        var draw = RunDraw(resampling, runs: scores.runs)
        return (0..<max(repetitions, 0)).map { _ in
            evaluator.beginResample()
            draw.beginResample(&random)
            for place in 0..<tasks {
                let task = resampling.drawsTasks ? random.below(tasks) : place
                draw.beginTask(&random)
                evaluator.add(task: task, draw.counts)
            }
            return evaluator.value()
        }
    }

    /// The percentile interval of replicates.
    func interval(_ replicates: [Double]) -> Interval? {
        guard replicates.count >= Self.fewestRepetitions else { return nil }
        let sorted = replicates.sorted()
        return Interval(
            low: quantile((1 - Self.level) / 2, sorted), high: quantile((1 + Self.level) / 2, sorted), level: Self.level
        )
    }

    /// Between two values linear, as NumPy has it.
    private func quantile(_ share: Double, _ sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}
