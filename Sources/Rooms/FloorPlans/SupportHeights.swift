internal import Household

/// The heights at which furniture carries things, from where things were found.
enum SupportHeights {
    enum Kind: Equatable {
        /// The box ends where things stand.
        case top
        /// Below the box's top: a seat, a mattress.
        case seat
        /// Behind a door or in a drawer.
        case interior
        /// At the bottom of something open to the top.
        case basin
        case none
    }

    static func kind(of type: ObjectType) -> Kind {
        switch type {
        case .coffeeTable, .diningTable, .sideTable, .desk, .dresser, .counterTop, .shelf, .tvStand, .ottoman, .toilet:
            .top
        case .sofa, .armChair, .bed: .seat
        case .fridge, .cabinet, .microwave, .safe, .drawer: .interior
        case .sinkBasin, .bathtubBasin, .garbageCan: .basin
        default: .none
        }
    }

    /// Things within this height of each other stand on one level.
    private static let tolerance: Float = 0.015

    /// The levels among the base heights of things over a box's footprint, ascending; a level takes two things.
    static func levels(_ heights: [Float], of type: ObjectType, bottom: Float, top: Float) -> [Float] {
        let clusters = clusters(heights.sorted())
        func best(from low: Float, to high: Float, _ score: (Float) -> Float) -> [Float] {
            clusters.filter { $0.count >= 2 && $0.height > low && $0.height < high }
                .max { Float($0.count) * score($0.height) < Float($1.count) * score($1.height) }
                .map { [$0.height] } ?? []
        }
        switch kind(of: type) {
        case .top: return best(from: top - 0.25, to: top + 0.2) { 1 / (1 + abs($0 - top) / 0.05) }
        case .seat: return best(from: bottom + 0.2, to: max(top - 0.05, bottom + 0.7)) { _ in 1 }
        case .basin:
            let reach: Float = type == .bathtubBasin ? 0.3 : 0.1
            return best(from: bottom - reach, to: (bottom + top) / 2) { 1 / (1 + abs($0 - bottom) / 0.1) }
        case .interior:
            var levels: [Float] = []
            for cluster in clusters
            where cluster.count >= 2 && cluster.height > bottom - 0.01 && cluster.height < top - 0.06 {
                if let last = levels.last, cluster.height - last < 0.1 { continue }
                levels.append(cluster.height)
            }
            return levels
        case .none: return []
        }
    }

    /// Runs of heights without a gap wider than the tolerance; the lowest of each.
    private static func clusters(_ sorted: [Float]) -> [(height: Float, count: Int)] {
        var list: [(height: Float, count: Int)] = []
        var last = -Float.infinity
        for height in sorted {
            if height - last < tolerance, let index = list.indices.last, height - list[index].height < 2 * tolerance {
                list[index].count += 1
            } else {
                list.append((height, 1))
            }
            last = height
        }
        return list
    }

    /// The type's usual surfaces, at the heights that were found. Heights are above the base.
    static func surfaces(of type: ObjectType, size: SIMD3<Float>, at heights: [Float]) -> [SceneObject.Surface] {
        var surfaces = Looks.surfaces(of: type, size: size)
        guard let first = surfaces.first else { return [] }
        switch kind(of: type) {
        case .seat, .basin:
            if let height = heights.first { surfaces[0].y = min(max(height, 0.005), size.y) }
            if type == .bathtubBasin || type == .sinkBasin {
                // Behind the wall in front things would not be seen.
                surfaces[0].maxZ -= min(type == .sinkBasin ? 0.04 : 0.12, 0.25 * size.z)
            }
            if type == .garbageCan {
                // The can is narrower below.
                let inset = 0.22 * min(size.x, size.z)
                surfaces[0] = SceneObject.Surface(
                    minX: -size.x / 2 + inset, maxX: size.x / 2 - inset, minZ: -size.z / 2 + inset,
                    maxZ: size.z / 2 - inset, y: max(surfaces[0].y, 0.5 * size.y))
            }
        case .interior:
            // Nothing lies in the bottom board.
            let levels = heights.filter { $0 > -0.01 && $0 < size.y - 0.05 }.map { max($0, first.y) }
            if type == .cabinet {
                // Boards would hide what the agents saw; hardly a cabinet of ALFRED's has one.
                surfaces = [first]
                surfaces[0].y = levels.first.map { max(first.y, min($0, size.y / 3)) } ?? first.y
                surfaces[0].clearance = size.y - surfaces[0].y - 0.02
            } else if !levels.isEmpty, type == .fridge {
                surfaces = levels.enumerated().map { index, height in
                    var surface = first
                    surface.y = height
                    surface.clearance = (index + 1 < levels.count ? levels[index + 1] : size.y) - height - 0.02
                    return surface
                }
            }
            // Where re-picked things were after Heat and Cool: a microwave's plate is 8 cm above its cavity's floor,
            // and a fridge's shelves end behind what the door carries.
            for index in surfaces.indices where type == .microwave {
                surfaces[index].y += 0.08
                surfaces[index].clearance -= 0.08
                surfaces[index].minX += 0.05
                surfaces[index].maxX -= 0.05
            }
            for index in surfaces.indices where type == .fridge { surfaces[index].maxZ -= 0.2 }
        case .top, .none: break
        }
        return surfaces
    }

    /// The surfaces of a counter without the holes of the basins in it. Boxes are in the counter's frame.
    static func surfaces(
        _ surfaces: [SceneObject.Surface], size: SIMD3<Float>, around basins: [Bounds]
    ) -> [SceneObject.Surface] {
        guard let whole = surfaces.first else { return surfaces }
        let holes = basins.filter { hole in
            hole.min.y < size.y && hole.max.y > size.y - 0.5 && hole.min.x < whole.maxX && hole.max.x > whole.minX
                && hole.min.z < whole.maxZ && hole.max.z > whole.minZ
        }
        var parts = [whole]
        for hole in holes {
            let (x0, x1) = (hole.min.x - 0.02, hole.max.x + 0.02)
            let (z0, z1) = (hole.min.z - 0.02, hole.max.z + 0.04)
            parts = parts.flatMap { part -> [SceneObject.Surface] in
                guard x0 < part.maxX, x1 > part.minX, z0 < part.maxZ, z1 > part.minZ else { return [part] }
                var sides = [part, part, part, part]
                sides[0].maxX = min(part.maxX, x0)
                sides[1].minX = max(part.minX, x1)
                for index in 2...3 {
                    sides[index].minX = max(part.minX, x0)
                    sides[index].maxX = min(part.maxX, x1)
                }
                sides[2].maxZ = min(part.maxZ, z0)
                sides[3].minZ = max(part.minZ, z1)
                return sides.filter { $0.maxX - $0.minX > 0.005 && $0.maxZ - $0.minZ > 0.005 }
            }
        }
        return parts.isEmpty ? surfaces : parts
    }
}
