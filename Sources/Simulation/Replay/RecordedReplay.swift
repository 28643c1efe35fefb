package import ALFRED
package import Episodes
package import Household

/// An action as a trajectory or a rollout records it.
package struct RecordedAction: Sendable, Equatable {
    /// What was done.
    package var action: Action
    /// Id of what an interaction acts on, for Put the receptacle; nil for navigation.
    package var objectID: String?
    /// Id of what a Put puts down; nil where the record does not say.
    var heldID: String?
    /// Whether the record has the action fail. Generated trajectories say so; in ALFRED's own everything succeeds.
    package var fails: Bool

    /// An action that succeeds by the record unless said otherwise.
    package init(_ action: Action, objectID: String? = nil, heldID: String? = nil, fails: Bool = false) {
        self.action = action
        self.objectID = objectID
        self.heldID = heldID
        self.fails = fails
    }
}

extension Trajectory {
    /// The plan's low actions as a replay takes them; none without a plan.
    package var recordedActions: [RecordedAction] {
        let successes = recordedSuccess
        return (plan?.lowActions ?? []).enumerated().map { index, low in
            RecordedAction(
                low.action, objectID: low.targetObjectID, heldID: low.action == .put ? low.api.objectID : nil,
                fails: successes?[index] == false)
        }
    }

    /// Which actions succeeded, as generated trajectories record it; nil for others.
    var recordedSuccess: [Bool]? {
        guard case .object(let members)? = extras[GeneratedEpisode.extrasKey],
            case .array(let flags)? = members["action_success"]
        else { return nil }
        let values = flags.compactMap { if case .bool(let value) = $0 { value } else { nil } }
        return values.count == actionCount ? values : nil
    }
}

/// Recorded actions carried out again, one after the other, with every precondition. After an action that the simulator
/// refuses the replay goes on, as the environment does.
package struct RecordedReplay: IteratorProtocol {
    /// What came of one action.
    package struct Step: Sendable, Equatable {
        /// The action's place in the record.
        package var index: Int
        /// The action itself.
        package var recorded: RecordedAction
        /// Index of the object acted on; nil for navigation and for an id that the scene does not have.
        package var target: Int?
        /// Why the simulator refused it; the world is then as before.
        package var refusal: ActionError?

        /// Whether it was refused although the record has it succeed: what follows may differ from what was recorded.
        package var isDivergence: Bool { refusal != nil && !recorded.fails }
    }

    /// The whole record.
    package let actions: [RecordedAction]
    /// The task's state after the actions taken so far.
    package private(set) var environment: TaskEnvironment
    /// The action that comes next; the number of actions at the end.
    package private(set) var position = 0

    /// A replay of `actions` from where the environment stands.
    package init(_ actions: [RecordedAction], from environment: TaskEnvironment) {
        self.actions = actions
        self.environment = environment
    }

    /// A replay of a trajectory in the world it began in (``SceneLibrary/world(of:)``). A trajectory of no known task
    /// is replayed as well.
    ///
    /// - Parameter renderer: Decides what is seen. Any size.
    package init(_ trajectory: Trajectory, in world: World, renderer: Renderer) {
        let task = HouseTask(trajectory) ?? HouseTask(.simple, GoalParameters(objectTarget: ""))
        self.init(
            trajectory.recordedActions,
            from: TaskEnvironment(task, in: world, renderer: renderer, rewardKind: .sparse))
    }

    /// The world after the actions taken so far.
    package var world: World { environment.world }

    /// Carries out the next action; nil at the end.
    ///
    /// A Put whose record names something else than what is in the hand is refused like one with an empty hand.
    package mutating func next() -> Step? {
        guard position < actions.count else { return nil }
        let recorded = actions[position]
        var step = Step(
            index: position, recorded: recorded, target: recorded.objectID.flatMap(world.scene.index(ofID:)))
        if let heldID = recorded.heldID, world.held.map({ world.scene.objects[$0].id }) != heldID {
            step.refusal = .handEmpty
        } else {
            step.refusal = environment.step(recorded.action, target: step.target).failure
        }
        position += 1
        return step
    }
}
