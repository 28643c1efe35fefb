/// A random decision process, data of some of its actions, and what all of its actions would be worth.
struct TabularProblem {
    struct Outcome {
        let probability: Double
        let next: Int
        let reward: Float
        let isTerminal: Bool
    }

    let stateCount: Int
    let actionCount: Int
    let outcomes: [[Outcome]]
    /// Whether the data hold a pair.
    let isCovered: [Bool]
    let data: TabularData

    /// Five to twelve states, two to four actions. Actions that the data lack pay 2 more than others.
    init(seed: Int, isStochastic: Bool) {
        var random = TabularRandom(seed: seed)
        let stateCount = 5 + random.below(8)
        let actionCount = 2 + random.below(3)
        var outcomes: [[Outcome]] = []
        var isCovered: [Bool] = []
        for state in 0..<stateCount {
            let coveredCount = state == 0 ? actionCount - 1 : 1 + random.below(actionCount)
            let first = random.below(actionCount)
            for action in 0..<actionCount {
                let covered = (action - first + actionCount) % actionCount < coveredCount
                isCovered.append(covered)
                let shares = (0..<(isStochastic ? 2 + random.below(2) : 1)).map { _ in 0.1 + random.uniform() }
                outcomes.append(
                    shares.map { share in
                        Outcome(
                            probability: share / shares.reduce(0, +), next: random.below(stateCount),
                            reward: Float(2 * random.uniform() - 1) + (covered ? 0 : 2),
                            isTerminal: random.below(8) == 0)
                    })
            }
        }
        var data = TabularData(stateCount: stateCount, actionCount: actionCount)
        func coveredAction(_ state: Int) -> Int {
            let choices = (0..<actionCount).filter { isCovered[state * actionCount + $0] }
            return choices[random.below(choices.count)]
        }
        for pair in isCovered.indices where isCovered[pair] {
            for _ in 0..<1 + random.below(3) {
                var (states, actions, rewards) = ([pair / actionCount], [pair % actionCount], [Float]())
                var isTerminal = false
                for step in 0..<1 + random.below(5) where !isTerminal {
                    let state = states[states.count - 1]
                    if step > 0 { actions.append(coveredAction(state)) }
                    let choices = outcomes[state * actionCount + actions[actions.count - 1]]
                    var rest = random.uniform()
                    var outcome = choices[choices.count - 1]
                    for choice in choices {
                        if rest < choice.probability {
                            outcome = choice
                            break
                        }
                        rest -= choice.probability
                    }
                    states.append(outcome.next)
                    rewards.append(outcome.reward)
                    isTerminal = outcome.isTerminal
                }
                data.append(states: states, actions: actions, rewards: rewards, isTerminal: isTerminal)
            }
        }
        (self.stateCount, self.actionCount, self.outcomes) = (stateCount, actionCount, outcomes)
        (self.isCovered, self.data) = (isCovered, data)
    }

    /// The best V with all actions, those that the data lack included.
    func unrestrictedValue(discount: Double) -> [Double] {
        var v = [Double](repeating: 0, count: stateCount)
        for _ in 0..<500 {
            let q = outcomes.map { choices in
                choices.reduce(0) {
                    $0 + $1.probability * (Double($1.reward) + ($1.isTerminal ? 0 : discount * v[$1.next]))
                }
            }
            v = (0..<stateCount).map { q[$0 * actionCount..<($0 + 1) * actionCount].max() ?? 0 }
        }
        return v
    }
}

/// A stream of numbers that is the same everywhere.
struct TabularRandom {
    private let seed: Int
    private var count = 0

    init(seed: Int) { self.seed = seed }

    /// In 0 ..< 1.
    mutating func uniform() -> Double {
        count += 1
        return Double(DeterministicInputs.uniform(seed, count))
    }

    mutating func below(_ limit: Int) -> Int { Int(uniform() * Double(limit)) }
}
