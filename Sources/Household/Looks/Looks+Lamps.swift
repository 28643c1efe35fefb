extension Looks {
    private static func shade(_ l: Look) -> Material {
        let shade = l.color([Material.hex(0xD9C9A3), .hex(0xB5563F), .hex(0x9AA7AD), .hex(0x6F8B6A)])
        return l.isOn ? lit(shade) : shade
    }

    static func lit(_ material: Material) -> Material {
        var material = material.mixed(0xFFF6C4, 0.8)
        material.isLuminous = true
        return material
    }

    /// A shade open above and below, with a bulb that can be seen.
    private static func lampshade(
        _ l: Look, from: Float, to: Float, radii: SIMD2<Float>, narrowing: Float, at place: SIMD2<Float> = .zero,
        _ material: Material
    ) -> Mesh {
        let base = SIMD3(place.x, from, place.y)
        let inner = l.isOn ? Palette.glow : material.shade(0.7)
        var mesh = Mesh()
        mesh.lathe([(0, 1), (1, narrowing)], base: base, height: to - from, radii: radii, [material], hasTop: false)
        mesh.lathe(
            [(0, 1), (1, narrowing)], base: base, height: to - from, radii: radii, [inner], hasTop: false,
            isInside: true)
        mesh.lathe([(0.6, narrowing * 0.8)], base: base, height: to - from, radii: radii, sides: 6, [inner])
        mesh.lathe([(0.35, 0.9)], base: base, height: to - from, radii: radii, sides: 6, [inner], isInside: true)
        return mesh
    }

    static func floorLamp(_ l: Look) -> Mesh {
        let metal = l.color([Palette.darkMetal, Palette.brass, Palette.chrome, Palette.walnut])
        let radii = SIMD2(l.w, l.d) / 2
        var mesh = Mesh()
        mesh.lathe([(0, 0.72), (0.02, 0.68)], base: .zero, height: l.h, radii: radii, [metal])
        mesh.lathe(
            [(0.02, 0.08), (0.85, 0.06)], base: .zero, height: l.h, radii: radii, sides: 5, [metal], hasTop: false)
        mesh.add(lampshade(l, from: 0.78 * l.h, to: l.h, radii: radii, narrowing: 0.68, shade(l)))
        return mesh
    }

    static func tableLamp(_ l: Look) -> Mesh {
        let china = l.color([Material.hex(0x3F6F8F), .hex(0xA8573F), Palette.brass, .hex(0xE5E0D2)])
        let radii = SIMD2(l.w, l.d) / 2
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.55), (0.06, 0.5), (0.28, 0.62), (0.5, 0.16), (0.6, 0.12)], base: .zero, height: l.h, radii: radii,
            sides: 6,
            [china.shade(0.7), china, china.shade(1.08)], hasTop: false)
        mesh.add(lampshade(l, from: 0.52 * l.h, to: l.h, radii: radii, narrowing: 0.62, shade(l)))
        return mesh
    }

    /// A bent arm with a cone that shines down in front.
    static func deskLamp(_ l: Look) -> Mesh {
        let metal = l.color([Material.hex(0x2F4F6F), .hex(0x2A2B2E), .hex(0xB3392E), .hex(0xD9DDE0)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let pipe = min(0.022, 0.1 * min(l.w, l.h, l.d))
        let cone = SIMD2(0.9 * w, 0.55 * d)
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (1, 0.85)], base: SIMD3(0, 0, -d + 0.62 * d), height: 0.06 * h, radii: SIMD2(w, 0.62 * d),
            sides: 8, [metal.shade(0.85)])
        mesh.bar(SIMD3(0, 0.05 * h, -0.45 * d), SIMD3(0, 0.58 * h, -0.85 * d), pipe, Palette.steel)
        mesh.bar(SIMD3(0, 0.58 * h, -0.85 * d), SIMD3(0, 0.92 * h, d - cone.y), pipe, Palette.steel)
        let base = SIMD3(0, 0.62 * h, d - cone.y)
        let outside = l.isOn ? lit(metal.mixed(0xFFE9A0, 0.3)) : metal
        mesh.lathe([(0, 1), (0.6, 0.55), (1, 0.3)], base: base, height: 0.38 * h, radii: cone, [outside, metal])
        mesh.lathe(
            [(0, 1), (0.5, 0.5)], base: base, height: 0.38 * h, radii: cone, [l.isOn ? Palette.glow : .hex(0xE8E4D8)],
            hasTop: false, isInside: true)
        mesh.lathe(
            [(0.15, 0.8)], base: base, height: 0.38 * h, radii: cone, sides: 8,
            [l.isOn ? Palette.glow : .hex(0xF5F2E6)], isInside: true)
        if l.isOn {
            mesh.lathe(
                [(0, 0.5), (0, 0)], base: SIMD3(0, 0.063 * h, -0.38 * d), height: 1, radii: SIMD2(w, 0.62 * d),
                [Palette.glow], hasTop: false)
        }
        return mesh.fitted(to: l.size)
    }

    static func candle(_ l: Look) -> Mesh {
        let wax = l.color([Material.hex(0xEFE3C6), .hex(0xC45A5A), .hex(0x8FA86B), .hex(0xB79AC4)])
        let radii = SIMD2(l.w, l.d) / 2
        let wick = Material.hex(0x2A2320)
        var mesh = Mesh()
        mesh.lathe([(0, 1), (0.1, 1)], base: .zero, height: l.h, radii: radii, [Palette.brass])
        mesh.lathe([(0.1, 0.82), (0.82, 0.8)], base: .zero, height: l.h, radii: radii, sides: 6, [wax])
        mesh.box(-0.05 * l.w, 0.05 * l.w, 0.82 * l.h, l.h, -0.05 * l.d, 0.05 * l.d, wick, .standing)
        if l.isOn {
            mesh.lathe(
                [(0, 0.15), (0.35, 0.5), (1, 0)], base: SIMD3(0, 0.92 * l.h, 0), height: 0.4 * l.h, radii: radii * 0.6,
                sides: 4,
                [.hex(0xFFB52E, isLuminous: true), .hex(0xFFF1A8, isLuminous: true)])
        }
        return mesh
    }
}
