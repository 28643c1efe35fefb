extension Looks {
    static func television(_ l: Look) -> Mesh {
        let frame = l.color([Palette.black, Palette.charcoal, Palette.darkMetal])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let thick = min(0.06, 0.4 * l.d)
        let foot = l.d > 0.12 ? 0.08 * h : 0
        var mesh = Mesh()
        mesh.box(-w, w, foot, h, -thick / 2, thick / 2, frame)
        if foot > 0 {
            mesh.box(-0.4 * w, 0.4 * w, 0, 0.02 * h, -d, d, frame.shade(1.3))
            mesh.box(-0.06 * w, 0.06 * w, 0.02 * h, foot, -thick / 3, thick / 3, frame)
        } else {
            mesh.box(-0.5 * w, 0.5 * w, 0.2 * h, 0.8 * h, -d, d, frame, [.left, .right, .top, .bottom, .back])
        }
        let z = thick / 2 + 0.0008
        let (x, low, high) = (0.96 * w, foot + 0.04 * (h - foot), foot + 0.96 * (h - foot))
        func screen(_ x0: Float, _ x1: Float, _ y0: Float, _ y1: Float, _ material: Material, _ z: Float) {
            mesh.patch(
                [SIMD3(x0, y0, z), SIMD3(x1, y0, z), SIMD3(x1, y1, z), SIMD3(x0, y1, z)], facing: SIMD3(0, 0, 1),
                material)
        }
        if l.isOn {
            screen(-x, x, low, high, .hex(0x5FB4F2, isLuminous: true), z)
            screen(-x, x, low, low + 0.35 * (high - low), .hex(0x59C36A, isLuminous: true), z + 0.0006)
            screen(
                -0.2 * x, 0.3 * x, low + 0.2 * (high - low), low + 0.75 * (high - low),
                .hex(0xFFD94A, isLuminous: true), z + 0.0012)
        } else {
            screen(-x, x, low, high, Palette.screenOff, z)
            mesh.patch(
                [
                    SIMD3(0.2 * x, low, z + 0.0006), SIMD3(0.5 * x, low, z + 0.0006), SIMD3(0.9 * x, high, z + 0.0006),
                    SIMD3(0.6 * x, high, z + 0.0006),
                ],
                facing: SIMD3(0, 0, 1), .hex(0x1E262E))
        }
        return mesh.fitted(to: l.size)
    }

    /// A slab with keys; the screen stands up at the back while it is open and lies on the keys while it is closed.
    static func laptop(_ l: Look) -> Mesh {
        let metal = l.color([Palette.steel, Palette.charcoal, Material.hex(0xE3E4E6, 0xD2D4D7), .hex(0x5C6F8A)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let base = min(0.6 * h, 0.03)
        var mesh = Mesh()
        mesh.box(-w, w, 0, base, -d, d, metal)
        var lid = Mesh()
        lid.box(-w, w, base, l.isOpen ? min(h, base + 0.02) : h, -d, d, metal.shade(0.9), l.isOpen ? .all : .standing)
        guard l.isOpen else {
            lid.lathe(
                [(1, 1)], base: SIMD3(0, 0.0008, 0), height: h, radii: SIMD2(0.12 * w, 0.12 * w), sides: 6,
                [metal.shade(1.3)])
            if l.isOn {
                lid.box(-0.9 * w, 0.9 * w, base * 0.8, base, -d, d + 0.0008, .hex(0x7FD0FF, isLuminous: true), .front)
            }
            mesh.add(lid)
            return mesh
        }
        mesh.box(
            -0.88 * w, 0.88 * w, 0, base + 0.0008, -0.75 * d, 0.15 * d, .hex(0x26282C, 0x54585F, .checks, scale: 0.03),
            .top)
        mesh.box(-0.28 * w, 0.28 * w, 0, base + 0.0008, 0.35 * d, 0.85 * d, metal.shade(0.75), .top)
        let screen =
            l.isOn ? Material.hex(0x6FB7FF, isLuminous: true) : .hex(0x1B2733)
        lid.box(-0.93 * w, 0.93 * w, base - 0.0008, h, -0.9 * d, 0.93 * d, screen, .bottom)
        if l.isOn {
            lid.box(-0.7 * w, 0.4 * w, base - 0.0016, h, 0.2 * d, 0.7 * d, .hex(0xF4FAFF, isLuminous: true), .bottom)
            lid.box(-0.7 * w, 0.6 * w, base - 0.0016, h, -0.5 * d, -0.1 * d, .hex(0xFFD36B, isLuminous: true), .bottom)
        }
        mesh.add(lid.tilted(-105, about: SIMD3(0, base, -d)))
        return mesh
    }

    static func cellPhone(_ l: Look) -> Mesh {
        let body = l.color([Palette.black, Material.hex(0xDADDE2), .hex(0xC9A0A0), .hex(0x2F5D8A)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let screen = l.isOn ? Material.hex(0x9FD8FF, isLuminous: true) : .hex(0x2A3340)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, d, body)
        mesh.box(-0.86 * w, 0.86 * w, 0, h + 0.0006, -0.9 * d, 0.9 * d, screen, .top)
        let icons: [UInt32] = l.isOn ? [0xFF6B5A, 0x5AD07A, 0xFFD25A] : [0x3A4656, 0x3A4656, 0x3A4656]
        for (number, color) in icons.enumerated() {
            let x = (Float(number) * 0.45 - 0.6) * w
            mesh.box(x, x + 0.25 * w, 0, h + 0.0009, -0.5 * d, 0.3 * d, .hex(color, isLuminous: l.isOn), .top)
        }
        return mesh
    }

    static func remoteControl(_ l: Look) -> Mesh {
        let body = l.color([Palette.charcoal, Palette.black, Material.hex(0xB9BDC2)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.taper(SIMD4(-w, w, -d, d), 0, SIMD4(-0.97 * w, 0.97 * w, -0.85 * d, 0.85 * d), h, body)
        let colors: [UInt32] = [0xD93A2F, 0xE8E8E8, 0xE8E8E8, 0x4B8BD6, 0xE8C64A]
        for (number, color) in colors.enumerated() {
            let x = (Float(number) * 0.36 - 0.88) * w
            mesh.box(x, x + 0.2 * w, 0, h + 0.0008, -0.45 * d, 0.45 * d, .hex(color), .top)
        }
        return mesh
    }

    /// A clock with two bells, its face to the front.
    static func alarmClock(_ l: Look) -> Mesh {
        let body = l.color([Material.hex(0xC23B33), .hex(0x3F7FA6), .hex(0x2C2E33), .hex(0xE0B23C)])
        var mesh = Mesh()
        var round = Mesh()
        let radii = SIMD2<Float>(0.08, 0.07)
        round.lathe(
            [(0, 0.92), (1, 1)], base: .zero, height: 0.08, radii: radii, sides: 6, [body], hasTop: false,
            hasBottom: true)
        round.lathe(
            [(1, 1), (1, 0.8)], base: .zero, height: 0.08, radii: radii, sides: 6, [body.shade(1.2)], hasTop: false)
        round.lathe([(0.98, 0.8)], base: .zero, height: 0.08, radii: radii, sides: 6, [.hex(0xFAF8F0)])
        mesh.add(round.lyingAlongZ.mapped { $0 + SIMD3(0, 0.08, 0) })
        mesh.box(-0.004, 0.004, 0.08, 0.125, 0, 0.0794, Palette.black, .front)
        mesh.box(-0.035, 0, 0.076, 0.085, 0, 0.0794, Palette.black, .front)
        for x: Float in [-0.05, 0.05] {
            mesh.box(x - 0.025, x + 0.025, 0.145, 0.17, 0.015, 0.055, Palette.brass, [.left, .right, .front, .top])
            mesh.box(x - 0.012, x + 0.012, 0, 0.04, 0.02, 0.05, body.shade(0.7), [.left, .right, .front])
        }
        return mesh.fitted(to: l.size)
    }

    static func cd(_ l: Look) -> Mesh {
        let rainbow = l.color([Material.hex(0xC9D6E4), .hex(0xD6CFE6), .hex(0xD3E4D6)])
        var mesh = Mesh()
        let radii = SIMD2(l.w, l.d) / 2
        mesh.lathe(
            [(0, 1), (1, 1), (1, 0.3)], base: .zero, height: l.h, radii: radii, [rainbow.shade(0.7), rainbow],
            hasTop: false)
        mesh.lathe(
            [(1, 0.3), (1, 0.14)], base: .zero, height: l.h, radii: radii, sides: 6, [.hex(0xF3F6FA)], hasTop: false)
        mesh.lathe([(1, 0.14)], base: .zero, height: l.h, radii: radii, sides: 6, [Palette.charcoal])
        for (side, color) in [(Float(1), UInt32(0x9FE0C8)), (-1, 0xE3A6D8)] {
            mesh.patch(
                [
                    SIMD3(0.1 * l.w * side, l.h, 0.12 * l.d), SIMD3(0.4 * l.w * side, l.h, 0.1 * l.d),
                    SIMD3(0.28 * l.w * side, l.h, 0.32 * l.d),
                ]
                .map { $0 + SIMD3(0, 0.0005, 0) }, facing: SIMD3(0, 1, 0), .hex(color))
        }
        return mesh
    }

    static func watch(_ l: Look) -> Mesh {
        let strap = l.color([
            Material.hex(0x5A3A22, 0x482D19, .leather, scale: 0.02), Palette.brass, Palette.black, Palette.chrome,
        ])
        var mesh = Mesh()
        mesh.box(-0.037, -0.015, 0, 0.008, -0.012, 0.012, strap, .standing)
        mesh.box(0.015, 0.037, 0, 0.008, -0.012, 0.012, strap, .standing)
        mesh.lathe(
            [(0, 1), (0.8, 1), (1, 0.85)], base: .zero, height: 0.02, radii: SIMD2(0.027, 0.027), sides: 8,
            [Palette.chrome, Palette.brass], hasTop: false)
        mesh.lathe([(0.97, 0.85)], base: .zero, height: 0.02, radii: SIMD2(0.027, 0.027), sides: 8, [.hex(0xF7F7F2)])
        mesh.box(-0.0015, 0.0015, 0, 0.0198, -0.002, 0.016, Palette.black, .top)
        mesh.box(-0.002, 0.012, 0, 0.0198, -0.0015, 0.0015, Palette.black, .top)
        return mesh.fitted(to: l.size)
    }
}
