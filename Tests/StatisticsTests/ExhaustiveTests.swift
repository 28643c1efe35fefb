import Testing

@testable import Statistics

/// Small cases beside counting all of them.
@Suite struct ExhaustiveTests {
    @Test func aggregatesOfAllSmallMatrices() throws {
        for (runs, tasks) in [(1, 1), (1, 5), (2, 2), (2, 3), (3, 2), (5, 1), (4, 1)] {
            for digits in everyList(runs * tasks, below: 3) {
                let rows = (0..<runs).map { run in (0..<tasks).map { Double(digits[run * tasks + $0]) } }
                let matrix = try ScoreMatrix(runs: rows)
                #expect(abs(matrix.mean - mean(rows.flatMap { $0 })) < 1e-12)
                #expect(abs(matrix.iqm - iqm(rows)) < 1e-12)
                #expect(abs(matrix.median - median(rows)) < 1e-12)
                #expect(abs(matrix.optimalityGap() - mean(rows.flatMap { $0 }.map { max(0, 1 - $0) })) < 1e-12)
                #expect(
                    matrix.profile(at: [-1, 0, 0.5, 1, 2])
                        == [-1, 0, 0.5, 1, 2].map { above in
                            Double(digits.count { Double($0) > above }) / Double(digits.count)
                        })
            }
        }
    }

    @Test func winsOfAllSmallSamples() {
        for (first, second) in [(1, 1), (1, 3), (2, 2), (3, 2)] {
            for digits in everyList(first + second, below: 3) {
                let values = digits.map(Double.init)
                let (x, y) = (Array(values[..<first]), Array(values[first...]))
                // By ranks: U = R - n (n + 1) / 2, ties with their mean rank.
                let ranks = x.map { value in
                    Double(values.count { $0 < value }) + Double(values.count { $0 == value } + 1) / 2
                }
                #expect(mannWhitneyU(x, y) == ranks.reduce(0, +) - Double(first * (first + 1)) / 2)
            }
        }
    }

    /// The replicates have the values that all resamples have, as often as these.
    @Test func replicatesAreAllResamples() throws {
        let matrix = try ScoreMatrix(runs: [[0, 3, 1], [2, 2.5, -1]])
        let bootstrap = Bootstrap(repetitions: 40_000, seed: 11)
        for resampling in Resampling.allCases {
            let resamples = everyResample(matrix, resampling)
            for (aggregate, brute) in [(Aggregate.mean, allMean), (.iqm, iqm), (.median, median)] {
                let expected = shares(resamples.map(brute))
                let drawn = shares(bootstrap.replicates(of: aggregate, matrix, over: resampling))
                #expect(Set(drawn.keys).isSubset(of: expected.keys))
                for (value, share) in expected {
                    let error = (share * (1 - share) / 40_000).squareRoot()
                    #expect(abs((drawn[value] ?? 0) - share) < 5 * error + 1e-9, "\(resampling) \(aggregate) \(value)")
                }
            }
        }
    }

    @Test func improvementsAreAllPairsOfResamples() throws {
        let x = try ScoreMatrix(runs: [[0, 3], [2, 1]])
        let y = try ScoreMatrix(runs: [[1, 1], [0, 2]])
        let bootstrap = Bootstrap(repetitions: 40_000, seed: 12)
        for resampling in Resampling.allCases {
            var values: [Double] = []
            for tasks in resampling == .runs ? [[0, 1]] : everyList(2, below: 2) {
                for first in runLists(resampling, runs: 2, places: 2) {
                    for second in runLists(resampling, runs: 2, places: 2) {
                        values.append(
                            mean(
                                tasks.enumerated().flatMap { place, task in
                                    first[place].flatMap { run in
                                        second[place].map { other in
                                            let (a, b) = (x[run, task], y[other, task])
                                            return a > b ? 1 : a == b ? 0.5 : 0
                                        }
                                    }
                                }))
                    }
                }
            }
            let expected = shares(values)
            let drawn = shares(try bootstrap.improvementReplicates(x, y, over: resampling))
            #expect(Set(drawn.keys).isSubset(of: expected.keys))
            for (value, share) in expected {
                let error = (share * (1 - share) / 40_000).squareRoot()
                #expect(abs((drawn[value] ?? 0) - share) < 5 * error + 1e-9, "\(resampling) \(value)")
            }
        }
    }

    @Test func percentiles() throws {
        let bootstrap = Bootstrap(seed: 1)
        #expect(bootstrap.interval([Double](repeating: 1, count: 39)) == nil)
        // 0, 1, ..., 1000 in another order: the places 25 and 975 of the 1000 between the ends.
        let interval = try #require(bootstrap.interval((0...1000).map { Double(($0 * 10) % 1001) }))
        #expect(abs(interval.low - 25) < 1e-9 && abs(interval.high - 975) < 1e-9 && Bootstrap.level == 0.95)
        // Between two values: 0.025 * 99 = 2.475.
        let hundred = try #require(bootstrap.interval((0..<100).map(Double.init)))
        #expect(abs(hundred.low - 2.475) < 1e-9 && abs(hundred.high - 96.525) < 1e-9)
    }

    // MARK: Brute force

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    private func allMean(_ rows: [[Double]]) -> Double { mean(rows.flatMap { $0 }) }

    private func iqm(_ rows: [[Double]]) -> Double {
        let sorted = rows.flatMap { $0 }.sorted()
        let cut = Int(0.25 * Double(sorted.count))
        return mean(Array(sorted.dropFirst(cut).dropLast(cut)))
    }

    private func median(_ rows: [[Double]]) -> Double {
        let means = rows[0].indices.map { task in mean(rows.map { $0[task] }) }.sorted()
        return (means[(means.count - 1) / 2] + means[means.count / 2]) / 2
    }

    /// `[places, runs]`: the runs taken at each place, for all draws.
    private func runLists(_ resampling: Resampling, runs: Int, places: Int) -> [[[Int]]] {
        switch resampling {
        case .tasks: [[[Int]](repeating: Array(0..<runs), count: places)]
        case .crossed: everyList(runs, below: runs).map { [[Int]](repeating: $0, count: places) }
        case .runs, .runsAndTasks:
            everyList(runs * places, below: runs).map { list in
                (0..<places).map { Array(list[$0 * runs..<($0 + 1) * runs]) }
            }
        }
    }

    private func everyResample(_ matrix: ScoreMatrix, _ resampling: Resampling) -> [[[Double]]] {
        let own = [Array(0..<matrix.tasks)]
        return (resampling == .runs ? own : everyList(matrix.tasks, below: matrix.tasks)).flatMap { tasks in
            runLists(resampling, runs: matrix.runs, places: matrix.tasks).map { lists in
                (0..<matrix.runs).map { row in tasks.indices.map { matrix[lists[$0][row], tasks[$0]] } }
            }
        }
    }

    /// How large a share each value has; values are told apart to 1e-9.
    private func shares(_ values: [Double]) -> [Int: Double] {
        var counts: [Int: Double] = [:]
        for value in values { counts[Int((value * 1e9).rounded()), default: 0] += 1 / Double(values.count) }
        return counts
    }
}
