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
    static let fits: [Float] = [1, 0.7, 0.45, 0.25, 0.1]
    /// Places that are looked at before the nearest is taken unseen, and how far apart they are at least, in metres.
    static let looks = 24
    static let spacing: Float = 0.09

    /// The place for an object in or on a receptacle nearest to the agent where it touches nothing else and can be
    /// seen.
    ///
    /// As in THOR the points of a receptacle are tried by their distance from the agent's middle, and only those in
    /// view. Every surface is tried on a raster, the object lengthwise and crosswise, as a whole first and then less
    /// strictly (``fits``). Where no place is in view, the nearest is taken. Of equally near places the first wins, so
    /// that the same state gives the same place.
    func freeSpot(for object: Int, in receptacle: Int, sight: Renderer) -> FreeSpot? {
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
        var nearest: FreeSpot?
        for fit in Self.fits {
            let spots = freeSpots(scene.objects[object].size * fit, receptacle, obstacles, fit, from: agent)
            var tried: [SIMD3<Float>] = []
            for spot in spots where tried.count < Self.looks {
                let isNear = tried.contains { point in
                    let d = point - spot.local
                    return (d * d).sum() < Self.spacing * Self.spacing
                }
                if isNear { continue }
                tried.append(spot.local)
                let place = FreeSpot(
                    position: placement.point(spot.local), yaw: states[receptacle].yaw + spot.turn)
                if nearest == nil { nearest = place }
                var after = self
                after.put(object, into: receptacle, at: place)
                if sight.sees(object, in: after, atLeast: 10) { return place }
            }
        }
        return nearest
    }

    /// The places for a box of `size` among `obstacles` shrunk by `fit`, in the receptacle's frame, nearest first.
    private func freeSpots(
        _ size: SIMD3<Float>, _ receptacle: Int, _ obstacles: [Bounds], _ fit: Float, from agent: SIMD3<Float>
    ) -> [(distance: Float, order: Int, local: SIMD3<Float>, turn: Float)] {
        let obstacles = obstacles.map { box in
            var half = box.size / 2 * fit
            half.y = box.size.y / 2
            return Bounds(min: box.centre - half, max: box.centre + half)
        }
        var spots: [(distance: Float, order: Int, local: SIMD3<Float>, turn: Float)] = []
        for surface in scene.objects[receptacle].surfaces where size.y <= surface.clearance {
            for turn: Float in [0, 90] {
                let half = turn == 0 ? SIMD2(size.x, size.z) / 2 : SIMD2(size.z, size.x) / 2
                for local in Self.raster(surface, half) {
                    let d = local - agent
                    let box = Bounds(
                        min: local - SIMD3(half.x, 0, half.y), max: local + SIMD3(half.x, size.y, half.y))
                    if !obstacles.contains(where: box.overlaps) {
                        spots.append(((d * d).sum(), spots.count, local, turn))
                    }
                }
            }
        }
        return spots.sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
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
