internal import Household

/// The floor of a generated room: a rectangle, or one with a corner left out.
struct FloorOutline: Sendable, Equatable {
    /// A wall and the strip of floor along it. Its own frame has x along the wall, z out of it, the origin at its
    /// start.
    struct Wall: Sendable, Equatable {
        var placement: Placement
        /// Degrees: what stands against the wall faces so.
        var yaw: Float
        var length: Float
        /// Whether the corner with the next wall is one to stand in, not one that sticks out.
        var endsInCorner: Bool
    }

    var outer: RoomShape.Rectangle
    /// The corner that is missing.
    var notch: RoomShape.Rectangle?
    let walls: [Wall]

    /// A room around the origin. Sides are multiples of 0.25 m, so that the agent's cells begin 0.25 m from every wall.
    ///
    /// - Parameters:
    ///   - notch: Width and depth of the missing corner.
    ///   - corner: Which one: 0 at (min x, min z), then counter-clockwise.
    init(width: Float, depth: Float, notch: SIMD2<Float>? = nil, corner: Int = 0) {
        let minX = -(width / 2 / 0.25).rounded() * 0.25
        let minZ = -(depth / 2 / 0.25).rounded() * 0.25
        outer = RoomShape.Rectangle(minX: minX, maxX: minX + width, minZ: minZ, maxZ: minZ + depth)
        var points = [
            SIMD2(outer.minX, outer.minZ), SIMD2(outer.maxX, outer.minZ), SIMD2(outer.maxX, outer.maxZ),
            SIMD2(outer.minX, outer.maxZ),
        ]
        if let notch {
            let at = points[corner & 3]
            let (sx, sz): (Float, Float) = (at.x == outer.minX ? 1 : -1, at.y == outer.minZ ? 1 : -1)
            let inner = SIMD2(at.x + sx * notch.x, at.y + sz * notch.y)
            self.notch = RoomShape.Rectangle(
                minX: min(at.x, inner.x), maxX: max(at.x, inner.x), minZ: min(at.y, inner.y), maxZ: max(at.y, inner.y))
            let (alongX, alongZ) = (SIMD2(inner.x, at.y), SIMD2(at.x, inner.y))
            let steps = corner & 1 == 0 ? [alongZ, inner, alongX] : [alongX, inner, alongZ]
            points.replaceSubrange((corner & 3)...(corner & 3), with: steps)
        }
        walls = points.indices.map { index in
            let (a, b) = (points[index], points[(index + 1) % points.count])
            let c = points[(index + 2) % points.count]
            let (d, e) = (b - a, c - b)
            let yaw: Float = d.x > 0 ? 0 : d.y > 0 ? 270 : d.x < 0 ? 180 : 90
            return Wall(
                placement: Placement(position: SIMD3(a.x, 0, a.y), yaw: yaw), yaw: yaw,
                length: abs(d.x) + abs(d.y), endsInCorner: d.x * e.y - d.y * e.x > 0)
        }
    }

    /// The floor as rectangles that share edges but no area.
    var rectangles: [RoomShape.Rectangle] {
        guard let notch else { return [outer] }
        let isLow = notch.minZ == outer.minZ
        let strip = RoomShape.Rectangle(
            minX: notch.minX == outer.minX ? notch.maxX : outer.minX,
            maxX: notch.minX == outer.minX ? outer.maxX : notch.minX,
            minZ: notch.minZ, maxZ: notch.maxZ)
        let rest = RoomShape.Rectangle(
            minX: outer.minX, maxX: outer.maxX, minZ: isLow ? notch.maxZ : outer.minZ,
            maxZ: isLow ? outer.maxZ : notch.minZ)
        return [strip, rest]
    }

    var area: Float { outer.area - (notch?.area ?? 0) }

    /// Whether a box stands on this floor, to a tenth of a millimetre.
    func contains(_ box: Bounds) -> Bool {
        let slack: Float = 1e-4
        guard box.min.x >= outer.minX - slack, box.max.x <= outer.maxX + slack, box.min.z >= outer.minZ - slack,
            box.max.z <= outer.maxZ + slack
        else { return false }
        guard let notch else { return true }
        return box.max.x <= notch.minX + slack || box.min.x >= notch.maxX - slack
            || box.max.z <= notch.minZ + slack || box.min.z >= notch.maxZ - slack
    }

    /// Whether a disc lies inside all walls.
    func holdsDisc(x: Float, z: Float, radius: Float) -> Bool {
        guard x - radius >= outer.minX, x + radius <= outer.maxX, z - radius >= outer.minZ, z + radius <= outer.maxZ
        else { return false }
        guard let notch else { return true }
        let (dx, dz) = (max(notch.minX - x, 0, x - notch.maxX), max(notch.minZ - z, 0, z - notch.maxZ))
        return dx * dx + dz * dz >= radius * radius
    }
}
