package import Episodes

/// Where the agent stands and looks, on the 0.25 m grid.
package struct AgentPose: Sendable, Hashable {
    /// Side of a grid cell in metres; also the length of a step.
    package static let cell: Float = 0.25
    /// Degrees the view may be turned up (negative) and down.
    package static let horizons = -30...60
    /// Degrees of one look.
    package static let horizonStep = 15

    /// Cells of 0.25 m.
    package var x, z: Int
    /// 0 = +z, 1 = +x, 2 = -z, 3 = -x.
    package var heading: Int
    /// Degrees, positive looks down.
    package var horizon: Int

    package init(x: Int, z: Int, heading: Int, horizon: Int) {
        self.x = x
        self.z = z
        self.heading = heading
        self.horizon = horizon
    }

    /// The cell one step ahead.
    var cellAhead: (x: Int, z: Int) {
        (x + [0, 1, 0, -1][heading & 3], z + [1, 0, -1, 0][heading & 3])
    }

    /// The pose after a navigation action that succeeds; interactions do not move the agent. Limits are not applied.
    package func after(_ action: Action) -> AgentPose {
        var pose = self
        switch action {
        case .moveAhead: (pose.x, pose.z) = cellAhead
        case .rotateLeft: pose.heading = (heading + 3) % 4
        case .rotateRight: pose.heading = (heading + 1) % 4
        case .lookUp: pose.horizon -= Self.horizonStep
        case .lookDown: pose.horizon += Self.horizonStep
        default: break
        }
        return pose
    }
}
