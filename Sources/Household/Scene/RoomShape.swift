/// A rectilinear room: floor, walls around it, ceiling.
package struct RoomShape: Sendable, Equatable {
    /// A rectangle of the floor, in metres.
    package struct Rectangle: Sendable, Hashable {
        /// Its edges.
        package var minX, maxX, minZ, maxZ: Float

        package init(minX: Float, maxX: Float, minZ: Float, maxZ: Float) {
            self.minX = minX
            self.maxX = maxX
            self.minZ = minZ
            self.maxZ = maxZ
        }

        /// In square metres.
        package var area: Float { (maxX - minX) * (maxZ - minZ) }

        /// Whether the point lies in it or on its edge.
        package func contains(x: Float, z: Float) -> Bool { minX <= x && x <= maxX && minZ <= z && z <= maxZ }
    }

    /// The floor as rectangles that share edges but no area.
    package var floor: [Rectangle]
    /// Height of the floor; THOR's is not 0 in every room.
    package var floorY: Float
    /// From the floor to the ceiling, in metres.
    package var height: Float
    /// Of the whole floor.
    package var floorMaterial: Material
    /// Of all walls.
    package var wallMaterial: Material
    /// Of the ceiling.
    package var ceilingMaterial: Material

    package init(
        floor: [Rectangle], floorY: Float = 0, height: Float = 2.7, floorMaterial: Material, wallMaterial: Material,
        ceilingMaterial: Material
    ) {
        self.floor = floor
        self.floorY = floorY
        self.height = height
        self.floorMaterial = floorMaterial
        self.wallMaterial = wallMaterial
        self.ceilingMaterial = ceilingMaterial
    }

    /// Floor, walls and ceiling as seen from inside. A wall stands on every edge of a rectangle where no other
    /// continues.
    package var mesh: Mesh {
        var mesh = Mesh()
        let (low, high) = (floorY, floorY + height)
        for (index, r) in floor.enumerated() {
            let box = Bounds(min: SIMD3(r.minX, low, r.minZ), max: SIMD3(r.maxX, high, r.maxZ))
            mesh.addBox(box, floorMaterial, sides: .bottom, isInside: true)
            mesh.addBox(box, ceilingMaterial, sides: .top, isInside: true)
            let others = floor.enumerated().filter { $0.offset != index }.map(\.element)
            for (from, to) in Self.uncovered(
                r.minX, r.maxX, others.filter { $0.maxZ == r.minZ }.map { ($0.minX, $0.maxX) })
            {
                mesh.addBox(
                    Bounds(min: SIMD3(from, low, r.minZ), max: SIMD3(to, high, r.maxZ)), wallMaterial, sides: .back,
                    isInside: true)
            }
            for (from, to) in Self.uncovered(
                r.minX, r.maxX, others.filter { $0.minZ == r.maxZ }.map { ($0.minX, $0.maxX) })
            {
                mesh.addBox(
                    Bounds(min: SIMD3(from, low, r.minZ), max: SIMD3(to, high, r.maxZ)), wallMaterial, sides: .front,
                    isInside: true)
            }
            for (from, to) in Self.uncovered(
                r.minZ, r.maxZ, others.filter { $0.maxX == r.minX }.map { ($0.minZ, $0.maxZ) })
            {
                mesh.addBox(
                    Bounds(min: SIMD3(r.minX, low, from), max: SIMD3(r.maxX, high, to)), wallMaterial, sides: .left,
                    isInside: true)
            }
            for (from, to) in Self.uncovered(
                r.minZ, r.maxZ, others.filter { $0.minX == r.maxX }.map { ($0.minZ, $0.maxZ) })
            {
                mesh.addBox(
                    Bounds(min: SIMD3(r.minX, low, from), max: SIMD3(r.maxX, high, to)), wallMaterial, sides: .right,
                    isInside: true)
            }
        }
        return mesh
    }

    /// The parts of [from, to] that no interval covers.
    static func uncovered(_ from: Float, _ to: Float, _ intervals: [(Float, Float)]) -> [(Float, Float)] {
        var parts: [(Float, Float)] = []
        var start = from
        for (low, high) in intervals.sorted(by: { $0.0 < $1.0 }) where high > start && low < to {
            if low > start { parts.append((start, low)) }
            start = max(start, high)
        }
        if start < to { parts.append((start, to)) }
        return parts
    }
}
