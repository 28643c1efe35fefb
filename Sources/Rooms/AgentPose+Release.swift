package import ALFRED
package import Household

extension AgentPose {
    /// The start pose; nil when it is off the grid.
    package init?(_ start: InitialAction) {
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
    package init?(location: String) {
        let fields = location.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0] == "loc", let x = Int(fields[1]), let z = Int(fields[2]),
            let heading = Int(fields[3]), let horizon = Int(fields[4]), (0...3).contains(heading),
            [x, z, horizon].allSatisfy({ abs($0) < 1_000_000 })
        else { return nil }
        self.init(x: x, z: z, heading: heading, horizon: horizon)
    }

    /// `loc|x|z|rotation|horizon`, as a GotoLocation names its goal.
    package var location: String { "loc|\(x)|\(z)|\(heading)|\(horizon)" }
}
