internal import Household

extension CellGrid {
    /// The cells of a furnished room where the agent can stand and walk to each other: its disc of 0.2 m touches
    /// neither wall nor furniture. Of several separate parts the largest; the first of equal ones.
    init(of outline: FloorOutline, without boxes: [Bounds]) {
        let radius: Float = 0.2
        let room = outline.outer
        let cell = Household.AgentPose.cell
        let obstacles = boxes.filter(RoomBuilder.blocks)
        var free: [SIMD2<Int>] = []
        for z in Int((room.minZ / cell).rounded(.up))...Int((room.maxZ / cell).rounded(.down)) {
            for x in Int((room.minX / cell).rounded(.up))...Int((room.maxX / cell).rounded(.down)) {
                let (px, pz) = (Float(x) * cell, Float(z) * cell)
                guard outline.holdsDisc(x: px, z: pz, radius: radius),
                    !obstacles.contains(where: { $0.horizontalDistance(x: px, z: pz) < radius })
                else { continue }
                free.append(SIMD2(x, z))
            }
        }
        self.init(cells: Self.largestPart(of: free))
    }

    /// The largest set of cells connected by single steps.
    static func largestPart(of cells: [SIMD2<Int>]) -> [SIMD2<Int>] {
        var left = Set(cells)
        var best: [SIMD2<Int>] = []
        for start in cells where left.contains(start) {
            var part = [start]
            left.remove(start)
            var next = 0
            while next < part.count {
                for step in [SIMD2(1, 0), SIMD2(-1, 0), SIMD2(0, 1), SIMD2(0, -1)] {
                    let cell = part[next] &+ step
                    if left.remove(cell) != nil { part.append(cell) }
                }
                next += 1
            }
            if part.count > best.count { best = part }
        }
        return best
    }
}
