import Statistics
import Testing

@Suite struct DegenerateTests {
    @Test func unusableScoresAreErrors() {
        #expect(throws: ScoreError.noRuns) { try ScoreMatrix(runs: []) }
        #expect(throws: ScoreError.noTasks) { try ScoreMatrix(runs: [[], []]) }
        #expect(throws: ScoreError.ragged(run: 1, tasks: 1, expected: 2)) { try ScoreMatrix(runs: [[1, 2], [1]]) }
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(throws: ScoreError.notFinite(run: 1, task: 0)) { try ScoreMatrix(runs: [[1, 2], [value, 1]]) }
        }
    }
}
