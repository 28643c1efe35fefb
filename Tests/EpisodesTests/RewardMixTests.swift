import Foundation
import Ground
import Testing

@testable import Episodes

@Suite struct RewardMixTests {
    /// The rewards of an instruction with these scores, in a span that begins a step earlier, with the score `before`.
    private func rewards(
        _ mix: RewardMix, _ scores: [Float], before: Float = 0, isFulfilled: Bool = true, gamma: Float = 0.97
    ) -> RewardSeries {
        let all = ([before] + scores).map { $0.isNaN ? nil : $0 } as [Float?]
        let wanted = RewardWorld.instruction(2, 1..<all.count, isFulfilled: isFulfilled)
        return RewardWorld.series(
            mix, [RewardWorld.episode(all.count, [wanted], scored: [RewardWorld.task(1, all)])], gamma: gamma)
    }

    /// All lists of up to three scores from a few values, none included.
    private static let lists: [[Float]] = {
        let values: [Float] = [.nan, 0, 3.5, 10]
        return (1...3).reduce(into: [[Float]]()) { lists, length in
            lists += (0..<Int(pow(4, Double(length)))).map { code in
                (0..<length).map { values[code >> (2 * $0) & 3] }
            }
        }
    }()

    @Test(arguments: RewardMix.Transform.allCases, RewardMix.Ends.allCases)
    func everyRewardIsTheFormula(_ transform: RewardMix.Transform, _ ends: RewardMix.Ends) {
        let gamma: Float = 0.5
        let mix = RewardMix(
            sparseWeight: 2, generatedWeight: 3, transform: transform, source: .labels(run: "r"), ends: ends)
        for scores in Self.lists {
            let known = scores.filter { !$0.isNaN }
            let mean = known.reduce(0, +) / Float(max(1, known.count))
            for (before, isFulfilled) in [(0, true), (4, true), (.nan, true), (4, false)] as [(Float, Bool)] {
                let actual = rewards(mix, scores, before: before, isFulfilled: isFulfilled, gamma: gamma)
                for t in scores.indices {
                    let isEnd = t == scores.count - 1
                    let previous = t == 0 ? before : scores[t - 1]
                    let isLast = isEnd && (isFulfilled || ends == .absorbing)
                    let term: Float =
                        switch transform {
                        case .scaled: scores[t] / 10
                        case .centered: scores[t] / 10 - 0.5
                        case .mean: (scores[t] - mean) / 10
                        case .potential: (isLast ? 0 * scores[t] : gamma * scores[t] / 10) - previous / 10
                        }
                    #expect(actual.isScored[t] == !term.isNaN)
                    let sparse: Float = isEnd && isFulfilled ? 2 : 0
                    #expect(abs(actual.rewards[t] - sparse - (term.isNaN ? 0 : 3 * term)) < 1e-6)
                }
            }
        }
    }

    /// What shaping adds over a span depends on its start only, however long it is and however it ends, when failed
    /// ends absorb: so it cannot change which way is best. Where they bootstrap, the potential of the last state
    /// is left, as its value is.
    @Test(arguments: [1, 0.97, 0.5] as [Float])
    func shapingTelescopes(_ gamma: Float) {
        let hash = SeededHash(seed: 5, purpose: 0)
        for sample in 0..<300 as Range<UInt64> {
            let count = 1 + hash.below(60, sample)
            let scores = (0..<UInt64(count)).map { Float(hash.below(101, sample, 1 + $0)) / 10 }
            let start = Float(hash.below(101, sample, 1000)) / 10
            for ends in RewardMix.Ends.allCases {
                for isFulfilled in [true, false] {
                    let mix = RewardMix(sparseWeight: 0, source: .distance(run: "r"), ends: ends)
                    let wanted = RewardWorld.instruction(1, 0..<count, kind: .task, isFulfilled: isFulfilled)
                    let episode = RewardWorld.episode(
                        count, [wanted], scored: [RewardWorld.task(1, scores, start: start)])
                    var (sum, discount): (Float, Float) = (0, 1)
                    for reward in RewardWorld.series(mix, [episode], gamma: gamma).rewards {
                        sum += discount * reward
                        discount *= gamma
                    }
                    let isLast = isFulfilled || ends == .absorbing
                    let end: Float = isLast ? 0 : scores[count - 1] / 10
                    #expect(abs(sum - (discount * end - start / 10)) < 1e-4)
                }
            }
        }
    }

    /// A potential of states is never paid as a level, whatever transform is asked for.
    @Test func potentialsArePaidForTheirRiseOnly() {
        for source in RewardWorld.sources where source.isPotential {
            let terms = RewardMix.Transform.allCases.map { transform in
                RewardWorld.series(RewardMix(transform: transform, source: source), RewardWorld.episodes).terms.map(
                    \.bitPattern)
            }
            #expect(terms.allSatisfy { $0 == terms[0] })
            // Who stands still for ever loses.
            let still = rewards(RewardMix(sparseWeight: 0, source: .distance(run: "r")), [8, 8, 8], before: 8)
            #expect(still.rewards.allSatisfy { $0 < 0 })
        }
        #expect(RewardMix(transform: .scaled, source: .oracle).form == .potential)
        #expect(RewardMix(transform: .mean, source: .noiseFree(run: "r")).form == .mean)
    }

    @Test func controls() {
        for scores in Self.lists {
            for transform in RewardMix.Transform.allCases {
                for isFulfilled in [true, false] {
                    func of(_ source: RewardMix.Source, sparse: Float = 0) -> RewardSeries {
                        let mix = RewardMix(sparseWeight: sparse, transform: transform, source: source)
                        return rewards(mix, scores, isFulfilled: isFulfilled)
                    }
                    let plain = of(.labels(run: "r"))
                    #expect(of(.negated(run: "r")).rewards.elementsEqual(plain.rewards.map { -$0 }))
                    #expect(of(.negated(run: "r")).isScored == plain.isScored)
                    #expect(of(.noiseFree(run: "r")).rewards == plain.rewards)
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
        for source in RewardWorld.sources + [.random(seed: .max), .negated(run: "")] {
            for transform in RewardMix.Transform.allCases {
                for ends in RewardMix.Ends.allCases {
                    let mix = RewardMix(
                        sparseWeight: 0.5, generatedWeight: 0.25, transform: transform, source: source, ends: ends)
                    #expect(try JSONDecoder().decode(RewardMix.self, from: JSONEncoder().encode(mix)) == mix)
                }
            }
        }
    }

    /// Names are one each; a source is read from a run, a control or an oracle as its name says.
    @Test func sourcesAreWhatTheirNamesSay() {
        let sources = RewardWorld.sources
        #expect(Set(sources.map(\.name)).count == sources.count)
        #expect(sources.filter(\.isControl).map(\.name) == ["zero", "random", "time-index", "negated", "shuffled"])
        #expect(sources.filter(\.isOracle).map(\.name) == ["noise-free", "distance", "oracle"])
        #expect(
            sources.filter { $0.labelRun == "r" }.map(\.name)
                == ["labels", "noise-free", "distance", "negated", "shuffled"])
    }

    /// The critic takes nothing from what follows an end, as the mix says.
    @Test func failedEndsAbsorbOrBootstrap() {
        for isFulfilled in [true, false] {
            let span = RewardWorld.instruction(1, 3..<6, isFulfilled: isFulfilled).instruction
            for step in 3..<6 {
                let isEnd = step == 5
                #expect(span.isLast(step, ends: .absorbing) == isEnd)
                #expect(span.isLast(step, ends: .bootstrapping) == (isEnd && isFulfilled))
                #expect(span.isTerminal(step) == (isEnd && isFulfilled))
                #expect(span.isTimeout(step) == (isEnd && !isFulfilled))
            }
        }
        #expect(RewardMix().ends == .absorbing)
    }
}
