import Foundation
import Ground
import Testing

@testable import Episodes

@Suite struct RewardMixTests {
    private func rewards(
        _ mix: RewardMix, _ scores: [Float], before: Float = 0, isFulfilled: Bool = true, gamma: Float = 0.97
    ) -> (rewards: [Float], isScored: [Bool]) {
        var series = RewardSeries()
        mix.append(scores: scores, before: before, isFulfilled: isFulfilled, gamma: gamma, to: &series)
        return (series.rewards, series.isScored)
    }

    /// All lists of up to three scores from a few values, none included.
    private static let lists: [[Float]] = {
        let values: [Float] = [.nan, 0, 3, 10]
        return (1...3).reduce(into: [[Float]]()) { lists, length in
            lists += (0..<Int(pow(4, Double(length)))).map { code in
                (0..<length).map { values[code >> (2 * $0) & 3] }
            }
        }
    }()

    @Test(arguments: RewardMix.Transform.allCases, [true, false])
    func everyRewardIsTheFormula(_ transform: RewardMix.Transform, _ isFulfilled: Bool) {
        let gamma: Float = 0.5
        for scores in Self.lists {
            for before in [0, 4, .nan] as [Float] {
                let mix = RewardMix(
                    sparseWeight: 2, generatedWeight: 3, transform: transform, source: .labels(run: "r"))
                let actual = rewards(mix, scores, before: before, isFulfilled: isFulfilled, gamma: gamma)
                for t in scores.indices {
                    let isEnd = isFulfilled && t == scores.count - 1
                    let previous = t == 0 ? before : scores[t - 1]
                    let term: Float =
                        switch transform {
                        case .scaled: scores[t] / 10
                        case .centered: scores[t] / 10 - 0.5
                        case .delta: isEnd ? -previous / 10 : gamma * scores[t] / 10 - previous / 10
                        }
                    #expect(actual.isScored[t] == !term.isNaN)
                    #expect(abs(actual.rewards[t] - (isEnd ? 2 : 0) - (term.isNaN ? 0 : 3 * term)) < 1e-6)
                }
            }
        }
    }

    /// What shaping adds over a span depends on its ends only.
    @Test(arguments: [1, 0.97, 0.5] as [Float])
    func shapingTelescopes(_ gamma: Float) {
        let hash = SeededHash(seed: 5, purpose: 0)
        let mix = RewardMix(sparseWeight: 0, transform: .delta, source: .oracle)
        for sample in 0..<500 as Range<UInt64> {
            let scores = (0..<UInt64(1 + hash.below(60, sample))).map { Float(hash.below(101, sample, 1 + $0)) / 10 }
            let before = Float(hash.below(11, sample, 1000))
            for isFulfilled in [true, false] {
                let all = rewards(mix, scores, before: before, isFulfilled: isFulfilled, gamma: gamma).rewards
                var (sum, discount): (Float, Float) = (0, 1)
                for reward in all {
                    sum += discount * reward
                    discount *= gamma
                }
                let end: Float = isFulfilled ? 0 : scores[scores.count - 1] / 10
                #expect(abs(sum - (discount * end - before / 10)) < 1e-4)
            }
        }
    }

    @Test func controls() {
        for scores in Self.lists {
            for transform in RewardMix.Transform.allCases {
                for isFulfilled in [true, false] {
                    func of(_ source: RewardMix.Source, sparse: Float = 0) -> (rewards: [Float], isScored: [Bool]) {
                        let mix = RewardMix(sparseWeight: sparse, transform: transform, source: source)
                        return rewards(mix, scores, isFulfilled: isFulfilled)
                    }
                    let plain = of(.labels(run: "r"))
                    #expect(of(.negated(run: "r")).rewards.elementsEqual(plain.rewards.map { -$0 }))
                    #expect(of(.negated(run: "r")).isScored == plain.isScored)
                    #expect(of(.zero).rewards.allSatisfy { $0 == 0 })
                    #expect(of(.zero).isScored.allSatisfy { $0 })
                    let sparse = of(.none, sparse: 1)
                    #expect(sparse.isScored.allSatisfy { !$0 })
                    #expect(sparse.rewards.reduce(0, +) == (isFulfilled ? 1 : 0))
                    #expect(sparse.rewards.last == (isFulfilled ? 1 : 0))
                }
            }
        }
    }

    @Test func seriesWithoutLabels() {
        for steps in 1...40 {
            var time: [Float] = []
            ScoreSeries.time(steps: steps, into: &time)
            #expect(time.count == steps && time.last == 10)
            #expect(zip(time, time.dropFirst()).allSatisfy { $0 < $1 })

            // Each set of ends of up to two sub-tasks.
            for first in 1...steps {
                for second in first...steps where second > first || first == steps {
                    let ends = second > first ? [first, second] : [first]
                    var progress: [Float] = []
                    ScoreSeries.progress(ends: ends, of: 4, steps: steps, into: &progress)
                    for step in 0..<steps {
                        #expect(progress[step] == 10 * Float(ends.count { $0 <= step + 1 }) / 4)
                    }
                }
            }
        }
        var (first, again, other): ([Float], [Float], [Float]) = ([], [], [])
        ScoreSeries.random(seed: 1, instruction: 5, steps: 1100, into: &first)
        ScoreSeries.random(seed: 1, instruction: 5, steps: 1100, into: &again)
        ScoreSeries.random(seed: 1, instruction: 6, steps: 1100, into: &other)
        #expect(first == again && first != other)
        for score in 0...10 { #expect((60...140).contains(first.count { $0 == Float(score) })) }
    }

    @Test func mixesAreKeptAsJSON() throws {
        let sources: [RewardMix.Source] = [
            .none, .labels(run: "a/b"), .oracle, .zero, .random(seed: .max), .timeIndex, .negated(run: ""),
            .shuffled(run: "x", seed: 3),
        ]
        for source in sources {
            for transform in RewardMix.Transform.allCases {
                let mix = RewardMix(sparseWeight: 0.5, generatedWeight: 0.25, transform: transform, source: source)
                #expect(try JSONDecoder().decode(RewardMix.self, from: JSONEncoder().encode(mix)) == mix)
            }
        }
        #expect(sources.map(\.labelRun) == [nil, "a/b", nil, nil, nil, nil, "", "x"])
    }
}
