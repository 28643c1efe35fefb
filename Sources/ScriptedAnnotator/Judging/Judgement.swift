internal import RewardLabeling
internal import Episodes

/// What a rater who makes no mistakes says about one transition, and why.
///
/// | score | the transition |
/// |---|---|
/// | 10 | reaches the goal |
/// | 9 | completes a sub-goal, or shuts the door that was opened for one |
/// | 8 | treats the object (washes, heats, cools it), or arrives: in view and at most 3 actions away |
/// | 7 | a step that the sub-goal needs: the right door opened, the object put in the appliance, a move that comes near
/// |
/// | 6 | a move towards what is next, or a turn or look that brings it into view |
/// | 5 | a turn or look that shortens the way |
/// | 4 | neither helps nor harms, with what is next in view |
/// | 3 | neither helps nor harms |
/// | 2 | a move or turn that changed nothing |
/// | 1 | an interaction that changed nothing; a detour; a useful step undone; pictures that contradict the action;
/// movement where the goal's things are absent |
/// | 0 | a sub-goal undone; an interaction where the goal's things are absent |
///
/// Only the two states, the action's name and the goal are looked at.
struct Judgement: Sendable, Equatable {
    enum Reason: Sendable, Equatable {
        case goalReached, subGoalReached, tidied, treated, helped, arrived, nearer, broughtIntoView, turnedTowards
        case neutral, neutralInView, unchanged, contradicted, farther, hindered, undone, irrelevant
    }

    var reason: Reason
    var score: Int
    /// The sub-goal it is about.
    var subGoal: Int?

    /// Actions that a change of distance has to be worth to count at all.
    private static let leastGain = 0.2
    /// Actions of a detour that is none.
    private static let detour = 0.5
    private static let near = 8.0
    private static let leastPhase = 0.01
    private static let arrival = 3.0

    init(_ reason: Reason, _ score: Int, subGoal: Int? = nil) {
        self.reason = reason
        self.score = score
        self.subGoal = subGoal
    }

    init(
        _ action: Span.ShownAction, from before: StateFacts, to after: StateFacts, _ start: Standing, _ end: Standing
    ) {
        let isInteraction = action.action.isInteraction
        let effect = ActionEffect(action, from: before, to: after)
        switch effect {
        case .none: self.init(.unchanged, isInteraction || !start.isPossible ? 1 : 2, subGoal: start.current)
        case .other: self.init(.contradicted, end.completed < start.completed ? 0 : 1)
        case .asNamed where !start.isPossible || !end.isPossible:
            self.init(.irrelevant, isInteraction ? 0 : 1)
        case .asNamed: self = Self.effective(isInteraction, action.action == .moveAhead, start, end)
        }
    }

    private static func effective(
        _ isInteraction: Bool, _ isMove: Bool, _ start: Standing, _ end: Standing
    ) -> Judgement {
        if end.isDone != start.isDone {
            return end.isDone
                ? Judgement(.goalReached, 10, subGoal: start.current) : Judgement(.undone, 0, subGoal: end.current)
        }
        if end.completed != start.completed {
            return end.completed > start.completed
                ? Judgement(.subGoalReached, 9, subGoal: end.completed - 1)
                : Judgement(.undone, 0, subGoal: end.completed)
        }
        let current = start.current
        if end.isTidy, !start.isTidy { return Judgement(.tidied, 9) }
        // In the appliance or not: what has to be done next changes, so that ways cannot be compared.
        if end.phase > start.phase + leastPhase {
            let isTreatment = start.phase > 0.45 && end.phase >= 0.75 && start.phase < 0.75
            return Judgement(isTreatment ? .treated : .helped, isTreatment ? 8 : 7, subGoal: current)
        }
        if end.phase < start.phase - leastPhase || end.isTidy != start.isTidy {
            return Judgement(.hindered, 1, subGoal: current)
        }
        if isInteraction, end.part > start.part + leastPhase { return Judgement(.helped, 7, subGoal: current) }
        guard let from = start.distance, let to = end.distance, !isInteraction else {
            return Judgement(.neutral, 3, subGoal: current)
        }
        if from - to > leastGain {
            if end.isInView, to <= arrival, !start.isInView || from > arrival {
                return Judgement(.arrived, 8, subGoal: current)
            }
            if isMove { return Judgement(.nearer, end.isInView && to <= near ? 7 : 6, subGoal: current) }
            return end.isInView && !start.isInView
                ? Judgement(.broughtIntoView, 6, subGoal: current) : Judgement(.turnedTowards, 5, subGoal: current)
        }
        if to - from > detour { return Judgement(.farther, 1, subGoal: current) }
        return end.isInView ? Judgement(.neutralInView, 4, subGoal: current) : Judgement(.neutral, 3, subGoal: current)
    }
}
