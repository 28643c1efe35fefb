import Testing

@testable import Statistics

@Suite struct PropertyTests {
    let bootstrap = Bootstrap(repetitions: 200, seed: 3)

    @Test func orderOfRunsChangesNothing() throws {
        var scores = Scores(1)
        for (runs, tasks) in [(2, 1), (3, 7), (5, 20), (8, 2)] {
            let (matrix, other) = (try scores.matrix(runs, tasks), try scores.levels(3, runs + 1, tasks))
            let shuffled = try ScoreMatrix(runs: matrix.rows.shuffled())
            for aggregate in Aggregate.all {
                #expect(matrix.value(of: aggregate) == shuffled.value(of: aggregate))
                for resampling in Resampling.allCases {
                    #expect(
                        bootstrap.estimate(of: aggregate, matrix, over: resampling)
                            == bootstrap.estimate(of: aggregate, shuffled, over: resampling))
                }
            }
            #expect(
                try bootstrap.improvement(of: matrix, over: other) == bootstrap.improvement(of: shuffled, over: other))
            #expect(matrix.profile(at: [-1, 0, 1]) == shuffled.profile(at: [-1, 0, 1]))
        }
    }

    @Test func seedDecides() throws {
        var scores = Scores(2)
        let matrix = try scores.matrix(5, 8)
        for resampling in Resampling.allCases {
            let interval = bootstrap.interval(of: .iqm, matrix, over: resampling)
            #expect(interval == Bootstrap(repetitions: 200, seed: 3).interval(of: .iqm, matrix, over: resampling))
            #expect(interval != Bootstrap(repetitions: 200, seed: 4).interval(of: .iqm, matrix, over: resampling))
        }
    }

    @Test func constantScores() throws {
        for value in [-2.5, 0, 0.1, 1.0 / 3] {
            let matrix = try ScoreMatrix(runs: [[Double]](repeating: [Double](repeating: value, count: 7), count: 5))
            for aggregate in [Aggregate.mean, .median, .iqm] {
                #expect(abs(matrix.value(of: aggregate) - value) < 1e-15)
                for resampling in Resampling.allCases {
                    let interval = try #require(bootstrap.interval(of: aggregate, matrix, over: resampling))
                    #expect(abs(interval.low - value) < 1e-15 && abs(interval.high - value) < 1e-15)
                }
            }
            #expect(try matrix.probabilityOfImprovement(over: matrix) == 0.5)
            #expect(try bootstrap.difference(matrix, matrix).interval == Interval(low: 0, high: 0))
        }
    }

    /// Stretching and moving all scores does the same to the aggregates and to the ends of their intervals.
    @Test func stretchedScores() throws {
        var scores = Scores(4)
        let matrix = try scores.matrix(4, 9)
        let stretched = try matrix.map { 3 * $0 - 2 }
        for aggregate in [Aggregate.mean, .median, .iqm] {
            #expect(abs(stretched.value(of: aggregate) - (3 * matrix.value(of: aggregate) - 2)) < 1e-12)
            for resampling in Resampling.allCases {
                let interval = try #require(bootstrap.interval(of: aggregate, matrix, over: resampling))
                let other = try #require(bootstrap.interval(of: aggregate, stretched, over: resampling))
                #expect(abs(other.low - (3 * interval.low - 2)) < 1e-12)
                #expect(abs(other.high - (3 * interval.high - 2)) < 1e-12)
            }
        }
    }

    @Test func improvementsOfTwoAddUpToOne() throws {
        var scores = Scores(5)
        for (first, second, tasks) in [(1, 1, 1), (2, 3, 4), (5, 5, 30), (4, 7, 1)] {
            let (x, y) = (try scores.levels(4, first, tasks), try scores.levels(4, second, tasks))
            let (forth, back) = (try x.probabilityOfImprovement(over: y), try y.probabilityOfImprovement(over: x))
            #expect(abs(forth + back - 1) < 1e-15)
            #expect((0...1).contains(forth))
            #expect(try x.map { $0 + 9 }.probabilityOfImprovement(over: y) == 1)
        }
    }

    @Test func differencesOfTwoAreOpposite() throws {
        var scores = Scores(6)
        let (x, y) = (try scores.matrix(3, 12), try scores.matrix(3, 12))
        let (forth, back) = (try bootstrap.difference(x, y), try bootstrap.difference(y, x))
        #expect(abs(forth.value + back.value) < 1e-12)
        #expect(abs(forth.value - (x.mean - y.mean)) < 1e-12)
        // The order of the rows is turned round, so that other resamples are drawn.
        let (one, two) = (try #require(forth.interval), try #require(back.interval))
        #expect(one.excludes(0) == two.excludes(0))
    }

    /// What is common to a seed or a task cancels in pairs, and only there.
    @Test func pairingKeepsWhatIsCommon() throws {
        var scores = Scores(7)
        let common = try scores.matrix(5, 40).map { 10 * $0 }
        let x = try ScoreMatrix(runs: common.rows.map { $0.map { $0 + 0.3 + 0.1 * scores.normal() } })
        let paired = try #require(try bootstrap.difference(x, common).interval)
        #expect(paired.excludes(0) && !paired.excludes(0.3))
        #expect(paired.high - paired.low < 0.2)
        let alone = try #require(bootstrap.interval(of: .mean, x, over: .crossed))
        #expect(alone.high - alone.low > 1)
    }

    @Test func strataAreTheirTasks() throws {
        var scores = Scores(8)
        let keys = [3, 1, 3, 2, 1, 3]
        let (x, y) = (try scores.matrix(4, 6), try scores.matrix(4, 6))
        let strata = try x.strata(keys)
        #expect(strata.map(\.key) == [1, 2, 3])
        #expect(strata.map(\.scores.tasks) == [2, 1, 3])
        for stratum in strata {
            let members = keys.indices.filter { keys[$0] == stratum.key }
            #expect(stratum.scores.rows == x.rows.map { row in members.map { row[$0] } })
        }
        let differences = try bootstrap.differences(x, y, strata: keys, over: .runs)
        #expect(differences.map(\.key) == [1, 2, 3] && differences.map(\.tasks) == [2, 1, 3])
        var sum = 0.0
        for (difference, other) in zip(differences, try y.strata(keys)) {
            let stratum = try #require(strata.first { $0.key == difference.key })
            #expect(difference.difference == (try bootstrap.difference(stratum.scores, other.scores, over: .runs)))
            sum += difference.difference.value * Double(difference.tasks)
        }
        #expect(abs(sum / 6 - (x.mean - y.mean)) < 1e-12)
        // One task only: nothing to draw tasks from.
        let crossed = try bootstrap.differences(x, y, strata: keys)
        #expect(crossed.map { $0.difference.interval == nil } == [false, true, false])
    }

    @Test func excludingHasNoPatienceForRounding() {
        let interval = Interval(low: 1e-17, high: 0.2)
        #expect(!interval.excludes(0) && !interval.excludes(0.2) && !interval.excludes(0.1))
        #expect(interval.excludes(-0.001) && interval.excludes(0.201))
        #expect(Interval(low: -0.3, high: -0.1).excludes(0))
    }
}
