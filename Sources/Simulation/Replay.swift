package import ALFRED
package import Episodes
package import Household
package import Rooms

/// A recorded trajectory carried out in the simulator, with every precondition of its actions.
package struct Replay: Sendable, Equatable {
    /// An action that the simulator refused.
    package struct Failure: Sendable, Equatable {
        /// Index in `low_actions`.
        package var index: Int
        package var action: Action
        /// The recorded target, for interactions.
        package var objectID: String?
        package var error: ActionError
    }

    package var taskType: TaskType?
    /// Whether the goal holds at the end.
    package var isSuccess: Bool
    /// Refused actions in order. The replay goes on after them, as the environment does.
    package var failures: [Failure]
    /// GotoLocation sub-goals that name a place, and those that ended there.
    package var gotos: Int
    package var gotosReached: Int
    /// Actions carried out or refused.
    package var actions: Int

    /// Replays `trajectory` in the world it begins in. Actions that a generated trajectory records as failed may fail.
    ///
    /// - Parameter beforeInteraction: Called with the world before every interaction, for measurements.
    package init(
        _ trajectory: Trajectory, in start: World, renderer: Renderer,
        beforeInteraction: (_ index: Int, LowAction, World) -> Void = { _, _, _ in }
    ) {
        var world = start
        var facts = WorldFacts(start.scene)
        let recorded = ReplayCheck.recordedSuccess(trajectory)
        taskType = trajectory.taskType.flatMap(TaskType.init)
        failures = []
        (gotos, gotosReached, actions, isSuccess) = (0, 0, 0, false)
        guard let plan = trajectory.plan, let goal = trajectory.goal else { return }
        for (index, low) in plan.lowActions.enumerated() {
            let action = low.action
            actions += 1
            let target = action.isInteraction ? low.targetObjectID.flatMap(start.scene.index(ofID:)) : nil
            if action.isInteraction { beforeInteraction(index, low, world) }
            do throws(ActionError) {
                // The recorded put names the thing in the hand too.
                if action == .put, world.held.map({ start.scene.objects[$0].id }) != low.api.objectID {
                    throw .handEmpty
                }
                try world.step(action, target: target, sight: renderer)
                facts.apply(low)
            } catch {
                if recorded?[index] != false {
                    failures.append(
                        Failure(
                            index: index, action: action, objectID: action.isInteraction ? low.targetObjectID : nil,
                            error: error))
                }
            }
            let isLast =
                index + 1 == plan.lowActions.count || plan.lowActions[index + 1].highIndex != low.highIndex
            guard isLast, plan.highLevel.indices.contains(low.highIndex) else { continue }
            let step = plan.highLevel[low.highIndex]
            guard step.action == .goto, let place = step.planner.location else { continue }
            gotos += 1
            gotosReached += AgentPose(location: place) == world.agent ? 1 : 0
        }
        if let taskType { isSuccess = GoalConditions(taskType, goal, in: facts).isSatisfied }
    }
}

extension Replay {
    /// Replays `trajectory` in the scene made for it.
    package init(_ trajectory: Trajectory, in real: RealScene, renderer: Renderer) {
        self.init(trajectory, in: real.world, renderer: renderer)
    }
}

extension WorldFacts {
    /// The facts of a scene nobody has touched.
    package init(_ scene: HouseScene) {
        var containers: [String: String] = [:]
        for object in scene.objects {
            if let parent = object.parent { containers[object.id] = scene.objects[parent].id }
        }
        self.init(known: scene.objects.filter { $0.sliceOf == nil }.map(\.id), containers: containers)
    }
}

/// How the replays of many trajectories went.
package struct ReplaySummary: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var trajectories = 0
        package var successes = 0
        package var withoutFailure = 0
        package var rate: Double { trajectories > 0 ? Double(successes) / Double(trajectories) : 0 }
    }

    package private(set) var total = Row()
    package private(set) var byType: [TaskType: Row] = [:]
    package private(set) var gotos = 0
    package private(set) var gotosReached = 0
    package private(set) var actions = 0
    package private(set) var failures = 0

    package init() {}

    package mutating func add(_ replay: Replay) {
        func count(_ row: inout Row) {
            row.trajectories += 1
            row.successes += replay.isSuccess ? 1 : 0
            row.withoutFailure += replay.failures.isEmpty ? 1 : 0
        }
        count(&total)
        if let type = replay.taskType { count(&byType[type, default: Row()]) }
        gotos += replay.gotos
        gotosReached += replay.gotosReached
        actions += replay.actions
        failures += replay.failures.count
    }
}

extension ReplaySummary {
    /// Adds the counts of another summary.
    package mutating func merge(_ other: ReplaySummary) {
        func add(_ row: inout Row, _ more: Row) {
            row.trajectories += more.trajectories
            row.successes += more.successes
            row.withoutFailure += more.withoutFailure
        }
        add(&total, other.total)
        for (type, row) in other.byType { add(&byType[type, default: Row()], row) }
        gotos += other.gotos
        gotosReached += other.gotosReached
        actions += other.actions
        failures += other.failures
    }
}

extension ReplaySummary: CustomStringConvertible {
    /// One line a task type, then the totals.
    package var description: String {
        func line(_ name: String, _ row: Row) -> String {
            "  \(name): \(row.successes) of \(row.trajectories) reach the goal (\(percent(row.successes, row.trajectories))), "
                + "\(row.withoutFailure) without a refused action"
        }
        let types = TaskType.allCases.compactMap { type in byType[type].map { line(type.rawValue, $0) } }
        return
            (types + [
                line("all", total), "  goto: \(gotosReached) of \(gotos) reached (\(percent(gotosReached, gotos)))",
                "  actions: \(failures) of \(actions) refused",
            ]).joined(separator: "\n")
    }
}

/// A share in percent with two digits.
func percent(_ part: Int, _ whole: Int) -> String {
    let hundredths = whole > 0 ? (part * 10_000 + whole / 2) / whole : 0
    let digits = String(hundredths % 100)
    return "\(hundredths / 100).\(digits.count < 2 ? "0" : "")\(digits) %"
}
