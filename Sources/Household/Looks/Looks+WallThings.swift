extension Looks {
    /// A frame with two sashes; behind the panes sky, trees and grass.
    static func window(_ l: Look) -> Mesh {
        let frame = l.color([Palette.white, Palette.whiteWood, Palette.walnut])
        let sky = l.color([
            Material.hex(0xAEDBFA, isLuminous: true), .hex(0xC9E6F7, isLuminous: true),
            .hex(0x9CCBF2, isLuminous: true),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let bar = min(0.06, 0.1 * min(l.w, l.h))
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, 0, frame.shade(0.9), .around.union([.top, .bottom]).subtracting(.front))
        mesh.box(-w, w, 0.3 * h, h, -d, 0, sky, .front)
        mesh.box(-w, w, 0.16 * h, 0.3 * h, -d, 0, .hex(0x7FA86A, isLuminous: true), .front)
        mesh.box(-w, w, 0, 0.16 * h, -d, 0, .hex(0xA5CC7F, isLuminous: true), .front)
        mesh.add(border(l, bar, from: 0, frame))
        mesh.box(-bar / 2, bar / 2, bar, h - bar, 0, 0.8 * d, frame, [.left, .right, .front])
        mesh.box(-w + bar, w - bar, h / 2 - bar / 3, h / 2 + bar / 3, 0, 0.7 * d, frame, [.top, .bottom, .front])
        return mesh
    }

    /// Four bars around a picture, from z to the front.
    private static func border(_ l: Look, _ bar: Float, from z: Float, _ material: Material) -> Mesh {
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, bar, z, d, material, [.left, .right, .bottom, .front])
        mesh.box(-w, w, h - bar, h, z, d, material, [.left, .right, .top, .front])
        mesh.box(-w, -w + bar, bar, h - bar, z, d, material.shade(0.95), [.left, .front])
        mesh.box(w - bar, w, bar, h - bar, z, d, material.shade(0.95), [.right, .front])
        return mesh
    }

    /// A framed landscape.
    static func painting(_ l: Look) -> Mesh {
        let frame = l.color([Palette.brass, Palette.walnut, Palette.black, Palette.cherry])
        let colors: [UInt32] = l.pick(
            [
                [0x8FB6D9, 0x4F7F4A, 0xE8C65A, 0x6B4A36], [0xE8B08A, 0x7A4A6B, 0xF6E3B0, 0x3F2F4F],
                [0xD9DCC8, 0x2F6F7F, 0xC9503A, 0x20384A], [0x2F3F5F, 0x8F7F5F, 0xF0F0D8, 0x4A6A4A],
            ], l.variant / 4)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let bar = min(0.05, 0.12 * min(l.w, l.h))
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, 0, frame.shade(0.8), [.left, .right, .top, .bottom, .back])
        mesh.box(-w, w, 0, h, -d, 0, .hex(colors[0]), .front)
        mesh.patch(
            [SIMD3(-w, 0, 0.1 * d), SIMD3(w, 0, 0.1 * d), SIMD3(w, 0.3 * h, 0.1 * d), SIMD3(-w, 0.45 * h, 0.1 * d)],
            facing: SIMD3(0, 0, 1), .hex(colors[1]))
        mesh.patch(
            [SIMD3(-0.7 * w, 0.2 * h, 0.2 * d), SIMD3(0.2 * w, 0.2 * h, 0.2 * d), SIMD3(-0.2 * w, 0.7 * h, 0.2 * d)],
            facing: SIMD3(0, 0, 1), .hex(colors[3]))
        var sun = Mesh()
        sun.lathe([(0, 1)], base: .zero, height: 1, radii: SIMD2(0.12, 0.12) * min(l.w, l.h), [.hex(colors[2])])
        mesh.add(sun.lyingAlongZ.mapped { $0 + SIMD3(0.45 * w, 0.7 * h, 0.15 * d) })
        mesh.add(border(l, bar, from: 0, frame))
        return mesh
    }

    /// A sheet with a title and shapes, without a frame.
    static func poster(_ l: Look) -> Mesh {
        let paper = l.color([Material.hex(0xE6573F), .hex(0x2F7F9F), .hex(0xF0C63C), .hex(0x3C3C50)])
        let ink = l.color([Material.hex(0xFBEFD2), .hex(0xF3F3F3), .hex(0x33302C), .hex(0xE56AA0)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, d, paper)
        mesh.box(-0.8 * w, 0.8 * w, 0.82 * h, 0.92 * h, d, d + 0.0008, ink, .front)
        mesh.box(-0.8 * w, 0.4 * w, 0.06 * h, 0.1 * h, d, d + 0.0008, ink, .front)
        mesh.box(-0.8 * w, 0.1 * w, 0.12 * h, 0.16 * h, d, d + 0.0008, ink, .front)
        mesh.patch(
            [
                SIMD3(-0.6 * w, 0.25 * h, d + 0.0008), SIMD3(0.7 * w, 0.35 * h, d + 0.0008),
                SIMD3(0.1 * w, 0.75 * h, d + 0.0008),
            ],
            facing: SIMD3(0, 0, 1), ink.shade(0.8))
        return mesh
    }

    static func mirror(_ l: Look) -> Mesh {
        let frame = l.color([Palette.chrome, Palette.walnut, Palette.brass, Palette.white])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let bar = min(0.04, 0.1 * min(l.w, l.h))
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, 0, frame.shade(0.8), [.left, .right, .top, .bottom, .back])
        mesh.box(-w, w, 0, h, -d, 0, .hex(0xA3B8C2, isLuminous: true), .front)
        for (from, wide, z) in [(Float(-0.5), Float(0.35), Float(0.1)), (0.05, 0.12, 0.1)] {
            mesh.patch(
                [
                    SIMD3(from * w, bar, z * d), SIMD3((from + wide) * w, bar, z * d),
                    SIMD3((from + wide + 0.4) * w, h - bar, z * d),
                    SIMD3((from + 0.4) * w, h - bar, z * d),
                ], facing: SIMD3(0, 0, 1), .hex(0xC9D9E0, isLuminous: true))
        }
        mesh.add(border(l, bar, from: 0, frame))
        return mesh
    }

    static func lightSwitch(_ l: Look) -> Mesh {
        let plate = l.color([Palette.white, .hex(0xEDE5D0), Palette.steel])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, h, -d, 0.2 * d, plate)
        mesh.box(-0.35 * w, 0.35 * w, 0.25 * h, 0.75 * h, 0.2 * d, 0.25 * d, plate.shade(0.7), .front)
        let (low, high): (Float, Float) = l.isOn ? (0.5, 0.72) : (0.28, 0.5)
        mesh.box(
            -0.28 * w, 0.28 * w, low * h, high * h, 0.2 * d, d,
            l.isOn ? .hex(0xFFE08A, isLuminous: true) : plate.shade(0.9))
        return mesh
    }

    static func blinds(_ l: Look) -> Mesh {
        let slat = l.color([Palette.white, Material.hex(0xD8C6A4), .hex(0xA9B4BC), .hex(0x8A6B4C)])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let count = max(3, min(9, Int(h / 0.12)))
        let step = 0.94 * h / Float(count)
        var mesh = Mesh()
        mesh.box(-w, w, 0.94 * h, h, -d, d, slat.shade(0.9))
        for number in 0..<count {
            let y = Float(number) * step
            let strip = [
                SIMD3(-w, y, d), SIMD3(w, y, d), SIMD3(w, y + 0.86 * step, -0.4 * d),
                SIMD3(-w, y + 0.86 * step, -0.4 * d),
            ]
            mesh.patch(strip, facing: SIMD3(0, 0, 1), slat.shade(number % 2 == 0 ? 1 : 0.94))
            mesh.patch(strip, facing: SIMD3(0, 0, -1), slat.shade(0.7))
        }
        mesh.box(0.85 * w, 0.87 * w, 0, 0.94 * h, 0.9 * d, d, slat.shade(0.6), [.front, .left, .right])
        return mesh.fitted(to: l.size)
    }

    /// A metal frame around a pane that is only seen by its reflections; the door has a handle and turns.
    static func showerPane(_ l: Look) -> Mesh {
        let isDoor = l.type == .showerDoor
        let metal =
            isDoor
            ? l.color([Palette.chrome, Palette.darkMetal, Palette.brass]) : l.color([Palette.steel, Palette.charcoal])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let bar = min(0.035, 0.08 * min(l.w, l.h))
        var pane = Mesh()
        for (x0, x1, y0, y1) in [
            (-w, w, 0, bar), (-w, w, h - bar, h), (-w, -w + bar, bar, h - bar), (w - bar, w, bar, h - bar),
        ] { pane.box(x0, x1, y0, y1, -d, d, metal) }
        for (from, wide): (Float, Float) in [(-0.6, 0.12), (-0.35, 0.05), (0.2, 0.1)] {
            flap(
                [
                    SIMD3(from * w, 0.12 * h, 0), SIMD3((from + wide) * w, 0.12 * h, 0),
                    SIMD3((from + wide + 0.35) * w, 0.9 * h, 0), SIMD3((from + 0.35) * w, 0.9 * h, 0),
                ], .hex(0xD9EEF5), to: &pane)
        }
        guard isDoor else { return pane }
        pane.add(
            handle(
                from: SIMD2(-0.8 * w, 0.4 * h), to: SIMD2(-0.8 * w, 0.6 * h), z: d, reach: min(0.028, 0.12 * l.w),
                thickness: min(0.02, 0.08 * l.w), metal.shade(0.9)))
        return hinged(pane, at: SIMD2(w, d), isLeft: true, l.isOpen)
    }
}
