extension Mesh {
    /// The sides of a box.
    package struct Sides: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The side towards -x.
        package static let left = Sides(rawValue: 1)
        /// The side towards +x.
        package static let right = Sides(rawValue: 2)
        /// The side towards -y.
        package static let bottom = Sides(rawValue: 4)
        /// The side towards +y.
        package static let top = Sides(rawValue: 8)
        /// The side towards -z.
        package static let back = Sides(rawValue: 16)
        /// Towards +z.
        package static let front = Sides(rawValue: 32)
        /// All six.
        package static let all = Sides(rawValue: 63)
    }

    /// Adds a box seen from outside, or from inside when `isInside`.
    package mutating func addBox(_ box: Bounds, _ material: Material, sides: Sides = .all, isInside: Bool = false) {
        let (a, b) = (box.min, box.max)
        func face(_ side: Sides, _ corners: [SIMD3<Float>]) {
            if sides.contains(side) { add(isInside ? corners.reversed() : corners, material) }
        }
        face(.left, [SIMD3(a.x, a.y, b.z), SIMD3(a.x, b.y, b.z), SIMD3(a.x, b.y, a.z), SIMD3(a.x, a.y, a.z)])
        face(.right, [SIMD3(b.x, a.y, a.z), SIMD3(b.x, b.y, a.z), SIMD3(b.x, b.y, b.z), SIMD3(b.x, a.y, b.z)])
        face(.bottom, [SIMD3(a.x, a.y, a.z), SIMD3(b.x, a.y, a.z), SIMD3(b.x, a.y, b.z), SIMD3(a.x, a.y, b.z)])
        face(.top, [SIMD3(a.x, b.y, b.z), SIMD3(b.x, b.y, b.z), SIMD3(b.x, b.y, a.z), SIMD3(a.x, b.y, a.z)])
        face(.back, [SIMD3(a.x, a.y, a.z), SIMD3(a.x, b.y, a.z), SIMD3(b.x, b.y, a.z), SIMD3(b.x, a.y, a.z)])
        face(.front, [SIMD3(b.x, a.y, b.z), SIMD3(b.x, b.y, b.z), SIMD3(a.x, b.y, b.z), SIMD3(a.x, a.y, b.z)])
    }

    /// Adds an upright frustum with an elliptic base: a cylinder, cone, or one storey of a round body.
    ///
    /// - Parameters:
    ///   - bottom: Half axes (x, z) at the bottom; `top` has the same proportion, so that the sides are flat.
    ///   - sides: Number of side faces, 3-8.
    package mutating func addFrustum(
        centre: SIMD3<Float>, height: Float, bottom: SIMD2<Float>, top: SIMD2<Float>, sides: Int = 8,
        _ material: Material, hasBottom: Bool = false, hasTop: Bool = true, isInside: Bool = false
    ) {
        func ring(_ radii: SIMD2<Float>, _ y: Float) -> [SIMD3<Float>] {
            (0..<sides).map { index in
                let angle = (Double(index) + 0.5) / Double(sides) * 2 * .pi
                return centre + SIMD3(radii.x * Float(angle.sine), y, radii.y * Float(angle.cosine))
            }
        }
        let (low, high) = (ring(bottom, 0), ring(top, height))
        func face(_ corners: [SIMD3<Float>]) { add(isInside ? corners.reversed() : corners, material) }
        for index in 0..<sides {
            let next = (index + 1) % sides
            if top == .zero {
                face([low[next], high[index], low[index]])
            } else if bottom == .zero {
                face([low[index], high[next], high[index]])
            } else {
                face([low[next], high[next], high[index], low[index]])
            }
        }
        if hasTop, top != .zero { face(high) }
        if hasBottom, bottom != .zero { face(low.reversed()) }
    }
}
