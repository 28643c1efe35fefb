extension Looks {
    static func toilet(_ l: Look) -> Mesh {
        let china = l.color([Palette.porcelain, .hex(0xEDE6D6, 0xDCD3C0), .hex(0xDDE7EA, 0xC9D6DA)])
        let (w, d) = (l.w / 2, l.d / 2)
        let top = l.support(l.h)
        let tank = tankDepth(l.size)
        let seat = 0.52 * top
        let middle = SIMD3<Float>(0, 0, tank / 2)
        let radii = SIMD2(0.86 * w, (l.d - tank) / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0.48 * top, 0.94 * top, -d, -d + tank, china, .hanging)
        mesh.box(-w, w, 0.94 * top, top, -d, -d + tank, china.shade(0.94))
        mesh.box(
            -0.75 * w, -0.5 * w, 0.82 * top, 0.88 * top, -d + tank, -d + tank + min(0.03, tank / 4), Palette.chrome)
        mesh.box(-0.55 * w, 0.55 * w, 0, 0.48 * top, -d, 0, china.shade(0.93), .around)
        mesh.lathe(
            [(0, 0.62), (0.3, 0.5), (0.55, 0.6), (1, 1)], base: middle, height: seat * 0.94, radii: radii,
            [china.shade(0.9), china.shade(0.95), china], hasTop: false)
        mesh.lathe(
            [(0.94, 1), (1, 1), (1, 0.72)], base: middle, height: seat, radii: radii,
            [china.shade(0.85), china.shade(1.04)], hasTop: false)
        mesh.lathe(
            [(0.6, 0.4), (1, 0.72)], base: middle, height: seat, radii: radii, [china.shade(0.88)],
            hasTop: false, isInside: true)
        mesh.lathe([(0.6, 0.4), (0.6, 0)], base: middle, height: seat, radii: radii, [.hex(0x9CC3D6)], hasTop: false)
        mesh.taper(
            SIMD4(-0.8 * w, 0.8 * w, -d + tank, -d + tank * 1.25), seat,
            SIMD4(-0.7 * w, 0.7 * w, -d + tank, -d + tank * 1.15), seat + 0.4 * top, china.shade(1.03), .standing)
        return mesh
    }

    /// The rim and the outside of a sink; the basin in its hole is an object of its own.
    static func sink(_ l: Look) -> Mesh {
        let china = l.color([Palette.steel.shade(1.1), Palette.porcelain, .hex(0xE9E4D8, 0xD8D2C3)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        let rim = min(0.035, h / 3)
        mesh.add(rimAround(SIMD4(-0.8 * w, 0.8 * w, -0.7 * d, 0.8 * d), l, from: h - rim, to: h, china))
        if h > 0.5 {
            mesh.taper(
                SIMD4(-0.4 * w, 0.4 * w, -d, 0.2 * d), 0, SIMD4(-0.35 * w, 0.35 * w, -d, 0.1 * d), h - 0.2,
                china.shade(0.9),
                .around)
            mesh.taper(
                SIMD4(-0.6 * w, 0.6 * w, -d, 0.6 * d), h - 0.22, SIMD4(-w, w, -d, d), h - rim, china.shade(0.95),
                .hanging)
        } else {
            mesh.taper(
                SIMD4(-0.9 * w, 0.9 * w, -0.9 * d, 0.9 * d), 0, SIMD4(-w, w, -d, d), h - rim, china.shade(0.9), .hanging
            )
        }
        return mesh
    }

    /// The outside and the rim of a bathtub.
    static func bathtub(_ l: Look) -> Mesh {
        let china = l.color([Palette.porcelain, .hex(0xEFE8DA, 0xDED5C3), .hex(0xDCE6EA, 0xC8D4D9)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let rim = min(0.06, h / 4)
        var mesh = rimAround(SIMD4(-0.88 * w, 0.88 * w, -0.8 * d, 0.8 * d), l, from: h - rim, to: h, china)
        mesh.taper(
            SIMD4(-0.96 * w, 0.96 * w, -0.94 * d, 0.94 * d), 0.08 * h, SIMD4(-0.98 * w, 0.98 * w, -0.97 * d, 0.97 * d),
            h - rim,
            china.shade(0.93), .hanging)
        mesh.box(-0.9 * w, 0.9 * w, 0, 0.08 * h, -0.88 * d, 0.88 * d, china.shade(0.6), .around)
        return mesh
    }

    /// A flat ring around a rectangular hole.
    private static func rimAround(
        _ hole: SIMD4<Float>, _ l: Look, from: Float, to: Float, _ material: Material
    ) -> Mesh {
        let (w, d) = (l.w / 2, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, from, to, -d, d, material.shade(0.93), .around)
        mesh.box(-w, w, from, to, -d, hole.z, material, .top)
        mesh.box(-w, w, from, to, hole.w, d, material, .top)
        mesh.box(-w, hole.x, from, to, hole.z, hole.w, material, .top)
        mesh.box(hole.y, w, from, to, hole.z, hole.w, material, .top)
        mesh.box(hole.x, hole.y, from, to, hole.z, hole.w, material.shade(0.88), .around, isInside: true)
        return mesh
    }

    /// A trough open at the top with a drain in its floor: sink and bathtub basins.
    static func basin(_ l: Look) -> Mesh {
        let china =
            l.type == .sinkBasin
            ? l.color([Palette.steel, Palette.porcelain.shade(0.97), .hex(0xE4DED0, 0xD2CBBB)])
            : l.color([Palette.porcelain.shade(0.98), .hex(0xE9E2D2, 0xD8CFBD), .hex(0xD5E0E5, 0xC2CFD5)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let floor = min(l.support(0.02), h / 2)
        let wall = min(0.012, 0.05 * min(l.w, l.d))
        let slope = min(0.05, 0.06 * min(l.w, l.d))
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, d, china.shade(0.8), .hanging)
        mesh.box(-w, w, 0, h, -d, -d + wall, china.shade(1.04), .top)
        mesh.box(-w, w, 0, h, d - wall, d, china.shade(1.04), .top)
        mesh.box(-w, -w + wall, 0, h, -d + wall, d - wall, china.shade(1.04), .top)
        mesh.box(w - wall, w, 0, h, -d + wall, d - wall, china.shade(1.04), .top)
        var inside = Mesh()
        inside.taper(
            SIMD4(-w + wall + slope, w - wall - slope, -d + wall + slope, d - wall - slope), floor,
            SIMD4(-w + wall, w - wall, -d + wall, d - wall), h, china.shade(0.88), .around)
        mesh.add(inside.reversed)
        mesh.box(
            -w + wall + slope, w - wall - slope, 0, floor, -d + wall + slope, d - wall - slope, china.shade(0.94), .top)
        let drain = min(0.035, 0.1 * min(l.w, l.d))
        let x: Float = l.type == .bathtubBasin ? 0.7 * w : 0
        mesh.lathe(
            [(0, 1), (0, 0)], base: SIMD3(x, floor + 0.001, 0), height: 1, radii: SIMD2(drain, drain), sides: 6,
            [Palette.charcoal], hasTop: false)
        return mesh
    }

    static func faucet(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Palette.steel, Palette.brass, Palette.darkMetal])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let pipe = min(0.03, 0.2 * min(l.w, l.d, l.h))
        let z = -d + 1.2 * pipe
        var mesh = Mesh()
        mesh.box(-w, w, 0, 0.06 * h, -d, -d + 2.4 * pipe, metal.shade(0.9))
        mesh.box(-pipe / 2, pipe / 2, 0.06 * h, h - pipe, z - pipe / 2, z + pipe / 2, metal, .around)
        mesh.box(-pipe / 2, pipe / 2, h - pipe, h, z - pipe / 2, d, metal.shade(1.06))
        mesh.box(-pipe * 0.45, pipe * 0.45, 0.72 * h, h - pipe, d - pipe, d, metal, .hanging)
        for (x, mark) in [(0.7 * w, Material.hex(0xC23B31)), (-0.7 * w, .hex(0x2F6FB0))] {
            mesh.box(x - 0.7 * pipe, x + 0.7 * pipe, 0.06 * h, 0.28 * h, z - 0.5 * pipe, z + 0.5 * pipe, metal, .around)
            mesh.box(x - 0.7 * pipe, x + 0.7 * pipe, 0.06 * h, 0.28 * h, z - 0.5 * pipe, z + 0.5 * pipe, mark, .top)
        }
        if l.isOn { mesh.add(water(at: SIMD2(0, d - pipe / 2), from: 0.72 * h, to: -0.1, width: pipe * 0.8)) }
        return mesh
    }

    /// A stream that falls straight down.
    private static func water(at place: SIMD2<Float>, from: Float, to: Float, width: Float) -> Mesh {
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (0.7, 0.75), (1, 0.6)], base: SIMD3(place.x, to, place.y), height: from - to,
            radii: SIMD2(width, width) / 2, sides: 4,
            [.hex(0xD8F1FF, 0xA8DCF7, isLuminous: true), .hex(0x9FD8F8, 0xC8ECFF, isLuminous: true)])
        return mesh
    }

    static func showerHead(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Palette.steel, Palette.brass])
        let (h, d) = (l.h, l.d / 2)
        var mesh = Mesh()
        let r = SIMD2(l.w / 2, min(l.w, 0.7 * l.d) / 2)
        let pipe = 0.1 * min(l.w, l.h, l.d)
        mesh.bar(SIMD3(0, h - pipe, -d), SIMD3(0, 0.75 * h, d - r.y), 2 * pipe, metal)
        mesh.lathe(
            [(0, 1), (0.15, 1), (0.45, 0.3), (0.7, 0.2)], base: SIMD3(0, 0, d - r.y), height: h, radii: r,
            [metal.shade(0.8), metal], hasBottom: true)
        mesh.box(-0.3 * l.w, 0.3 * l.w, 0.6 * h, h, -d, -d + 0.04 * l.d, metal.shade(1.1))
        mesh = mesh.fitted(to: l.size)
        if l.isOn {
            for x: Float in [-0.6, 0.6] {
                for z: Float in [-0.5, 0.5] {
                    mesh.add(
                        water(at: SIMD2(x * r.x, d - r.y + z * r.y), from: 0, to: -1.2, width: min(0.012, 0.1 * l.w)))
                }
            }
        }
        return mesh
    }

    /// A roll: white, or wrapped.
    static func roll(_ l: Look) -> Mesh {
        let paper = l.type == .toiletPaper ? Palette.paper.mixed(0xFFFFFF, 0.5) : Material.hex(0xF2EADF)
        var mesh = Mesh()
        let round: Float = l.type == .toiletPaper ? 1 : 0.99
        mesh.lathe(
            [(0, round), (1, round), (1, 0.38)], base: .zero, height: l.h, radii: SIMD2(l.w, l.d) / 2,
            [paper, paper.shade(0.96)], hasTop: false)
        mesh.lathe(
            [(0.98, 0.38), (0.98, 0)], base: .zero, height: l.h, radii: SIMD2(l.w, l.d) / 2, [.hex(0xA77F52)],
            hasTop: false)
        if l.type == .toiletPaper {
            mesh.box(
                -0.2 * l.w, 0.2 * l.w, 0.02 * l.h, 0.9 * l.h, 0.4 * l.d, 0.5 * l.d + 0.0008, paper.shade(0.9), .front)
        } else {
            mesh.lathe(
                [(0.3, 1), (0.7, 1)], base: .zero, height: l.h, radii: SIMD2(l.w, l.d) / 2, [.hex(0xE3B7C0)],
                hasTop: false)
        }
        return mesh
    }

    static func toiletPaperHanger(_ l: Look) -> Mesh {
        let metal = l.color([Palette.chrome, Palette.brass, Palette.darkMetal])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let t = 0.14 * min(l.h, l.d)
        var mesh = Mesh()
        mesh.box(-w, w, 0.3 * h, h, -d, -d + t, metal)
        for x in [-w, w - t] { mesh.box(x, x + t, 0.35 * h, 0.95 * h, -d + t, d, metal.shade(0.9)) }
        mesh.box(
            -w + t, w - t, 0.4 * h, 0.4 * h + t, d - 2 * t, d - t, metal.shade(1.1), [.top, .bottom, .front, .back])
        mesh.box(-w, -w + t, 0, 0.35 * h, -d + t, -d + 2 * t, metal.shade(0.8))
        return mesh
    }

    static func towelHolder(_ l: Look) -> Mesh {
        let metal =
            l.type == .towelHolder
            ? l.color([Palette.chrome, Palette.brass, Palette.steel])
            : l.color([Palette.darkMetal, Palette.brass, Palette.chrome])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let t = min(0.025, 0.3 * min(l.h, l.d))
        var mesh = Mesh()
        for x in [-w, w - t] {
            mesh.box(x, x + t, 0, h, -d, -d + t / 3, metal.shade(0.85))
            mesh.box(x, x + t, 0.3 * h, 0.9 * h, -d + t / 3, d, metal)
        }
        mesh.box(
            -w + t, w - t, 0.45 * h, 0.45 * h + t * 0.7, d - t, d - t * 0.3, metal.shade(1.1),
            [.top, .bottom, .front, .back])
        if l.type == .handTowelHolder {
            mesh.box(-w + t, w - t, 0.45 * h, 0.45 * h + t * 0.5, -d + t, -d + 1.5 * t, metal, [.top, .bottom, .front])
        }
        return mesh
    }

    static func plunger(_ l: Look) -> Mesh {
        let wood = l.color([Palette.birch, Palette.oak, Palette.white])
        let rubber = l.color([Material.hex(0xB5402F, 0x9A3325), .hex(0x2B2B2E), .hex(0x8C3B2E)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (0.07, 1), (0.17, 0.75), (0.24, 0.3), (0.27, 0.2)], base: .zero, height: 0.42,
            radii: SIMD2(0.075, 0.075),
            sides: 6, [rubber.shade(0.8), rubber])
        mesh.lathe([(0.27, 0.14), (1, 0.14)], base: .zero, height: 0.42, radii: SIMD2(0.075, 0.075), sides: 5, [wood])
        return mesh.fitted(to: l.size)
    }

    /// A toilet brush in its cup.
    static func scrubBrush(_ l: Look) -> Mesh {
        let cup = l.color([Palette.white, Material.hex(0x6FA8B8), .hex(0x777B80)])
        var mesh = Mesh()
        mesh.lathe([(0, 0.85), (0.35, 1)], base: .zero, height: 0.36, radii: SIMD2(0.055, 0.055), sides: 6, [cup])
        mesh.lathe(
            [(0.35, 0.7), (0.42, 0.75), (0.47, 0.3)], base: .zero, height: 0.36, radii: SIMD2(0.055, 0.055), sides: 6,
            [.hex(0xDDE8EC, 0xB5C8D0, .speckles, scale: 0.02)])
        mesh.lathe(
            [(0.47, 0.17), (1, 0.22)], base: .zero, height: 0.36, radii: SIMD2(0.055, 0.055), sides: 4,
            [cup.shade(0.75)])
        return mesh.fitted(to: l.size)
    }

    static func soapBar(_ l: Look) -> Mesh {
        let soap = l.color([Material.hex(0xF0B7C4), .hex(0xBFE3B4), .hex(0xF3E3A1), .hex(0xB7D6F0)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.taper(
            SIMD4(-0.88 * w, 0.88 * w, -0.85 * d, 0.85 * d), 0, SIMD4(-w, w, -d, d), 0.5 * h, soap.shade(0.95), .around)
        mesh.taper(SIMD4(-w, w, -d, d), 0.5 * h, SIMD4(-0.85 * w, 0.85 * w, -0.8 * d, 0.8 * d), h, soap, .standing)
        mesh.box(-0.4 * w, 0.4 * w, 0, h + 0.0008, -0.3 * d, 0.3 * d, soap.shade(0.82), .top)
        return mesh
    }

    /// A bottle with a pump and a label.
    static func soapBottle(_ l: Look) -> Mesh {
        let soap = l.color([Material.hex(0x4FA3C7), .hex(0x8BC34A), .hex(0xE08AA8), .hex(0xE6A93C)])
        let pump = l.color([Palette.white, Palette.white, Palette.charcoal])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 0.9), (0.6, 1), (0.74, 0.4), (0.8, 0.4)], base: .zero, height: 0.2, radii: SIMD2(0.04, 0.035),
            sides: 6,
            [soap, soap.shade(0.9), pump])
        mesh.box(-0.008, 0.008, 0.16, 0.188, -0.008, 0.008, pump.shade(0.9), .around)
        mesh.box(-0.012, 0.012, 0.188, 0.2, -0.012, 0.045, pump)
        mesh.box(-0.022, 0.022, 0.03, 0.09, 0.02, 0.0355, Palette.paper, .front)
        return mesh.fitted(to: l.size)
    }

    /// A bottle with a trigger.
    static func sprayBottle(_ l: Look) -> Mesh {
        let body = l.color([Material.hex(0x3E8ED0), .hex(0x58B368), .hex(0xE9ECEE), .hex(0xB85CB0)])
        let head = l.color([Material.hex(0xD8392B), .hex(0xF2F2F2), .hex(0x2B6CB0)])
        var mesh = Mesh()
        mesh.lathe(
            [(0, 1), (0.5, 1), (0.7, 0.35), (0.78, 0.35)], base: .zero, height: 0.25, radii: SIMD2(0.045, 0.04),
            sides: 6,
            [body, body.shade(1.05), Palette.white], hasTop: false)
        mesh.taper(
            SIMD4(-0.025, 0.035, -0.018, 0.018), 0.195, SIMD4(-0.04, 0.07, -0.018, 0.018), 0.235, head, .standing)
        mesh.box(0.07, 0.085, 0.218, 0.232, -0.01, 0.01, Palette.charcoal, [.right, .top, .front, .back])
        mesh.bar(SIMD3(0.045, 0.2, 0), SIMD3(0.06, 0.155, 0), 0.012, head.shade(0.8), hasEnds: false)
        mesh.box(-0.03, 0.03, 0.03, 0.1, 0.03, 0.0405, Palette.paper, .front)
        return mesh.fitted(to: l.size)
    }
}

extension Mesh {
    /// The same faces, seen from their other side.
    var reversed: Mesh {
        var mesh = Mesh()
        for face in faces {
            mesh.add(vertices[Int(face.first)..<Int(face.first + face.count)].reversed(), face.material)
        }
        return mesh
    }
}
