extension Looks {
    /// A blade with an edge, a handle with rivets; the butter knife is round, dull and all metal.
    static func knife(_ l: Look) -> Mesh {
        let handle = l.color([Palette.black, Palette.walnut, .hex(0x8C1F1F)])
        var mesh = Mesh()
        blade(
            [SIMD2(-0.15, -0.004), SIMD2(-0.15, 0.012), SIMD2(-0.11, 0.022), SIMD2(0.02, 0.022), SIMD2(0.02, -0.006)],
            0.004, .hex(0xD9DFE4, 0xB5BDC4, .brushedMetal, scale: 0.05), to: &mesh)
        mesh.box(0.02, 0.03, 0, 0.018, -0.01, 0.024, Palette.steel.shade(0.8))
        mesh.box(0.03, 0.15, 0, 0.02, -0.008, 0.018, handle, .standing)
        for x: Float in [0.06, 0.115] { mesh.box(x, x + 0.008, 0, 0.0204, 0.001, 0.009, Palette.chrome, .top) }
        return mesh.fitted(to: l.size)
    }

    static func butterKnife(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Palette.steel, Palette.brass])
        var mesh = Mesh()
        blade(
            [
                SIMD2(-0.105, -0.002), SIMD2(-0.1, 0.009), SIMD2(-0.08, 0.013), SIMD2(-0.01, 0.012),
                SIMD2(-0.01, -0.006),
                SIMD2(-0.09, -0.006),
            ], 0.006, metal.shade(1.06), to: &mesh)
        mesh.taper(SIMD4(-0.01, 0.105, -0.007, 0.011), 0, SIMD4(-0.01, 0.1, -0.003, 0.007), 0.015, metal.shade(0.85))
        return mesh.fitted(to: l.size)
    }

    /// A flat thing lying on the table, drawn in x and z.
    static func blade(_ outline: [SIMD2<Float>], _ thickness: Float, _ material: Material, to mesh: inout Mesh) {
        var flat = Mesh()
        flat.prism(outline, 0, thickness, material, side: material.shade(0.8), hasBack: false)
        mesh.add(flat.mapped { SIMD3($0.x, $0.z, -$0.y) })
    }

    static func fork(_ l: Look) -> Mesh {
        let metal = l.color([Palette.steel, Palette.chrome, Palette.brass])
        var mesh = Mesh()
        for z: Float in [-0.012, -0.004, 0.004, 0.012] {
            mesh.box(
                -0.095, -0.045, 0.007, 0.011, z - 0.002, z + 0.002, metal.shade(1.08), [.top, .front, .back, .left])
        }
        mesh.box(-0.045, -0.02, 0.004, 0.011, -0.015, 0.015, metal)
        mesh.taper(SIMD4(-0.02, 0.095, -0.005, 0.005), 0, SIMD4(-0.02, 0.09, -0.003, 0.003), 0.015, metal.shade(0.92))
        return mesh.fitted(to: l.size)
    }

    static func spoon(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Palette.steel, Palette.brass])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.4), (1, 1)], base: SIMD3(-0.058, 0, 0), height: 0.014, radii: SIMD2(0.027, 0.018),
            [metal.shade(0.85)], hasTop: false)
        mesh.lathe(
            [(0.3, 0.5), (1, 1)], base: SIMD3(-0.058, 0, 0), height: 0.014, radii: SIMD2(0.027, 0.018),
            [metal.shade(0.75)], hasTop: false, isInside: true)
        mesh.lathe(
            [(0.3, 0.5)], base: SIMD3(-0.058, 0, 0), height: 0.014, radii: SIMD2(0.027, 0.018), [metal.shade(1.1)])
        mesh.box(-0.034, 0.085, 0.009, 0.015, -0.004, 0.004, metal, .standing)
        return mesh.fitted(to: l.size)
    }

    static func ladle(_ l: Look) -> Mesh {
        let metal = l.color([Palette.steel, Palette.charcoal, Material.hex(0x9E2B25)])
        var mesh = Mesh()
        let (base, radii) = (SIMD3<Float>(-0.105, 0, 0), SIMD2<Float>(0.045, 0.045))
        mesh.lathe(
            [(0, 0.45), (1, 1)], base: base, height: 0.045, radii: radii, sides: 6, [metal.shade(0.85)], hasTop: false)
        mesh.lathe(
            [(0.2, 0.5), (1, 1)], base: base, height: 0.045, radii: radii, sides: 6, [metal.shade(0.6)], hasTop: false,
            isInside: true)
        mesh.lathe([(0.2, 0.5)], base: base, height: 0.045, radii: radii, sides: 6, [metal.shade(0.7)])
        mesh.bar(SIMD3(-0.065, 0.042, 0), SIMD3(0.145, 0.062, 0), 0.012, metal)
        return mesh.fitted(to: l.size)
    }

    static func spatula(_ l: Look) -> Mesh {
        let blade = l.color([Palette.charcoal, Palette.steel, Material.hex(0xC0392B), Palette.birch])
        let handle = l.color([Palette.steel, Palette.black, Palette.birch])
        var mesh = Mesh()
        mesh.box(-0.15, -0.05, 0, 0.008, -0.042, 0.042, blade)
        for z: Float in [-0.022, 0, 0.022] {
            mesh.box(-0.13, -0.07, 0, 0.0084, z - 0.004, z + 0.004, blade.mixed(0x909090, 0.6), .top)
        }
        mesh.bar(SIMD3(-0.05, 0.006, 0), SIMD3(0.05, 0.022, 0), 0.01, handle.shade(0.9))
        mesh.bar(SIMD3(0.05, 0.02, 0), SIMD3(0.15, 0.022, 0), 0.018, handle)
        return mesh.fitted(to: l.size)
    }
}
