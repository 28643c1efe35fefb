extension Looks {
    static func cabinet(_ l: Look) -> Mesh {
        let wood = cabinetWood(l)
        let metal = l.color([Palette.darkMetal, Palette.chrome, Palette.brass, Palette.steel], l.variant / 4)
        let (h, d) = (l.h, l.d / 2)
        let panel = doorDepth(l.type, l.size)
        let reach = handleReach(l)
        return withDoors(l, outer: wood.shade(0.92), inner: Palette.birch.shade(0.9)) { x0, x1, handleIsRight in
            let gap = min(0.003, (x1 - x0) / 30, h / 30)
            let frame = min(0.07, (x1 - x0) / 5, h / 5)
            var door = Mesh()
            door.box(x0 + gap, x1 - gap, gap, h - gap, d - panel, d, wood)
            door.box(
                x0 + frame, x1 - frame, frame, h - frame, d, d + 0.0008, wood.shade(0.86), .front)
            door.box(
                x0 + frame * 1.25, x1 - frame * 1.25, frame * 1.25, h - frame * 1.25, d, d + 0.0016, wood.shade(1.06),
                .front)
            let x = handleIsRight ? x0 + frame / 2 : x1 - frame / 2
            let half = min(0.08, h / 8)
            door.add(
                handle(
                    from: SIMD2(x, h / 2 - half), to: SIMD2(x, h / 2 + half), z: d, reach: reach,
                    thickness: min(0.014, (x1 - x0) / 12), metal))
            return door
        }
    }

    /// The colours of fronts: a cabinet and a drawer of one variant match.
    static func cabinetWood(_ l: Look) -> Material {
        l.color([
            Palette.oak, Palette.whiteWood, .hex(0x8DA3A6, 0x7B9194, .wood, scale: 0.3), Palette.cherry,
        ])
    }

    /// A front and an open-topped box behind it.
    static func drawer(_ l: Look) -> Mesh {
        let wood = cabinetWood(l).shade(1.04)
        let metal = l.color([Palette.darkMetal, Palette.chrome, Palette.brass, Palette.steel], l.variant / 4)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let panel = doorDepth(l.type, l.size)
        let cavity = cavity(of: l.type, l.size)
        let (a, b) = (cavity.min, cavity.max)
        let floor = min(max(l.surfaces.first?.y ?? a.y, 0), h / 2)
        let rim = 0.86 * h
        let gap = min(0.004, l.w / 40, h / 40)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, d - panel, d, wood)
        mesh.box(-w + 4 * gap, w - 4 * gap, 4 * gap, h - 4 * gap, d, d + 0.0008, wood.shade(0.84), .front)
        mesh.box(-w + 6 * gap, w - 6 * gap, 6 * gap, h - 6 * gap, d, d + 0.0016, wood.shade(1.05), .front)
        let inside = Palette.birch.shade(0.95)
        mesh.box(-w, w, 0, rim, -d, d - panel, inside.shade(0.8), [.left, .right, .back, .bottom])
        mesh.box(a.x, b.x, floor, rim, a.z, b.z, inside, [.left, .right, .back, .bottom, .front], isInside: true)
        mesh.box(-w, a.x, floor, rim, -d, d - panel, inside, .top)
        mesh.box(b.x, w, floor, rim, -d, d - panel, inside, .top)
        mesh.box(a.x, b.x, floor, rim, -d, a.z, inside, .top)
        let half = min(0.07, l.w / 6)
        mesh.add(
            handle(
                from: SIMD2(-half, 0.55 * h), to: SIMD2(half, 0.55 * h), z: d, reach: handleReach(l),
                thickness: min(0.014, h / 8), metal))
        return mesh
    }

    static func safe(_ l: Look) -> Mesh {
        let metal = l.color([
            Material.hex(0x5A6168, 0x4A5057, .brushedMetal, scale: 0.2),
            .hex(0x3E4A44, 0x323D38, .brushedMetal, scale: 0.2), .hex(0x6C5F50, 0x5B4F42, .brushedMetal, scale: 0.2),
        ])
        let (h, d) = (l.h, l.d / 2)
        let panel = doorDepth(l.type, l.size)
        return withDoors(l, outer: metal, inner: metal.shade(0.6)) { x0, x1, handleIsRight in
            let gap = 0.06 * min(x1 - x0, h)
            let middle = SIMD2((x0 + x1) / 2, 0.5 * h)
            let r = 0.14 * min(x1 - x0, h)
            let to: Float = handleIsRight ? -1 : 1
            var door = Mesh()
            door.box(x0 + gap, x1 - gap, gap, h - gap, d - panel, d, metal.shade(1.15))
            var dial = Mesh()
            dial.lathe(
                [(0, 1), (0.6, 0.9), (1, 0.6)], base: .zero, height: min(0.025, 0.1 * l.d), radii: SIMD2(r, r),
                [Palette.black, Palette.chrome])
            door.add(dial.lyingAlongZ.mapped { $0 + SIMD3(middle.x, middle.y, d) })
            door.box(
                middle.x + to * 2.2 * r - r * 0.25, middle.x + to * 2.2 * r + r * 0.25, middle.y - 1.2 * r,
                middle.y + 1.2 * r, d, d + min(0.02, 0.08 * l.d), Palette.brass, [.front, .left, .right, .top, .bottom])
            door.box(
                middle.x - 1.2 * r, middle.x + 1.2 * r, middle.y + 1.5 * r, middle.y + 2.2 * r, d, d + 0.001,
                .hex(0x7FD08A), .front)
            return door
        }
    }

    /// A cardboard box with four flaps.
    static func box(_ l: Look) -> Mesh {
        let card = l.color([
            Material.hex(0xB98B58, 0xA87A48, .plain), .hex(0xA9794A, 0x98693B, .plain),
            .hex(0xCDA06C, 0xBC8F5C, .plain),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let t = min(0.006, 0.03 * min(l.w, l.d))
        let floor = min(l.support(0.01), h / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, d, card, .around)
        let label = l.color([Palette.paper, Material.hex(0xC0392B), .hex(0x2E6DA4)], l.variant / 3)
        mesh.box(-0.35 * w, 0.35 * w, 0.3 * h, 0.65 * h, d, d + 0.0008, label, .front)
        if l.isOpen {
            mesh.box(
                -w + t, w - t, floor, h, -d + t, d - t, card.shade(0.8), [.left, .right, .front, .back, .bottom],
                isInside: true)
            let (fx, fz) = (0.5 * w, 0.55 * d)
            let drop = 0.35 * min(w, d)
            for side: Float in [-1, 1] {
                flap(
                    [
                        SIMD3(side * w, h, -d), SIMD3(side * w, h, d), SIMD3(side * (w + fx), h - drop, 0.95 * d),
                        SIMD3(side * (w + fx), h - drop, -0.95 * d),
                    ], card.shade(1.08), to: &mesh)
                flap(
                    [
                        SIMD3(-w, h, side * d), SIMD3(w, h, side * d), SIMD3(0.95 * w, h - drop, side * (d + fz)),
                        SIMD3(-0.95 * w, h - drop, side * (d + fz)),
                    ], card.shade(1.12), to: &mesh)
            }
        } else {
            mesh.box(-w, w, 0, h, -d, -0.006 * d, card.shade(1.08), .top)
            mesh.box(-w, w, 0, h, 0.006 * d, d, card.shade(1.08), .top)
            mesh.box(-w, w, 0, h, -0.12 * d, 0.12 * d, .hex(0xE0CFA0), .top)
        }
        return mesh
    }

    /// A thin sheet seen from both sides.
    static func flap(_ corners: [SIMD3<Float>], _ material: Material, to mesh: inout Mesh) {
        mesh.add(corners, material)
        mesh.add(corners.reversed(), material.shade(0.85))
    }

    static func laundryHamper(_ l: Look) -> Mesh {
        let weave = l.color([
            Material.hex(0xC8AC80, 0xA98C60, .weave, scale: 0.05), .hex(0x8A6B4C, 0x6F5439, .weave, scale: 0.05),
            .hex(0xD9D4C8, 0xBDB7A9, .weave, scale: 0.05),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let cavity = cavity(of: l.type, l.size)
        let (a, b) = (cavity.min, cavity.max)
        var mesh = Mesh()
        mesh.taper(
            SIMD4(-0.94 * w, 0.94 * w, -0.94 * d, 0.94 * d), 0, SIMD4(-w, w, -d, d), 0.92 * h, weave, .around)
        mesh.box(-0.3 * w, 0.3 * w, 0.68 * h, 0.76 * h, d - 0.02 * d, d, weave.shade(0.4), .front)
        var lid = Mesh()
        lid.box(-w, w, 0.92 * h, h, -d, d, weave.shade(0.85))
        if l.isOpen {
            let wall = a.x + w
            mesh.addBox(cavity, weave.shade(0.7), sides: [.left, .right, .front, .back, .bottom], isInside: true)
            for (x0, x1, z0, z1) in [
                (-w, w, -d, -d + wall), (-w, w, d - wall, d), (-w, a.x, -d, d), (b.x, w, -d, d),
            ] { mesh.box(x0, x1, 0, 0.92 * h, z0, z1, weave.shade(1.1), .top) }
            mesh.add(lid.tilted(-95, about: SIMD3(0, 0.92 * h, -d)))
        } else {
            mesh.add(lid)
        }
        return mesh
    }

    static func laundryHamperLid(_ l: Look) -> Mesh {
        let weave = l.color([
            Material.hex(0xB0946A, 0x92774F, .weave, scale: 0.05), .hex(0x77593D, 0x5E452D, .weave, scale: 0.05),
            .hex(0xC6C0B2, 0xA9A394, .weave, scale: 0.05),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, 0.7 * h, -d, d, weave)
        mesh.taper(
            SIMD4(-0.2 * w, 0.2 * w, -0.1 * d, 0.1 * d), 0.7 * h, SIMD4(-0.15 * w, 0.15 * w, -0.08 * d, 0.08 * d), h,
            weave.shade(0.6), .standing)
        return mesh
    }

    static func garbageCan(_ l: Look) -> Mesh {
        let side = l.color([
            Material.hex(0x4F5459, 0x43484D), .hex(0xB3B8BC, 0x99A0A6, .brushedMetal, scale: 0.1),
            .hex(0x3F6B4C, 0x355B40),
            .hex(0x7A3F38, 0x69342E),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let floor = min(l.support(0.03), h / 2)
        let bag = Material.hex(0xE8E8E4, 0xCFCFCA)
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.82), (0.9, 0.97), (0.9, 1), (1, 1)], base: .zero, height: h, radii: SIMD2(w, d),
            [side, side, side.shade(0.8)], hasTop: false)
        mesh.lathe(
            [(0, 0.78), (1, 0.93)], base: SIMD3(0, floor, 0), height: h - floor, radii: SIMD2(w, d), [side.shade(0.5)],
            hasTop: false, isInside: true)
        mesh.lathe(
            [(0, 0.78), (0, 0)], base: SIMD3(0, floor, 0), height: 1, radii: SIMD2(w, d), [side.shade(0.4)],
            hasTop: false)
        mesh.lathe([(0, 1), (0, 0.93)], base: SIMD3(0, h, 0), height: 1, radii: SIMD2(w, d), [bag], hasTop: false)
        return mesh
    }
}
