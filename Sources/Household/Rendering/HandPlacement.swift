/// Where a held object is drawn: lower middle of the picture, a little to the right, turned so that two sides and the
/// top show.
enum HandPlacement {
    /// The hand's own camera looks down by 20 degrees, whatever the agent's horizon is: a held thing keeps its attitude
    /// on the screen.
    static let axes = (
        right: SIMD3<Float>(1, 0, 0), up: SIMD3<Float>(0, 0.9396926, 0.3420201),
        forward: SIMD3<Float>(0, -0.3420201, 0.9396926)
    )

    /// A held object is nearer than anything else. Nearness in the room ends at 1 / 0.05 m.
    static let priority: Float = 100

    /// Degrees: shows the front and one side.
    static let yaw: Float = 205

    /// Base of a held object in the frame of the hand's camera, in metres.
    static func placement(of size: SIMD3<Float>) -> Placement {
        let span = (size.x * size.x + size.z * size.z).squareRoot()
        let depth = max(0.5, 2.6 * size.y + 0.1, 2.2 * span)
        // Camera coordinates: the base's middle projects to 265 px from the top of 300.
        let x = 0.1 * depth
        let y = (-115 / Camera.focalAt300) * depth
        let position = axes.right * x + axes.up * y + axes.forward * depth
        return Placement(position: position, yaw: yaw)
    }
}
