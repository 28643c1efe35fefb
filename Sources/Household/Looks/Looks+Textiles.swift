extension Looks {
    /// A folded cloth: two layers, the upper one askew.
    static func cloth(_ l: Look) -> Mesh {
        let fabric = l.color([
            Material.hex(0xC94F5F, 0xF0E6E2, .checks, scale: 0.04), .hex(0x4F8BC9, 0xEAF0F5, .checks, scale: 0.04),
            .hex(0xE3B84A, 0xC99A30, .weave, scale: 0.02), .hex(0x7FB08A, 0xEAF2E8, .stripes, scale: 0.05),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.taper(
            SIMD4(-w, w, -d, d), 0, SIMD4(-0.96 * w, 0.96 * w, -0.95 * d, 0.95 * d), 0.45 * h, fabric.shade(0.9),
            .standing)
        mesh.taper(
            SIMD4(-0.75 * w, 0.9 * w, -0.9 * d, 0.6 * d), 0.45 * h, SIMD4(-0.6 * w, 0.3 * w, -0.7 * d, 0.4 * d), h,
            fabric, .standing)
        return mesh
    }

    /// A towel hanging over its bar: two layers with a border.
    static func towel(_ l: Look) -> Mesh {
        let fabric =
            l.type == .towel
            ? l.color([
                Material.hex(0x5F9EA8, 0x548F98, .fabric, scale: 0.02), .hex(0xE6D9C2, 0xD8CAB1, .fabric, scale: 0.02),
                .hex(0xB8727F, 0xA9636F, .fabric, scale: 0.02), .hex(0x6C7FA8, 0x5F7199, .fabric, scale: 0.02),
            ])
            : l.color([
                Material.hex(0xD9A25F, 0xCB9450, .fabric, scale: 0.02), .hex(0x9BB87A, 0x8DAA6C, .fabric, scale: 0.02),
                .hex(0xE8E4EE, 0xD9D4E0, .fabric, scale: 0.02), .hex(0xC77B58, 0xB86D4B, .fabric, scale: 0.02),
            ])
        let band = fabric.shade(l.type == .towel ? 0.7 : 1.25)
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        mesh.box(-w, w, 0, 0.9 * h, 0, d, fabric, .hanging)
        mesh.box(-w, w, 0.12 * h, 0.9 * h, -d, 0, fabric.shade(0.85), .hanging)
        mesh.taper(SIMD4(-w, w, -d, d), 0.9 * h, SIMD4(-w, w, -0.4 * d, 0.4 * d), h, fabric.shade(1.08), .standing)
        for y: Float in l.type == .towel ? [0.08, 0.16] : [0.1] {
            mesh.box(-w, w, y * h, (y + 0.05) * h, 0, d + 0.0008, band, .front)
        }
        return mesh
    }

    static func pillow(_ l: Look) -> Mesh {
        let fabric = l.color([
            Material.hex(0xE9E2D2, 0xDBD3C1, .fabric, scale: 0.03), .hex(0xC25B4E, 0xB04C40, .fabric, scale: 0.03),
            .hex(0x4C7A9B, 0xE5ECF0, .stripes, scale: 0.08), .hex(0xD9B45B, 0xC9A24A, .checks, scale: 0.08),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        var mesh = Mesh()
        // The seam's corners stick out, its middles are drawn in, the upper side is a cushion.
        let seam: Float = 0.42 * h
        let corners = [SIMD2(-w, -d), SIMD2(-w, d), SIMD2(w, d), SIMD2(w, -d)]
        func at(_ p: SIMD2<Float>, _ scale: Float, _ y: Float) -> SIMD3<Float> { SIMD3(scale * p.x, y, scale * p.y) }
        for (index, a) in corners.enumerated() {
            let b = corners[(index + 1) % 4]
            let middle = at((a + b) / 2, 0.9, seam)
            let out = SIMD3(a.x + b.x, 0, a.y + b.y)
            let up = out + SIMD3(0, 2 * (w + d), 0)
            mesh.patch([at(a, 1, seam), middle, at(a, 0.5, 0.9 * h)], facing: up, fabric)
            mesh.patch([middle, at(b, 1, seam), at(b, 0.5, 0.9 * h)], facing: up, fabric.shade(0.96))
            mesh.patch([middle, at(a, 0.5, 0.9 * h), at(b, 0.5, 0.9 * h)], facing: up, fabric.shade(1.03))
            mesh.patch(
                [at(a, 0.5, 0.9 * h), at(b, 0.5, 0.9 * h), SIMD3(0, h, 0)], facing: SIMD3(0, 1, 0), fabric.shade(1.08))
            mesh.patch([at(a, 1, seam), at(a, 0.7, 0), middle], facing: out - up / 4, fabric.shade(0.8))
            mesh.patch([at(b, 1, seam), at(b, 0.7, 0), middle], facing: out - up / 4, fabric.shade(0.8))
            mesh.patch([at(a, 0.7, 0), at(b, 0.7, 0), middle], facing: out - up / 4, fabric.shade(0.75))
        }
        return mesh
    }

    /// A pleated curtain of strips between two x.
    private static func pleats(
        _ l: Look, from x0: Float, to x1: Float, y0: Float, y1: Float, count: Int, _ fabric: Material
    ) -> Mesh {
        let d = 0.8 * l.d / 2
        var mesh = Mesh()
        let step = (x1 - x0) / Float(count)
        for number in 0..<count {
            let a = x0 + Float(number) * step
            let (za, zb) = number % 2 == 0 ? (-d, d) : (d, -d)
            let strip = [SIMD3(a, y0, za), SIMD3(a, y1, za), SIMD3(a + step, y1, zb), SIMD3(a + step, y0, zb)]
            let material = number % 2 == 0 ? fabric : fabric.shade(0.85)
            mesh.patch(strip, facing: SIMD3(0, 0, 1), material)
            mesh.patch(strip, facing: SIMD3(0, 0, -1), material.shade(0.9))
        }
        return mesh
    }

    /// Two halves drawn aside under a rod.
    static func curtains(_ l: Look) -> Mesh {
        let fabric = l.color([
            Material.hex(0xA23E48, 0x8F343D, .fabric, scale: 0.04), .hex(0xD8C7A6, 0xC9B793, .fabric, scale: 0.04),
            .hex(0x4F6A8F, 0x445D80, .fabric, scale: 0.04), .hex(0x6B8A62, 0x5D7A55, .fabric, scale: 0.04),
        ])
        let w = l.w / 2
        var mesh = Mesh()
        mesh.box(-w, w, 0.95 * l.h, l.h, -0.5 * l.d, 0.5 * l.d, Palette.walnut)
        mesh.add(pleats(l, from: -w, to: -0.45 * w, y0: 0, y1: 0.95 * l.h, count: 6, fabric))
        mesh.add(pleats(l, from: 0.45 * w, to: w, y0: 0, y1: 0.95 * l.h, count: 6, fabric))
        return mesh
    }

    /// Hangs across while it is closed, bunched at one end while it is open.
    static func showerCurtain(_ l: Look) -> Mesh {
        let fabric = l.color([
            Material.hex(0xB9DDE6, 0xEDF7FA, .stripes, scale: 0.2), .hex(0xE9E4D6, 0xC7D6C4, .checks, scale: 0.3),
            .hex(0xC9D9F0, 0x9DB7DD, .stripes, scale: 0.2),
        ])
        let (w, h, d) = (l.w / 2, l.h, l.d / 2)
        let rod = 0.985 * h
        var mesh = Mesh()
        mesh.box(-w, w, rod, h, -0.2 * d, 0.2 * d, Palette.chrome)
        mesh.box(-w, -0.98 * w, 0.97 * h, h, -d, d, Palette.chrome)
        mesh.box(0.98 * w, w, 0.97 * h, h, -d, d, Palette.chrome)
        mesh.add(
            pleats(
                l, from: l.isOpen ? 0.7 * w : -0.97 * w, to: 0.97 * w, y0: 0, y1: rod, count: l.isOpen ? 6 : 12, fabric)
        )
        return mesh
    }
}
