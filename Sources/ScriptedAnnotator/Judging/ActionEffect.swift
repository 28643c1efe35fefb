internal import RewardLabeling
internal import ALFRED
internal import Episodes
internal import Household

/// What two consecutive pictures say about the action between them.
enum ActionEffect: Sendable, Equatable {
    /// They are the same: the action failed, or time stands still.
    case none
    /// What the action does, happened, and nothing else.
    case asNamed
    /// Something else happened: a jump, a step backwards, things that move by themselves.
    case other

    init(_ action: Span.ShownAction, from before: StateFacts, to after: StateFacts) {
        if before.looksLike(after) {
            self = .none
            return
        }
        guard action.action.isInteraction else {
            let isAsNamed =
                after.agent == before.agent.after(action.action) && before.hasSameObjects(as: after)
            self = isAsNamed ? .asNamed : .other
            return
        }
        let isAsNamed = before.agent == after.agent && Self.hasHappened(action, before, after)
        self = isAsNamed ? .asNamed : .other
    }

    private static func hasHappened(
        _ action: Span.ShownAction, _ before: StateFacts, _ after: StateFacts
    ) -> Bool {
        func isNamed(_ object: Int) -> Bool {
            guard let name = action.object else { return true }
            return ObjectID(before.world.scene.objects[object].id).baseType == name[...]
        }
        /// The named object has got or lost a flag.
        func hasChanged(_ flag: ObjectFlags, to isSet: Bool) -> Bool {
            before.world.states.indices.contains { object in
                before.world.states[object].flags.contains(flag) != isSet
                    && after.world.states[object].flags.contains(flag) == isSet && isNamed(object)
            }
        }
        switch action.action {
        case .pickup:
            guard before.world.held == nil, let held = after.world.held else { return false }
            return isNamed(held)
        case .put:
            guard let held = before.world.held, after.world.held == nil else { return false }
            return after.world.parent(of: held).map(isNamed) ?? false
        case .open: return hasChanged(.open, to: true)
        case .close: return hasChanged(.open, to: false)
        case .toggleOn: return hasChanged(.on, to: true)
        case .toggleOff: return hasChanged(.on, to: false)
        case .slice: return hasChanged(.sliced, to: true)
        default: return false
        }
    }
}
