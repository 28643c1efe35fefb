extension Looks {
    private static let sofaFabrics: [Material] = [
        .hex(0x6E7F96, 0x5C6C82, .fabric, scale: 0.05), .hex(0x8A5A3C, 0x734830, .leather, scale: 0.12),
        .hex(0xB9AE9A, 0xA69A85, .fabric, scale: 0.05), .hex(0x4E6B58, 0x405A49, .fabric, scale: 0.05),
    ]

    private static let armChairFabrics: [Material] = [
        .hex(0xA8483E, 0x903A32, .fabric, scale: 0.05), .hex(0xC28F3C, 0xAB7A2C, .fabric, scale: 0.05),
        .hex(0x3F5F7D, 0x34506B, .leather, scale: 0.12), .hex(0x6A4A6B, 0x583C59, .fabric, scale: 0.05),
    ]

    static func sofa(_ l: Look, cushions: Int) -> Mesh {
        let fabric = l.color(l.type == .sofa ? sofaFabrics : armChairFabrics)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let seat = l.support(seatHeight(l.size))
        let arm = armWidth(l.size)
        let back = backDepth(l.size)
        let leg = l.clamped(0.09, 0.2, of: seat)
        let pad = l.clamped(0.17, 0.4, of: seat)
        var mesh = legs(l, height: leg, thickness: 0.05, inset: 0.03, Palette.ebony)
        let armTop = seat + 0.45 * (h - seat)
        mesh.box(-w + arm, w - arm, leg, seat - pad, -d + back / 2, 0.94 * d, fabric.shade(0.82), [.front, .bottom])
        mesh.taper(
            SIMD4(-w + arm * 0.3, w - arm * 0.3, -d, -d + back), leg,
            SIMD4(-w + arm * 0.3, w - arm * 0.3, -d, -d + back * 0.6),
            h, fabric.shade(0.9))
        for side: Float in [-1, 1] {
            let (a, b) = side < 0 ? (-w, -w + arm) : (w - arm, w)
            mesh.box(a, b, leg, armTop * 0.93, -d, d, fabric, .around)
            mesh.taper(SIMD4(a, b, -d, d), armTop * 0.93, SIMD4(a + arm / 5, b - arm / 5, -d, 0.97 * d), armTop, fabric)
        }
        mesh.box(
            -w + arm, w - arm, seat - pad, seat - pad / 8, -d + back, 0.96 * d, fabric.shade(0.5), [.front, .top])
        let width = 2 * (w - arm) / Float(cushions)
        for number in 0..<cushions {
            let x = -w + arm + Float(number) * width
            let gap = min(0.008, width / 30)
            mesh.box(x + gap, x + width - gap, seat - pad, seat - pad / 4, -d + back, d, fabric.shade(1.06), .front)
            mesh.taper(
                SIMD4(x + gap, x + width - gap, -d + back, d), seat - pad / 4,
                SIMD4(x + 3 * gap, x + width - 3 * gap, -d + back, 0.96 * d), seat, fabric.shade(1.1),
                [.left, .right, .front, .top])
            mesh.taper(
                SIMD4(x + gap, x + width - gap, -d + back * 0.5, -d + back * 1.35), seat,
                SIMD4(x + 3 * gap, x + width - 3 * gap, -d + back * 0.4, -d + back * 0.85), seat + 0.9 * (h - seat),
                fabric.shade(1.12), [.left, .right, .front, .top])
        }
        return mesh
    }

    static func chair(_ l: Look) -> Mesh {
        let wood = l.color([Palette.cherry, Palette.birch, Palette.ebony, Palette.whiteWood])
        let cushion = l.color([
            wood.shade(1.08), .hex(0x6F8F72, 0x5D7B60, .weave, scale: 0.03),
            .hex(0xB08A5E, 0x977447, .weave, scale: 0.03), wood.shade(0.95),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let leg = min(0.045, 0.12 * min(l.w, l.d))
        let seat = 0.5 * h
        let board = l.clamped(0.04, 0.1, of: h)
        var mesh = Mesh()
        for x in [-w, w - leg] {
            mesh.box(x, x + leg, 0, seat - board, d - leg, d, wood, .around)
            mesh.box(x, x + leg, 0, h, -d, -d + leg, wood, .standing)
        }
        mesh.box(-w, w, seat - board, seat - board / 2, -d + leg, d, wood, [.left, .right, .front, .bottom])
        mesh.box(-w, w, seat - board / 2, seat, -d + leg, d, cushion, .standing)
        mesh.box(-w + leg, w - leg, h - 0.12 * h, 0.985 * h, -d + leg * 0.2, -d + leg * 0.8, wood)
        for place: Float in [-0.5, 0, 0.5] {
            let x = place * (w - leg)
            mesh.box(
                x - leg * 0.6, x + leg * 0.6, seat, h - 0.12 * h, -d + leg * 0.3, -d + leg * 0.7, wood, .around)
        }
        mesh.box(-w + leg, w - leg, 0.2 * h, 0.24 * h, d - leg * 0.8, d - leg * 0.2, wood, [.top, .front, .back])
        return mesh
    }

    static func ottoman(_ l: Look) -> Mesh {
        let leather = l.color([
            Material.hex(0x9A6A45, 0x82552F, .leather, scale: 0.1), .hex(0x5B4038, 0x48322B, .leather, scale: 0.1),
            .hex(0xC7B79B, 0xB2A184, .fabric, scale: 0.04), .hex(0x5F7478, 0x4F6367, .leather, scale: 0.1),
        ])
        let (w, d) = (l.w / 2, l.d / 2)
        let top = l.support(l.h)
        let leg = l.clamped(0.07, 0.2, of: top)
        var mesh = legs(l, height: leg, thickness: 0.05, inset: 0.02, Palette.ebony)
        mesh.box(-w, w, leg, 0.72 * top, -d, d, leather.shade(0.85), .hanging)
        mesh.box(-0.98 * w, 0.98 * w, 0.72 * top, 0.75 * top, -0.98 * d, 0.98 * d, leather.shade(0.5), .around)
        mesh.box(-w, w, 0.75 * top, 0.93 * top, -d, d, leather, .around)
        mesh.taper(
            SIMD4(-w, w, -d, d), 0.93 * top, SIMD4(-0.93 * w, 0.93 * w, -0.92 * d, 0.92 * d), top, leather.shade(1.08),
            .standing)
        for x: Float in [-0.5, 0, 0.5] {
            for z: Float in [-0.4, 0.4] {
                let (cx, cz, r) = (x * w, z * d, 0.03 * w)
                mesh.patch(
                    [SIMD3(cx - r, top, cz), SIMD3(cx, top, cz + r), SIMD3(cx + r, top, cz), SIMD3(cx, top, cz - r)]
                        .map { $0 + SIMD3(0, 0.0008, 0) },
                    facing: SIMD3(0, 1, 0), leather.shade(0.6))
            }
        }
        return mesh
    }

    static func footstool(_ l: Look) -> Mesh {
        let wood = l.color([Palette.birch, Palette.cherry, Palette.whiteWood])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let leg = min(0.05, 0.14 * min(l.w, l.d))
        var mesh = Mesh()
        for x: Float in [-1, 1] {
            for z: Float in [-1, 1] {
                let foot = SIMD2(x * (w - leg / 2), z * (d - leg / 2))
                let top = foot * 0.8
                mesh.taper(
                    SIMD4(foot.x - leg / 2, foot.x + leg / 2, foot.y - leg / 2, foot.y + leg / 2), 0,
                    SIMD4(top.x - leg / 2, top.x + leg / 2, top.y - leg / 2, top.y + leg / 2), 0.88 * h, wood, .around)
            }
        }
        mesh.box(-0.78 * w, 0.78 * w, 0.35 * h, 0.42 * h, -leg / 3, leg / 3, wood.shade(0.9))
        mesh.taper(SIMD4(-w, w, -d, d) * 0.94, 0.86 * h, SIMD4(-w, w, -d, d), h, wood.shade(1.08))
        return mesh
    }

    static func bed(_ l: Look) -> Mesh {
        let wood = l.color([Palette.walnut, Palette.whiteWood, Palette.oak, Palette.ebony])
        let blanket = l.color([
            Material.hex(0x4F6D9C, 0x3F5A86, .fabric, scale: 0.06), .hex(0x9C4F5E, 0x86404E, .checks, scale: 0.3),
            .hex(0x6F9A7B, 0xE4E8D8, .stripes, scale: 0.3), .hex(0xB99AC6, 0xA586B3, .fabric, scale: 0.06),
        ])
        let sheet = Material.hex(0xF1EFE9, 0xE2DFD6, .fabric, scale: 0.08)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let top = l.support(mattressHeight(l.size))
        let board = min(0.06, l.d / 12)
        let leg = min(0.07, l.w / 10)
        let rail = 0.42 * top
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, -d + board, wood, .standing)
        mesh.box(-0.9 * w, 0.9 * w, top, 0.9 * h, -d + board, -d + board + 0.002, wood.shade(1.15), .front)
        mesh.box(-0.985 * w, 0.985 * w, 0.2 * top, rail, -d + board, d, wood, [.left, .right, .front, .bottom])
        for x in [-w, w - leg] { mesh.box(x, x + leg, 0, 1.15 * rail, d - leg, d, wood.shade(0.85), .standing) }
        let start = -0.4 * d
        mesh.box(-0.97 * w, 0.97 * w, rail, top, -d + board, start, sheet, [.left, .right, .top])
        mesh.box(-w, w, 0.75 * rail, top, start + 0.14 * d, 0.99 * d, blanket, [.left, .right, .front, .top])
        mesh.box(-w, w, 0.9 * rail, top, start, start + 0.14 * d, blanket.mixed(0xFFFFFF, 0.6), .standing)
        mesh.box(
            -w, w, top - 0.002, top + 0.0006, start + 0.2 * d, start + 0.24 * d, blanket.mixed(0xFFFFFF, 0.45), .top)
        return mesh
    }

    /// Four square legs near the corners of the footprint.
    static func legs(
        _ l: Look, height: Float, thickness: Float, inset: Float, _ material: Material
    ) -> Mesh {
        let side = min(thickness, 0.12 * min(l.w, l.d))
        let inset = min(inset, 0.05 * min(l.w, l.d))
        var mesh = Mesh()
        for x in [-l.w / 2 + inset, l.w / 2 - inset - side] {
            for z in [-l.d / 2 + inset, l.d / 2 - inset - side] {
                mesh.box(x, x + side, 0, height, z, z + side, material, .around)
            }
        }
        return mesh
    }
}
