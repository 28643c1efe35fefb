internal import Household

/// Estimates of how far things are: enough to choose among instances.
extension Expert {
    /// The objects by the way from the agent to where one could stand before them; those that cannot be reached last.
    func sorted(_ candidates: [Int], from draft: PlanDraft) -> [Int] {
        guard candidates.count > 1 else { return candidates }
        let way = NavigationField(to: draft.world.agent, on: draft.world.scene.grid)
        return candidates.map { (cost(of: $0, way, draft), $0) }.sorted { $0 < $1 }.map(\.1)
    }

    /// The way to the two nearest targets and with each to a receptacle, the cheaper order.
    func tripCost(_ place: Int, _ targets: [Int], _ draft: PlanDraft) -> Int {
        let grid = draft.world.scene.grid
        guard let station = station(before: place, draft) else { return Int.max / 4 }
        let toPlace = NavigationField(to: station, on: grid)
        let toAgent = NavigationField(to: draft.world.agent, on: grid)
        let legs = targets.map { (cost(of: $0, toAgent, draft), cost(of: $0, toPlace, draft)) }
        var best = Int.max / 4
        for (first, a) in legs.enumerated() {
            for (second, b) in legs.enumerated() where first != second { best = min(best, a.0 + a.1 + 2 * b.1) }
        }
        return best
    }

    private func cost(of object: Int, _ way: NavigationField, _ draft: PlanDraft) -> Int {
        station(before: object, draft).flatMap(way.steps(from:)) ?? Int.max / 4
    }

    /// The reachable cell nearest to the object from which it is in reach, facing it.
    private func station(before object: Int, _ draft: PlanDraft) -> AgentPose? {
        let box = draft.world.bounds(of: object)
        var best: (distance: Float, pose: AgentPose)?
        for cell in draft.world.scene.grid.cells {
            let (x, z) = (Float(cell.x) * AgentPose.cell, Float(cell.y) * AgentPose.cell)
            guard box.horizontalDistance(x: x, z: z) <= World.reach else { continue }
            let (dx, dz) = (box.centre.x - x, box.centre.z - z)
            let distance = dx * dx + dz * dz
            guard distance >= PoseFinder.minimumDistance * PoseFinder.minimumDistance else { continue }
            guard best.map({ distance < $0.distance }) ?? true else { continue }
            let heading = abs(dx) > abs(dz) ? (dx > 0 ? 1 : 3) : (dz > 0 ? 0 : 2)
            best = (distance, AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: 0))
        }
        return best?.pose
    }
}
