package import ALFRED
package import Episodes
package import Household
internal import Rooms
package import Simulation

/// What an instruction asks for, in symbols: sub-goals in order and the things they are about.
///
/// A primitive or composite covers recorded sub-tasks. Its things are the recorded instances, and in a room that does
/// not have them, whatever is of their types. The goal of a whole task is made from the task's type and parameters
/// instead: an episode that failed has not recorded what it should have done.
package struct ScriptedGoal: Sendable, Equatable {
    /// A thing, receptacle or appliance.
    package struct Thing: Sendable, Hashable {
        /// The type's name; as in the task's parameters it may be part of a name.
        package var type: String
        /// The recorded instance, where a particular one is meant.
        package var objectID: String?
        /// Any piece of ``objectID`` will do.
        package var isPiece = false
        /// Anything that cuts will do.
        package var isKnife = false

        package init(type: String, objectID: String? = nil, isPiece: Bool = false, isKnife: Bool = false) {
            self.type = type
            self.objectID = objectID
            self.isPiece = isPiece
            self.isKnife = isKnife
        }
    }

    /// One step of the goal.
    package struct SubGoal: Sendable, Hashable {
        /// What is to be done.
        package var kind: SubTaskKind
        /// Index into ``ScriptedGoal/things``; nil for a goto.
        package var object: Int?
        /// Put's destination, nil where any will do; the appliance of Clean, Heat and Cool.
        package var place: Int?
        /// Where navigation that nothing follows leads.
        package var location: AgentPose?
    }

    /// Where the goal is from.
    package let source: ScriptedQuery.Goal
    /// What the goal is about, each once.
    package private(set) var things: [Thing] = []
    /// The steps in their order.
    package private(set) var subGoals: [SubGoal] = []
    /// Decides whether the goal is reached; nil for primitives and composites.
    package private(set) var task: HouseTask?

    /// - Parameters:
    ///   - source: Which goal of the trajectory's.
    ///   - trajectory: The episode the goal's words were written for.
    /// - Throws: ``ScriptedError`` when the trajectory does not have what the goal covers.
    package init(_ source: ScriptedQuery.Goal, in trajectory: Trajectory) throws(ScriptedError) {
        self.source = source
        if source.kind == .task, let task = HouseTask(trajectory) {
            self.task = task
            addSubGoals(of: task)
            return
        }
        // A graded episode may have begun a part only of what its sentences ask for.
        let plan = GradedRecord(trajectory)?.asked ?? trajectory.plan.map { Array($0.subgoals) } ?? []
        let recorded = try recordedSubGoals(plan)
        let last = plan.indices.last
        // A GotoLocation belongs to the sub-goal after it.
        let subTasks = plan.indices.filter { plan[$0].action != .goto || $0 == last }.map { recorded[$0] }
        let range = source.kind == .task ? subTasks.indices : source.subTasks
        guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= subTasks.count else {
            throw ScriptedError(
                "episode \(source.episodeKey) has \(subTasks.count) sub-tasks; asked was for \(source.subTasks)")
        }
        subGoals = range.map { subTasks[$0] }
    }

    // MARK: Recorded sub-tasks

    private mutating func recordedSubGoals(_ plan: [HighLevelStep]) throws(ScriptedError) -> [SubGoal] {
        var found: [SubGoal] = []
        var sliced: Set<String> = []
        var picked: String?
        for (index, step) in plan.enumerated() {
            guard let kind = SubTaskKind(step.action) else {
                throw ScriptedError("sub-goal \(index) of episode \(source.episodeKey) is no sub-task")
            }
            var id = step.targetObjectID
            if step.action == .heat || step.action == .cool {
                // The plan names the appliance only: it is about what is in the hand.
                id = picked ?? plan[index...].first { $0.action == .put }?.targetObjectID
            }
            var subGoal = SubGoal(kind: kind, location: step.planner.location.flatMap(AgentPose.init(location:)))
            subGoal.object = id.map { add(recorded($0, isSliced: sliced.contains($0))) }
            subGoal.place = step.receptacleObjectID.map { add(recorded($0, isSliced: false)) }
            if step.action == .pickup { picked = id }
            if step.action == .slice, let id { sliced.insert(id) }
            found.append(subGoal)
        }
        return found
    }

    private func recorded(_ id: String, isSliced: Bool) -> Thing {
        let type = ObjectType(objectID: id)
        let pieces = isSliced ? type?.slices?.type : nil
        let isPiece = pieces != nil || ObjectID(id).part?.contains("Sliced") ?? false
        return Thing(
            type: (pieces ?? type)?.rawValue ?? String(ObjectID(id).typeName), objectID: id, isPiece: isPiece)
    }

    private mutating func add(_ thing: Thing) -> Int {
        if thing.objectID != nil, let known = things.firstIndex(of: thing) { return known }
        things.append(thing)
        return things.count - 1
    }

    // MARK: Tasks

    /// The sub-goals in the order of ALFRED's plans.
    private mutating func addSubGoals(of task: HouseTask) {
        let goal = task.goal
        func step(_ kind: SubTaskKind, _ object: Int, _ place: Int? = nil) -> SubGoal {
            SubGoal(kind: kind, object: object, place: place)
        }
        if goal.objectSliced {
            let knife = add(Thing(type: "Knife", isKnife: true))
            let whole = add(Thing(type: goal.objectTarget))
            subGoals += [step(.pickup, knife), step(.slice, whole), step(.put, knife)]
        }
        let object = add(Thing(type: goal.targetName))
        subGoals.append(step(.pickup, object))
        if task.type == .light {
            subGoals.append(step(.toggle, add(Thing(type: goal.toggleTarget))))
            return
        }
        let place = add(Thing(type: goal.parentTarget))
        switch task.type {
        case .simple, .light: subGoals.append(step(.put, object, place))
        case .two:
            let second = add(Thing(type: goal.targetName))
            subGoals += [step(.put, object, place), step(.pickup, second), step(.put, second, place)]
        case .clean:
            subGoals += [step(.clean, object, add(Thing(type: "SinkBasin"))), step(.put, object, place)]
        case .heat:
            subGoals += [step(.heat, object, add(Thing(type: "Microwave"))), step(.put, object, place)]
        case .cool:
            subGoals += [step(.cool, object, add(Thing(type: "Fridge"))), step(.put, object, place)]
        case .movable:
            let movable = add(Thing(type: goal.movableTarget))
            subGoals += [step(.put, object, movable), step(.pickup, movable), step(.put, movable, place)]
        }
    }
}

/// Why the scripted annotator cannot answer.
package struct ScriptedError: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    package init(_ message: String) { self.message = message }
    package var description: String { message }
}
