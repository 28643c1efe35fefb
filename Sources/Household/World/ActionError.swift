/// Why an action failed. The world is as before.
package enum ActionError: Error, Sendable, Equatable, CaseIterable {
    case blocked
    case horizonLimit
    case noTarget
    case notVisible
    case tooFar
    case handFull
    case handEmpty
    case notPickupable
    case notReceptacle
    case receptacleClosed
    case restricted
    case noRoom
    case notOpenable
    case alreadyOpen
    case alreadyClosed
    case mustBeOffToOpen
    case notToggleable
    case alreadyOn
    case alreadyOff
    case mustBeClosedToToggle
    case noKnife
    case notSliceable
    case alreadySliced

    /// THOR's text where it has one.
    package var message: String {
        switch self {
        case .blocked: "The way ahead is blocked."
        case .horizonLimit: "Can't look any further."
        case .noTarget: "Bad interact mask. Couldn't locate target object"
        case .notVisible: "Target object is not visible."
        case .tooFar: "Target object is not visible: it is more than 1.5 m away."
        case .handFull: "Your hand has something in it already!"
        case .handEmpty: "Can't place an object if Agent isn't holding anything"
        case .notPickupable: "Target object is not a pickupable object"
        case .notReceptacle: "This target object is NOT a receptacle!"
        case .receptacleClosed: "Target openable Receptacle is CLOSED, can't place if target is not open!"
        case .restricted: "The held object can't be placed in this receptacle."
        case .noRoom: "No valid positions to place object found"
        case .notOpenable: "Target object is not openable"
        case .alreadyOpen: "Target object is already open"
        case .alreadyClosed: "Target object is already closed"
        case .mustBeOffToOpen: "Target must be OFF to open!"
        case .notToggleable: "Target object is not toggleable"
        case .alreadyOn: "Target object is already toggled on"
        case .alreadyOff: "Target object is already toggled off"
        case .mustBeClosedToToggle: "Target must be closed to Toggle On!"
        case .noKnife: "Agent should be holding a knife before slicing."
        case .notSliceable: "Target object is not sliceable"
        case .alreadySliced: "Target object is already sliced"
        }
    }
}
