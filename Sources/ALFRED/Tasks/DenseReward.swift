package import Episodes

/// ALFRED's reward for progress along the expert's sub-goals (`env/reward.py`, `rewards.json`), with its oddities:
///
/// - A GotoLocation is done when fewer than 3 actions remain, so that its last actions are judged, and punished as
///   invalid, by the sub-goal after it.
/// - Put, Toggle and Slice punish every valid action before success, also the opening of the container they need.
package struct DenseReward: Sendable, Equatable {
    /// What the simulator knows after an action.
    package struct Observation: Sendable, Equatable {
        /// What was done, successful or not.
        package var action: Action
        /// Whether the current sub-goal's own condition holds. Not asked for a GotoLocation.
        package var isAchieved: Bool
        /// Actions from the pose to the GotoLocation's goal, before and after.
        package var distanceBefore: Int
        /// The same after the action.
        package var distanceAfter: Int
        /// Whether the hand holds something other than the sub-goal's object.
        package var holdsOther: Bool
        /// Whether a CoolObject came half way: the object is cold for the first time, or the fridge is open again with
        /// the cold object in it for the first time.
        package var isHalfWay: Bool

        package init(
            action: Action, isAchieved: Bool = false, distanceBefore: Int = 0, distanceAfter: Int = 0,
            holdsOther: Bool = false, isHalfWay: Bool = false
        ) {
            self.action = action
            self.isAchieved = isAchieved
            self.distanceBefore = distanceBefore
            self.distanceAfter = distanceAfter
            self.holdsOther = holdsOther
            self.isHalfWay = isHalfWay
        }
    }

    /// A GotoLocation is done below this distance.
    static let reachDistance = 3
    /// Reward of a GotoLocation for each action that the agent came nearer.
    static let approachRate = 0.2

    /// The sub-goals of the expert's plan, without NoOp.
    package let subgoals: [HighAction]
    /// Index of the sub-goal under way; the number of sub-goals when all are done.
    package private(set) var current = 0

    package init(subgoals: [HighAction]) { self.subgoals = subgoals }

    /// Whether every sub-goal is done.
    package var isFinished: Bool { current == subgoals.count }

    /// The reward of one action. At most one sub-goal is completed by it.
    package mutating func reward(for observation: Observation) -> Double {
        guard !isFinished else { return 0 }
        let kind = subgoals[current]
        let rates = Self.rates(of: kind)
        guard Self.validActions(of: kind).contains(observation.action) else { return rates.invalid }
        if kind == .goto {
            let approach = Self.approachRate * Double(observation.distanceBefore - observation.distanceAfter)
            guard observation.distanceAfter < Self.reachDistance else { return rates.neutral + approach }
            current += 1
            return rates.positive + approach
        }
        if observation.isAchieved {
            current += 1
            return rates.positive
        }
        switch kind {
        case .pickup: return observation.holdsOther ? rates.negative : rates.neutral
        case .cool: return observation.isHalfWay ? rates.positive : rates.neutral
        case .clean, .heat: return rates.neutral
        default: return rates.negative
        }
    }

    /// Reward on success; against it; otherwise; for an action that cannot serve the sub-goal.
    struct Rates: Equatable {
        var positive, negative, neutral, invalid: Double
    }

    static func rates(of kind: HighAction) -> Rates {
        switch kind {
        case .goto: Rates(positive: 4, negative: 0, neutral: 0, invalid: -0.5)
        case .pickup, .put: Rates(positive: 2, negative: -1, neutral: 0, invalid: -0.1)
        case .open: Rates(positive: 2, negative: -0.05, neutral: 0, invalid: -0.1)
        case .close: Rates(positive: 1, negative: 0, neutral: 0, invalid: -0.1)
        case .toggle: Rates(positive: 1, negative: -1, neutral: 0, invalid: -0.1)
        case .slice: Rates(positive: 1, negative: -4, neutral: 0, invalid: -0.1)
        case .clean, .heat, .cool: Rates(positive: 2, negative: 0, neutral: 0, invalid: -0.1)
        case .noOp: Rates(positive: 0, negative: 0, neutral: 0, invalid: 0)
        }
    }

    /// The actions that can serve a sub-goal; others are punished.
    package static func validActions(of kind: HighAction) -> Set<Action> {
        switch kind {
        case .goto: [.moveAhead, .rotateLeft, .rotateRight, .lookUp, .lookDown]
        case .pickup: [.pickup, .open, .close]
        case .put: [.put, .open, .close]
        case .open: [.open]
        case .close: [.close]
        case .toggle: [.toggleOn, .toggleOff]
        case .slice: [.slice, .open, .close]
        case .clean: [.put, .pickup, .toggleOn, .toggleOff]
        case .heat: [.open, .close, .pickup, .put, .toggleOn, .toggleOff]
        case .cool: [.open, .close, .pickup, .put]
        case .noOp: []
        }
    }
}
