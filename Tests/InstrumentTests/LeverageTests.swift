import Ground
import Testing

@testable import Instrument

@Suite struct LeverageTests {
    /// A walk whose frames and choices are small numbers.
    private func walk(_ frames: [UInt64], _ choices: [UInt16], sentence: UInt64 = 1) -> Walk {
        Walk(sentence: sentence, frames: frames, choices: choices, isFulfilled: true)
    }

    private func share(_ walks: [(episode: Int64, walk: Walk)], window: Int) -> Leverage {
        var counter = LeverageCounter(window: window)
        for entry in walks { counter.add(entry.walk, episode: entry.episode) }
        return counter.leverage
    }

    /// Against the definition: a step is contested when another episode did something else in an equal context, which
    /// is compared word by word.
    @Test(arguments: [1, 2, 4, 17]) func countingIsThatOfTheDefinition(_ window: Int) {
        var random = SplitMix64(seed: UInt64(window))
        for _ in 0..<60 {
            let walks = (0..<(2 + random.below(6))).map { _ in
                let length = 1 + random.below(5)
                return (
                    episode: Int64(random.below(3)),
                    walk: walk(
                        (0...length).map { _ in UInt64(random.below(2)) },
                        (0..<length).map { _ in UInt16(random.below(2)) }, sentence: UInt64(random.below(2)))
                )
            }
            func context(_ walk: Walk, _ t: Int) -> [UInt64] {
                let first = max(0, t - window + 1)
                let before = (first..<t).flatMap { [walk.frames[$0], UInt64(walk.choices[$0])] }
                return [walk.sentence] + before + [walk.frames[t]]
            }
            let steps = walks.flatMap { entry in
                entry.walk.choices.indices.map { t in
                    (context: context(entry.walk, t), episode: entry.episode, choice: entry.walk.choices[t])
                }
            }
            // A context is contested as a whole: all its steps count.
            let contested = Set(
                steps.indices.filter { mine in
                    steps.contains {
                        $0.context == steps[mine].context && $0.episode != steps[mine].episode
                            && $0.choice != steps[mine].choice
                    }
                }.map { steps[$0].context })
            let found = share(walks, window: window)
            #expect(found.steps == steps.count)
            #expect(found.contested == steps.count { contested.contains($0.context) })
        }
    }

    @Test func whatAnEpisodeDoesTwiceIsNoChoice() {
        // One episode, two sentences of the same words, other choices.
        let own = [(Int64(1), walk([5, 6], [1])), (1, walk([5, 6], [2]))]
        #expect(share(own, window: 1).share == 0)
        // Two episodes that do the same.
        #expect(share([(1, walk([5, 6], [1])), (2, walk([5, 6], [1]))], window: 1).share == 0)
        // Two that do not; all of it counts.
        #expect(share(own + [(2, walk([5, 7], [1]))], window: 1).share == 1)
        #expect(share([], window: 1).share == 0)
    }

    /// Equal branches share what is before them: contexts differ only after the first step that does.
    @Test func branchesHaveLeverageWhereTheyPart() {
        let first = walk([0, 1, 2, 3, 4], [9, 9, 7, 7])
        let second = walk([0, 1, 2, 5, 6], [9, 9, 8, 8])
        for window in [1, 3, 17] {
            let found = share([(1, first), (2, second)], window: window)
            #expect(found.contested == 2 && found.steps == 8)
        }
        // Coming to a place from elsewhere is another context for a policy that remembers.
        let third = walk([8, 2, 5], [9, 7])
        let other = walk([0, 2, 5], [9, 8])
        #expect(share([(1, third), (2, other)], window: 1).contested == 2)
        #expect(share([(1, third), (2, other)], window: 2).contested == 0)
    }

    /// What is below the limit is not shown as the limit.
    @Test(arguments: [(9996, 99.9), (9999, 99.9), (10_000, 100), (996, 9.9), (1000, 10), (1, 0), (10, 0.1), (0, 0)])
    func percentsAreRoundedDown(_ contested: Int, _ percent: Double) {
        let leverage = Leverage(window: 1, steps: 10_000, contested: contested)
        #expect(leverage.percent == percent)
        #expect(leverage.share >= Leverage.fewest || leverage.percent < 100 * Leverage.fewest)
    }

    @Test func contextsOfShortHistoriesDiffer() {
        let walk = walk([3, 3, 3, 3], [1, 1, 1])
        let contexts = walk.contexts(window: 3)
        #expect(contexts[0] != contexts[1] && contexts[1] != contexts[2] && contexts[2] == contexts[3])
        #expect(Set(walk.contexts(window: 1)).count == 1)
        #expect(Set(walk.contexts(window: .max)).count == 4)
    }

    @Test func hashesDependOnEveryByteAndOnTheLength() {
        func hash(_ bytes: [UInt8]) -> UInt64 {
            var hash = ContentHash()
            bytes.withUnsafeBytes { hash.add($0) }
            return hash.value
        }
        for count in [0, 1, 7, 8, 9, 23] {
            let bytes = (0..<count).map { UInt8($0) }
            var seen: Set<UInt64> = [hash(bytes), hash(bytes + [0])]
            for place in bytes.indices {
                for bit in 0..<8 {
                    var other = bytes
                    other[place] ^= 1 << UInt8(bit)
                    seen.insert(hash(other))
                }
            }
            #expect(seen.count == 8 * count + 2)
            #expect(hash(bytes) == hash(bytes))
        }
        #expect(ContentHash.of("Take it") != ContentHash.of("Take it.") && ContentHash.of("") == ContentHash.of(""))
    }
}
