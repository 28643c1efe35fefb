package import ALFRED
package import Episodes
package import Household
internal import Rooms

/// A sub-task of SPRINT's evaluation: a sub-goal with the navigation that leads to it.
package struct SprintSubTask: Sendable, Equatable {
    /// What it does.
    package var kind: HighAction
    /// Index of the exact object; for Heat and Cool that of the next plan step.
    package var object: Int?
    /// Put's destination, the appliance of Clean, Heat and Cool.
    package var receptacle: Int?
    /// What the expert closes in this sub-task; it has to be closed by the last action.
    var closes: Int?
    /// The goal of navigation that no sub-goal follows.
    package var location: AgentPose?
    /// The expert's low actions.
    package var steps: Range<Int>

    /// The sub-tasks of a plan: every GotoLocation is merged into the sub-goal after it.
    ///
    /// - Throws: ``TaskError`` when the plan names objects the scene does not have.
    package static func list(of plan: Plan, in scene: HouseScene) throws(TaskError) -> [SprintSubTask] {
        let goals = try SubgoalTracker.goals(Array(plan.subgoals), scene)
        var subTasks: [SprintSubTask] = []
        var start = 0
        for (index, goal) in goals.enumerated() {
            let isMerged = goal.kind == .goto && index < goals.count - 1
            if isMerged { continue }
            var end = start
            var closes: Int?
            while end < plan.lowActions.count, plan.lowActions[end].highIndex <= index {
                let low = plan.lowActions[end]
                if low.highIndex == index, low.action == .close, let id = low.targetObjectID {
                    guard let object = scene.index(ofID: id) else { throw .unknownObject(id) }
                    closes = object
                }
                end += 1
            }
            subTasks.append(
                SprintSubTask(
                    kind: goal.kind, object: goal.object, receptacle: goal.receptacle, closes: closes,
                    location: goal.location, steps: start..<end))
            start = end
        }
        return subTasks
    }
}

/// How far an agent is in a list of sub-tasks, by SPRINT's rules: in order, at most one completed a step, with the
/// expert's exact objects. The return is the number completed.
package struct SubTaskProgress: Sendable, Equatable {
    /// What there is to do, in order.
    package let subTasks: [SprintSubTask]
    /// Steps the agent may take: twice the expert's.
    package let stepLimit: Int
    /// SPRINT counts no sub-task any more once ALFRED's goal holds, even if some are left. Off, all count.
    let stopsAtGoal: Bool
    /// How many are done.
    package private(set) var completed = 0
    /// Steps taken, failed ones included.
    package private(set) var steps = 0
    private var isStopped = false

    /// Steps allowed for each of the expert's, as in SPRINT.
    package static let stepRatio = 2

    /// - Parameter approach: The expert's steps before the first sub-task, where it does not begin as recorded.
    package init(
        _ subTasks: [SprintSubTask], approach: Int = 0, stepRatio: Int = stepRatio, stopsAtGoal: Bool = true
    ) {
        self.subTasks = subTasks
        self.stopsAtGoal = stopsAtGoal
        stepLimit = stepRatio * (approach + subTasks.reduce(0) { $0 + $1.steps.count })
    }

    var isFinished: Bool { completed == subTasks.count }
    var isTimedOut: Bool { steps >= stepLimit }
    /// Whether the attempt is over: everything done, or no steps left.
    package var isDone: Bool { isFinished || isTimedOut }
    /// The share of sub-tasks completed.
    var proportion: Double { subTasks.isEmpty ? 1 : Double(completed) / Double(subTasks.count) }

    /// Takes note of a step that has just been taken, legal or not.
    ///
    /// - Returns: The reward: 1 if it completed the sub-task under way.
    @discardableResult
    package mutating func note(_ action: Action, in environment: TaskEnvironment) -> Int {
        guard !isDone else { return 0 }
        steps += 1
        guard !isStopped else { return 0 }
        let isCompleted = Self.isCompleted(
            subTasks[completed], action, environment.world, environment.state.treatments,
            environment.objects)
        if isCompleted { completed += 1 }
        // The step that reaches the goal may still complete its sub-task.
        if stopsAtGoal, environment.isGoalSatisfied { isStopped = true }
        return isCompleted ? 1 : 0
    }

    /// Takes note of an action that was not even tried: it counts as a step.
    mutating func noteIllegalAction() {
        if !isDone { steps += 1 }
    }

    static func isCompleted(
        _ subTask: SprintSubTask, _ action: Action, _ world: World, _ treatments: Treatments<Int>,
        _ objects: TaskObjects
    ) -> Bool {
        guard DenseReward.validActions(of: subTask.kind).contains(action) else { return false }
        if subTask.kind == .goto { return subTask.location == world.agent }
        guard let object = subTask.object else { return false }
        let isHeld = world.held.map { objects.sliceGroup[$0] == objects.sliceGroup[object] } ?? false
        let flags = world.states[object].flags
        /// Where the expert closes something, closing it has to come last.
        let isClosed =
            subTask.closes.map { action == .close && !world.states[$0].flags.contains(.open) }
        switch subTask.kind {
        case .pickup: return isHeld && isClosed ?? true
        case .put:
            let isIn = subTask.receptacle.map { world.reportedReceptacles(of: object).contains($0) } ?? false
            return isIn && isClosed ?? (action == .put)
        case .toggle: return flags.contains(.on)
        case .slice: return flags.contains(.sliced) && isClosed ?? true
        case .clean: return action == .pickup && isHeld && treatments.cleaned.contains(object)
        case .heat: return action == .close && isHeld && treatments.heated.contains(object)
        case .cool:
            let isShut = subTask.receptacle.map { !world.states[$0].flags.contains(.open) } ?? true
            return action == .close && isHeld && isShut && treatments.cooled.contains(object)
        case .open: return flags.contains(.open)
        case .close: return !flags.contains(.open)
        case .goto, .noOp: return false
        }
    }
}
