/// What ALFRED's goal check asks of a state (`env/tasks.py`): recorded actions, a simulated world and a THOR metadata
/// message can all answer it.
package protocol GoalFacts {
    /// How the state names its objects: by id or by index.
    associatedtype Object: Hashable

    /// The objects that exist now, can play the role, and whose id contains `name`.
    func objects(named name: String, _ role: GoalRole) -> [Object]
    /// The receptacles that report the object among their contents.
    func receptacles(holding object: Object) -> [Object]
    /// The object in the hand.
    var heldObject: Object? { get }
    /// Whether a lamp is on and seen.
    func isLit(_ lamp: Object) -> Bool
    /// Whether the object was ever cleaned, heated or cooled.
    func isTreated(_ object: Object, _ treatment: Treatment) -> Bool
}

/// The property the reference filters objects by.
package enum GoalRole: Sendable {
    case pickupable, receptacle, toggleable
}

/// What is done to an object on its way to the goal.
package enum Treatment: Sendable, CaseIterable {
    case cleaned, heated, cooled
}

extension WorldFacts: GoalFacts {
    /// The recorded actions tell nothing of properties: every object plays every role.
    package func objects(named name: String, _ role: GoalRole) -> [String] {
        known.filter { ObjectID.goalCheckMatches($0, name: name) }
    }

    package var heldObject: String? { held }

    /// The recorded actions tell nothing of sight: what is on is seen.
    package func isLit(_ lamp: String) -> Bool { toggledOn.contains(lamp) }

    package func isTreated(_ object: String, _ treatment: Treatment) -> Bool {
        switch treatment {
        case .cleaned: cleaned.contains(object)
        case .heated: heated.contains(object)
        case .cooled: cooled.contains(object)
        }
    }
}
