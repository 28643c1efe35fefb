extension Looks {
    static func apple(_ l: Look) -> Mesh {
        let skin = l.color([
            Material.hex(0xC7232B, 0xA81B22), .hex(0x9EC23A, 0x86A82C),
            .hex(0xD9442F, 0xE0B040, .speckles, scale: 0.05),
        ])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.5), (0.3, 0.95), (0.62, 1), (0.88, 0.6)], base: .zero, height: 0.1, radii: SIMD2(0.05, 0.05),
            sides: 6,
            [skin.shade(0.9), skin, skin.shade(1.1)])
        mesh.box(-0.004, 0.004, 0.086, 0.1, -0.004, 0.004, .hex(0x5B3A1E), .standing)
        mesh.patch(
            [SIMD3(0.004, 0.09, 0), SIMD3(0.026, 0.098, 0.01), SIMD3(0.026, 0.098, -0.01)],
            facing: SIMD3(0, 1, 0), .hex(0x3E8E3A))
        return mesh.fitted(to: l.size)
    }

    static func tomato(_ l: Look) -> Mesh {
        let skin = l.color([Material.hex(0xE0301E), .hex(0xD8442A), .hex(0xC92A22)])
        let leaf = Material.hex(0x3F7F2E)
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.6), (0.35, 1), (0.7, 0.95), (0.94, 0.5)], base: .zero, height: 0.095, radii: SIMD2(0.055, 0.055),
            sides: 6, [skin.shade(0.88), skin, skin.shade(1.12)])
        // A green star on top.
        for turn in 0..<4 {
            let arm = Placement(position: .zero, yaw: Float(turn) * 90)
            mesh.patch(
                [SIMD3(-0.008, 0.092, 0), SIMD3(0.008, 0.092, 0), SIMD3(0, 0.0905, 0.038)].map(arm.point),
                facing: SIMD3(0, 1, 0), leaf)
        }
        mesh.box(-0.004, 0.004, 0.09, 0.102, -0.004, 0.004, leaf.shade(0.8), .standing)
        return mesh.fitted(to: l.size)
    }

    static func potato(_ l: Look) -> Mesh {
        let skin = l.color([
            Material.hex(0xB08A55, 0x8A6638, .speckles, scale: 0.03), .hex(0xC4A068, 0xA07D47, .speckles, scale: 0.03),
            .hex(0x8F5F4A, 0x744836, .speckles, scale: 0.03),
        ])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.35), (0.22, 0.9), (0.55, 1), (0.85, 0.8), (1, 0.3)], base: .zero, height: 0.12,
            radii: SIMD2(0.037, 0.04), sides: 5, [skin], hasBottom: true)
        return mesh.lyingAlongX.fitted(to: l.size)
    }

    static func egg(_ l: Look) -> Mesh {
        let shell = l.color([Material.hex(0xF3E7D3), .hex(0xE2B98F), .hex(0xFAF6EE)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.5), (0.25, 0.95), (0.5, 0.98), (0.8, 0.6), (1, 0.2)], base: .zero, height: l.h,
            radii: SIMD2(l.w, l.d) / 2,
            sides: 6, [shell.shade(0.92), shell, shell, shell.shade(1.05)])
        return mesh.fitted(to: l.size)
    }

    static func lettuce(_ l: Look) -> Mesh {
        let leaf = l.color([
            Material.hex(0x6FB23A, 0x4E8F28, .speckles, scale: 0.08), .hex(0x8CC152, 0x6AA038, .speckles, scale: 0.08),
            .hex(0x5A9A3C, 0x417A2A, .speckles, scale: 0.08),
        ])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.45), (0.25, 0.95), (0.5, 0.85)], base: .zero, height: 0.16, radii: SIMD2(0.095, 0.085), sides: 7,
            [leaf.shade(0.8), leaf.shade(1.15)])
        mesh.lathe(
            [(0.4, 0.9), (0.65, 0.95), (1, 0.35)], base: .zero, height: 0.16, radii: SIMD2(0.085, 0.08), sides: 5,
            [leaf, leaf.shade(1.2)])
        return mesh.fitted(to: l.size)
    }

    /// A loaf with cuts across its top.
    static func bread(_ l: Look) -> Mesh {
        let crust = l.color([
            Material.hex(0xB9773A, 0xA2652E), .hex(0xC98F4E, 0xB57D3F), .hex(0x94592B, 0x804A22),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.taper(SIMD4(-0.94 * w, 0.94 * w, -0.9 * d, 0.9 * d), 0, SIMD4(-w, w, -d, d), 0.55 * h, crust, .around)
        mesh.taper(
            SIMD4(-w, w, -d, d), 0.55 * h, SIMD4(-0.9 * w, 0.9 * w, -0.72 * d, 0.72 * d), 0.9 * h, crust.shade(1.1),
            .around)
        mesh.taper(
            SIMD4(-0.9 * w, 0.9 * w, -0.72 * d, 0.72 * d), 0.9 * h, SIMD4(-0.8 * w, 0.8 * w, -0.4 * d, 0.4 * d), h,
            crust.shade(1.2), .standing)
        for x: Float in [-0.5, 0, 0.5] {
            mesh.patch(
                [
                    SIMD3((x - 0.1) * w, h + 0.0008, 0.4 * d), SIMD3((x + 0.04) * w, h + 0.0008, -0.4 * d),
                    SIMD3((x + 0.12) * w, h + 0.0008, -0.4 * d), SIMD3((x - 0.02) * w, h + 0.0008, 0.4 * d),
                ], facing: SIMD3(0, 1, 0), .hex(0xEBD2A0))
        }
        return mesh
    }

    // MARK: - Pieces

    /// A round slice standing on its rim: flesh on both sides, skin around.
    private static func disc(
        _ l: Look, skin: Material, flesh: Material, core: Material, bevel: Float = 0.9, sides: Int = 8
    ) -> Mesh {
        var mesh = Mesh()
        mesh.lathe(
            [(0, bevel), (0.28, 1), (0.72, 1), (1, bevel)], base: .zero, height: 1, radii: SIMD2(1, 1), sides: sides,
            [flesh.shade(0.95), skin, flesh.shade(0.95)], hasTop: false)
        mesh.lathe([(0, bevel)], base: .zero, height: 1, radii: SIMD2(1, 1), sides: sides, [flesh], isInside: true)
        mesh.lathe(
            [(1, bevel), (1, 0.5)], base: .zero, height: 1, radii: SIMD2(1, 1), sides: sides, [flesh], hasTop: false)
        mesh.lathe([(1, 0.5)], base: .zero, height: 1, radii: SIMD2(1, 1), sides: sides, [core])
        return mesh
    }

    /// A half: flesh with the core's seeds on both sides, a band of skin around.
    static func appleSliced(_ l: Look) -> Mesh {
        let skin = l.color([Material.hex(0xC7232B), .hex(0x9EC23A), .hex(0xD9442F)])
        let flesh = Material.hex(0xF7EDC8)
        var mesh = disc(l, skin: skin, flesh: flesh, core: .hex(0xE9D59A), bevel: 0.8, sides: 6)
        for side: Float in [-1, 1] {
            mesh.patch(
                [SIMD3(0.05 * side, 1.004, 0), SIMD3(0.22 * side, 1.004, 0.1), SIMD3(0.3 * side, 1.004, -0.12)],
                facing: SIMD3(0, 1, 0), .hex(0x4A2A14))
        }
        return mesh.lyingAlongX.fitted(to: l.size)
    }

    static func tomatoSliced(_ l: Look) -> Mesh {
        let skin = l.color([Material.hex(0xD02818), .hex(0xC83A22), .hex(0xB9221B)])
        return disc(
            l, skin: skin, flesh: .hex(0xF0705A, 0xF6C98A, .speckles, scale: 0.02),
            core: .hex(0xF4B08C, 0xF5DFA0, .speckles, scale: 0.015), sides: 6
        )
        .lyingAlongX.fitted(to: l.size)
    }

    static func potatoSliced(_ l: Look) -> Mesh {
        let skin = l.color([Material.hex(0xA57C48), .hex(0xB8925A), .hex(0x84543F)])
        return disc(l, skin: skin, flesh: .hex(0xF2E2A4), core: .hex(0xF7ECBC), sides: 6).lyingAlongX.fitted(to: l.size)
    }

    static func lettuceSliced(_ l: Look) -> Mesh {
        let leaf = l.color([Material.hex(0x62A832), .hex(0x7FB84A), .hex(0x4F9034)])
        return disc(
            l, skin: leaf, flesh: .hex(0xB9DC86, 0x8CC152, .speckles, scale: 0.03),
            core: .hex(0xEFF3CF, 0xC9E2A0, .speckles, scale: 0.03), sides: 6
        )
        .lyingAlongX.fitted(to: l.size)
    }

    static func breadSliced(_ l: Look) -> Mesh {
        let crust = l.color([Material.hex(0xA96A32), .hex(0xBC8244), .hex(0x884F25)])
        let crumb = Material.hex(0xF3E0B5, 0xE4C98F, .speckles, scale: 0.02)
        let outline = [
            SIMD2<Float>(-0.9, 0), SIMD2(0.9, 0), SIMD2(0.98, 0.55), SIMD2(1, 0.75), SIMD2(0.6, 1), SIMD2(-0.6, 1),
            SIMD2(-1, 0.75), SIMD2(-0.98, 0.55),
        ]
        let inner = outline.map { ($0 - SIMD2(0, 0.5)) * 0.88 + SIMD2(0, 0.5) }
        var mesh = Mesh()
        mesh.prism(outline, 0.2, 0.8, crumb, side: crust)
        mesh.prism(inner, 0, 0.2, crumb)
        mesh.prism(inner, 0.8, 1, crumb, hasBack: false)
        return mesh.mapped { SIMD3($0.z, $0.y, -$0.x) }.fitted(to: l.size)
    }

    /// Yolk in the white, with half a shell beside it.
    static func eggCracked(_ l: Look) -> Mesh {
        let shell = l.color([Material.hex(0xF3E7D3), .hex(0xE2B98F), .hex(0xEFE6DA)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (1, 0.85)], base: .zero, height: 0.006, radii: SIMD2(0.055, 0.05), sides: 7, [.hex(0xFBFBF4)])
        mesh.lathe(
            [(0, 1), (0.6, 0.85), (1, 0.4)], base: SIMD3(-0.01, 0.006, 0), height: 0.02, radii: SIMD2(0.022, 0.022),
            sides: 6,
            [.hex(0xF5A623), .hex(0xFFC23C)])
        mesh.lathe(
            [(0, 0.4), (1, 1)], base: SIMD3(0.04, 0.004, 0.01), height: 0.026, radii: SIMD2(0.014, 0.014), sides: 5,
            [shell], hasTop: false)
        return mesh.fitted(to: l.size)
    }
}
