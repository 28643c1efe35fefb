import Testing

@testable import Statistics

@Suite struct DegenerateTests {
    @Test func unusableScoresAreErrors() {
        #expect(throws: ScoreError.noRuns) { try ScoreMatrix(runs: []) }
        #expect(throws: ScoreError.noTasks) { try ScoreMatrix(runs: [[], []]) }
        #expect(throws: ScoreError.ragged(run: 1, tasks: 1, expected: 2)) { try ScoreMatrix(runs: [[1, 2], [1]]) }
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(throws: ScoreError.notFinite(run: 1, task: 0)) { try ScoreMatrix(runs: [[1, 2], [value, 1]]) }
        }
    }

    @Test func unequalSidesAreErrors() throws {
        let (two, three) = (try ScoreMatrix(runs: [[1, 2]]), try ScoreMatrix(runs: [[1, 2, 3], [1, 2, 3]]))
        let longer = try ScoreMatrix(runs: [[1, 2], [3, 4]])
        let bootstrap = Bootstrap()
        #expect(throws: ScoreError.tasksDiffer(2, 3)) { try two.probabilityOfImprovement(over: three) }
        #expect(throws: ScoreError.tasksDiffer(2, 3)) { try bootstrap.improvement(of: two, over: three) }
        #expect(throws: ScoreError.tasksDiffer(2, 3)) { try bootstrap.difference(two, three) }
        #expect(throws: ScoreError.runsDiffer(1, 2)) { try bootstrap.difference(two, longer) }
        #expect(throws: ScoreError.tasksDiffer(2, 1)) { try bootstrap.differences(two, two, strata: [1]) }
        #expect(throws: ScoreError.tasksDiffer(2, 0)) { try two.strata([]) }
        let (high, low) = (try ScoreMatrix(runs: [[1e308]]), try ScoreMatrix(runs: [[-1e308]]))
        #expect(throws: ScoreError.notFinite(run: 0, task: 0)) { try high.difference(from: low) }
    }

    /// Nothing to draw from: no interval, but the value.
    @Test func tooLittleToDrawFrom() throws {
        let possible: [(runs: Int, tasks: Int, Set<Resampling>)] = [
            (1, 1, []), (1, 3, [.tasks]), (3, 1, [.runs]), (2, 2, Set(Resampling.allCases)),
        ]
        let bootstrap = Bootstrap(repetitions: 50, seed: 0)
        for (runs, tasks, those) in possible {
            var scores = Scores(9)
            let (x, y) = (try scores.matrix(runs, tasks), try scores.matrix(runs, tasks))
            for resampling in Resampling.allCases {
                for aggregate in Aggregate.all {
                    let estimate = bootstrap.estimate(of: aggregate, x, over: resampling)
                    #expect(estimate.value == x.value(of: aggregate))
                    #expect((estimate.interval != nil) == those.contains(resampling))
                }
                let improvement = try bootstrap.improvement(of: x, over: y, resampling: resampling)
                #expect((improvement.interval != nil) == those.contains(resampling))
                #expect(improvement.value == (try x.probabilityOfImprovement(over: y)))
                let difference = try bootstrap.difference(x, y, over: resampling)
                #expect((difference.interval != nil) == those.contains(resampling))
            }
        }
    }

    @Test func tooFewRepetitions() throws {
        let matrix = try ScoreMatrix(runs: [[1, 2], [3, 5]])
        for repetitions in [Int.min, -1, 0, 1, 39] {
            let bootstrap = Bootstrap(repetitions: repetitions, seed: 0)
            #expect(bootstrap.interval(of: .mean, matrix) == nil)
            #expect(try bootstrap.improvement(of: matrix, over: matrix).interval == nil)
        }
        #expect(Bootstrap(repetitions: 40, seed: 0).interval(of: .mean, matrix) != nil)
    }

    @Test func winsOfNothing() {
        #expect(mannWhitneyU([], [1]) == nil)
        #expect(mannWhitneyU([1], []) == nil)
        #expect(mannWhitneyU([1, .nan], [1]) == nil)
        #expect(mannWhitneyU([1], [.nan]) == nil)
        #expect(mannWhitneyU([1, .infinity], [0, .infinity]) == 2.5)
    }
}
