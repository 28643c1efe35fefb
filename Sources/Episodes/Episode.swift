/// One recorded trajectory as learning sees it: L transitions over L + 1 observations.
package struct Episode: Sendable, Equatable {
    /// Unique within its dataset and split, as in `<task>/<trial>`.
    package var key: String
    /// The split it belongs to, as in `train`.
    package var split: String
    /// L transitions in order; empty where the recording has no plan.
    package var transitions: [Transition]
    /// The sub-tasks in order; together they cover every transition. What was asked for and never begun is at the end.
    package var subTasks: [SubTask]
    /// What the episode can be read as having been asked for.
    package var instructions: [Instruction]
    /// Name of the ``Behaviour`` that acted, where the recording says.
    package var policy: String?
    /// Whether the task's goal was reached, where the recording says.
    package var isSuccess: Bool?

    package init(
        key: String, split: String, transitions: [Transition], subTasks: [SubTask], instructions: [Instruction]
    ) {
        self.key = key
        self.split = split
        self.transitions = transitions
        self.subTasks = subTasks
        self.instructions = instructions
    }

    /// L + 1, or 0 without transitions.
    package var observationCount: Int { transitions.isEmpty ? 0 : transitions.count + 1 }
}

/// Step t of an episode: (s_t, a_t, s_{t+1}).
package struct Transition: Sendable, Equatable {
    /// What was done.
    package var action: Action
    /// ``ObjectClass/noObject`` for navigation and for classes outside the list.
    package var objectClass: ObjectClass
    /// The instance acted on: for Put the receptacle. Nil for navigation.
    package var objectID: String?
    /// Index into the episode's sub-tasks.
    package var subTask: Int
    /// The reward the recording itself carries, if any.
    package var recordedReward: Double?

    package init(
        action: Action, objectClass: ObjectClass = .noObject, objectID: String? = nil, subTask: Int,
        recordedReward: Double? = nil
    ) {
        self.action = action
        self.objectClass = objectClass
        self.objectID = objectID
        self.subTask = subTask
        self.recordedReward = recordedReward
    }
}

/// What a sub-goal or sub-task does.
package enum SubTaskKind: String, Codable, Sendable, CaseIterable {
    case goto = "Goto"
    case pickup = "Pickup"
    case put = "Put"
    case clean = "Clean"
    case heat = "Heat"
    case cool = "Cool"
    case toggle = "Toggle"
    case slice = "Slice"
    case open = "Open"
    case close = "Close"
}

/// A sub-goal as recorded, before navigation is merged.
package struct Subgoal: Sendable, Equatable {
    /// What it does.
    package var kind: SubTaskKind
    /// The transitions that serve it; not empty.
    package var steps: Range<Int>
    /// The object it is about, where the recording names one.
    package var objectID: String?
    /// The receptacle or appliance it uses, where the recording names one.
    package var receptacleID: String?

    package init(kind: SubTaskKind, steps: Range<Int>, objectID: String? = nil, receptacleID: String? = nil) {
        self.kind = kind
        self.steps = steps
        self.objectID = objectID
        self.receptacleID = receptacleID
    }
}

/// A sub-goal with the navigation that leads to it.
package struct SubTask: Sendable, Equatable {
    /// What it does: the kind of its last sub-goal.
    package var kind: SubTaskKind
    /// The transitions that serve it, those of the navigation included; empty, at the episode's end, for one that was
    /// asked for and never begun.
    package var steps: Range<Int>
    /// The recorded sub-goals it consists of.
    package var subgoals: Range<Int>
    /// The object it is about, where the recording names one.
    package var objectID: String?
    /// The receptacle or appliance it uses, where the recording names one.
    package var receptacleID: String?
    /// Whether it is done after its steps. Only episodes that keep their source's sentences have others.
    package var isDone: Bool

    package init(
        kind: SubTaskKind, steps: Range<Int>, subgoals: Range<Int>, objectID: String? = nil,
        receptacleID: String? = nil, isDone: Bool = true
    ) {
        self.isDone = isDone
        self.kind = kind
        self.steps = steps
        self.subgoals = subgoals
        self.objectID = objectID
        self.receptacleID = receptacleID
    }

    /// Merges every GotoLocation into the sub-goal after it, as SPRINT does. Navigation at the very end, which nothing
    /// follows, stays a sub-task of its own.
    package static func merging(_ subgoals: [Subgoal]) -> [SubTask] {
        var tasks: [SubTask] = []
        var first = 0
        for (index, subgoal) in subgoals.enumerated() where subgoal.kind != .goto || index == subgoals.count - 1 {
            tasks.append(
                SubTask(
                    kind: subgoal.kind, steps: subgoals[first].steps.lowerBound..<subgoal.steps.upperBound,
                    subgoals: first..<(index + 1), objectID: subgoal.objectID, receptacleID: subgoal.receptacleID))
            first = index + 1
        }
        return tasks
    }
}
