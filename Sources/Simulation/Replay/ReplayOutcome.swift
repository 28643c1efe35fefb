package import ALFRED
internal import Episodes
package import Household
internal import Rooms

/// What came of a recorded trajectory carried out in the simulator, with every precondition of its actions.
package struct ReplayOutcome: Sendable, Equatable {
    /// The trajectory's task type; nil for one outside the seven.
    package private(set) var taskType: TaskType?
    /// Whether the goal holds at the end, by what the carried out actions say.
    package private(set) var isSuccess = false
    /// The actions that were refused although the record has them succeed, in order.
    package private(set) var divergences: [RecordedReplay.Step] = []
    /// GotoLocation sub-goals that name a place.
    package private(set) var gotos = 0
    /// Those that ended there.
    package private(set) var gotosReached = 0
    /// Actions carried out or refused.
    package private(set) var actions = 0

    /// Replays `trajectory` in the world it begins in.
    ///
    /// - Parameter beforeInteraction: Called with the world before every interaction, for measurements.
    package init(
        _ trajectory: Trajectory, in start: World, renderer: Renderer,
        beforeInteraction: (LowAction, World) -> Void = { _, _ in }
    ) {
        taskType = trajectory.taskType.flatMap(TaskType.init)
        guard let plan = trajectory.plan, let goal = trajectory.goal else { return }
        var facts = WorldFacts(start.scene)
        var replay = RecordedReplay(trajectory, in: start, renderer: renderer)
        for (index, low) in plan.lowActions.enumerated() {
            if low.action.isInteraction { beforeInteraction(low, replay.world) }
            guard let step = replay.next() else { break }
            actions += 1
            if step.refusal == nil { facts.apply(low) }
            if step.isDivergence { divergences.append(step) }
            let isLast =
                index + 1 == plan.lowActions.count || plan.lowActions[index + 1].highIndex != low.highIndex
            guard isLast, plan.highLevel.indices.contains(low.highIndex) else { continue }
            let subgoal = plan.highLevel[low.highIndex]
            guard subgoal.action == .goto, let place = subgoal.planner.location else { continue }
            gotos += 1
            gotosReached += AgentPose(location: place) == replay.world.agent ? 1 : 0
        }
        if let taskType { isSuccess = GoalConditions(taskType, goal, in: facts).isSatisfied }
    }
}

extension WorldFacts {
    /// The facts of a scene nobody has touched.
    init(_ scene: HouseScene) {
        var containers: [String: String] = [:]
        for object in scene.objects {
            if let parent = object.parent { containers[object.id] = scene.objects[parent].id }
        }
        self.init(known: scene.objects.filter { $0.sliceOf == nil }.map(\.id), containers: containers)
    }
}
