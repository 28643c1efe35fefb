/// The twelve discrete actions of ALFRED. Raw values are the model's ids; 0 is padding.
///
/// The order is SPRINT's, so that ids compare with models of that line of work.
package enum Action: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case lookDown = 1
    case moveAhead = 2
    case rotateLeft = 3
    case pickup = 4
    case slice = 5
    case lookUp = 6
    case rotateRight = 7
    case open = 8
    case put = 9
    case close = 10
    case toggleOn = 11
    case toggleOff = 12

    /// Ids including padding.
    package static let idCount = 13

    /// What moves the agent or its view, in the order of ALFRED's lists; random choices are made in this order.
    package static let navigation: [Action] = [.moveAhead, .rotateLeft, .rotateRight, .lookUp, .lookDown]

    /// What takes an object, in the order of ALFRED's lists; random choices are made in this order.
    package static let interactions: [Action] = [.pickup, .put, .open, .close, .toggleOn, .toggleOff, .slice]

    /// The name in tables and in the store.
    package var name: String {
        switch self {
        case .lookDown: "LookDown"
        case .moveAhead: "MoveAhead"
        case .rotateLeft: "RotateLeft"
        case .pickup: "Pickup"
        case .slice: "Slice"
        case .lookUp: "LookUp"
        case .rotateRight: "RotateRight"
        case .open: "Open"
        case .put: "Put"
        case .close: "Close"
        case .toggleOn: "ToggleOn"
        case .toggleOff: "ToggleOff"
        }
    }

    package var description: String { name }

    /// Whether the action takes an object. The other five move the agent or its view.
    package var isInteraction: Bool {
        switch self {
        case .lookDown, .lookUp, .moveAhead, .rotateLeft, .rotateRight: false
        default: true
        }
    }
}
