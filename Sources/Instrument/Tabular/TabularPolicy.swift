/// How likely each choice of a ``TabularProblem`` is in its state.
package struct TabularPolicy: Sendable, Equatable {
    /// `[choices]`: probabilities, adding up to 1 in a state; all 0 in a state in which no choice has a weight.
    package private(set) var shares: [Double]

    /// - Parameter weights: `[choices]`, in proportion to which they are chosen.
    package init(_ problem: TabularProblem, weights: [Double]) {
        shares = weights
        for own in problem.choicesOfState where !own.isEmpty {
            let sum = own.reduce(0) { $0 + weights[$1] }
            for place in own { shares[place] = sum > 0 ? weights[place] / sum : 0 }
        }
    }

    /// Takes the likeliest choice of each state; equally likely ones as often as each other.
    package func best(_ problem: TabularProblem) -> TabularPolicy {
        var likeliest = [Double](repeating: 0, count: shares.count)
        for own in problem.choicesOfState {
            let most = own.reduce(0) { max($0, shares[$1]) }
            for place in own where most > 0 && shares[place] > most - 1e-9 { likeliest[place] = 1 }
        }
        return TabularPolicy(problem, weights: likeliest)
    }

    /// Behaviour cloning: as often as was recorded.
    package static func cloning(_ problem: TabularProblem) -> TabularPolicy {
        TabularPolicy(problem, weights: problem.choices.map { Double($0.count) })
    }

    /// Cloning of walks that fulfil their instruction alone.
    package static func filteredCloning(_ problem: TabularProblem) -> TabularPolicy {
        TabularPolicy(problem, weights: problem.choices.map { Double($0.fulfilledCount) })
    }

    /// Cloning with a weight for each step.
    ///
    /// - Parameter weights: `[steps]`, in the order in which the walks were added.
    package static func weightedCloning(_ problem: TabularProblem, weights: [Float]) -> TabularPolicy {
        var sums = [Double](repeating: 0, count: problem.choices.count)
        for (step, choice) in problem.choiceOfStep.enumerated() { sums[Int(choice)] += Double(weights[step]) }
        return TabularPolicy(problem, weights: sums)
    }
}

extension TabularProblem {
    /// The share of starts from which a policy fulfils the instruction within the start's limit of steps: exactly, by
    /// going backwards from the end. A state without a choice ends it.
    package func completion(of policy: TabularPolicy) -> Double {
        guard !starts.isEmpty else { return 0 }
        let longest = starts.map(\.limit).max() ?? 0
        var byLimit: [Int: [Int]] = [:]
        for (place, start) in starts.enumerated() { byLimit[start.limit, default: []].append(place) }
        // Of each state the probability within so many steps as were gone back.
        var within = [Double](repeating: 0, count: stateCount)
        var next = within
        var completed = [Double](repeating: 0, count: starts.count)
        var left = starts.count
        for steps in 1...max(1, longest) {
            var change = 0.0
            for state in choicesOfState.indices where !choicesOfState[state].isEmpty {
                var sum = 0.0
                for place in choicesOfState[state] where policy.shares[place] > 0 {
                    let choice = choices[place]
                    var own = choice.fulfils
                    for outcome in outcomes[choice.outcomes] { own += outcome.share * within[Int(outcome.state)] }
                    sum += policy.shares[place] * own
                }
                change = max(change, sum - within[state])
                next[state] = sum
            }
            swap(&within, &next)
            for place in byLimit[steps] ?? [] {
                completed[place] = within[Int(starts[place].state)]
                left -= 1
            }
            guard left > 0 else { break }
            // Nothing grows any more: longer limits give the same.
            if change < 1e-9 {
                for (place, start) in starts.enumerated() where start.limit > steps {
                    completed[place] = within[Int(start.state)]
                }
                break
            }
        }
        return completed.reduce(0, +) / Double(starts.count)
    }
}
