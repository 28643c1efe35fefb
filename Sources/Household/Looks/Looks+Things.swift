extension Looks {
    static func book(_ l: Look) -> Mesh {
        let cover = l.color([
            Material.hex(0x2F5E9E), .hex(0x8F2F3A), .hex(0x3F7A4F), .hex(0xC98A2E), .hex(0x5B3F7A),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(
            -0.94 * w, 0.97 * w, 0.12 * h, 0.88 * h, -0.95 * d, 0.95 * d,
            Palette.paper.patterned(0xD9D3BF, .stripes, scale: 0.006), [.right, .front, .back])
        mesh.box(-w, w, 0, 0.12 * h, -d, d, cover.shade(0.8), .around)
        mesh.box(-w, -0.94 * w, 0.12 * h, 0.88 * h, -d, d, cover.shade(0.85), [.left, .front, .back])
        mesh.box(-w, w, 0.88 * h, h, -d, d, cover)
        mesh.box(-0.5 * w, 0.7 * w, 0, h + 0.0008, -0.6 * d, -0.15 * d, cover.mixed(0xFFF2C8, 0.75), .top)
        mesh.box(-0.5 * w, 0.4 * w, 0, h + 0.0008, 0.3 * d, 0.5 * d, cover.mixed(0xFFF2C8, 0.5), .top)
        return mesh
    }

    static func newspaper(_ l: Look) -> Mesh {
        let paper = l.color([Material.hex(0xD9D6CC), .hex(0xE3DDCB), .hex(0xCFCFCB)])
        let text = Material.hex(0x8C8A84, 0xD0CDC4, .stripes, scale: 0.012)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.taper(SIMD4(-w, w, -d, d), 0, SIMD4(-w, 0.97 * w, -0.98 * d, 0.98 * d), h, paper)
        mesh.box(-0.88 * w, 0.86 * w, 0, h + 0.0008, -0.85 * d, -0.55 * d, .hex(0x2E2D2B), .top)
        mesh.box(-0.88 * w, -0.05 * w, 0, h + 0.0008, -0.4 * d, 0.85 * d, text, .top)
        mesh.box(0.05 * w, 0.86 * w, 0, h + 0.0008, 0.3 * d, 0.85 * d, text, .top)
        mesh.box(0.05 * w, 0.86 * w, 0, h + 0.0008, -0.4 * d, 0.2 * d, .hex(0x6F767C), .top)
        return mesh
    }

    static func pen(_ l: Look) -> Mesh {
        let ink = l.color([Material.hex(0x1F3FA0), .hex(0xB0232B), .hex(0x1C1C20)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.15), (0.08, 0.8), (0.6, 1), (1, 0.9)], base: .zero, height: 0.15, radii: SIMD2(0.005, 0.005),
            sides: 4,
            [Palette.chrome, .hex(0xE4E7EC), ink])
        mesh = mesh.lyingAlongX
        mesh.box(0.02, 0.07, 0.004, 0.0062, -0.001, 0.001, ink.shade(0.7))
        return mesh.fitted(to: l.size)
    }

    static func pencil(_ l: Look) -> Mesh {
        let wood = l.color([Material.hex(0xF2B92E), .hex(0xE2863A), .hex(0x4FA05A)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.05), (0.03, 0.3), (0.12, 1), (0.86, 1), (0.92, 1), (1, 0.95)], base: .zero, height: 0.17,
            radii: SIMD2(0.0045, 0.0045), sides: 4, [Palette.black, Palette.birch, wood, Palette.brass, .hex(0xE38C94)])
        return mesh.lyingAlongX.fitted(to: l.size)
    }

    static func creditCard(_ l: Look) -> Mesh {
        let card = l.color([Material.hex(0x2456A6), .hex(0xB8912F), .hex(0x2F2F36), .hex(0x2E8B6A)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, d, card)
        mesh.box(-0.75 * w, -0.4 * w, 0, h + 0.0004, -0.35 * d, 0.15 * d, .hex(0xE9CF7A), .top)
        mesh.box(-0.75 * w, 0.6 * w, 0, h + 0.0004, 0.45 * d, 0.6 * d, .hex(0xE6EAF0), .top)
        mesh.box(0.45 * w, 0.8 * w, 0, h + 0.0004, -0.7 * d, -0.35 * d, .hex(0xE4572E), .top)
        return mesh
    }

    /// A ring with two keys and a fob.
    static func keyChain(_ l: Look) -> Mesh {
        let fob = l.color([Material.hex(0xC23B3B), .hex(0x2F7FBF), .hex(0x3C9A5C), .hex(0x222226)])
        var mesh = Mesh()
        mesh.lathe(
            [(0.5, 1), (1, 0.9), (1, 0.6)], base: SIMD3(0.03, 0, 0), height: 0.008, radii: SIMD2(0.02, 0.02), sides: 6,
            [Palette.chrome], hasTop: false)
        mesh.box(-0.055, 0.012, 0, 0.006, -0.014, -0.006, Palette.brass, .standing)
        mesh.box(-0.055, -0.04, 0, 0.006, -0.022, -0.014, Palette.brass, .standing)
        mesh.bar(SIMD3(0.01, 0.004, 0.008), SIMD3(-0.045, 0.004, 0.028), 0.007, Palette.steel, hasEnds: false)
        mesh.box(0.028, 0.055, 0, 0.012, 0.012, 0.042, fob, .standing)
        return mesh.fitted(to: l.size)
    }

    static func baseballBat(_ l: Look) -> Mesh {
        let wood = l.color([Palette.birch, Palette.oak, Palette.cherry, Palette.black])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.55), (0.03, 0.55), (0.04, 0.35), (0.3, 0.38), (0.62, 0.95), (0.96, 1), (1, 0.75)], base: .zero,
            height: 0.85,
            radii: SIMD2(0.035, 0.035), sides: 4, [Palette.black, Palette.black, Palette.charcoal, wood],
            hasBottom: true)
        return mesh.lyingAlongX.fitted(to: l.size)
    }

    static func basketBall(_ l: Look) -> Mesh {
        let leather = l.color([
            Material.hex(0xD8722A, 0xC2611D, .leather, scale: 0.03), .hex(0xC8602A, 0xB2511E, .leather, scale: 0.03),
        ])
        let seam = Material.hex(0x2A1C14)
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.5), (0.48, 1), (0.54, 1), (0.82, 0.8), (1, 0.36)], base: .zero, height: l.h,
            radii: SIMD2(l.w, l.d) / 2, [leather.shade(0.92), seam, leather, leather.shade(1.06)])
        mesh.box(-0.025 * l.w, 0.025 * l.w, 0, l.h + 0.0008, -0.16 * l.d, 0.16 * l.d, seam, .top)
        return mesh
    }

    /// A pair of boots, toes to the front.
    static func boots(_ l: Look) -> Mesh {
        let leather = l.color([
            Material.hex(0x9A6234, 0x845026, .leather, scale: 0.05), .hex(0x45454A, 0x55555A, .leather, scale: 0.05),
            .hex(0xB98A4F, 0xA2763F, .leather, scale: 0.05),
        ])
        var mesh = Mesh()
        for x: Float in [-0.07, 0.07] {
            mesh.box(x - 0.05, x + 0.05, 0, 0.025, -0.14, 0.15, Palette.black, .around)
            mesh.taper(
                SIMD4(x - 0.05, x + 0.05, -0.14, 0.15), 0.025, SIMD4(x - 0.045, x + 0.045, -0.13, 0.03), 0.11, leather,
                .around)
            mesh.taper(
                SIMD4(x - 0.045, x + 0.045, -0.13, 0.03), 0.11, SIMD4(x - 0.05, x + 0.05, -0.14, 0.03), 0.26,
                leather.shade(1.06), .around)
            mesh.box(x - 0.05, x + 0.05, 0.2, 0.26, -0.14, 0.03, leather.shade(0.4), .top)
        }
        return mesh.fitted(to: l.size)
    }

    /// A robed figure on a plinth.
    static func statue(_ l: Look) -> Mesh {
        let stone = l.color([
            Material.hex(0xB9B4A8, 0x9F9A8E, .marble, scale: 0.15), .hex(0x6F5A3F, 0x5E4B33, .brushedMetal, scale: 0.1),
            .hex(0x3F4A45, 0x4F5B55, .marble, scale: 0.15), .hex(0xD2B24F, 0xB8983B, .brushedMetal, scale: 0.1),
        ])
        var mesh = Mesh()
        mesh.box(-0.07, 0.07, 0, 0.035, -0.06, 0.06, stone.shade(0.55), .standing)
        mesh.lathe(
            [(0, 0.95), (0.5, 0.5), (0.8, 0.85), (1, 0.3)], base: SIMD3(0, 0.035, 0), height: 0.2,
            radii: SIMD2(0.058, 0.042), sides: 6, [stone.shade(0.85), stone, stone.shade(1.08)], hasTop: false)
        mesh.lathe(
            [(0, 0.5), (0.5, 1), (1, 0.5)], base: SIMD3(0, 0.23, 0), height: 0.07, radii: SIMD2(0.026, 0.028), sides: 4,
            [stone, stone.shade(1.1)])
        return mesh.fitted(to: l.size)
    }

    static func teddyBear(_ l: Look) -> Mesh {
        let fur = l.color([
            Material.hex(0xA9713F, 0x925E31, .carpet, scale: 0.03), .hex(0xD9B98C, 0xC6A577, .carpet, scale: 0.03),
            .hex(0x6B4A36, 0x5A3D2B, .carpet, scale: 0.03),
        ])
        let belly = fur.mixed(0xFFF0D8, 0.5)
        var mesh = Mesh()
        func limb(
            _ x0: Float, _ x1: Float, _ y0: Float, _ y1: Float, _ z0: Float, _ z1: Float, _ m: Material, _ s: Mesh.Sides
        ) {
            mesh.box(x0, x1, y0, y1, z0, z1, m, s)
        }
        limb(-0.075, 0.075, 0, 0.19, -0.07, 0.05, fur, [.left, .right, .back, .front])
        limb(-0.045, 0.045, 0.04, 0.16, 0.04, 0.055, belly, .front)
        mesh.lathe(
            [(0, 0.7), (0.5, 1), (1, 0.6)], base: SIMD3(0, 0.18, -0.01), height: 0.15, radii: SIMD2(0.085, 0.075),
            sides: 4, [fur, fur.shade(1.08)])
        limb(-0.03, 0.03, 0.21, 0.25, 0.05, 0.085, belly, [.left, .right, .top, .front])
        limb(-0.012, 0.012, 0.238, 0.252, 0.08, 0.088, Palette.black, .front)
        for side: Float in [-1, 1] {
            let ear = side * 0.065
            limb(ear - 0.025, ear + 0.025, 0.3, 0.36, -0.015, 0.01, fur.shade(0.85), [.left, .right, .front])
            let (a, b) = (side * 0.07, side * 0.14)
            limb(min(a, b), max(a, b), 0.11, 0.16, -0.02, 0.04, fur.shade(0.9), [.top, .front])
            let leg = side * 0.06
            limb(leg - 0.035, leg + 0.035, 0, 0.065, 0.05, 0.16, fur.shade(0.95), [.top, .front])
        }
        return mesh.fitted(to: l.size)
    }

    static func tennisRacket(_ l: Look) -> Mesh {
        let frame = l.color([Material.hex(0xC9302C), .hex(0x2A5DB0), .hex(0x222226), .hex(0x7AB648)])
        let strings = Material.hex(0xF0EDD8, 0xA8A898, .checks, scale: 0.03)
        var mesh = Mesh()
        let (base, radii) = (SIMD3<Float>(-0.17, 0, 0), SIMD2<Float>(0.17, 0.135))
        mesh.lathe(
            [(0, 1), (1, 0.97), (1, 0.84)], base: base, height: 0.025, radii: radii, [frame.shade(0.85), frame],
            hasTop: false)
        mesh.lathe([(0.6, 0.86)], base: base, height: 0.025, radii: radii, [strings])
        mesh.bar(SIMD3(-0.005, 0.0125, 0.02), SIMD3(0.12, 0.0125, 0), 0.018, frame, hasEnds: false)
        mesh.box(0.1, 0.34, 0, 0.032, -0.016, 0.016, Palette.black, .standing)
        return mesh.fitted(to: l.size)
    }

    static func tissueBox(_ l: Look) -> Mesh {
        let box = l.color([
            Material.hex(0x6FAFC4, 0xCFE6EC, .checks, scale: 0.06), .hex(0xD98BA8, 0xF3DCE5, .checks, scale: 0.06),
            .hex(0x9BBF78, 0xE2EDD4, .stripes, scale: 0.06),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let top = 0.72 * h
        var mesh = Mesh()
        mesh.box(-w, w, 0, top, -d, d, box, .standing)
        mesh.box(-0.6 * w, 0.6 * w, 0, top + 0.0008, -0.3 * d, 0.3 * d, .hex(0x44505A), .top)
        // A tissue that sticks out, wider at its tip.
        mesh.taper(
            SIMD4(-0.5 * w, 0.4 * w, -0.2 * d, 0.2 * d), top, SIMD4(-0.3 * w, 0.35 * w, -0.4 * d, 0.1 * d), 0.9 * h,
            Palette.white, .around)
        mesh.taper(
            SIMD4(-0.3 * w, 0.35 * w, -0.4 * d, 0.1 * d), 0.9 * h, SIMD4(0, 0.3 * w, -0.3 * d, 0), h,
            Palette.white, .standing)
        return mesh.fitted(to: l.size)
    }

    static func dishSponge(_ l: Look) -> Mesh {
        let foam = l.color([
            Material.hex(0xF2D13C, 0xDDB928, .speckles, scale: 0.015),
            .hex(0x7FC8E0, 0x63B2CC, .speckles, scale: 0.015), .hex(0xF09A5A, 0xDC8445, .speckles, scale: 0.015),
        ])
        let pad = l.color([
            Material.hex(0x3F8F4A, 0x357C40, .speckles, scale: 0.01), .hex(0x2F6FA8),
            .hex(0x3F8F4A, 0x357C40, .speckles, scale: 0.01),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, 0.72 * h, -d, d, foam, .around)
        mesh.box(-w, w, 0.72 * h, h, -d, d, pad, .standing)
        return mesh
    }

    /// A roll of kitchen paper, on a stand if it is the roll that is no toilet paper's.
    static func paperTowel(_ l: Look) -> Mesh {
        let paper =
            l.type == .paperTowelRoll
            ? Material.hex(0xF5F3EC, 0xCFE0EA, .checks, scale: 0.06) : .hex(0xEFEBDD, 0xD8E6D2, .checks, scale: 0.05)
        var mesh = Mesh()
        if l.type == .paperTowelRoll {
            mesh.lathe([(0, 1), (0.04, 1)], base: .zero, height: 0.28, radii: SIMD2(0.065, 0.065), [Palette.walnut])
            mesh.lathe(
                [(0.93, 0.15), (1, 0.15)], base: .zero, height: 0.28, radii: SIMD2(0.065, 0.065), sides: 4,
                [Palette.walnut])
        }
        mesh.lathe(
            [(0.04, 0.85), (0.93, 0.85), (0.93, 0.3)], base: .zero, height: 0.28, radii: SIMD2(0.065, 0.065), sides: 6,
            [paper, paper.shade(0.92)], hasTop: false)
        mesh.lathe([(0.9, 0.3)], base: .zero, height: 0.28, radii: SIMD2(0.065, 0.065), sides: 6, [.hex(0xA77F52)])
        return mesh.fitted(to: l.size)
    }

    static func wateringCan(_ l: Look) -> Mesh {
        let metal = l.color([
            Material.hex(0x4E9A6B), .hex(0x9AA6AD, 0x88949B, .brushedMetal, scale: 0.1), .hex(0xD9893C), .hex(0x4C7FB8),
        ])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (1, 0.85), (1, 0.6)], base: .zero, height: 0.17, radii: SIMD2(0.085, 0.085), sides: 6,
            [metal, metal.shade(1.08)], hasTop: false)
        mesh.lathe([(0.8, 0.6)], base: .zero, height: 0.17, radii: SIMD2(0.085, 0.085), sides: 6, [.hex(0x1E3A44)])
        mesh.bar(SIMD3(0.07, 0.05, 0), SIMD3(0.19, 0.19, 0), 0.024, metal.shade(0.9), hasEnds: false)
        mesh.taper(SIMD4(0.175, 0.2, -0.012, 0.012), 0.185, SIMD4(0.165, 0.22, -0.03, 0.03), 0.2, metal.shade(0.8))
        mesh.bar(SIMD3(-0.07, 0.16, 0), SIMD3(-0.14, 0.19, 0), 0.016, metal.shade(0.85), hasEnds: false)
        mesh.bar(SIMD3(-0.135, 0.19, 0), SIMD3(-0.08, 0.06, 0), 0.016, metal.shade(0.85), hasEnds: false)
        return mesh.fitted(to: l.size)
    }

    /// Leaves in a pot with earth.
    static func housePlant(_ l: Look) -> Mesh {
        let pot = l.color([Material.hex(0xB8643C), .hex(0xE8E4DA), .hex(0x5F6B73), .hex(0x7A5A8C)])
        let leaf = l.color([Material.hex(0x3F8B3F), .hex(0x5FA347), .hex(0x2F7350), .hex(0x6B9A3A)], l.variant / 4)
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.55), (0.9, 0.8), (0.9, 0.9), (1, 0.9)], base: .zero, height: 0.2, radii: SIMD2(0.13, 0.13), sides: 6,
            [pot, pot.shade(0.9)], hasTop: false)
        mesh.lathe([(0.95, 0.9)], base: .zero, height: 0.2, radii: SIMD2(0.13, 0.13), sides: 6, [.hex(0x4A3424)])
        for number in 0..<9 {
            let turn = Placement(position: .zero, yaw: Float(number) * 40)
            let (reach, high): (Float, Float) =
                number % 3 == 0 ? (0.09, 0.55) : number % 3 == 1 ? (0.18, 0.42) : (0.16, 0.3)
            let wide: Float = 0.045
            let low = [
                SIMD3<Float>(0, 0.19, 0.01), SIMD3(wide, 0.5 * (0.19 + high) + 0.04, 0.55 * reach),
                SIMD3(-wide, 0.5 * (0.19 + high) + 0.04, 0.55 * reach),
            ].map(turn.point)
            let tip = [
                SIMD3<Float>(wide, 0.5 * (0.19 + high) + 0.04, 0.55 * reach), SIMD3(0, high, reach),
                SIMD3(-wide, 0.5 * (0.19 + high) + 0.04, 0.55 * reach),
            ].map(turn.point)
            let tone = leaf.shade(0.85 + 0.1 * Float(number % 4))
            flap(low, tone, to: &mesh)
            flap(tip, tone.shade(1.1), to: &mesh)
        }
        return mesh.fitted(to: l.size)
    }
}
