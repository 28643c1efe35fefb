internal import Household
internal import Synchronization

/// How many actions every pose of a room is away from working on any of some objects.
///
/// A pose is good when the object is ahead and within reach; the nearer the better, so that the last steps towards it
/// count as well. Costs are kept in quarters of an action.
final class ApproachField: Sendable {
    private let boxes: [Bounds]
    private let grid: CellGrid
    private let eyeY: Float
    /// By cell and heading.
    private let costs: [UInt16]
    static let unreachable = UInt16.max
    static let stepCost = 4
    /// For a cell's width between the agent and the object: less than a step, so that stepping closer always pays.
    private static let gapCost: Float = 3
    /// Degrees an object may be above or below the middle of the view.
    private static let slack: Float = 20
    /// Actions within which looking up and down begins to matter.
    private static let lookDistance = 8.0

    init(to boxes: [Bounds], in scene: HouseScene) {
        self.boxes = boxes
        grid = scene.grid
        eyeY = scene.eyeY
        costs = Self.spread(
            Self.sources(boxes, scene.grid, within: Self.reach(boxes, scene.grid)), over: scene.grid)
    }

    /// Actions from a pose; nil where there is no way.
    func cost(from pose: AgentPose) -> Double? {
        guard let cell = grid.index(x: pose.x, z: pose.z), (0...3).contains(pose.heading) else { return nil }
        let cost = costs[cell * 4 + pose.heading]
        guard cost != Self.unreachable else { return nil }
        return Double(cost) / Double(Self.stepCost) + looks(from: pose)
    }

    /// Looks up or down, the more of them the nearer the pose; 0 where there is no way.
    func looks(from pose: AgentPose) -> Double {
        guard let cell = grid.index(x: pose.x, z: pose.z), (0...3).contains(pose.heading) else { return 0 }
        let cost = costs[cell * 4 + pose.heading]
        guard cost != Self.unreachable else { return 0 }
        return tilt(pose) * max(0, 1 - Double(cost) / Double(Self.stepCost) / Self.lookDistance)
    }

    /// Looks up or down that the nearest object is out of view by.
    private func tilt(_ pose: AgentPose) -> Double {
        let (x, z) = (Float(pose.x) * AgentPose.cell, Float(pose.z) * AgentPose.cell)
        guard let box = boxes.min(by: { $0.horizontalDistance(x: x, z: z) < $1.horizontalDistance(x: x, z: z) })
        else { return 0 }
        let d = SIMD2(box.centre.x - x, box.centre.z - z)
        let level = max(0.3, (d * d).sum().squareRoot())
        let wanted = Angles.degrees(rise: eyeY - box.centre.y, run: level)
        return Double(max(0, abs(Float(pose.horizon) - wanted) - Self.slack)) / Double(AgentPose.horizonStep)
    }

    private static func freeCells(_ grid: CellGrid) -> [(index: Int, x: Float, z: Float)] {
        (0..<(grid.width * grid.depth)).filter(grid.isFree).map { index in
            (
                index, Float(index % grid.width + grid.minX) * AgentPose.cell,
                Float(index / grid.width + grid.minZ) * AgentPose.cell
            )
        }
    }

    /// Within which distance a pose is good: what the agent can reach, or a little more than the nearest cell is away.
    static func reach(_ boxes: [Bounds], _ grid: CellGrid) -> Float {
        guard sources(boxes, grid, within: World.reach).isEmpty else { return World.reach }
        let nearest = freeCells(grid).flatMap { cell in
            boxes.map { $0.horizontalDistance(x: cell.x, z: cell.z) }
        }.min()
        return nearest.map { $0 + AgentPose.cell } ?? World.reach
    }

    /// Poses that have an object ahead, with what they lack.
    static func sources(
        _ boxes: [Bounds], _ grid: CellGrid, within reach: Float
    ) -> [(node: Int, cost: Int)] {
        let ahead = [SIMD2<Float>(0, 1), SIMD2(1, 0), SIMD2(0, -1), SIMD2(-1, 0)]
        // A little more than 45 degrees to either side.
        let least: Float = 0.64
        var sources: [(node: Int, cost: Int)] = []
        for cell in freeCells(grid) {
            for box in boxes {
                let distance = box.horizontalDistance(x: cell.x, z: cell.z)
                guard distance <= reach else { continue }
                let cost = Int((distance / AgentPose.cell * gapCost).rounded())
                let here = SIMD2(cell.x, cell.z)
                let nearest = SIMD2(
                    min(max(cell.x, box.min.x), box.max.x), min(max(cell.z, box.min.z), box.max.z))
                let ways = [nearest - here, SIMD2(box.centre.x, box.centre.z) - here]
                for heading in 0..<4
                where ways.contains(where: { ($0 * ahead[heading]).sum() > least * ($0 * $0).sum().squareRoot() }) {
                    sources.append((cell.index * 4 + heading, cost))
                }
            }
        }
        return sources
    }

    /// Dijkstra's algorithm with a list of nodes for each cost.
    static func spread(_ sources: [(node: Int, cost: Int)], over grid: CellGrid) -> [UInt16] {
        var costs = [UInt16](repeating: unreachable, count: grid.width * grid.depth * 4)
        var waiting: [[Int]] = []
        func reach(_ node: Int, _ cost: Int) {
            guard cost < Int(costs[node]) else { return }
            costs[node] = UInt16(cost)
            while waiting.count <= cost { waiting.append([]) }
            waiting[cost].append(node)
        }
        for source in sources { reach(source.node, source.cost) }
        var cost = 0
        while cost < waiting.count {
            for node in waiting[cost] where Int(costs[node]) == cost {
                let (cell, heading) = (node / 4, node % 4)
                let next = cost + stepCost
                guard next < Int(unreachable) else { continue }
                reach(cell * 4 + (heading + 1) % 4, next)
                reach(cell * 4 + (heading + 3) % 4, next)
                let (x, z) = (cell % grid.width + grid.minX, cell / grid.width + grid.minZ)
                let behind = grid.index(x: x - [0, 1, 0, -1][heading], z: z - [1, 0, -1, 0][heading])
                if let behind, grid.isFree(behind) { reach(behind * 4 + heading, next) }
            }
            waiting[cost] = []
            cost += 1
        }
        return costs
    }
}

/// The fields of a room, by what they lead to: most goals of an episode need the same ones.
final class ApproachFields: Sendable {
    private let known = Mutex<[[Bounds]: ApproachField]>([:])

    func field(to boxes: [Bounds], in scene: HouseScene) -> ApproachField {
        if let field = known.withLock({ $0[boxes] }) { return field }
        let field = ApproachField(to: boxes, in: scene)
        known.withLock { $0[boxes] = field }
        return field
    }
}
