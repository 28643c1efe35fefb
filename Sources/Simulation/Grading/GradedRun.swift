internal import ALFRED
internal import Episodes
internal import Ground
internal import Household

/// An episode under way: it is after one sub-task of its source after the other, and keeps what the format records.
///
/// A value: a copy goes its own way, and ``prefix(_:)`` goes back to an earlier state without acting again.
struct GradedRun {
    /// The stretch of an episode that was spent on a sub-task.
    struct Attempt: Sendable, Equatable {
        /// Not empty.
        var steps: Range<Int>
        /// By the rules of evaluation (``SubTaskProgress``): the last of the steps does it.
        var isDone: Bool
    }

    let source: GradeSource
    let eyes: GradeEyes
    private(set) var environment: TaskEnvironment
    /// The states before each action, and the present one.
    private(set) var states: [TaskEnvironment.State]
    /// PNG files of the observations before each action; ``finish()`` adds the last.
    private(set) var frames: [[UInt8]] = []
    private(set) var lowActions: [LowAction] = []
    /// Index of the object acted on.
    private(set) var targets: [Int?] = []
    /// Why each action failed; nil where it succeeded.
    private(set) var failures: [ActionError?] = []
    /// Of the sub-tasks begun, in order.
    private(set) var attempts: [Attempt] = []

    /// A run that has done nothing yet.
    init(_ source: GradeSource, from start: AgentPose?, _ eyes: GradeEyes) throws(GradeSource.Refusal) {
        self.source = source
        self.eyes = eyes
        environment = try source.environment(from: start, eyes)
        states = [environment.snapshot()]
    }

    var world: World { environment.world }
    var count: Int { lowActions.count }
    /// Index of the sub-task under way.
    var current: Int { attempts.count }
    /// The first step spent on it.
    var begun: Int { attempts.last?.steps.upperBound ?? 0 }
    /// Whether no sub-task is left.
    var isOver: Bool { current == source.subTasks.count }
    /// Whether each sub-task was done and the goal holds.
    var isSuccess: Bool { environment.isGoalSatisfied }
    /// Where it began.
    var start: AgentPose { states[0].world.agent }

    /// Takes an action and records it, if the format can: an interaction needs its target on screen.
    ///
    /// - Returns: Whether the action did what it says; nil, and nothing happens, where it cannot be recorded or nothing
    ///   is left to do.
    @discardableResult
    mutating func act(_ action: Action, _ target: Int? = nil) -> Bool? {
        guard !isOver else { return nil }
        var recorded: InteractionTarget?
        if action.isInteraction {
            guard let target, world.states[target].isPresent,
                let found = InteractionTarget(MaskTarget.mask(of: target, in: eyes.sight.instancePicture(of: world)))
            else { return nil }
            recorded = found
        }
        let objectID = { [world] (index: Int) in world.scene.objects[index].id }
        let api = APIAction(action, target.map(objectID), held: world.held.map(objectID))
        frames.append(seen())
        let step = environment.step(action, target: target)
        states.append(environment.snapshot())
        lowActions.append(LowAction(highIndex: 0, action: action, target: recorded, api: api))
        targets.append(target)
        failures.append(step.failure)
        let isDone = SubTaskProgress.isCompleted(
            source.subTasks[current], action, world, environment.state.treatments, environment.objects)
        if isDone { attempts.append(Attempt(steps: begun..<count, isDone: true)) }
        return step.isSuccess
    }

    /// The present observation; after a refused action it is the one before.
    private func seen() -> [UInt8] {
        if let last = frames.last, let failure = failures.last, failure != nil { return last }
        return eyes.frame(of: world)
    }

    /// Leaves the sub-task under way for the next one. One that nothing was done for is not left but never begun.
    mutating func giveUp() {
        guard !isOver, count > begun else { return }
        attempts.append(Attempt(steps: begun..<count, isDone: false))
    }

    /// Ends the episode: what was done since the last sub-task belongs to the one under way.
    mutating func finish() {
        giveUp()
        if frames.count == count { frames.append(seen()) }
    }

    /// The run as it was after so many steps; no sub-task that was done or left later is.
    func prefix(_ steps: Int) -> GradedRun {
        var run = self
        run.environment.restore(states[steps])
        run.states = Array(states[...steps])
        run.frames = Array(frames.prefix(steps))
        run.lowActions = Array(lowActions.prefix(steps))
        run.targets = Array(targets.prefix(steps))
        run.failures = Array(failures.prefix(steps))
        run.attempts = attempts.filter { $0.steps.upperBound <= steps }
        return run
    }
}

// MARK: - Acting as the expert

extension GradedRun {
    /// What a plan came to.
    private enum Course { case done, disturbed, stuck }

    /// Does the sub-task under way as the expert does.
    ///
    /// - Parameters:
    ///   - reference: A run whose plans are taken where the objects are as they were there.
    ///   - noise: Draws random actions in between; nil for none.
    ///   - budget: Steps of the whole episode after which it is broken off.
    /// - Throws: ``ExpertError`` when there is no way to do it from here.
    /// - Returns: Whether it is done.
    mutating func pursue(
        plans: GradePlans, noise: Float = 0, budget: Int = .max, _ random: inout SeededGenerator
    ) throws(ExpertError) -> Bool {
        let wanted = current
        var attemptsLeft = 4
        while current == wanted, count < budget, !isOver {
            let plan = try plans.plan(for: self)
            switch follow(plan, noise, budget, &random) {
            case .done: return current > wanted
            case .disturbed: break
            case .stuck:
                attemptsLeft -= 1
                if attemptsLeft == 0 { return false }
            }
        }
        return current > wanted
    }

    private mutating func follow(
        _ plan: SubTaskPlan, _ noise: Float, _ budget: Int, _ random: inout SeededGenerator
    ) -> Course {
        let wanted = current
        for leg in plan.legs {
            let field = NavigationField(to: leg.pose, on: world.scene.grid)
            var next = 0
            while current == wanted {
                if count >= budget { return .disturbed }
                if noise > 0, random.chance(noise) {
                    let before = world.states
                    wander(steps: 1, &random)
                    if current != wanted { return .done }
                    if world.states != before { return .disturbed }
                    continue
                }
                if let step = field.nextStep(from: world.agent) {
                    guard act(step) == true else { return .stuck }
                } else {
                    guard world.agent == leg.pose else { return .stuck }
                    guard next < leg.interactions.count else { break }
                    let interaction = leg.interactions[next]
                    guard act(interaction.action, interaction.target) == true else { return .stuck }
                    next += 1
                }
            }
            if current != wanted { return .done }
        }
        return .stuck
    }

    /// Walks somewhere.
    mutating func walk(to pose: AgentPose) {
        let field = NavigationField(to: pose, on: world.scene.grid)
        while let step = field.nextStep(from: world.agent), act(step) == true {}
    }

    /// Takes random actions, most of which are legal.
    mutating func wander(steps: Int, _ random: inout SeededGenerator) {
        var behaviour = RandomBehaviour(random: random)
        let end = count + steps
        var tries = 0
        while count < end, !isOver, tries < 4 * steps + 8 {
            tries += 1
            let choice = behaviour.action(
                in: world, picture: eyes.sight.instancePicture(of: world), sight: eyes.sight)
            act(choice.action, choice.target)
        }
        random = behaviour.random
    }
}

/// The plans of a run's sub-tasks, kept for runs in which the objects are as they were.
final class GradePlans {
    private struct Known {
        var subTask: Int
        var states: [ObjectState]
        var held: Int?
        var plan: SubTaskPlan
    }

    private var known: [Known] = []
    private static let capacity = 64

    /// The plan for the sub-task under way.
    func plan(for run: GradedRun) throws(ExpertError) -> SubTaskPlan {
        let (world, subTask) = (run.world, run.current)
        if let found = known.first(where: {
            $0.subTask == subTask && $0.held == world.held && $0.states == world.states
        }) {
            return found.plan
        }
        let plan = try SubTaskPlan(run.source.subTasks[subTask], from: run.environment)
        if known.count < Self.capacity {
            known.append(Known(subTask: subTask, states: world.states, held: world.held, plan: plan))
        }
        return plan
    }
}
