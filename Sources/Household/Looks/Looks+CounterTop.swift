extension Looks {
    /// A slab; higher ones stand on a body that is open to the front, where cabinets and drawers of their own are put.
    ///
    /// With several surfaces, what lies between them is left open, so that a sink can be let in.
    static func counterTop(_ l: Look) -> Mesh {
        let stone = l.color([
            Material.hex(0x8E8780, 0x6C6660, .speckles, scale: 0.05), .hex(0xE4E1DA, 0xC4C4C6, .marble, scale: 0.5),
            .hex(0x4A4C50, 0x5C6066, .speckles, scale: 0.05), .hex(0xB98A55, 0x9C7040, .wood, scale: 0.25),
        ])
        let body = l.pick(
            [Palette.whiteWood, Material.hex(0xD8D3C5, 0xC7C1B1, .wood, scale: 0.3), Palette.oak], l.variant / 4)
        let top = l.support(l.h)
        let slab = l.clamped(0.04, 1, of: top)
        var mesh = Mesh()
        let (w, d) = (l.w / 2, l.d / 2)
        mesh.box(-w, w, top - slab, top, -d, d, stone.shade(0.85), .hanging)
        addTop(l, top, slab, stone, to: &mesh)
        if l.h > 0.3 { mesh.add(carcass(l, from: 0, to: top - slab, body)) }
        return mesh
    }

    /// The upper face, without the cells of the surfaces' grid that no surface covers.
    private static func addTop(_ l: Look, _ top: Float, _ slab: Float, _ stone: Material, to mesh: inout Mesh) {
        let (w, d) = (l.w / 2, l.d / 2)
        let surfaces = l.surfaces.filter { abs($0.y - top) < 0.02 }
        guard surfaces.count > 1 else {
            mesh.box(-w, w, top - slab, top, -d, d, stone, .top)
            return
        }
        func lines(_ values: [Float], _ half: Float) -> [Float] {
            let inner = Set(values.map { min(max($0, -half), half) }.filter { abs($0) < half - 0.03 }).sorted()
            return [-half] + inner + [half]
        }
        let xs = lines(surfaces.flatMap { [$0.minX, $0.maxX] }, w)
        let zs = lines(surfaces.flatMap { [$0.minZ, $0.maxZ] }, d)
        func isSolid(_ i: Int, _ j: Int) -> Bool {
            guard (0..<xs.count - 1).contains(i), (0..<zs.count - 1).contains(j) else { return true }
            let (x, z) = ((xs[i] + xs[i + 1]) / 2, (zs[j] + zs[j + 1]) / 2)
            return surfaces.contains { $0.minX <= x && x <= $0.maxX && $0.minZ <= z && z <= $0.maxZ }
        }
        for j in 0..<zs.count - 1 {
            for i in 0..<xs.count - 1 {
                if isSolid(i, j) {
                    mesh.box(xs[i], xs[i + 1], top - slab, top, zs[j], zs[j + 1], stone, .top)
                } else {
                    var sides: Mesh.Sides = []
                    if isSolid(i - 1, j) { sides.insert(.left) }
                    if isSolid(i + 1, j) { sides.insert(.right) }
                    if isSolid(i, j - 1) { sides.insert(.back) }
                    if isSolid(i, j + 1) { sides.insert(.front) }
                    mesh.box(
                        xs[i], xs[i + 1], top - slab, top, zs[j], zs[j + 1], stone.shade(0.8), sides, isInside: true)
                }
            }
        }
    }

    /// The surfaces of a counter around openings in its top, such as a sink's: four around each.
    ///
    /// - Parameter hole: minX, maxX, minZ, maxZ in the counter's frame, in metres.
    static func counterSurfaces(size: SIMD3<Float>, around hole: SIMD4<Float>) -> [SceneObject.Surface] {
        guard let whole = surfaces(of: .counterTop, size: size).first else { return [] }
        var parts = [whole, whole, whole, whole]
        parts[0].maxX = hole.x
        parts[1].minX = hole.y
        for index in 2...3 {
            parts[index].minX = max(whole.minX, hole.x)
            parts[index].maxX = min(whole.maxX, hole.y)
        }
        parts[2].maxZ = hole.z
        parts[3].minZ = hole.w
        return parts.filter { $0.maxX > $0.minX && $0.maxZ > $0.minZ }
    }
}
