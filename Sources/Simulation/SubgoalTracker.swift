internal import ALFRED
internal import Episodes
internal import Household
internal import Rooms

/// Follows a plan's sub-goals through a simulated episode and gives the dense reward: the "done" rules of
/// `env/reward.py` over the world's state.
struct SubgoalTracker: Sendable {
    /// A sub-goal with its objects looked up.
    struct Goal: Sendable, Equatable {
        var kind: HighAction
        /// The object it is about: for Heat and Cool the object of the Put that follows, as the plan names only the
        /// appliance.
        var object: Int?
        /// Put's destination, Cool's fridge.
        var receptacle: Int?
        var location: AgentPose?
    }

    private(set) var reward: DenseReward
    let goals: [Goal]
    /// By sub-goal the distances to where a GotoLocation leads.
    private let fields: [NavigationField?]
    private var wasCooled = false
    private var wasReopened = false

    init(_ steps: some Sequence<HighLevelStep>, _ scene: HouseScene) throws(TaskError) {
        goals = try Self.goals(Array(steps), scene)
        reward = DenseReward(subgoals: goals.map(\.kind))
        fields = goals.map { goal in goal.location.map { NavigationField(to: $0, on: scene.grid) } }
    }

    /// Index of the sub-goal under way.
    var current: Int { reward.current }

    static func goals(_ steps: [HighLevelStep], _ scene: HouseScene) throws(TaskError) -> [Goal] {
        var goals: [Goal] = []
        for (index, step) in steps.enumerated() where step.action != .noOp {
            func lookUp(_ id: String?) throws(TaskError) -> Int? {
                guard let id else { return nil }
                guard let object = scene.index(ofID: id) else { throw .unknownObject(id) }
                return object
            }
            var goal = Goal(kind: step.action)
            goal.receptacle = try lookUp(step.receptacleObjectID)
            switch step.action {
            case .goto: goal.location = step.planner.location.flatMap(AgentPose.init(location:))
            case .heat, .cool:
                goal.object = try lookUp(steps[index...].first { $0.action == .put }?.planner.objectID)
            default: goal.object = try lookUp(step.targetObjectID)
            }
            let isComplete =
                switch step.action {
                case .goto: goal.location != nil
                // A plan that does not put the object down never completes its Heat or Cool; the reference says so too.
                case .heat, .cool: true
                case .put: goal.object != nil && goal.receptacle != nil
                default: goal.object != nil
                }
            guard isComplete else { throw .incompleteSubgoal(index: index, action: step.action.rawValue) }
            goals.append(goal)
        }
        return goals
    }

    /// The reward of an action, and whether it completed the sub-goal. The action may have failed: ALFRED does not ask.
    mutating func note(
        _ action: Action, from before: AgentPose, in world: World, _ treatments: Treatments<Int>,
        _ objects: TaskObjects
    ) -> (reward: Double, isCompleted: Bool) {
        guard current < goals.count else { return (0, false) }
        let goal = goals[current]
        var observation = DenseReward.Observation(action: action)
        if goal.kind == .goto {
            if !action.isInteraction, let field = fields[current] {
                let far = 1_000_000
                observation.distanceBefore = field.actions(from: before) ?? far
                observation.distanceAfter = field.actions(from: world.agent) ?? far
            }
        } else if action.isInteraction {
            judge(goal, action, world, treatments, objects, &observation)
        }
        let number = current
        let value = reward.reward(for: observation)
        return (value, current > number)
    }

    private mutating func judge(
        _ goal: Goal, _ action: Action, _ world: World, _ treatments: Treatments<Int>, _ objects: TaskObjects,
        _ observation: inout DenseReward.Observation
    ) {
        guard DenseReward.validActions(of: goal.kind).contains(action) else { return }
        if goal.kind == .cool {
            judgeCooling(goal, action, world, treatments, &observation)
            return
        }
        observation.isAchieved = Self.isAchieved(goal, world, treatments, objects)
        observation.holdsOther = goal.kind == .pickup && world.held != nil && !observation.isAchieved
    }

    /// Whether the sub-goal's own condition holds in a state. A CoolObject also asks for the order of events, see
    /// ``note(_:from:in:_:_:)``.
    static func isAchieved(
        _ goal: Goal, _ world: World, _ treatments: Treatments<Int>, _ objects: TaskObjects
    ) -> Bool {
        guard let object = goal.object else { return false }
        switch goal.kind {
        case .pickup: return world.held.map { objects.sliceGroup[$0] == objects.sliceGroup[object] } ?? false
        case .put: return goal.receptacle.map { world.reportedReceptacles(of: object).contains($0) } ?? false
        case .open: return world.states[object].flags.contains(.open)
        case .close: return !world.states[object].flags.contains(.open)
        case .toggle: return world.states[object].flags.contains(.on)
        case .slice: return world.states[object].flags.contains(.sliced)
        case .clean: return treatments.cleaned.contains(object)
        case .heat: return treatments.heated.contains(object)
        case .cool: return treatments.cooled.contains(object) && world.held == object
        case .goto, .noOp: return false
        }
    }

    /// Cold for the first time, fridge reopened for the first time, picked up again: one of them a step, in this order.
    private mutating func judgeCooling(
        _ goal: Goal, _ action: Action, _ world: World, _ treatments: Treatments<Int>,
        _ observation: inout DenseReward.Observation
    ) {
        guard let object = goal.object, treatments.cooled.contains(object) else { return }
        if !wasCooled {
            wasCooled = true
            observation.isHalfWay = true
        } else if action == .open {
            guard !wasReopened, let fridge = goal.receptacle, world.states[fridge].flags.contains(.open) else { return }
            wasReopened = true
            observation.isHalfWay = true
        } else if action == .pickup {
            observation.isAchieved = world.held == object
        }
    }
}
