/// Where a held object comes to stand.
struct FreeSpot: Equatable {
    /// Middle of the object's base in the room.
    var position: SIMD3<Float>
    /// Degrees.
    var yaw: Float
}

extension World {
    /// Distance between the places that are tried, in metres.
    static let spotRaster: Float = 0.05

    /// How much of an object's footprint and height must fit, tried one after the other. Boxes are generous: things are
    /// round, reach over an edge, and lean; a knife stands in a mug.
    static let fits: [Float] = [1, 0.7, 0.45]
    /// Also tried in what can be carried itself, where things stick out.
    static let looseFits: [Float] = fits + [0.2]

    /// The place for an object in or on a receptacle nearest to the agent where it touches nothing else.
    ///
    /// Every surface is tried on a raster, the object lengthwise and crosswise, as a whole first and then less strictly
    /// (``fits``). Of equally near places the first wins, so that the same state gives the same place.
    func freeSpot(for object: Int, in receptacle: Int) -> FreeSpot? {
        let placement = placement(of: receptacle)
        let agent = placement.inverseDirection(
            SIMD3(
                Float(agent.x) * AgentPose.cell, scene.room.floorY + HouseScene.agentHeight,
                Float(agent.z) * AgentPose.cell) - placement.position)
        let obstacles = states.indices.compactMap { index -> Bounds? in
            guard index != object, states[index].parent == Int16(receptacle), states[index].isPresent else {
                return nil
            }
            return Placement(
                position: placement.inverseDirection(states[index].position - placement.position),
                yaw: states[index].yaw - states[receptacle].yaw
            ).bounds(scene.objects[index].localBounds)
        }
        let isMovable = scene.objects[receptacle].type.traits.contains(.movableReceptacle)
        for fit in isMovable ? Self.looseFits : Self.fits {
            if let spot = freeSpot(scene.objects[object].size * fit, receptacle, obstacles, fit, from: agent) {
                return FreeSpot(position: placement.point(spot.local), yaw: states[receptacle].yaw + spot.turn)
            }
        }
        return nil
    }

    /// The nearest place for a box of `size` among `obstacles` shrunk by `fit`, in the receptacle's frame.
    private func freeSpot(
        _ size: SIMD3<Float>, _ receptacle: Int, _ obstacles: [Bounds], _ fit: Float, from agent: SIMD3<Float>
    ) -> (local: SIMD3<Float>, turn: Float)? {
        let obstacles = obstacles.map { box in
            var half = box.size / 2 * fit
            half.y = box.size.y / 2
            return Bounds(min: box.centre - half, max: box.centre + half)
        }
        var best: (distance: Float, local: SIMD3<Float>, turn: Float)?
        for surface in scene.objects[receptacle].surfaces where size.y <= surface.clearance {
            for turn: Float in [0, 90] {
                let half = turn == 0 ? SIMD2(size.x, size.z) / 2 : SIMD2(size.z, size.x) / 2
                for local in Self.raster(surface, half) {
                    let d = local - agent
                    let distance = (d * d).sum()
                    if let best, best.distance <= distance { continue }
                    let box = Bounds(
                        min: local - SIMD3(half.x, 0, half.y), max: local + SIMD3(half.x, size.y, half.y))
                    if !obstacles.contains(where: box.overlaps) { best = (distance, local, turn) }
                }
            }
        }
        return best.map { ($0.local, $0.turn) }
    }

    /// The middles of a footprint on a surface.
    private static func raster(_ surface: SceneObject.Surface, _ half: SIMD2<Float>) -> [SIMD3<Float>] {
        func values(_ low: Float, _ high: Float) -> [Float] {
            guard low <= high else { return [] }
            let count = Int((high - low) / spotRaster)
            return (0...count).map { low + Float($0) * spotRaster } + [high]
        }
        let xs = values(surface.minX + half.x, surface.maxX - half.x)
        return values(surface.minZ + half.y, surface.maxZ - half.y).flatMap { z in
            xs.map { SIMD3($0, surface.y, z) }
        }
    }
}
