/// The few solids all looks are put together from.
///
/// Solids without extent in some direction are left out, so that an object too small for a detail is drawn without it.
extension Mesh {
    /// A box between two corners.
    mutating func box(
        _ x0: Float, _ x1: Float, _ y0: Float, _ y1: Float, _ z0: Float, _ z1: Float, _ material: Material,
        _ sides: Sides = .all, isInside: Bool = false
    ) {
        guard x1 > x0, y1 > y0, z1 > z0 else { return }
        addBox(
            Bounds(min: SIMD3(x0, y0, z0), max: SIMD3(x1, y1, z1)), material, sides: sides, isInside: isInside)
    }

    /// A box whose top is another rectangle than its bottom; both are (minX, maxX, minZ, maxZ).
    mutating func taper(
        _ low: SIMD4<Float>, _ y0: Float, _ high: SIMD4<Float>, _ y1: Float, _ material: Material,
        _ sides: Sides = .all
    ) {
        guard y1 > y0, low.y >= low.x, low.w >= low.z, high.y >= high.x, high.w >= high.z else { return }
        func corners(_ r: SIMD4<Float>, _ y: Float) -> [SIMD3<Float>] {
            [SIMD3(r.x, y, r.z), SIMD3(r.x, y, r.w), SIMD3(r.y, y, r.w), SIMD3(r.y, y, r.z)]
        }
        let (a, b) = (corners(low, y0), corners(high, y1))
        for (side, i, j) in [(Sides.left, 0, 1), (.front, 1, 2), (.right, 2, 3), (.back, 3, 0)]
        where sides.contains(side) {
            add([a[j], b[j], b[i], a[i]], material)
        }
        if sides.contains(.top) { add(b, material) }
        if sides.contains(.bottom) { add(a.reversed(), material) }
    }

    /// A polygon, turned so that it faces a direction.
    mutating func patch(_ polygon: [SIMD3<Float>], facing direction: SIMD3<Float>, _ material: Material) {
        let normal = cross(polygon[1] - polygon[0], polygon[2] - polygon[0])
        add((normal * direction).sum() < 0 ? polygon.reversed() : polygon, material)
    }

    /// A flat convex polygon in x and y pulled along z.
    mutating func prism(
        _ outline: [SIMD2<Float>], _ z0: Float, _ z1: Float, _ material: Material, side: Material? = nil,
        hasBack: Bool = true
    ) {
        guard z1 > z0 else { return }
        let middle = outline.reduce(SIMD2<Float>.zero, +) / Float(outline.count)
        patch(outline.map { SIMD3($0.x, $0.y, z1) }, facing: SIMD3(0, 0, 1), material)
        if hasBack { patch(outline.map { SIMD3($0.x, $0.y, z0) }, facing: SIMD3(0, 0, -1), material) }
        for (index, a) in outline.enumerated() {
            let b = outline[(index + 1) % outline.count]
            let out = SIMD2(b.y - a.y, a.x - b.x)
            let sign: Float = (out * ((a + b) / 2 - middle)).sum() < 0 ? -1 : 1
            patch(
                [SIMD3(a.x, a.y, z0), SIMD3(a.x, a.y, z1), SIMD3(b.x, b.y, z1), SIMD3(b.x, b.y, z0)],
                facing: SIMD3(sign * out.x, sign * out.y, 0), side ?? material)
        }
    }

    /// A body turned on a lathe about a vertical axis: for each height (relative to `height`) the radius (relative to
    /// `radii`, whose extents it touches exactly).
    ///
    /// - Parameters:
    ///   - sides: 3-8.
    ///   - materials: One for each storey; the last one counts for all that follow.
    mutating func lathe(
        _ profile: [(y: Float, r: Float)], base: SIMD3<Float>, height: Float, radii: SIMD2<Float>, sides: Int = 8,
        _ materials: [Material], hasTop: Bool = true, hasBottom: Bool = false, isInside: Bool = false
    ) {
        guard height > 0, all(radii .> 0), let last = materials.last else { return }
        let unit = Self.ring(sides)
        func ring(_ point: (y: Float, r: Float)) -> [SIMD3<Float>] {
            unit.map { base + SIMD3($0.x * radii.x * point.r, point.y * height, $0.y * radii.y * point.r) }
        }
        func face(_ corners: [SIMD3<Float>], _ material: Material) {
            add(isInside ? corners.reversed() : corners, material)
        }
        for (storey, (from, to)) in zip(profile, profile.dropFirst()).enumerated() {
            let material = storey < materials.count ? materials[storey] : last
            let (low, high) = (ring(from), ring(to))
            for i in 0..<sides {
                let j = (i + 1) % sides
                if to.r == 0 {
                    face([low[j], high[i], low[i]], material)
                } else if from.r == 0 {
                    face([low[i], high[j], high[i]], material)
                } else {
                    face([low[j], high[j], high[i], low[i]], material)
                }
            }
        }
        if hasTop, let top = profile.last, top.r > 0 { face(ring(top), last) }
        if hasBottom, let bottom = profile.first, bottom.r > 0 { face(ring(bottom).reversed(), materials[0]) }
    }

    /// Points around the unit square's edge, flat sides first.
    private static func ring(_ sides: Int) -> [SIMD2<Float>] {
        let points = (0..<sides).map { index in
            let angle = (Double(index) + 0.5) / Double(sides) * 2 * .pi
            return SIMD2(Float(angle.sine), Float(angle.cosine))
        }
        let x = points.map { abs($0.x) }.max() ?? 1
        let z = points.map { abs($0.y) }.max() ?? 1
        return points.map { SIMD2($0.x / x, $0.y / z) }
    }

    /// A straight bar with square ends.
    mutating func bar(
        _ from: SIMD3<Float>, _ to: SIMD3<Float>, _ thickness: Float, _ material: Material, hasEnds: Bool = true
    ) {
        let along = to - from
        let length = (along * along).sum().squareRoot()
        guard length > 1e-5, thickness > 0 else { return }
        let reference: SIMD3<Float> = abs(along.y) > 0.9 * length ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0)
        var side = cross(reference, along)
        side *= thickness / 2 / (side * side).sum().squareRoot()
        var up = cross(along, side)
        up *= thickness / 2 / (up * up).sum().squareRoot()
        let corners = [-side - up, -side + up, side + up, side - up]
        for i in 0..<4 {
            let j = (i + 1) % 4
            patch(
                [from + corners[i], to + corners[i], to + corners[j], from + corners[j]],
                facing: corners[i] + corners[j], material)
        }
        guard hasEnds else { return }
        patch(corners.map { from + $0 }, facing: -along, material)
        patch(corners.map { to + $0 }, facing: along, material)
    }

    /// The mesh after a change of place that does not mirror.
    func mapped(_ change: (SIMD3<Float>) -> SIMD3<Float>) -> Mesh {
        var mesh = Mesh()
        for face in faces {
            mesh.add(vertices[Int(face.first)..<Int(face.first + face.count)].map(change), face.material)
        }
        return mesh
    }

    /// The mesh with other materials.
    func painted(_ change: (Material) -> Material) -> Mesh {
        var mesh = Mesh()
        for face in faces {
            mesh.add(
                Array(vertices[Int(face.first)..<Int(face.first + face.count)]), change(face.material))
        }
        return mesh
    }

    /// What stood upright, lying along x.
    var lyingAlongX: Mesh { mapped { SIMD3($0.y, $0.z, $0.x) } }

    /// What stood upright, lying along z.
    var lyingAlongZ: Mesh { mapped { SIMD3($0.z, $0.x, $0.y) } }

    /// Turned about an axis along x through a point; positive degrees bring what is up to the front.
    func tilted(_ degrees: Double, about pivot: SIMD3<Float>) -> Mesh {
        let angle = degrees * .pi / 180
        let (s, c) = (Float(angle.sine), Float(angle.cosine))
        return mapped { point in
            let p = point - pivot
            return pivot + SIMD3(p.x, c * p.y - s * p.z, s * p.y + c * p.z)
        }
    }

    /// Stretched and moved so that it fills an object's box exactly.
    func fitted(to size: SIMD3<Float>) -> Mesh {
        guard let bounds else { return self }
        let extent = pointwiseMax(bounds.size, SIMD3(repeating: 1e-6))
        let low = SIMD3(-size.x / 2, 0, -size.z / 2)
        return mapped { low + ($0 - bounds.min) / extent * size }
    }
}

/// The sides that are seen of something standing on something else.
extension Mesh.Sides {
    static let around: Mesh.Sides = [.left, .right, .back, .front]
    static let standing: Mesh.Sides = [.left, .right, .back, .front, .top]
    static let hanging: Mesh.Sides = [.left, .right, .back, .front, .bottom]
}
