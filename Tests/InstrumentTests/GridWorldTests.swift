import Episodes
import Ground
import Testing

@testable import Instrument

/// The learner with a table on worlds small enough to see why: the orderings that were measured with another program.
@Suite struct GridWorldTests {
    /// What each way of learning completes of the starts, by name.
    private func results(
        _ recipe: [GridWorld.Behaviour], seed: UInt64, errors: Double = 0.05, wrong: ClosedRange<Int> = 0...10
    ) -> [String: Double] {
        let episodes = GridWorld.episodes(recipe, seed: seed, errors: errors, wrong: wrong)
        let problem = GridWorld.problem(episodes)
        let scores = episodes.map(\.scores)
        let all = scores.flatMap { $0 }
        let mean = all.reduce(0, +) / Float(all.count)
        var random = SeededGenerator(seed, 7)
        var mixed = random.shuffled(all)[...]
        let shuffled = scores.map { own in
            defer { mixed = mixed.dropFirst(own.count) }
            return Array(mixed.prefix(own.count))
        }
        let drawn = scores.map { $0.map { _ in Float(random.below(11)) } }
        func iql(_ scores: [[Float]], _ weight: Float, _ centre: Float, _ ends: RewardMix.Ends, _ heat: Float)
            -> Double
        {
            var settings = IQL()
            settings.temperature = heat
            let learner = TabularLearner(settings, ends: ends)
            let rewards = GridWorld.rewards(episodes, scores: scores, weight: weight, centre: centre)
            return problem.completion(of: learner.policy(problem, learner.values(problem, rewards: rewards)))
        }
        return [
            "bc": problem.completion(of: .cloning(problem)),
            "filtered": problem.completion(of: .filteredCloning(problem)),
            "sparse": iql(scores, 0, 0, .absorbing, 5), "mean": iql(scores, 0.3, mean, .absorbing, 5),
            "centred": iql(scores, 0.3, 5, .absorbing, 5), "shuffled": iql(shuffled, 0.3, mean, .absorbing, 5),
            "random": iql(drawn, 0.3, mean, .absorbing, 5), "negated": iql(scores, -0.3, mean, .absorbing, 5),
            "scaled": iql(scores, 0.1, 0, .bootstrapping, 2),
            "scaled, negated": iql(scores, -0.1, 0, .bootstrapping, 2),
        ]
    }

    private func means(
        _ recipe: [GridWorld.Behaviour], errors: Double = 0.05, wrong: ClosedRange<Int> = 0...10
    ) -> (String) -> Double {
        let all = (1...3 as ClosedRange<UInt64>).map { results(recipe, seed: $0, errors: errors, wrong: wrong) }
        return { name in all.reduce(0) { $0 + ($1[name] ?? .nan) } / Double(all.count) }
    }

    /// Six graded behaviours from each start: sparse + scores > sparse > cloning and each control, of which the negated
    /// one is at the bottom.
    @Test func gradedDataTellRewardsApart() {
        let mean = means(GridWorld.Behaviour.allCases)
        #expect(mean("mean") > 0.95)
        #expect(mean("mean") > mean("sparse") + 0.05 && mean("sparse") > mean("bc") + 0.2)
        for control in ["shuffled", "random", "negated"] {
            #expect(mean(control) < mean("sparse") - 0.15, "\(control)")
        }
        #expect(mean("negated") < 0.1)
        #expect(mean("filtered") > mean("bc"))
    }

    /// Without an expert the gap is wider.
    @Test func hardDataNeedTheScoresMore() {
        let mean = means([.noisy, .partial, .partial, .wrong, .aimless, .aimless])
        #expect(mean("mean") > mean("sparse") + 0.08 && mean("sparse") > mean("bc") + 0.3)
        #expect(mean("shuffled") < 0.5 && mean("negated") < 0.1)
    }

    /// Where one demonstration is all there is, all rows are one: nothing can be found about a reward.
    @Test func expertDataTellNothing() {
        let found = results([.expert], seed: 1)
        #expect(found.values.allSatisfy { abs($0 - 1) < 1e-9 }, "\(found)")
    }

    /// Paid for every step and with a failed end that goes on, a negated score is the better one.
    @Test func aRewardThatPaysForDawdlingPutsTheNegatedOneAhead() {
        let mean = means(GridWorld.Behaviour.allCases)
        #expect(mean("scaled, negated") > mean("scaled") + 0.2)
    }

    /// Wrong scores crowded at the top spoil what is centred at 5, and little of what is centred at their mean.
    @Test func theMeanStandsCrowdedErrors() {
        let mean = means(GridWorld.Behaviour.allCases, errors: 0.3, wrong: 8...10)
        #expect(mean("mean") > mean("centred") + 0.15)
    }

    /// Leverage says so in advance: much of graded data, none of the expert's.
    @Test func leverageSaysWhichDataCanTell() {
        func leverage(_ recipe: [GridWorld.Behaviour]) -> Double {
            var counter = LeverageCounter(window: 1)
            for (number, episode) in GridWorld.episodes(recipe, seed: 3).enumerated() {
                counter.add(
                    Walk(
                        sentence: UInt64(episode.task.number),
                        frames: episode.states.map { UInt64($0.x * 100 + $0.y * 2 + ($0.isCarrying ? 1 : 0)) },
                        choices: episode.actions, isFulfilled: episode.isFulfilled), episode: Int64(number))
            }
            return counter.leverage.share
        }
        #expect(leverage(GridWorld.Behaviour.allCases) > 0.3 && leverage([.expert]) == 0)
    }
}
