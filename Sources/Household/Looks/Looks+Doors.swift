extension Looks {
    /// A hollow body with doors on its front, closed or open.
    ///
    /// - Parameters:
    ///   - door: One leaf between two x, with its handle near the smaller x if `handleIsRight` as seen from in front.
    static func withDoors(
        _ l: Look, outer: Material, inner: Material, door: (_ x0: Float, _ x1: Float, _ handleIsRight: Bool) -> Mesh
    ) -> Mesh {
        let cavity = cavity(of: l.type, l.size)
        let (w, d) = (l.w / 2, l.d / 2)
        let front = d - doorDepth(l.type, l.size)
        var mesh = Mesh()
        mesh.box(-w, w, 0, l.h, -d, front, outer, [.left, .right, .top, .bottom, .back])
        if l.isOpen {
            mesh.add(hollow(l, cavity, rim: outer.shade(0.85), inner))
        } else {
            mesh.box(-w, w, 0, l.h, -d, front, outer.shade(0.55), .front)
        }
        switch l.opening {
        case .doubleDoor?:
            mesh.add(hinged(door(0, w, true), at: SIMD2(w, d), isLeft: true, l.isOpen))
            mesh.add(hinged(door(-w, 0, false), at: SIMD2(-w, d), isLeft: false, l.isOpen))
        case .rightHinged?:
            mesh.add(hinged(door(-w, w, false), at: SIMD2(-w, d), isLeft: false, l.isOpen))
        default:
            mesh.add(hinged(door(-w, w, true), at: SIMD2(w, d), isLeft: true, l.isOpen))
        }
        return mesh
    }

    /// A door turned out by 90 degrees if it is open. Left as seen from in front is at +x.
    static func hinged(_ door: Mesh, at hinge: SIMD2<Float>, isLeft: Bool, _ isOpen: Bool) -> Mesh {
        guard isOpen else { return door }
        let pivot = SIMD3(hinge.x, 0, hinge.y)
        let turn = Placement(position: .zero, yaw: isLeft ? 90 : -90)
        return door.mapped { turn.direction($0 - pivot) + pivot }
    }

    /// The inside of a body: walls, the rim around its opening, and boards at the interior surfaces.
    static func hollow(_ l: Look, _ cavity: Bounds, rim: Material, _ inner: Material) -> Mesh {
        let (a, b) = (cavity.min, cavity.max)
        let w = l.w / 2
        var mesh = Mesh()
        mesh.addBox(cavity, inner, sides: [.left, .right, .top, .bottom, .back], isInside: true)
        mesh.box(-w, a.x, 0, l.h, a.z, b.z, rim, .front)
        mesh.box(b.x, w, 0, l.h, a.z, b.z, rim, .front)
        mesh.box(a.x, b.x, 0, a.y, a.z, b.z, rim, .front)
        mesh.box(a.x, b.x, b.y, l.h, a.z, b.z, rim, .front)
        for surface in l.surfaces.prefix(8) where surface.isInterior && surface.y > a.y + 0.01 && surface.y < b.y {
            let board = min(0.015, l.h / 20)
            let front = b.z - 0.02 * l.d
            guard l.type == .fridge else {
                mesh.box(
                    a.x, b.x, surface.y - board, surface.y, a.z, front, inner.shade(0.93), [.top, .bottom, .front])
                continue
            }
            // A rack of bars, so that what stands below is seen.
            let bars = 5
            for bar in 0...bars {
                let x = a.x + (b.x - a.x - 0.008) * Float(bar) / Float(bars)
                mesh.box(x, x + 0.008, surface.y - 0.008, surface.y, a.z, front, inner.shade(0.7), .top)
            }
            mesh.box(a.x, b.x, surface.y - 0.01, surface.y, front - 0.01, front, inner.shade(0.7), [.top, .front])
        }
        return mesh
    }

    /// A bar handle standing off a front at z, upright or level, between two points of the front.
    static func handle(
        from: SIMD2<Float>, to: SIMD2<Float>, z: Float, reach: Float, thickness: Float, _ material: Material
    ) -> Mesh {
        let low = pointwiseMin(from, to) - SIMD2(repeating: thickness / 2)
        let high = pointwiseMax(from, to) + SIMD2(repeating: thickness / 2)
        var mesh = Mesh()
        mesh.box(low.x, high.x, low.y, high.y, z + reach - thickness, z + reach, material)
        for end in [from, to] {
            mesh.box(
                end.x - thickness / 2, end.x + thickness / 2, end.y - thickness / 2, end.y + thickness / 2, z,
                z + reach - thickness, material.shade(0.8),
                .around.subtracting([.front, .back]).union([.top, .bottom]))
        }
        return mesh
    }

    /// How far a handle stands out.
    static func handleReach(_ l: Look) -> Float { min(0.028, 0.12 * l.d) }
}
