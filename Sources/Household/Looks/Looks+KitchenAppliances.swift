extension Looks {
    static func fridge(_ l: Look) -> Mesh {
        let metal = l.color([
            Palette.steel, .hex(0xEDEFEF, 0xDCE0E1), .hex(0x4A4E53, 0x3D4146, .brushedMetal, scale: 0.15),
            .hex(0xCFE0DA, 0xBCCFC8),
        ])
        let (h, d) = (l.h, l.d / 2)
        let panel = doorDepth(l.type, l.size)
        let split = 0.66 * h
        let reach = handleReach(l)
        return withDoors(l, outer: metal.shade(0.85), inner: .hex(0xF4F8FA, 0xE2E9EC)) { x0, x1, handleIsRight in
            let gap = min(0.008, (x1 - x0) / 40)
            let x = handleIsRight ? x0 + 0.09 * (x1 - x0) : x1 - 0.09 * (x1 - x0)
            var door = Mesh()
            for (low, high, from, to, sides): (Float, Float, Float, Float, Mesh.Sides) in [
                (0.045 * h, split - gap, 0.42 * h, 0.62 * h, .all.subtracting(.top)),
                (split + gap, h, 0.70 * h, 0.84 * h, .all.subtracting(.bottom)),
            ] {
                door.box(x0, x1, low, high, d - panel, d, metal, sides)
                door.add(
                    handle(
                        from: SIMD2(x, from), to: SIMD2(x, to), z: d, reach: reach,
                        thickness: min(0.022, (x1 - x0) / 16), Palette.darkMetal))
            }
            door.box(x0 + gap, x1 - gap, 0.005 * h, 0.045 * h, d - panel, d - panel * 0.4, Palette.charcoal, .front)
            if l.isOpen {
                let rack = Material.hex(0xD9E4EA, 0xC6D3DA)
                for y in [0.16 * h, 0.36 * h, 0.74 * h] {
                    door.box(
                        x0 + 0.1 * (x1 - x0), x1 - 0.1 * (x1 - x0), y, y + 0.06 * h, d - panel - 0.06, d - panel, rack,
                        [.back, .left, .right, .top])
                }
            }
            return door
        }
    }

    static func microwave(_ l: Look) -> Mesh {
        let metal = l.color([Palette.steel, .hex(0x4A4D53, 0x404349), .hex(0xEDEDEA, 0xDADAD6)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let panel = doorDepth(l.type, l.size)
        let front = d - panel
        let cavity = cavity(of: l.type, l.size)
        let split = cavity.min.x
        let inside = Material.hex(0xE4E2D8, 0xD2D0C6)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, front, metal, [.left, .right, .top, .bottom, .back])
        // The panel with the buttons, at the right as seen from in front.
        mesh.box(-w, split, 0, h, front, d, metal.shade(0.8), [.left, .right, .top, .bottom, .front])
        let (b0, b1) = (-w + 0.15 * (split + w), split - 0.15 * (split + w))
        let display = l.isOn ? Material.hex(0x59F08A, isLuminous: true) : .hex(0x17361F)
        mesh.box(b0, b1, 0.76 * h, 0.88 * h, d, d + 0.0008, display, .front)
        for row in 0..<3 {
            for column in 0..<2 {
                let (x, y) = (b0 + Float(column) * 0.55 * (b1 - b0), (0.2 + 0.17 * Float(row)) * h)
                mesh.box(x, x + 0.45 * (b1 - b0), y, y + 0.11 * h, d, d + 0.0008, .hex(0xC9CCD0), .front)
            }
        }
        if l.isOpen { mesh.add(hollow(l, cavity, rim: metal.shade(0.6), inside)) }
        var door = Mesh()
        let gap = min(0.006, l.w / 60)
        door.box(split + gap, w, 0, h, front, d, metal.shade(1.1))
        let glass =
            l.isOn ? Material.hex(0xFFD75A, 0xF2B93A, isLuminous: true) : .hex(0x0E1013, 0x1A1D22)
        let width = w - split
        for z in l.isOpen ? [d + 0.0008, front - 0.0008] : [d + 0.0008] {
            door.patch(
                [
                    SIMD3(split + 0.2 * width, 0.18 * h, z), SIMD3(w - 0.1 * width, 0.18 * h, z),
                    SIMD3(w - 0.1 * width, 0.82 * h, z), SIMD3(split + 0.2 * width, 0.82 * h, z),
                ], facing: SIMD3(0, 0, z > front ? 1 : -1), glass)
        }
        let x = split + 0.09 * width
        door.add(
            handle(
                from: SIMD2(x, 0.22 * h), to: SIMD2(x, 0.78 * h), z: d, reach: handleReach(l),
                thickness: min(0.018, width / 12), Palette.chrome))
        mesh.add(hinged(door, at: SIMD2(w, d), isLeft: true, l.isOpen))
        return mesh
    }

    static func coffeeMachine(_ l: Look) -> Mesh {
        let body = l.color([Palette.black, Material.hex(0xA8322B), Palette.steel, .hex(0xE6E2D6)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let tray = l.support(0.1 * h)
        var mesh = Mesh()
        mesh.box(-w, w, 0, tray, -d, d, body.shade(0.8), .around)
        mesh.box(-w, w, 0, tray, -d, d, Palette.steel.shade(0.7), .top)
        mesh.box(-w, w, tray, 0.68 * h, -d, -0.05 * d, body, .around)
        mesh.box(-w, w, 0.68 * h, 0.94 * h, -d, 0.75 * d, body)
        mesh.taper(
            SIMD4(-0.8 * w, 0.8 * w, -0.9 * d, 0.2 * d), 0.94 * h, SIMD4(-0.7 * w, 0.7 * w, -0.85 * d, 0.1 * d), h,
            body.shade(1.4), .standing)
        mesh.lathe(
            [(0, 0.6), (1, 1)], base: SIMD3(0, 0.58 * h, 0.35 * d), height: 0.1 * h, radii: SIMD2(0.35 * w, 0.3 * d),
            sides: 6, [Palette.chrome], hasTop: false, hasBottom: true)
        let light = l.isOn ? Material.hex(0xFF5A2A, isLuminous: true) : Material.hex(0x6A2A22)
        mesh.box(-0.8 * w, -0.45 * w, 0.76 * h, 0.86 * h, 0.75 * d, 0.75 * d + 0.001, light, .front)
        mesh.box(
            -0.2 * w, 0.8 * w, 0.76 * h, 0.86 * h, 0.75 * d, 0.75 * d + 0.001,
            l.isOn ? .hex(0x8FE3FF, isLuminous: true) : .hex(0x26343A), .front)
        if l.isOn {
            mesh.box(-0.03 * w, 0.03 * w, tray, 0.58 * h, 0.33 * d, 0.37 * d, .hex(0x4A2A14), .around)
        }
        return mesh
    }

    static func toaster(_ l: Look) -> Mesh {
        let body = l.color([Palette.chrome, Material.hex(0xC24A3D), .hex(0xE8E3D3), .hex(0x7FA7A3)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let slot = l.isOn ? Material.hex(0xFF6A1E, 0xE04A10, isLuminous: true) : Palette.black
        var mesh = Mesh()
        mesh.box(-0.95 * w, 0.95 * w, 0, 0.08 * h, -0.95 * d, 0.95 * d, Palette.black, .around)
        mesh.box(-w * 0.93, w * 0.93, 0.08 * h, 0.8 * h, -d, d, body, .around)
        mesh.taper(
            SIMD4(-0.93 * w, 0.93 * w, -d, d), 0.8 * h, SIMD4(-0.85 * w, 0.85 * w, -0.8 * d, 0.8 * d), h,
            body.shade(1.08), .standing)
        for z in [-0.45 * d, 0.2 * d] {
            mesh.box(-0.72 * w, 0.72 * w, h - 0.001, h + 0.0008, z, z + 0.25 * d, slot, .top)
        }
        for x in [-w, 0.93 * w] {
            mesh.box(x, x + 0.07 * w, 0.15 * h, 0.75 * h, -0.3 * d, 0.3 * d, Palette.black)
        }
        let lever: Float = l.isOn ? 0.3 : 0.6
        mesh.box(0.93 * w, w, lever * h, (lever + 0.12) * h, 0.35 * d, 0.6 * d, Palette.charcoal)
        return mesh
    }

    /// A ring of flames or coils seen from above; glows while its knob is on.
    static func stoveBurner(_ l: Look) -> Mesh {
        let isGlowing = l.isOn || l.flags.contains(.hot)
        let plate = l.color([Material.hex(0x25262A, 0x33353A), .hex(0x303033, 0x404045)])
        let coil = isGlowing ? Material.hex(0xFF4A1C, 0xFF8A3A, isLuminous: true) : .hex(0x55585E, 0x45484D)
        let (h, r) = (l.h, SIMD2(l.w / 2, l.d / 2))
        var mesh = Mesh()
        mesh.lathe([(0, 1), (0.5, 1)], base: .zero, height: h, radii: r, [plate])
        mesh.lathe([(0.5, 0.8), (0.9, 0.8), (0.9, 0.55)], base: .zero, height: h, radii: r, [coil], hasTop: false)
        mesh.lathe([(0.5, 0.3), (1, 0.3)], base: .zero, height: h, radii: r, sides: 6, [coil])
        return mesh
    }

    /// On a front: its axis points to +z.
    static func stoveKnob(_ l: Look) -> Mesh {
        let knob = l.color([Palette.black, Palette.steel, Palette.white])
        var turned = Mesh()
        turned.lathe(
            [(0, 1), (0.35, 1), (0.4, 0.75), (1, 0.7)], base: .zero, height: 0.035, radii: SIMD2(0.0275, 0.0275),
            sides: 8,
            [Palette.steel, Palette.charcoal, knob])
        let mark = l.isOn ? Material.hex(0xFF3B1F, isLuminous: true) : Material.hex(0xF4F4F4)
        if l.isOn {
            turned.box(-0.019, 0.019, 0.03, 0.0352, -0.005, 0.005, mark, .top)
        } else {
            turned.box(-0.005, 0.005, 0.03, 0.0352, 0, 0.019, mark, .top)
        }
        return turned.lyingAlongZ.fitted(to: l.size)
    }
}
