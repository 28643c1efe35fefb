internal import CRaster

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The pinhole camera of ALFRED: 60 degrees of view, 1.576 m above the floor.
package struct Camera: Sendable, Equatable {
    /// Pixels for one metre at a depth of one metre in a picture 300 pixels high, fitted to ALFRED's frames.
    static let focalAt300: Float = 259.81
    /// What is nearer than this many metres along the view axis is not drawn.
    package static let nearDepth: Float = 0.05

    /// Metres in the room.
    package let eye: SIMD3<Float>
    /// Unit axes in the room.
    package let right, up, forward: SIMD3<Float>
    /// Pixels.
    package let width, height: Int
    let focal: Float

    /// - Parameter eyeY: Height of the camera in the room's coordinates, ``HouseScene/eyeY``.
    package init(_ pose: AgentPose, eyeY: Float, width: Int = 300, height: Int = 300) {
        eye = SIMD3(Float(pose.x) * AgentPose.cell, eyeY, Float(pose.z) * AgentPose.cell)
        let sine: Float = [0, 1, 0, -1][pose.heading & 3]
        let cosine: Float = [1, 0, -1, 0][pose.heading & 3]
        let angle = Double(pose.horizon) * .pi / 180
        let (down, level) = (Float(sin(angle)), Float(cos(angle)))
        right = SIMD3(cosine, 0, -sine)
        up = SIMD3(down * sine, level, down * cosine)
        forward = SIMD3(level * sine, -down, level * cosine)
        self.width = width
        self.height = height
        focal = Self.focalAt300 / 300 * Float(height)
    }

    /// The camera of a world's agent.
    package init(_ world: World, width: Int = 300, height: Int = 300) {
        self.init(world.agent, eyeY: world.scene.eyeY, width: width, height: height)
    }

    /// Where a point of the room is in the picture: pixels from the upper left corner, and metres along the view axis.
    /// Nil behind the near plane.
    package func project(_ point: SIMD3<Float>) -> (u: Float, v: Float, depth: Float)? {
        let d = point - eye
        let depth = (d * forward).sum()
        guard depth >= Self.nearDepth else { return nil }
        return (
            Float(width) / 2 + focal * (d * right).sum() / depth, Float(height) / 2 - focal * (d * up).sum() / depth,
            depth
        )
    }

    /// The direction from the eye through a point of the picture; its part along the view axis is 1.
    package func ray(u: Float, v: Float) -> SIMD3<Float> {
        forward + right * ((u - Float(width) / 2) / focal) + up * ((Float(height) / 2 - v) / focal)
    }

    /// For the kernels: the whole picture.
    var view: CRView {
        let hand = HandPlacement.axes
        return CRView(
            right: (right.x, right.y, right.z), up: (up.x, up.y, up.z),
            forward: (forward.x, forward.y, forward.z),
            handRight: (hand.right.x, hand.right.y, hand.right.z), handUp: (hand.up.x, hand.up.y, hand.up.z),
            handForward: (hand.forward.x, hand.forward.y, hand.forward.z), eye: (eye.x, eye.y, eye.z),
            focal: focal, centreX: Float(width) / 2, centreY: Float(height) / 2, nearDepth: Self.nearDepth, minX: 0,
            minY: 0, maxX: Int32(width), maxY: Int32(height))
    }
}
