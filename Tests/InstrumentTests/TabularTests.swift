import Episodes
import Foundation
import Ground
import Testing

@testable import Instrument

@Suite struct TabularTests {
    private func problem(_ walks: [(states: [UInt64], actions: [UInt16], isFulfilled: Bool)]) -> TabularProblem {
        var builder = TabularProblem.Builder()
        for walk in walks { builder.add(walk.states, walk.actions, isFulfilled: walk.isFulfilled) }
        return builder.problem()
    }

    /// On a chain V is the discounted reward that is left, after two sweeps.
    @Test func aChainHasItsDiscountedReturns() {
        let problem = problem([(Array(0...20), [UInt16](repeating: 1, count: 20), true)])
        let learner = TabularLearner(ends: .absorbing)
        let values = learner.values(problem, rewards: [Float](repeating: 0, count: 19) + [1])
        for step in 0..<20 { #expect(abs(values.states[step] - pow(Double(IQL().discount), Double(19 - step))) < 1e-6) }
        #expect(values.states[20] == 0 && values.sweeps == 2)
        #expect(problem.startCount == 1 && problem.stateCount == 21 && problem.stepCount == 20)
    }

    /// Ends of failed walks: nothing, or what the state before them is worth, for ever.
    @Test func failedEndsAreWorthNothingOrWhatWasBeforeThem() {
        let problem = problem([([0, 1], [1], false)])
        let absorbing = TabularLearner(ends: .absorbing).values(problem, rewards: [0.3])
        #expect(abs(absorbing.states[0] - 0.3) < 1e-6)
        let bootstrapping = TabularLearner(ends: .bootstrapping).values(problem, rewards: [0.3])
        #expect(abs(bootstrapping.states[0] - 0.3 / (1 - Double(IQL().discount))) < 1e-3)
        // Where somebody acted in the last state, it is worth what that gives.
        let known = self.problem([([0, 1], [1], false), ([1, 2], [1], true)])
        let values = TabularLearner(ends: .bootstrapping).values(known, rewards: [0, 1])
        #expect(abs(values.states[0] - Double(IQL().discount)) < 1e-6)
        #expect(TabularLearner(ends: .absorbing).values(known, rewards: [0, 1]).states[0] == 0)
    }

    /// The value of a state is the expectile of what was done there: the loss's minimum.
    @Test(arguments: [0.5, 0.7, 0.8, 0.95]) func valuesAreExpectiles(_ share: Float) {
        var random = SplitMix64(seed: UInt64(share * 100))
        for _ in 0..<20 {
            let rewards = (0..<(2 + random.below(6))).map { _ in Float(random.fraction()) }
            // Each from the same state by another action, to an end.
            let problem = problem(rewards.indices.map { ([0, UInt64($0 + 1)], [UInt16($0)], false) })
            var settings = IQL()
            settings.expectile = share
            let value = TabularLearner(settings, ends: .absorbing).values(problem, rewards: rewards).states[0]
            let slope = rewards.reduce(0) { sum, reward in
                let error = Double(reward) - value
                return sum + (error > 0 ? Double(share) : 1 - Double(share)) * error
            }
            #expect(abs(slope) < 1e-6)
            if share == 0.5 {
                #expect(abs(value - Double(rewards.reduce(0, +)) / Double(rewards.count)) < 1e-6)
            }
        }
    }

    /// The policy's weights are those of the learner, up to its limit; no heat is cloning.
    @Test func policiesWeighByAdvantage() {
        let problem = problem([([0, 1], [1], true), ([0, 2], [2], false), ([0, 2], [2], false)])
        var settings = IQL()
        settings.temperature = 0
        var learner = TabularLearner(settings, ends: .absorbing)
        let values = learner.values(problem, rewards: [1, 0, 0])
        #expect(learner.policy(problem, values) == .cloning(problem))
        #expect(TabularPolicy.cloning(problem).shares == [1.0 / 3, 2.0 / 3])
        #expect(TabularPolicy.filteredCloning(problem).shares == [1, 0])
        #expect(TabularPolicy.weightedCloning(problem, weights: [3, 0, 1]).shares == [0.75, 0.25])
        #expect(TabularPolicy.weightedCloning(problem, weights: [0, 0, 0]).shares == [0, 0])
        learner.settings.temperature = 1000
        let hot = learner.policy(problem, values)
        // One weight at its limit, the other as good as nothing.
        #expect(hot.shares[0] > 0.999999)
        learner.settings.temperature = 2
        let (a, b) = (1 - values.states[0], -values.states[0])
        let expected = exp(2 * a) / (exp(2 * a) + 2 * exp(2 * b))
        #expect(abs(learner.policy(problem, values).shares[0] - expected) < 1e-9)
    }

    /// Exact completion against following the policy many times.
    @Test func completionIsWhatFollowingGives() {
        let episodes = GridWorld.episodes([.noisy, .aimless, .partial], tasks: 4, seed: 9)
        let problem = GridWorld.problem(episodes)
        let policy = TabularPolicy.cloning(problem)
        var random = SplitMix64(seed: 1)
        var done = 0
        let tries = 4000
        for _ in 0..<tries {
            for start in problem.starts {
                var state = Int(start.state)
                steps: for _ in 0..<start.limit {
                    let own = problem.choicesOfState[state]
                    guard !own.isEmpty else { break }
                    var left = random.fraction()
                    let place =
                        own.first {
                            left -= policy.shares[$0]; return left < 0
                        } ?? own.upperBound - 1
                    var rest = random.fraction() - problem.choices[place].fulfils
                    if rest < 0 {
                        done += 1
                        break steps
                    }
                    let outcomes = problem.outcomes[problem.choices[place].outcomes]
                    let next =
                        outcomes.first {
                            rest -= $0.share; return rest < 0
                        } ?? outcomes.last
                    guard let next else { break }
                    state = Int(next.state)
                }
            }
        }
        let followed = Double(done) / Double(tries * problem.startCount)
        #expect(problem.startCount > 1 && abs(problem.completion(of: policy) - followed) < 0.015)
    }

    /// Twice the shortest recording's steps are allowed, not one more.
    @Test func theLimitIsTwiceTheShortest() {
        // A loop that leads to the goal with even odds each time: of 2 steps 3/4 are done.
        let problem = problem([([0, 1], [1], true), ([0, 0, 1], [2, 1], true), ([0, 0, 0, 1], [2, 2, 1], true)])
        #expect(problem.starts.map(\.limit) == [2])
        #expect(abs(problem.completion(of: .cloning(problem)) - 0.75) < 1e-12)
        let failed = self.problem([([0, 1], [1], false)])
        #expect(failed.startCount == 0 && failed.completion(of: .cloning(failed)) == 0)
    }

    /// The same walks in another order are the same problem to every policy.
    @Test func theOrderOfWalksDoesNotMatter() {
        let episodes = GridWorld.episodes(GridWorld.Behaviour.allCases, tasks: 6, seed: 2)
        func completion(_ episodes: [GridWorld.Episode]) -> Double {
            let problem = GridWorld.problem(episodes)
            let learner = TabularLearner(ends: .absorbing)
            let rewards = GridWorld.rewards(episodes, scores: episodes.map(\.scores), weight: 0.3, centre: 5)
            return problem.completion(of: learner.policy(problem, learner.values(problem, rewards: rewards)))
        }
        var random = SeededGenerator(4)
        #expect(abs(completion(episodes) - completion(random.shuffled(episodes))) < 1e-3)
    }

    /// Rewards come step by step in the order of the walks, whatever the order of states.
    @Test func rewardsBelongToTheirSteps() {
        let problem = problem([
            ([5, 4], [1], false), ([4, 5], [1], false), ([5, 6], [2], false), ([5, 4], [1], false),
        ])
        let values = TabularLearner(ends: .absorbing).values(problem, rewards: [1, 2, 3, 5])
        // Choices state by state: 5 by 1 (twice) and by 2, then 4 by 1.
        #expect(problem.choices.map(\.action) == [1, 2, 1] && problem.choices.map(\.count) == [2, 1, 1])
        #expect(zip(values.choices, [3.0, 3, 2]).allSatisfy { abs($0 - $1) < 1e-6 })
    }
}
