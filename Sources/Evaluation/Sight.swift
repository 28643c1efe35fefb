package import Features
internal import Simulation

/// What a policy is shown of the world: what it learned from.
package enum Sight: Sendable {
    /// The simulator's picture, in the size that is stored.
    case pictures
    /// Features made of what the simulator shows.
    case features(WorldEncoder)

    /// Bytes of a record of it.
    func byteCount(_ drawing: FrameDrawing) -> Int {
        switch self {
        case .pictures: drawing.byteCount
        case .features(let encoder): encoder.byteCount
        }
    }
}
