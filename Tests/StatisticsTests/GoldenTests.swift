import Foundation
import Testing

@testable import Statistics

/// Beside what rliable says; Fixtures/rliable_golden.py made the numbers.
@Suite struct GoldenTests {
    struct Golden: Decodable {
        struct Ends: Decodable { var low, high, lowError, highError: Double }
        struct Case: Decodable {
            var name: String
            var scores: [[Double]]
            var values: [String: Double]
            var profile: [Double]
            var runs: [String: Ends]
            var runsAndTasks: [String: Ends]
        }
        struct Pair: Decodable {
            var name: String
            var x, y: [[Double]]
            var value: Double
            var runs: Ends
        }
        var thresholds: [Double]
        var cases: [Case]
        var pairs: [Pair]
    }

    static let aggregates: [(String, Aggregate)] = [
        ("mean", .mean), ("median", .median), ("iqm", .iqm), ("optimalityGap", .optimalityGap(target: 1)),
    ]
    let golden: Golden

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/rliable.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    @Test func valuesEqual() throws {
        #expect(golden.cases.count == 6)
        for known in golden.cases {
            let scores = try ScoreMatrix(runs: known.scores)
            for (name, aggregate) in Self.aggregates {
                let value = try #require(known.values[name])
                #expect(abs(scores.value(of: aggregate) - value) < 1e-12, "\(known.name), \(name)")
            }
            for (share, value) in zip(scores.profile(at: golden.thresholds), known.profile) {
                #expect(abs(share - value) < 1e-12, "\(known.name)")
            }
        }
    }

    @Test func intervalsEqualWithinMonteCarloError() throws {
        let bootstrap = Bootstrap(repetitions: 20_000, seed: 5)
        var compared = 0
        for known in golden.cases {
            let scores = try ScoreMatrix(runs: known.scores)
            for (ends, resampling) in [(known.runs, Resampling.runs), (known.runsAndTasks, .runsAndTasks)] {
                for (name, aggregate) in Self.aggregates {
                    guard let ends = ends[name] else { continue }
                    let interval = try #require(bootstrap.interval(of: aggregate, scores, over: resampling))
                    expect(interval, ends, ratio: 2.5, "\(known.name), \(name), \(resampling)")
                    compared += 1
                }
            }
        }
        #expect(compared == 24)
    }

    @Test func probabilitiesOfImprovement() throws {
        let bootstrap = Bootstrap(repetitions: 20_000, seed: 6)
        for known in golden.pairs {
            let (x, y) = (try ScoreMatrix(runs: known.x), try ScoreMatrix(runs: known.y))
            let estimate = try bootstrap.improvement(of: x, over: y)
            #expect(abs(estimate.value - known.value) < 1e-12, "\(known.name)")
            expect(try #require(estimate.interval), known.runs, ratio: 1, known.name)
        }
    }

    /// - Parameter ratio: Repetitions there over repetitions here.
    private func expect(_ interval: Interval, _ ends: Golden.Ends, ratio: Double, _ name: String) {
        // Both sides err; five standard deviations of their difference.
        let factor = 5 * (1 + ratio).squareRoot()
        #expect(abs(interval.low - ends.low) <= factor * ends.lowError + 1e-12, "\(name)")
        #expect(abs(interval.high - ends.high) <= factor * ends.highError + 1e-12, "\(name)")
    }
}
