internal import Ground

/// Mann and Whitney's U of `x`: the pairs in which a value of `x` is the higher, ties as half. Nil when a side is empty or has
/// a NaN.
package func mannWhitneyU(_ x: [Double], _ y: [Double]) -> Double? {
    guard !x.isEmpty, !y.isEmpty, !x.contains(where: \.isNaN), !y.contains(where: \.isNaN) else { return nil }
    return Double(doubledWins(x, y).reduce(0) { $0 + Int($1) }) / 2
}

/// `[x, y]`: 2 where the value of `x` is the higher, 1 for a tie, else 0.
private func doubledWins(_ x: [Double], _ y: [Double]) -> [Int32] {
    x.flatMap { x in y.map { y in x > y ? 2 : x == y ? 1 : 0 } }
}

extension ScoreMatrix {
    /// The probability that a run of this method scores above one of `other` in the same task, ties as half, averaged over
    /// tasks. The numbers of runs may differ.
    func probabilityOfImprovement(over other: ScoreMatrix) throws(ScoreError) -> Double {
        let wins = try WinTable(self, other)
        var sum = 0
        let (mine, theirs) = ([Int32](repeating: 1, count: runs), [Int32](repeating: 1, count: other.runs))
        for task in 0..<tasks { sum += wins.count(task, mine, theirs) }
        return wins.probability(sum)
    }
}

extension Bootstrap {
    /// The probability that a run of `x` scores above one of `y`, with an interval. The runs of the two are drawn
    /// independently of each other; drawn tasks are the same for both.
    package func improvement(
        of x: ScoreMatrix, over y: ScoreMatrix, resampling: Resampling = .runs
    ) throws(ScoreError) -> Estimate {
        let value = try x.probabilityOfImprovement(over: y)
        guard resampling.isPossible(runs: min(x.runs, y.runs), tasks: x.tasks) else {
            return Estimate(value: value, interval: nil)
        }
        return Estimate(value: value, interval: interval(try improvementReplicates(x, y, over: resampling)))
    }

    func improvementReplicates(
        _ x: ScoreMatrix, _ y: ScoreMatrix, over resampling: Resampling
    ) throws(ScoreError) -> [Double] {
        let wins = try WinTable(x.canonical, y.canonical)
        var random = SplitMix64(seed: seed)
        var (mine, theirs) = (RunDraw(resampling, runs: x.runs), RunDraw(resampling, runs: y.runs))
        return (0..<max(repetitions, 0)).map { _ in
            mine.beginResample(&random)
            theirs.beginResample(&random)
            var sum = 0
            for place in 0..<x.tasks {
                let task = resampling.drawsTasks ? random.below(x.tasks) : place
                mine.beginTask(&random)
                theirs.beginTask(&random)
                sum += wins.count(task, mine.counts, theirs.counts)
            }
            return wins.probability(sum)
        }
    }

    /// The mean difference `x - y` of two methods with the same seeds (row by row) and the same tasks. What is drawn is
    /// drawn for both, so that what is common to a seed or a task cancels. The difference is told apart from none where
    /// the interval `excludes(0)`.
    package func difference(
        _ x: ScoreMatrix, _ y: ScoreMatrix, over resampling: Resampling = .crossed
    ) throws(ScoreError) -> Estimate {
        estimate(of: .mean, try x.difference(from: y), over: resampling)
    }

    /// The difference within a stratum.
    struct StratumDifference: Sendable, Equatable {
        let key: Int
        let tasks: Int
        let difference: Estimate
    }

    /// ``difference(_:_:over:)`` in each stratum by itself, in rising order of keys. The intervals are not corrected for their
    /// number.
    ///
    /// - Parameter keys: `[tasks]`, the stratum of each task, such as its number of sub-tasks.
    func differences(
        _ x: ScoreMatrix, _ y: ScoreMatrix, strata keys: [Int], over resampling: Resampling = .crossed
    ) throws(ScoreError) -> [StratumDifference] {
        try x.difference(from: y).strata(keys).map {
            StratumDifference(
                key: $0.key, tasks: $0.scores.tasks, difference: estimate(of: .mean, $0.scores, over: resampling))
        }
    }
}

/// Who wins in each task between each run of `x` and each of `y`.
private struct WinTable {
    private let runs: (x: Int, y: Int)
    private let tasks: Int
    /// `[tasks, x, y]`: 2, 1 or 0.
    private let wins: [Int32]

    init(_ x: ScoreMatrix, _ y: ScoreMatrix) throws(ScoreError) {
        guard x.tasks == y.tasks else { throw .tasksDiffer(x.tasks, y.tasks) }
        (runs, tasks) = ((x.runs, y.runs), x.tasks)
        wins = (0..<x.tasks).flatMap { task in
            doubledWins((0..<x.runs).map { x[$0, task] }, (0..<y.runs).map { y[$0, task] })
        }
    }

    /// Twice the wins of `x` in a task whose runs count `mine` and `theirs` times.
    func count(_ task: Int, _ mine: [Int32], _ theirs: [Int32]) -> Int {
        var (sum, cell) = (0, task * runs.x * runs.y)
        for x in 0..<runs.x {
            var row = 0
            for y in 0..<runs.y {
                row += Int(theirs[y] &* wins[cell])
                cell += 1
            }
            sum += Int(mine[x]) * row
        }
        return sum
    }

    /// The share of wins in a resample of as many tasks.
    func probability(_ sum: Int) -> Double { Double(sum) / Double(2 * runs.x * runs.y * tasks) }
}
