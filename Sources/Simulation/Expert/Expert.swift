package import ALFRED
internal import Household

/// ALFRED's expert without PDDL: from any state of a world to a plan that reaches a task's goal, carried out on a copy
/// of the world with its preconditions enforced.
package struct Expert {
    /// Pixels of the target that must be on screen for an interaction, as ALFRED's generator asks.
    static let minimumPixels = 10
    /// Attempts that may fail before the expert gives up.
    package static let failureLimit = 48

    /// A solution and the world it leads to.
    package struct Solution: Sendable {
        /// Sub-goals and low actions with masks, boxes and points; closed by a NoOp. No actions when the goal holds
        /// already.
        package var plan: Plan
        /// Object index by low action: for Put the receptacle; nil for navigation.
        package var targets: [Int?]
        var finalWorld: World
    }

    let task: HouseTask
    let objects: TaskObjects
    let sight: Renderer
    private let start: World
    private let treatments: Treatments<Int>
    private let failures = Failures()

    /// Attempts that failed, over all branches of the search.
    final class Failures {
        var count = 0
    }

    /// Plans for the environment's own task.
    ///
    /// - Throws: ``ExpertError`` with the last obstacle when the goal cannot be reached.
    package static func plan(from environment: TaskEnvironment) throws(ExpertError) -> Solution {
        try plan(for: environment.task, from: environment)
    }

    /// Plans for a task from the environment's present state: also with something in the hand, doors open, or half of
    /// the work done.
    package static func plan(for task: HouseTask, from environment: TaskEnvironment) throws(ExpertError) -> Solution {
        let objects =
            task == environment.task ? environment.objects : TaskObjects(environment.world.scene, task.goal)
        return try Expert(
            task: task, objects: objects, sight: environment.renderer, start: environment.world,
            treatments: environment.state.treatments
        ).solution()
    }

    /// An expert that starts where the environment stands.
    init(_ environment: TaskEnvironment) {
        self.init(
            task: environment.task, objects: environment.objects, sight: environment.renderer,
            start: environment.world, treatments: environment.state.treatments)
    }

    private init(
        task: HouseTask, objects: TaskObjects, sight: Renderer, start: World, treatments: Treatments<Int>
    ) {
        self.task = task
        self.objects = objects
        self.sight = sight
        self.start = start
        self.treatments = treatments
    }

    private func solution() throws(ExpertError) -> Solution {
        var draft = PlanDraft(world: start, treatments: treatments, objects: objects, sight: sight)
        if !isSatisfied(draft) { draft = try solve(draft) }
        var plan = Plan(highLevel: draft.highLevel, lowActions: draft.lowActions)
        var end = PlannerAction(action: "End")
        end.extras["value"] = .int(1)
        plan.highLevel.append(HighLevelStep(index: plan.highLevel.count, action: .noOp, planner: end))
        return Solution(plan: plan, targets: draft.targets, finalWorld: draft.world)
    }

    func isSatisfied(_ draft: PlanDraft) -> Bool {
        let facts = HouseholdFacts(draft.world, draft.treatments, objects, sight)
        return GoalConditions(task.type, task.goal, in: facts).isSatisfied
    }

    // MARK: Search

    typealias Continuation = (PlanDraft) throws(ExpertError) -> PlanDraft

    /// The first option that leads to a plan. Errors of the others are forgotten but for the last.
    func first<Option>(
        of options: [Option], orElse missing: ExpertError.Reason,
        _ attempt: (Option) throws(ExpertError) -> PlanDraft
    ) throws(ExpertError) -> PlanDraft {
        var last = ExpertError(missing)
        for option in options {
            do throws(ExpertError) {
                return try attempt(option)
            } catch {
                failures.count += 1
                if failures.count > Self.failureLimit || error.reason == .gaveUp { throw ExpertError(.gaveUp) }
                last = error
            }
        }
        throw last
    }

    /// The goal check at the end of every branch.
    func finish(_ draft: PlanDraft) throws(ExpertError) -> PlanDraft {
        guard isSatisfied(draft) else { throw ExpertError(.goalNotReached) }
        return draft
    }

    func done(_ errand: Errand, in draft: PlanDraft, startsHere: Bool = false, keepsOpen: Bool = false)
        throws(ExpertError) -> PlanDraft
    {
        var copy = draft
        try copy.carryOut(errand, startsHere: startsHere, keepsOpen: keepsOpen)
        return copy
    }
}
