package import ALFRED
package import Episodes
package import Household
internal import Rooms

/// A task in a simulated world: actions in, rewards and goal conditions out, as ALFRED's environment gives them.
///
/// A value: a copy goes its own way. Copies share the renderer, hence stay on one thread; ``State`` may cross threads.
package struct TaskEnvironment {
    /// What the reward of a step consists of. The goal's reward and the step penalty are always part of it.
    package struct RewardKind: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Progress along the expert's sub-goals (``DenseReward``).
        static let dense = RewardKind(rawValue: 1)
        /// +2 for an action that succeeds.
        package static let success = RewardKind(rawValue: 2)
        /// -0.05 for an action that fails.
        package static let failure = RewardKind(rawValue: 4)
        /// Goal and step penalty only, ALFRED's default.
        package static let sparse: RewardKind = []
    }

    /// Everything that changes.
    package struct State: Sendable {
        /// The room now.
        package internal(set) var world: World
        /// What was cleaned, heated and cooled, by object index.
        package internal(set) var treatments = Treatments<Int>()
        /// How much of the goal holds.
        package internal(set) var conditions: GoalConditions
        /// Actions taken.
        package internal(set) var steps = 0
        /// Whether the goal held after some step; nothing is rewarded after that.
        var isGoalReached = false
        var tracker: SubgoalTracker?
        /// Whether any of the task's lamps is on, so that moving can change the goal's conditions.
        var isLampOn = false
    }

    /// What a step brought.
    package struct Step: Sendable, Equatable {
        /// Why the action failed; nil when it succeeded.
        package var failure: ActionError?
        /// Index of the object acted on.
        package var target: Int?
        /// Of the kinds asked for.
        package var reward: Double
        /// The sub-goal of the followed plan that this step completed.
        var completedSubgoal: Int?
        /// The goal holds, or the episode is as long as it may be.
        package var isDone: Bool

        /// Whether the action did what it says.
        package var isSuccess: Bool { failure == nil }
    }

    static let goalReward = 5.0
    static let stepPenalty = -0.01
    static let successReward = 2.0
    static let failureReward = -0.05
    /// Steps after which an episode ends by itself.
    package static let stepLimit = 2000

    /// What is to be done.
    package let task: HouseTask
    /// Decides what is seen, and resolves masks.
    package let renderer: Renderer
    /// What rewards consist of.
    package var rewardKind: RewardKind
    /// Length of the followed plan in low actions; what goes beyond is penalised.
    package private(set) var expertSteps: Int?
    /// Everything that changes.
    package private(set) var state: State
    let objects: TaskObjects

    /// - Parameters:
    ///   - world: The scene at the start of the episode.
    ///   - renderer: Decides what is seen, and resolves masks.
    package init(_ task: HouseTask, in world: World, renderer: Renderer, rewardKind: RewardKind = .dense) {
        self.task = task
        self.renderer = renderer
        self.rewardKind = rewardKind
        objects = TaskObjects(world.scene, task.goal)
        let facts = HouseholdFacts(world, Treatments(), objects, renderer)
        state = State(world: world, conditions: GoalConditions(task.type, task.goal, in: facts))
        state.isLampOn = objects.lamps.contains { world.states[$0].flags.contains(.on) }
    }

    /// The room now.
    package var world: World { state.world }

    /// Whether the goal holds now.
    var isGoalSatisfied: Bool { state.conditions.isSatisfied }

    /// Measures dense rewards and the step penalty against a plan, from now on.
    ///
    /// - Parameters:
    ///   - subgoals: The expert's sub-goals; a closing NoOp is ignored.
    ///   - expertSteps: Its low actions.
    mutating func follow(_ subgoals: some Sequence<HighLevelStep>, expertSteps: Int) throws(TaskError) {
        state.tracker = try SubgoalTracker(subgoals, world.scene)
        self.expertSteps = expertSteps
    }

    /// The state to come back to. Costs what the objects' states cost, and that only once one of the two changes.
    package func snapshot() -> State { state }

    /// Goes back to a state of the same task and scene.
    package mutating func restore(_ snapshot: State) { state = snapshot }

    /// The benchmark's figures if the episode ended here; needs a followed plan.
    package var score: EpisodeScore? {
        expertSteps.map { EpisodeScore(conditions: state.conditions, steps: state.steps, expertSteps: $0) }
    }

    /// Puts the agent elsewhere before an episode. False, and nothing happens, where it cannot stand or look so.
    package mutating func teleport(to pose: AgentPose) -> Bool {
        guard state.world.teleport(to: pose) else { return false }
        let facts = HouseholdFacts(state.world, state.treatments, objects, renderer)
        state.conditions = GoalConditions(task.type, task.goal, in: facts)
        return true
    }

    // MARK: Steps

    /// Takes an action on an object.
    ///
    /// - Parameter target: Index of the object; for Put, of the receptacle. Nil for navigation.
    @discardableResult
    package mutating func step(_ action: Action, target: Int? = nil) -> Step {
        let pose = state.world.agent
        var failure: ActionError?
        do throws(ActionError) {
            try state.world.step(action, target: target, sight: renderer)
        } catch {
            failure = error
        }
        if failure == nil { update(after: action, target) }
        let (reward, completed) = judge(action, from: pose, hasFailed: failure != nil)
        state.steps += 1
        return Step(
            failure: failure, target: target, reward: reward, completedSubgoal: completed,
            isDone: state.isGoalReached || state.steps >= Self.stepLimit)
    }

    /// Takes an action on the object a mask of 300 x 300 pixels points at. Navigation needs no mask.
    @discardableResult
    package mutating func step(_ action: Action, mask: Mask?) -> Step {
        guard action.isInteraction, let mask else { return step(action) }
        return step(action, target: object(under: mask))
    }

    /// The object a mask points at in the present view.
    package func object(under mask: Mask) -> Int? {
        MaskTarget.resolve(mask, in: renderer.instancePicture(of: world), of: world)
    }

    /// Bookkeeping and goal conditions; only interactions change them, and moves while a lamp of the task is on.
    private mutating func update(after action: Action, _ target: Int?) {
        guard action.isInteraction || state.isLampOn else { return }
        if let target, action == .toggleOn || action == .close {
            let facts = HouseholdFacts(state.world, state.treatments, objects, renderer)
            state.treatments.note(action, on: target, in: facts)
        }
        if action == .toggleOn || action == .toggleOff {
            state.isLampOn = objects.lamps.contains { state.world.states[$0].flags.contains(.on) }
        }
        let facts = HouseholdFacts(state.world, state.treatments, objects, renderer)
        state.conditions = GoalConditions(task.type, task.goal, in: facts)
    }

    /// The reward of the step just taken, in the reference's order: sub-goal, goal, success, penalty.
    private mutating func judge(
        _ action: Action, from pose: AgentPose, hasFailed: Bool
    ) -> (reward: Double, completed: Int?) {
        guard !state.isGoalReached else { return (0, nil) }
        var reward = 0.0
        var completed: Int?
        if let current = state.tracker?.current,
            let result = state.tracker?.note(
                action, from: pose, in: state.world, state.treatments, objects)
        {
            if rewardKind.contains(.dense) { reward += result.reward }
            if result.isCompleted { completed = current }
        }
        if state.conditions.isSatisfied {
            reward += Self.goalReward
            state.isGoalReached = true
        }
        if rewardKind.contains(.success), !hasFailed { reward += Self.successReward }
        if rewardKind.contains(.failure), hasFailed { reward += Self.failureReward }
        // The reference counts steps from 0: the first that is penalised is the second beyond the expert's length.
        if let expertSteps, state.steps > expertSteps { reward += Self.stepPenalty }
        return (reward, completed)
    }
}
