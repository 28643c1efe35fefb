extension Looks {
    static func diningTable(_ l: Look) -> Mesh {
        let wood = l.color([Palette.oak, Palette.walnut, Palette.birch, Palette.cherry])
        let top = l.support(l.h)
        let slab = l.clamped(0.035, 0.15, of: top)
        var mesh = legs(l, height: top - slab, thickness: 0.075, inset: 0.04, wood.shade(0.88))
        mesh.add(apron(l, from: top - slab - 0.12 * top, to: top - slab, inset: 0.06, wood.shade(0.8)))
        mesh.add(slabWithEdge(l, from: top - slab, to: top, wood))
        return mesh
    }

    static func coffeeTable(_ l: Look) -> Mesh {
        let wood = l.color([Palette.ebony, Palette.oak, Palette.whiteWood, Palette.cherry])
        let top = l.support(l.h)
        let slab = l.clamped(0.05, 0.2, of: top)
        let shelf = 0.28 * top
        var mesh = legs(l, height: top - slab, thickness: 0.06, inset: 0, wood)
        mesh.box(
            -0.46 * l.w, 0.46 * l.w, shelf - l.clamped(0.02, 0.1, of: top), shelf, -0.45 * l.d, 0.45 * l.d,
            wood.shade(0.85))
        mesh.add(slabWithEdge(l, from: top - slab, to: top, wood.shade(1.05)))
        let r = SIMD2(0.4 * l.w, 0.36 * l.d)
        mesh.patch(
            [SIMD3(-r.x, top, -r.y), SIMD3(r.x, top, -r.y), SIMD3(r.x, top, r.y), SIMD3(-r.x, top, r.y)]
                .map { $0 + SIMD3(0, 0.0008, 0) },
            facing: SIMD3(0, 1, 0), wood.shade(1.2))
        return mesh
    }

    static func sideTable(_ l: Look) -> Mesh {
        let wood = l.color([
            Palette.whiteWood, Palette.oak, Palette.walnut, Material.hex(0x7C95A0, 0x6A838E, .wood, scale: 0.3),
        ])
        let top = l.support(l.h)
        let slab = l.clamped(0.025, 0.1, of: top)
        var mesh = legs(l, height: top - slab, thickness: 0.04, inset: 0.01, wood)
        mesh.add(apron(l, from: 0.84 * top - slab, to: top - slab, inset: 0.02, wood.shade(0.9)))
        let shelf = 0.22 * top
        mesh.box(-0.46 * l.w, 0.46 * l.w, shelf - slab, shelf, -0.46 * l.d, 0.46 * l.d, wood.shade(0.94))
        mesh.add(slabWithEdge(l, from: top - slab, to: top, wood.shade(1.05)))
        return mesh
    }

    static func desk(_ l: Look) -> Mesh {
        let wood = l.color([Palette.birch, Palette.walnut, Palette.whiteWood, Palette.oak])
        let metal = l.color([Palette.darkMetal, Palette.steel, wood.shade(0.8)])
        let top = l.support(l.h)
        let slab = l.clamped(0.03, 0.1, of: top)
        let (w, d) = (l.w / 2, l.d / 2)
        let bar = min(0.045, 0.1 * min(l.w, l.d))
        var mesh = Mesh()
        for x in [-0.96 * w, 0.96 * w - bar] {
            mesh.box(x, x + bar, 0, top - slab, -0.9 * d, -0.9 * d + bar, metal, .around)
            mesh.box(x, x + bar, 0, top - slab, 0.9 * d - bar, 0.9 * d, metal, .around)
            mesh.box(x, x + bar, 0, bar, -0.9 * d + bar, 0.9 * d - bar, metal, [.left, .right, .top])
        }
        mesh.box(-0.96 * w + bar, 0.96 * w - bar, 0.4 * top, top - slab, -0.86 * d, -0.82 * d, wood.shade(0.85))
        mesh.add(slabWithEdge(l, from: top - slab, to: top, wood))
        return mesh
    }

    static func tvStand(_ l: Look) -> Mesh {
        let wood = l.color([Palette.ebony, Palette.walnut, Palette.whiteWood])
        let top = l.support(l.h)
        let board = l.clamped(0.03, 0.12, of: top)
        let (w, d) = (l.w / 2, l.d / 2)
        var mesh = carcass(l, from: 0.1 * top, to: top - board, wood)
        mesh.box(-w, w, top - board, top, -d, d, wood.shade(1.08))
        for x in [-w / 3, w / 3] {
            mesh.box(x - board / 2, x + board / 2, 0.1 * top, top - board, -d, 0.9 * d, wood, [.left, .right, .front])
        }
        mesh.box(-w / 3, w / 3, 0.52 * top, 0.52 * top + board * 0.7, -d, 0.88 * d, wood, [.top, .bottom, .front])
        for x in [-0.9 * w, 0.8 * w] {
            mesh.box(x, x + 0.1 * w, 0, 0.1 * top, -0.8 * d, 0.8 * d, Palette.black, .around)
        }
        return mesh
    }

    static func dresser(_ l: Look) -> Mesh {
        let wood = l.color([Palette.cherry, Palette.whiteWood, Palette.oak, Palette.walnut])
        let top = l.support(l.h)
        let board = l.clamped(0.03, 0.1, of: top)
        let (w, d) = (l.w / 2, l.d / 2)
        let front = d - recess(l)
        var mesh = Mesh()
        mesh.box(-w, w, top - board, top, -d, d, wood.shade(1.08))
        mesh.box(-0.98 * w, 0.98 * w, 0.08 * top, top - board, -d, front, wood.shade(0.7), .front)
        mesh.box(-0.98 * w, 0.98 * w, 0.08 * top, top - board, -d, front, wood, [.left, .right, .back, .bottom])
        for x in [-0.96 * w, 0.86 * w] {
            for z in [-0.95 * d, 0.75 * d] {
                mesh.box(x, x + 0.1 * w, 0, 0.08 * top, z, z + 0.15 * d, wood.shade(0.6), .around)
            }
        }
        let rows = max(1, min(4, Int(top / 0.25)))
        let columns = l.w > 0.8 ? 2 : 1
        let (high, wide) = ((top - board - 0.08 * top) / Float(rows), 1.96 * w / Float(columns))
        for row in 0..<rows {
            for column in 0..<columns {
                let (x, y) = (-0.98 * w + Float(column) * wide, 0.08 * top + Float(row) * high)
                mesh.box(
                    x + 0.03 * wide, x + 0.97 * wide, y + 0.06 * high, y + 0.94 * high, front, front + recess(l) / 4,
                    wood.shade(0.98), .front)
            }
        }
        return mesh
    }

    static func shelf(_ l: Look) -> Mesh {
        let wood = l.color([Palette.whiteWood, Palette.oak, Palette.walnut, Palette.birch])
        let (w, d) = (l.w / 2, l.d / 2)
        let board = min(0.03, l.h)
        var mesh = Mesh()
        if l.h < 0.12 {
            mesh.box(-w, w, l.h - board, l.h, -d, d, wood)
            if l.h > board { mesh.box(-w, w, 0, l.h - board, -d, -0.8 * d, wood.shade(0.85)) }
            return mesh
        }
        let tops = l.surfaces.map { min(max($0.y, board), l.h) }
        for top in tops.prefix(8) {
            mesh.box(-w + board / 2, w - board / 2, top - board, top, -d, d, wood.shade(1.05), [.top, .bottom, .front])
        }
        for x in [-w, w - board / 2] { mesh.box(x, x + board / 2, 0, l.h, -d, d, wood.shade(0.9)) }
        mesh.box(-w + board / 2, w - board / 2, 0, l.h, -d, -d + board / 4, wood.shade(0.8), [.front, .back])
        return mesh
    }

    static func cart(_ l: Look) -> Mesh {
        let metal = l.color([
            Palette.chrome, Palette.darkMetal, Material.hex(0x5E9C93, 0x4C857D, .brushedMetal, scale: 0.1),
        ])
        let tray = l.color([Palette.birch, metal.shade(0.9), metal.shade(1.1)])
        let (w, d) = (l.w / 2, l.d / 2)
        let post = min(0.03, 0.08 * min(l.w, l.d))
        let wheel = 0.08 * l.h
        var mesh = Mesh()
        for x in [-w, w - post] {
            for z in [-d, d - post] {
                mesh.box(x, x + post, wheel, l.h, z, z + post, metal, .standing)
                mesh.box(x, x + post, 0, wheel, z, z + post * 0.9, Palette.black, .around)
            }
        }
        let tops = l.surfaces.isEmpty ? [0.9 * l.h, 0.3 * l.h] : l.surfaces.map { min(max($0.y, wheel), l.h) }
        for top in tops.prefix(3) {
            mesh.box(-w + post / 2, w - post / 2, top - 0.04 * l.h, top, -d + post / 2, d - post / 2, tray)
        }
        return mesh
    }

    /// A table top whose edge is darker than its face.
    static func slabWithEdge(_ l: Look, from: Float, to: Float, _ material: Material) -> Mesh {
        var mesh = Mesh()
        mesh.box(-l.w / 2, l.w / 2, from, to, -l.d / 2, l.d / 2, material, .top)
        mesh.box(-l.w / 2, l.w / 2, from, to, -l.d / 2, l.d / 2, material.shade(0.82), .hanging)
        return mesh
    }

    /// The frame under a table top.
    static func apron(_ l: Look, from: Float, to: Float, inset: Float, _ material: Material) -> Mesh {
        let inset = min(inset, 0.1 * min(l.w, l.d))
        var mesh = Mesh()
        mesh.box(
            -l.w / 2 + inset, l.w / 2 - inset, from, to, -l.d / 2 + inset, l.d / 2 - inset, material, .hanging)
        return mesh
    }

    /// How far a body lies behind the front of its object, so that fronts of drawers cover it.
    static func recess(_ l: Look) -> Float { min(0.03, 0.1 * l.d) }

    /// A body open to the front: sides, back and bottom, thin enough to lie inside the walls of cabinets put into it.
    static func carcass(_ l: Look, from: Float, to: Float, _ material: Material) -> Mesh {
        let (w, d) = (l.w / 2, l.d / 2)
        let front = d - recess(l)
        var mesh = Mesh()
        mesh.box(-w, w, from, to, -d, front, material, [.left, .right, .back, .bottom])
        let wall = min(0.01, 0.05 * min(l.w, l.d))
        for x in [-w, w - wall] { mesh.box(x, x + wall, from, to, -d, front, material, .front) }
        mesh.box(-w, w, from, from + wall, -d, front, material, .front)
        mesh.box(
            -w + wall, w - wall, from + wall, to, -d + wall, front, material.shade(0.6),
            [.left, .right, .back, .bottom],
            isInside: true)
        return mesh
    }
}
