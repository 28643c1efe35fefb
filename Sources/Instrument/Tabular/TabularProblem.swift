/// Recorded walks as a Markov decision process with a table: its states are hashes, its choices those that were made
/// there, and what follows a choice is what followed it in the recordings, as often.
///
/// Who only chooses what was chosen in a state never leaves it, so that a policy can be followed in it.
package struct TabularProblem: Sendable {
    /// What can follow a choice.
    struct Outcome: Sendable, Equatable {
        /// The state after it.
        var state: Int32
        /// Of all times the choice was made.
        var share: Double
        /// Whether recordings ended there without having fulfilled anything.
        var isFailedEnd: Bool
    }

    /// A choice in a state.
    struct Choice: Sendable, Equatable {
        var state: Int32
        var action: UInt16
        /// How often it was made, and how often in walks that fulfilled their instruction.
        var count: Int32
        var fulfilledCount: Int32
        /// The share of times that it fulfilled the instruction at once: nothing follows then.
        var fulfils: Double
        /// Places in ``TabularProblem/outcomes``.
        var outcomes: Range<Int>
    }

    /// Where somebody is set down to follow a policy.
    struct Start: Sendable, Equatable {
        var state: Int32
        /// Steps after which it is over: twice those of the shortest recording that fulfils the instruction.
        var limit: Int
    }

    /// `[states]`: places in ``choices``; empty for a state that recordings only end in.
    let choicesOfState: [Range<Int>]
    /// State by state.
    let choices: [Choice]
    /// Choice by choice.
    let outcomes: [Outcome]
    /// Of each step, in the order in which walks were added, its place in ``choices``.
    let choiceOfStep: [Int32]
    /// One for each state in which a walk began that fulfils its instruction.
    let starts: [Start]

    /// States from which a choice has led to a state, one by one, and where a state's begin.
    private let before: (states: [Int32], first: [Int])

    init(
        choicesOfState: [Range<Int>], choices: [Choice], outcomes: [Outcome], choiceOfStep: [Int32], starts: [Start]
    ) {
        (self.choicesOfState, self.choices, self.outcomes) = (choicesOfState, choices, outcomes)
        (self.choiceOfStep, self.starts) = (choiceOfStep, starts)
        var first = [Int](repeating: 0, count: choicesOfState.count + 1)
        // A failed end may be taken for the state before it, which is then before itself.
        func forEachPair(_ body: (_ state: Int, _ before: Int32) -> Void) {
            for choice in choices {
                for outcome in outcomes[choice.outcomes] {
                    body(Int(outcome.state), choice.state)
                    if outcome.isFailedEnd { body(Int(choice.state), choice.state) }
                }
            }
        }
        forEachPair { state, _ in first[state + 1] += 1 }
        for state in choicesOfState.indices { first[state + 1] += first[state] }
        var states = [Int32](repeating: 0, count: first.last ?? 0)
        var next = first
        forEachPair { state, before in
            states[next[state]] = before
            next[state] += 1
        }
        before = (states, first)
    }

    /// States from which a choice has led to `state`; some more than once.
    func statesBefore(_ state: Int) -> some Sequence<Int> {
        before.states[before.first[state]..<before.first[state + 1]].lazy.map { Int($0) }
    }

    /// States that were met.
    package var stateCount: Int { choicesOfState.count }
    /// Steps of all walks.
    package var stepCount: Int { choiceOfStep.count }
    /// States that policies are tried from.
    package var startCount: Int { starts.count }
}

extension TabularProblem {
    /// Takes walks, one by one.
    package struct Builder: Sendable {
        private struct Key: Hashable {
            var state: Int32
            var action: UInt16
        }

        private struct Step {
            var choice: Int32
            var next: Int32
            /// 0: it goes on; 1: fulfilled; 2: it ends without.
            var end: UInt8
        }

        private var states: [UInt64: Int32] = [:]
        private var numbers: [Key: Int32] = [:]
        private var choices: [Choice] = []
        private var steps: [Step] = []
        private var limits: [Int32: Int] = [:]
        private var startOrder: [Int32] = []

        /// Nothing yet.
        package init() {}

        private mutating func number(_ state: UInt64) -> Int32 {
            if let known = states[state] { return known }
            let number = Int32(states.count)
            states[state] = number
            return number
        }

        /// Adds a walk.
        ///
        /// - Parameters:
        ///   - path: `[L + 1]`, any number a state.
        ///   - actions: `[L]`, at least one.
        ///   - isFulfilled: Whether it ends with what was asked for.
        package mutating func add(_ path: [UInt64], _ actions: [UInt16], isFulfilled: Bool) {
            precondition(path.count == actions.count + 1 && !actions.isEmpty)
            var state = number(path[0])
            if isFulfilled {
                if limits[state] == nil { startOrder.append(state) }
                limits[state] = min(limits[state] ?? .max, 2 * actions.count)
            }
            for (t, action) in actions.enumerated() {
                let key = Key(state: state, action: action)
                let place = numbers[key] ?? Int32(choices.count)
                if place == choices.count {
                    numbers[key] = place
                    choices.append(
                        Choice(
                            state: state, action: action, count: 0, fulfilledCount: 0, fulfils: 0, outcomes: 0..<0))
                }
                choices[Int(place)].count += 1
                if isFulfilled { choices[Int(place)].fulfilledCount += 1 }
                let isLast = t == actions.count - 1
                state = number(path[t + 1])
                steps.append(Step(choice: place, next: state, end: !isLast ? 0 : isFulfilled ? 1 : 2))
            }
        }

        /// The process of what was added.
        package consuming func problem() -> TabularProblem {
            let order = choices.indices.sorted { a, b in
                choices[a].state != choices[b].state ? choices[a].state < choices[b].state : a < b
            }
            var place = [Int32](repeating: 0, count: choices.count)
            for (new, old) in order.enumerated() { place[old] = Int32(new) }
            var sorted = order.map { choices[$0] }
            var ofState = [Range<Int>](repeating: 0..<0, count: states.count)
            for (index, choice) in sorted.enumerated() {
                let own = ofState[Int(choice.state)]
                ofState[Int(choice.state)] = own.isEmpty ? index..<(index + 1) : own.lowerBound..<(index + 1)
            }
            var byChoice = [[Int32]](repeating: [], count: sorted.count)
            for (index, step) in steps.enumerated() { byChoice[Int(place[Int(step.choice)])].append(Int32(index)) }
            var outcomes: [Outcome] = []
            outcomes.reserveCapacity(sorted.count)
            for (index, members) in byChoice.enumerated() {
                let first = outcomes.count
                let share = 1 / Double(members.count)
                for member in members {
                    let step = steps[Int(member)]
                    guard step.end != 1 else {
                        sorted[index].fulfils += share
                        continue
                    }
                    let isFailedEnd = step.end == 2
                    if let known = outcomes[first...].firstIndex(where: {
                        $0.state == step.next && $0.isFailedEnd == isFailedEnd
                    }) {
                        outcomes[known].share += share
                    } else {
                        outcomes.append(Outcome(state: step.next, share: share, isFailedEnd: isFailedEnd))
                    }
                }
                sorted[index].outcomes = first..<outcomes.count
            }
            return TabularProblem(
                choicesOfState: ofState, choices: sorted, outcomes: outcomes,
                choiceOfStep: steps.map { place[Int($0.choice)] },
                starts: startOrder.map { Start(state: $0, limit: limits[$0] ?? 0) })
        }
    }
}
