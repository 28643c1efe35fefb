internal import Household

/// How many actions every pose of a room is away from having worked through a list of places, in order: a shortest way
/// through all of them, made from the last place backwards.
///
/// Costs are kept in quarters of an action. A pose is good for a place as in ``ApproachField``.
struct WayToGoal: Sendable {
    private let grid: CellGrid
    /// By cell and heading; nil where nothing is left to do.
    private var costs: [UInt16]?
    /// What is left whatever the pose.
    private var constant = 0

    /// Nothing left to do.
    init(on grid: CellGrid) { self.grid = grid }

    /// Something is done before, wherever the agent stands.
    mutating func precede(actions: Double) { constant += Self.quarters(actions) }

    /// A place is worked on before: one of some objects, each with the interactions that it takes.
    mutating func precede(places: [(box: Bounds, actions: Double)]) {
        let boxes = places.map(\.box)
        let reach = ApproachField.reach(boxes, grid)
        precede(
            stations: places.flatMap { place in
                ApproachField.sources([place.box], grid, within: reach).map {
                    (node: $0.node, cost: $0.cost + Self.quarters(place.actions))
                }
            })
    }

    /// The agent goes somewhere before.
    mutating func precede(pose: AgentPose) {
        guard let cell = grid.index(x: pose.x, z: pose.z), (0...3).contains(pose.heading) else { return }
        precede(stations: [(cell * 4 + pose.heading, 0)])
    }

    private mutating func precede(stations: [(node: Int, cost: Int)]) {
        let later = costs
        let onward = stations.compactMap { station -> (node: Int, cost: Int)? in
            let rest = later?[station.node] ?? 0
            return rest == ApproachField.unreachable ? nil : (station.node, station.cost + Int(rest))
        }
        costs = ApproachField.spread(onward, over: grid)
    }

    /// Actions from a pose; nil where there is no way.
    func actions(from pose: AgentPose) -> Double? {
        guard let costs else { return Double(constant) / Double(ApproachField.stepCost) }
        guard let cell = grid.index(x: pose.x, z: pose.z), (0...3).contains(pose.heading) else { return nil }
        let cost = costs[cell * 4 + pose.heading]
        return cost == ApproachField.unreachable ? nil : Double(Int(cost) + constant) / Double(ApproachField.stepCost)
    }

    private static func quarters(_ actions: Double) -> Int { Int((actions * Double(ApproachField.stepCost)).rounded()) }
}
