extension Looks {
    /// The sides and the floor of a hollow round body: outer and inner profile meet at the rim.
    static func vessel(
        _ outer: [(y: Float, r: Float)], floor: Float, floorRadius: Float, in box: Bounds, sides: Int = 8,
        _ material: Material, inner: Material
    ) -> Mesh {
        let base = SIMD3((box.min.x + box.max.x) / 2, 0, (box.min.z + box.max.z) / 2)
        let radii = SIMD2(box.size.x, box.size.z) / 2
        let rim = outer.last?.r ?? 1
        var mesh = Mesh()
        mesh.lathe(outer, base: base, height: box.size.y, radii: radii, sides: sides, [material], hasTop: false)
        mesh.lathe(
            [(floor, floorRadius), (1, rim)], base: base, height: box.size.y, radii: radii, sides: sides, [inner],
            hasTop: false, isInside: true)
        mesh.lathe(
            [(0, floorRadius)], base: base + SIMD3(0, floor * box.size.y, 0), height: box.size.y, radii: radii,
            sides: sides,
            [inner.shade(0.92)])
        return mesh
    }

    static func bowl(_ l: Look) -> Mesh {
        let china = l.color([
            Material.hex(0x4C86B8), .hex(0xF0EDE4), .hex(0xC8643C), .hex(0x6E9F6A),
        ])
        return vessel(
            [(0, 0.45), (0.45, 0.82), (1, 1)], floor: 0.12, floorRadius: 0.5, in: l.bounds, china,
            inner: china.mixed(0xFFFFFF, 0.35))
    }

    static func plate(_ l: Look) -> Mesh {
        let china = l.color([Material.hex(0xF4F4F1), .hex(0x9CC1D9), .hex(0xE8D9B5), .hex(0xC98B8B)])
        let band = l.color([Material.hex(0x3D6FA3), .hex(0xF2F5F7), .hex(0x9A5B2F), .hex(0xF6EDED)])
        var mesh = Mesh()
        let radii = SIMD2(l.w, l.d) / 2
        mesh.lathe([(0, 0.6), (1, 1)], base: .zero, height: l.h, radii: radii, [china.shade(0.85)], hasTop: false)
        mesh.lathe(
            [(0.42, 0.66), (1, 1)], base: .zero, height: l.h, radii: radii, [band], hasTop: false, isInside: true)
        mesh.lathe([(0.42, 0.66)], base: .zero, height: l.h, radii: radii, [china])
        return mesh
    }

    static func cup(_ l: Look) -> Mesh {
        let glass = l.color([Material.hex(0xB9DCE8, 0x9CC6D6), .hex(0xE2B04A), .hex(0x7FC4A4), .hex(0xD98CA6)])
        return vessel(
            [(0, 0.72), (1, 1)], floor: 0.06, floorRadius: 0.68, in: l.bounds, glass, inner: glass.shade(0.8))
    }

    static func mug(_ l: Look) -> Mesh {
        let china = l.color([Material.hex(0xC0392B), .hex(0xF1EEE6), .hex(0x2E5E8C), .hex(0x3E7C59)])
        let inner = l.color([Material.hex(0xEDE6DA), .hex(0xDDD6C8), .hex(0xE7E4DD)])
        let body = mugBody(l.size)
        var mesh = vessel([(0, 0.9), (1, 1)], floor: 0.07, floorRadius: 0.86, in: body, china, inner: inner)
        let (x, end, t) = (body.max.x - 0.04 * l.w, l.w / 2, 0.08 * l.w)
        let half = 0.09 * l.d
        mesh.box(x, end, 0.72 * l.h, 0.84 * l.h, -half, half, china.shade(0.9), [.top, .bottom, .front, .back])
        mesh.box(end - t, end, 0.25 * l.h, 0.84 * l.h, -half, half, china.shade(0.95), [.left, .right, .front, .back])
        mesh.box(x, end - t, 0.25 * l.h, 0.36 * l.h, -half, half, china.shade(0.9), [.top, .front, .back])
        return mesh
    }

    static func pan(_ l: Look) -> Mesh {
        let metal = l.color([
            Material.hex(0x2A2B2E, 0x3A3B3F), .hex(0x55585D, 0x484B50, .brushedMetal, scale: 0.1),
            .hex(0x7A3B2A, 0x6A3022),
        ])
        let handle = l.color([Palette.black, Palette.walnut, Palette.steel])
        let body = panBody(l.size)
        var mesh = vessel(
            [(0, 0.8), (1, 1)], floor: 0.12, floorRadius: 0.78, in: body, metal, inner: metal.shade(1.35))
        let half = 0.1 * l.d
        mesh.box(body.max.x - 0.03 * l.w, l.w / 2, 0.72 * l.h, l.h, -half, half, handle)
        return mesh
    }

    static func pot(_ l: Look) -> Mesh {
        let metal = l.color([
            Palette.steel, Material.hex(0xB33A32, 0x9A2F28), .hex(0x3F6E8C, 0x345E79),
            .hex(0x5F6468, 0x52575B, .brushedMetal, scale: 0.1),
        ])
        let body = potBody(l.size)
        var mesh = vessel(
            [(0, 0.94), (1, 1)], floor: 0.05, floorRadius: 0.92, in: body, metal, inner: metal.shade(0.7))
        for side: Float in [-1, 1] {
            let (a, b) = (side * (body.max.x - 0.02 * l.w), side * l.w / 2)
            mesh.box(
                min(a, b), max(a, b), 0.7 * l.h, 0.82 * l.h, -0.17 * l.d, 0.17 * l.d, Palette.black,
                [.top, .bottom, .front, .back, side < 0 ? .left : .right])
        }
        return mesh
    }

    static func kettle(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Material.hex(0xB0392E), .hex(0x2F6F73), .hex(0x33363A)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.95), (0.35, 1), (0.68, 0.45)], base: .zero, height: 0.23, radii: SIMD2(0.09, 0.09), sides: 6,
            [metal, metal.shade(1.06)])
        mesh.box(-0.012, 0.012, 0.156, 0.175, -0.012, 0.012, Palette.black, .around)
        mesh.bar(SIMD3(0.06, 0.1, 0), SIMD3(0.15, 0.165, 0), 0.028, metal.shade(0.9), hasEnds: false)
        mesh.box(-0.075, -0.06, 0.12, 0.23, -0.012, 0.012, Palette.black, [.left, .right, .front, .back])
        mesh.box(-0.075, 0.06, 0.21, 0.23, -0.012, 0.012, Palette.black)
        return mesh.fitted(to: l.size)
    }

    /// Bottles and vases: a turned body with a neck.
    static func glassbottle(_ l: Look) -> Mesh {
        let glass = l.color([Material.hex(0x9BD3C4), .hex(0xC3E2EE), .hex(0xE9CF8C), .hex(0xA9C97A)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.95), (0.55, 1), (0.75, 0.38), (0.93, 0.34), (1, 0.4)], base: .zero, height: l.h,
            radii: SIMD2(l.w, l.d) / 2,
            sides: 6, [glass, glass.shade(1.08), glass, Palette.white])
        return mesh
    }

    static func wineBottle(_ l: Look) -> Mesh {
        let glass = l.color([Material.hex(0x1F3B26), .hex(0x4A1524), .hex(0x3A2A12), .hex(0x24304A)])
        let label = l.color([Material.hex(0xEFE3C4), .hex(0xD9B24C), .hex(0xE8E8E8)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (0.18, 1), (0.45, 1), (0.62, 0.98), (0.76, 0.36), (1, 0.36)], base: .zero, height: l.h,
            radii: SIMD2(l.w, l.d) / 2, sides: 6, [glass, label, glass, glass, label.mixed(0x8A1F2B, 0.7)])
        return mesh
    }

    static func vase(_ l: Look) -> Mesh {
        let china = l.color([Material.hex(0x2F7F86), .hex(0xD9D2C0), .hex(0x9C4E78), .hex(0xD08B3C)])
        var mesh = Mesh()
        let radii = SIMD2(l.w, l.d) / 2
        mesh.lathe(
            [(0, 0.5), (0.4, 1), (0.8, 0.45), (1, 0.62)], base: .zero, height: l.h, radii: radii, sides: 6,
            [china, china.shade(1.12), china.shade(0.92)], hasTop: false)
        mesh.lathe(
            [(0.85, 0.42), (1, 0.62)], base: .zero, height: l.h, radii: radii, sides: 6, [china.shade(0.5)],
            hasTop: false, isInside: true)
        mesh.lathe([(0.85, 0.42)], base: .zero, height: l.h, radii: radii, sides: 6, [Palette.black])
        return mesh
    }

    /// Salt is light, pepper dark.
    static func shaker(_ l: Look) -> Mesh {
        let isSalt = l.type == .saltShaker
        let body =
            isSalt
            ? l.color([Material.hex(0xF3F1EA), .hex(0xDCE9EE)]) : l.color([Material.hex(0x3B2E27), .hex(0x6B4A2F)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (0.7, isSalt ? 0.8 : 0.65), (0.72, 0.85), (1, 0.6)], base: .zero, height: l.h,
            radii: SIMD2(l.w, l.d) / 2,
            sides: 6, [body, Palette.steel, isSalt ? Palette.steel : Palette.black])
        return mesh
    }
}

extension Look {
    /// The object's box in its own frame.
    var bounds: Bounds { Bounds(min: SIMD3(-w / 2, 0, -d / 2), max: SIMD3(w / 2, h, d / 2)) }
}
