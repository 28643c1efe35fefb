/// Where the agent stands and looks, on the 0.25 m grid.
public struct AgentPose: Sendable, Hashable {
    /// Cells of 0.25 m.
    public var x, z: Int
    /// 0 = +z, 1 = +x, 2 = -z, 3 = -x.
    public var heading: Int
    /// Degrees, positive looks down.
    public var horizon: Int

    public init(x: Int, z: Int, heading: Int, horizon: Int) {
        self.x = x
        self.z = z
        self.heading = heading
        self.horizon = horizon
    }

    /// The start pose; nil when it is off the grid.
    public init?(_ start: InitialAction) {
        let (x, z) = (start.position.x * 4, start.position.z * 4)
        guard abs(x) < 1e6, abs(z) < 1e6, start.rotation % 90 == 0, (-1_000_000...1_000_000).contains(start.horizon)
        else {
            return nil
        }
        self.init(
            x: Int(x.rounded()), z: Int(z.rounded()), heading: (start.rotation / 90 % 4 + 4) % 4,
            horizon: start.horizon)
    }

    /// Reads `loc|x|z|rotation|horizon` of a GotoLocation.
    public init?(location: String) {
        let fields = location.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0] == "loc", let x = Int(fields[1]), let z = Int(fields[2]),
            let heading = Int(fields[3]), let horizon = Int(fields[4]), (0...3).contains(heading),
            [x, z, horizon].allSatisfy({ abs($0) < 1_000_000 })
        else { return nil }
        self.init(x: x, z: z, heading: heading, horizon: horizon)
    }

    /// The pose after a navigation action that succeeds; interactions do not move the agent.
    public func after(_ action: LowActionName) -> AgentPose {
        var pose = self
        switch action {
        case .moveAhead:
            pose.x += [0, 1, 0, -1][heading]
            pose.z += [1, 0, -1, 0][heading]
        case .rotateLeft: pose.heading = (heading + 3) % 4
        case .rotateRight: pose.heading = (heading + 1) % 4
        case .lookUp: pose.horizon -= 15
        case .lookDown: pose.horizon += 15
        default: break
        }
        return pose
    }
}
