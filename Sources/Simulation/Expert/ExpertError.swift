internal import ALFRED
package import Episodes
package import Household

/// Why the expert has no plan.
package struct ExpertError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The scene has nothing, or nothing left, of this name.
        case nothing(named: String)
        /// No pose of those that can be reached serves; `last` is what stood in the way of the last one tried.
        case noPose(objectID: String, action: String, last: Obstacle?)
        /// Everything was carried out, but the goal does not hold.
        case goalNotReached
        /// Too many ways were tried in vain.
        case gaveUp
    }

    /// What stood in the way of one attempt.
    package enum Obstacle: Error, Sendable, Equatable {
        case action(Action, ActionError)
        /// Fewer than ``Expert/minimumPixels`` pixels of the target are on screen.
        case hidden(Action, pixels: Int)
        /// There is no way to the pose.
        case noWay
        /// The object did not become clean, hot or cold.
        case untreated
    }

    package var reason: Reason

    package init(_ reason: Reason) { self.reason = reason }

    package var description: String {
        switch reason {
        case .nothing(let name): "there is no \(name) to use"
        case .noPose(let id, let action, let last):
            "\(id) cannot be reached for \(action)" + (last.map { ": \($0)" } ?? ": no pose shows it")
        case .goalNotReached: "the plan was carried out, but the goal does not hold"
        case .gaveUp: "too many ways were tried in vain"
        }
    }
}

extension ExpertError.Obstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .action(let action, let error): "\(action.releaseName) fails: \(error.message)"
        case .hidden(let action, let pixels): "only \(pixels) pixels are seen at \(action.releaseName)"
        case .noWay: "there is no way to the pose"
        case .untreated: "the treatment had no effect"
        }
    }
}
