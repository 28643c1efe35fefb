package import Ground

/// How the agent of a simulated episode behaves: the name in trajectories, in the store and in every filter.
package enum Behaviour: String, Sendable, CaseIterable, Codable {
    /// Carries out the expert's plan.
    case expert
    /// Follows the expert, but takes random actions now and then and plans anew after each.
    case noisy
    /// Goes somewhere else first, then does what is asked: succeeds late.
    case detour
    /// Does a sub-task with an object or place of another class.
    case wrongObject = "wrong-object"
    /// Does the first sub-tasks only.
    case partial
    /// Random actions, most of which are legal.
    case aimless
    /// Follows the expert up to a state on its way, takes other actions there, then wanders or recovers.
    case branch
    /// The expert from a random place in the room.
    case start
    /// The expert from a state that another behaviour got into.
    case recovery
    /// Random actions of generated episodes, which are asked for nothing.
    case random

    /// Whether it does what is asked without going astray, so that a task can be cut from it.
    package var isExpertLike: Bool { self == .expert || self == .start }

    /// The behaviour of a name.
    ///
    /// - Throws: ``UnknownName`` with the nearest known name.
    package init(named name: String) throws(UnknownName) {
        guard let known = Behaviour(rawValue: name) else { throw UnknownName(name: name) }
        self = known
    }

    /// The behaviours of some names.
    ///
    /// - Throws: ``UnknownName`` for the first that none has.
    package static func named(_ names: [String]) throws(UnknownName) -> [Behaviour] {
        var found: [Behaviour] = []
        for name in names { found.append(try Behaviour(named: name)) }
        return found
    }

    /// Those that tasks are cut from where nothing else is asked for.
    package static let expertLike = Behaviour.allCases.filter(\.isExpertLike)

    /// A name that no behaviour has.
    package struct UnknownName: ExitCoded, Equatable {
        package var name: String
        package var exit: StageExit { .badInput }

        /// The known name with the fewest letters to change.
        var nearest: String {
            let names = Behaviour.allCases.map(\.rawValue)
            return names.min { Spelling.distance($0, name) < Spelling.distance($1, name) } ?? ""
        }

        package var description: String {
            let known = Behaviour.allCases.map(\.rawValue).joined(separator: ", ")
            return "there is no behaviour \"\(name)\"; did you mean \"\(nearest)\"? Known: \(known)"
        }
    }
}
