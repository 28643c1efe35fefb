/// The mean difference of two methods with the same seeds and tasks, and how sure it is.
///
/// Seeds and trajectories are drawn from many, crossed: every policy tries every task, and a trajectory brings all its
/// tasks with it. The standard error is that of resampling both whole, in closed form: the variance over seeds, plus
/// that over trajectories, less what seeds and trajectories do together, which either holds. A resample of `n` sees
/// the variance `(n - 1) / n` times; here each is divided by `n - 1`. Quantiles are Student's with the degrees of
/// freedom of Satterthwaite (1946), since three seeds say little about the spread of seeds.
///
/// Cameron, Gelbach and Miller (2011) have this variance for regressions with clusters in two ways; Owen (2007) for the
/// resampling.
package struct PairedDifference: Sendable, Equatable, Codable {
    /// The mean over seeds and tasks.
    package let value: Double
    /// Nil with a single trajectory and a single seed.
    package let standardError: Double?
    /// Of ``standardError``.
    package let degreesOfFreedom: Double
    /// What it is made of.
    private let parts: Parts
    /// Pairs of runs.
    package let seeds: Int
    /// What was tried.
    package let tasks: Int
    /// Where the tasks are from.
    package let trajectories: Int
    /// Where the standard error comes from.
    package let components: VarianceComponents

    /// The probability of a mean as far from 0, or farther, if there were no difference; nil without a standard error.
    package var p: Double? {
        standardError.map { error in
            guard error > 0 else { return value == 0 ? 1 : 0 }
            return StudentDistribution.beyond(value / error, degrees: degreesOfFreedom)
        }
    }

    /// The interval that leaves out the true difference in a share `alpha` of repetitions; nil without a standard
    /// error.
    package func interval(alpha: Double = 0.05) -> Interval? {
        standardError.map { error in
            let reach = error > 0 ? Quantile.student(1 - alpha / 2, degrees: degreesOfFreedom) * error : 0
            return Interval(low: value - reach, high: value + reach)
        }
    }
}

extension PairedDifference {
    /// The difference `x - y`, run by run and task by task.
    ///
    /// - Parameter trajectories: `[tasks]`, which trajectory each task is from.
    /// - Throws: ``ScoreError`` for matrices, or trajectories, that do not fit together.
    package init(_ x: ScoreMatrix, less y: ScoreMatrix, trajectories: [Int]) throws(ScoreError) {
        self.init(try x.difference(from: y), trajectories: try Clusters(trajectories, tasks: x.tasks))
    }

    init(_ scores: ScoreMatrix, trajectories clusters: Clusters) {
        let means = Marginals(scores, clusters)
        let (runs, groups) = (Double(scores.runs), Double(clusters.count))
        let total = Double(scores.tasks)
        var (bySeed, byTrajectory, joint) = (0.0, 0.0, 0.0)
        if scores.runs > 1 { bySeed = means.runs.squares / (runs * (runs - 1)) }
        if clusters.count > 1 {
            byTrajectory = means.clusterSums.map { $0 * $0 }.reduce(0, +) / (total * total) * groups / (groups - 1)
        }
        if scores.runs > 1, clusters.count > 1 {
            joint =
                means.jointSums.map { $0 * $0 }.reduce(0, +) / (runs * total * runs * total)
                * runs * groups / ((runs - 1) * (groups - 1))
        }
        self.init(
            value: means.mean, seeds: scores.runs, tasks: scores.tasks, trajectories: clusters.count,
            components: VarianceComponents(scores, clusters),
            parts: Parts(
                bySeed: bySeed, seedDegrees: runs - 1, byTrajectory: byTrajectory, trajectoryDegrees: groups - 1,
                joint: joint))
    }

    /// Variances of the mean, each with its degrees of freedom.
    private struct Parts: Sendable, Equatable, Codable {
        var bySeed: Double
        var seedDegrees: Double
        var byTrajectory: Double
        var trajectoryDegrees: Double
        var joint: Double
    }

    private init(
        value: Double, seeds: Int, tasks: Int, trajectories: Int, components: VarianceComponents, parts: Parts
    ) {
        (self.value, self.seeds, self.tasks, self.trajectories) = (value, seeds, tasks, trajectories)
        (self.components, self.parts) = (components, parts)
        let known = [(parts.bySeed, parts.seedDegrees), (parts.byTrajectory, parts.trajectoryDegrees)]
            .filter { $0.1 > 0 }
        guard let fewest = known.map(\.1).min() else {
            (standardError, degreesOfFreedom) = (nil, 0)
            return
        }
        // Neither part alone is more than the whole.
        let variance = max(parts.bySeed + parts.byTrajectory - parts.joint, parts.bySeed, parts.byTrajectory)
        standardError = variance.squareRoot()
        let spread = known.map { $0.0 * $0.0 / $0.1 }.reduce(0, +)
        degreesOfFreedom = spread > 0 ? max(fewest, variance * variance / spread) : fewest
    }

    /// Differences of several rows to one of them, each with the larger of its own spread of seeds and that of all rows
    /// together. A few seeds tell little of their spread: by its own, one row or another of some that are all alike
    /// looks sure. Together the rows have more of them; since all have the one row's seeds in common, their
    /// spreads go together by a quarter, and count for fewer than their sum.
    package static func sharingSpread(_ all: [PairedDifference]) -> [PairedDifference] {
        let several = all.filter { $0.seeds > 1 }
        guard several.count > 1 else { return all }
        let degrees = several.reduce(0) { $0 + $1.parts.seedDegrees }
        // Of a single seed.
        let shared = several.reduce(0) { $0 + $1.parts.seedDegrees * $1.parts.bySeed * Double($1.seeds) } / degrees
        let counted = degrees / (1 + Double(several.count - 1) / 4)
        return all.map { one in
            guard one.seeds > 1 else { return one }
            var parts = one.parts
            parts.bySeed = max(parts.bySeed, shared / Double(one.seeds))
            parts.seedDegrees = max(parts.seedDegrees, counted)
            return PairedDifference(
                value: one.value, seeds: one.seeds, tasks: one.tasks, trajectories: one.trajectories,
                components: one.components, parts: parts)
        }
    }
}

/// Which tasks belong together.
struct Clusters: Sendable, Equatable {
    /// `[tasks]`, numbers from 0 in the order in which they first come.
    let numbers: [Int]
    let count: Int

    init(_ keys: [Int], tasks: Int) throws(ScoreError) {
        guard keys.count == tasks else { throw .tasksDiffer(tasks, keys.count) }
        var known: [Int: Int] = [:]
        var numbers: [Int] = []
        for key in keys {
            let number = known[key] ?? known.count
            known[key] = number
            numbers.append(number)
        }
        (self.numbers, count) = (numbers, known.count)
    }

    /// `[count][members]`: the tasks of each.
    var members: [[Int]] {
        var members = [[Int]](repeating: [], count: count)
        for (task, number) in numbers.enumerated() { members[number].append(task) }
        return members
    }
}

/// Means and sums of a matrix of scores, as deviations from its mean.
struct Marginals {
    let mean: Double
    /// `[runs]`: a run's mean less the mean.
    let runs: [Double]
    /// `[tasks]`: a task's mean less the mean.
    let tasks: [Double]
    /// `[clusters]`: the sum of ``tasks``.
    let clusterSums: [Double]
    /// `[runs, clusters]`: the sum of what neither run nor task explains.
    let jointSums: [Double]
    /// The sum of the squares of what neither run nor task explains.
    let residualSquares: Double

    init(_ scores: ScoreMatrix, _ clusters: Clusters) {
        let mean = scores.scores.reduce(0, +) / Double(scores.scores.count)
        let runs = (0..<scores.runs).map { scores.row($0).reduce(0, +) / Double(scores.tasks) - mean }
        let tasks = (0..<scores.tasks).map { task in
            (0..<scores.runs).reduce(0) { $0 + scores[$1, task] } / Double(scores.runs) - mean
        }
        var clusterSums = [Double](repeating: 0, count: clusters.count)
        var jointSums = [Double](repeating: 0, count: scores.runs * clusters.count)
        var squares = 0.0
        for (task, cluster) in clusters.numbers.enumerated() {
            clusterSums[cluster] += tasks[task]
            for run in 0..<scores.runs {
                let residual = scores[run, task] - mean - runs[run] - tasks[task]
                jointSums[run * clusters.count + cluster] += residual
                squares += residual * residual
            }
        }
        (self.mean, self.runs, self.tasks) = (mean, runs, tasks)
        (self.clusterSums, self.jointSums, residualSquares) = (clusterSums, jointSums, squares)
    }
}

extension [Double] {
    var squares: Double { reduce(0) { $0 + $1 * $1 } }
}
