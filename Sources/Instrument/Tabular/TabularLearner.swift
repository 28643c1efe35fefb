package import Episodes
internal import Foundation

/// Implicit Q-learning with a table, to convergence: what a learner would do that fits everything and mixes up nothing.
package struct TabularLearner: Sendable {
    /// Values of a problem's states and choices.
    package struct Values: Sendable, Equatable {
        /// `[states]`: V, 0 where nobody acted.
        package var states: [Double]
        /// `[choices]`: Q.
        package var choices: [Double]
        /// How often all states were gone through.
        package var sweeps: Int
    }

    /// Discount, expectile, temperature and the weights' limit.
    package var settings: IQL
    /// What follows a failed walk's end. Where it is bootstrapped from and nobody acted in the end's state, the end is
    /// worth what the state before it is, which a network takes it for.
    package var ends: RewardMix.Ends
    /// Values may be off by about this much.
    package var tolerance = 1e-5
    /// When to give up; values that grow with every sweep stay wrong by a little.
    package var sweepLimit = 2000

    /// - Parameter settings: Of the learner it stands for.
    package init(_ settings: IQL = IQL(), ends: RewardMix.Ends) {
        self.settings = settings
        self.ends = ends
    }

    /// Q(s, a) = mean of r + gamma V(s'), V(s) = the expectile of Q(s, a) over what was done in s: repeated, from the
    /// last states to the first, until nothing changes.
    ///
    /// - Parameter rewards: `[steps]`, in the order in which the walks were added.
    package func values(_ problem: TabularProblem, rewards: [Float]) -> Values {
        precondition(rewards.count == problem.stepCount)
        var means = [Double](repeating: 0, count: problem.choices.count)
        for (step, choice) in problem.choiceOfStep.enumerated() { means[Int(choice)] += Double(rewards[step]) }
        for (place, choice) in problem.choices.enumerated() { means[place] /= Double(choice.count) }
        var values = Values(
            states: [Double](repeating: 0, count: problem.stateCount), choices: means, sweeps: 0)
        // What follows a state has changed since it was last looked at.
        var isStale = [Bool](repeating: true, count: problem.stateCount)
        var isDone = false
        while !isDone, values.sweeps < sweepLimit {
            isDone = true
            // States are numbered as they were first met, so that going backwards takes a reward to its walk's start
            // at once.
            for state in problem.choicesOfState.indices.reversed() where isStale[state] {
                isStale[state] = false
                let own = problem.choicesOfState[state]
                guard !own.isEmpty else { continue }
                for place in own {
                    values.choices[place] = means[place] + following(problem, problem.choices[place], values.states)
                }
                let value = expectile(own, problem, values.choices)
                let change = abs(value - values.states[state])
                values.states[state] = value
                guard change > tolerance else { continue }
                isDone = false
                for before in problem.statesBefore(state) { isStale[before] = true }
            }
            values.sweeps += 1
        }
        return values
    }

    private func following(
        _ problem: TabularProblem, _ choice: TabularProblem.Choice, _ values: [Double]
    ) -> Double {
        var sum = 0.0
        for outcome in problem.outcomes[choice.outcomes] {
            guard outcome.isFailedEnd else {
                sum += outcome.share * values[Int(outcome.state)]
                continue
            }
            guard ends == .bootstrapping else { continue }
            let isKnown = !problem.choicesOfState[Int(outcome.state)].isEmpty
            sum += outcome.share * values[Int(isKnown ? outcome.state : choice.state)]
        }
        return Double(settings.discount) * sum
    }

    /// The policy: choices weighed by how often they were made, times `min(exp(temperature * (Q - V)), limit)`.
    package func policy(_ problem: TabularProblem, _ values: Values) -> TabularPolicy {
        TabularPolicy(
            problem,
            weights: problem.choices.indices.map { place in
                let choice = problem.choices[place]
                let advantage = values.choices[place] - values.states[Int(choice.state)]
                let weight = min(exp(Double(settings.temperature) * advantage), Double(settings.weightLimit))
                return Double(choice.count) * weight
            })
    }

    /// The number that lies as far below the values above it, weighed by the expectile, as above those below it,
    /// weighed by the rest.
    private func expectile(_ places: Range<Int>, _ problem: TabularProblem, _ values: [Double]) -> Double {
        guard places.count > 1 else { return values[places.lowerBound] }
        let share = Double(settings.expectile)
        var middle = -Double.infinity
        // Each pass moves to the expectile of the sides that values lie on now; they change less and less.
        for _ in 0..<100 {
            var (sum, weight) = (0.0, 0.0)
            for place in places {
                let own = Double(problem.choices[place].count) * (values[place] > middle ? share : 1 - share)
                sum += own * values[place]
                weight += own
            }
            let next = sum / weight
            if next == middle { break }
            middle = next
        }
        return middle
    }
}
