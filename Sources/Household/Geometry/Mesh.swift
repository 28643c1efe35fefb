/// Convex polygons in metres, y up, x right and z forward as in Unity (left-handed).
///
/// Faces hold their vertices one after the other and are seen from the side their normal points to.
package struct Mesh: Sendable, Equatable {
    /// A flat polygon of a mesh.
    package struct Face: Sendable, Equatable {
        /// Index of the first vertex in ``Mesh/vertices``.
        package var first: Int32
        /// Number of vertices, 3-8: CR_FACE_CORNERS.
        package var count: Int32
        /// Unit length.
        var normal: SIMD3<Float>
        /// How it looks.
        package var material: Material
    }

    private(set) var vertices: [SIMD3<Float>] = []
    /// The faces, in the order in which they were added.
    package private(set) var faces: [Face] = []

    package init() {}

    /// Adds a convex polygon. Its normal is that of the first three vertices, which run clockwise as seen from outside
    /// (Unity's winding).
    package mutating func add(_ polygon: [SIMD3<Float>], _ material: Material) {
        precondition((3...8).contains(polygon.count), "a face of \(polygon.count) vertices")
        let normal = cross(polygon[1] - polygon[0], polygon[2] - polygon[0])
        let length = (normal * normal).sum().squareRoot()
        guard length > 1e-12 else { return }
        faces.append(
            Face(
                first: Int32(vertices.count), count: Int32(polygon.count), normal: normal / length, material: material))
        vertices += polygon
    }

    /// Adds all faces of another mesh, moved.
    package mutating func add(_ other: Mesh, _ placement: Placement = .identity) {
        let offset = Int32(vertices.count)
        vertices += other.vertices.map(placement.point)
        faces += other.faces.map { face in
            var face = face
            face.first += offset
            face.normal = placement.direction(face.normal)
            return face
        }
    }

    /// The mesh moved.
    package func placed(_ placement: Placement) -> Mesh {
        var mesh = Mesh()
        mesh.add(self, placement)
        return mesh
    }

    /// The smallest box around all vertices; nil for an empty mesh.
    package var bounds: Bounds? {
        guard var bounds = vertices.first.map({ Bounds(min: $0, max: $0) }) else { return nil }
        for vertex in vertices { bounds = bounds.union(Bounds(min: vertex, max: vertex)) }
        return bounds
    }
}

/// A turn about the vertical axis, then a move.
package struct Placement: Sendable, Equatable {
    /// Where the origin of the object's own frame lies in the room.
    package var position: SIMD3<Float>
    /// Sine and cosine of the yaw: 0 faces +z, 90 degrees faces +x.
    var sine: Float
    var cosine: Float

    static let identity = Placement(position: .zero)

    /// - Parameter yaw: Degrees. Multiples of 90 are exact.
    package init(position: SIMD3<Float>, yaw: Float = 0) {
        self.position = position
        switch (yaw.truncatingRemainder(dividingBy: 360) + 360).truncatingRemainder(dividingBy: 360) {
        case 0: (sine, cosine) = (0, 1)
        case 90: (sine, cosine) = (1, 0)
        case 180: (sine, cosine) = (0, -1)
        case 270: (sine, cosine) = (-1, 0)
        case let angle:
            let radians = Double(angle) * .pi / 180
            (sine, cosine) = (Float(radians.sine), Float(radians.cosine))
        }
    }

    /// A direction of the object's own frame as one of the room.
    package func direction(_ v: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(cosine * v.x + sine * v.z, v.y, cosine * v.z - sine * v.x)
    }

    /// A point of the object's own frame as one of the room.
    package func point(_ v: SIMD3<Float>) -> SIMD3<Float> { direction(v) + position }

    /// A direction of the room in the placed frame.
    package func inverseDirection(_ v: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3(cosine * v.x - sine * v.z, v.y, cosine * v.z + sine * v.x)
    }

    /// The world box around a local one.
    package func bounds(_ local: Bounds) -> Bounds {
        let centre = point((local.min + local.max) / 2)
        let half = (local.max - local.min) / 2
        let (s, c) = (abs(sine), abs(cosine))
        let extent = SIMD3(c * half.x + s * half.z, half.y, c * half.z + s * half.x)
        return Bounds(min: centre - extent, max: centre + extent)
    }
}

/// An axis-aligned box in metres.
package struct Bounds: Sendable, Hashable, Codable {
    /// The corners with the least and the greatest coordinates, in metres.
    package var min, max: SIMD3<Float>

    package init(min: SIMD3<Float>, max: SIMD3<Float>) {
        self.min = min
        self.max = max
    }

    /// The smallest box around both.
    package func union(_ other: Bounds) -> Bounds {
        Bounds(min: pointwiseMin(min, other.min), max: pointwiseMax(max, other.max))
    }

    /// Width, height and depth in metres.
    package var size: SIMD3<Float> { max - min }
    /// The middle.
    package var centre: SIMD3<Float> { (min + max) / 2 }

    /// Whether the point lies in the box or on its surface.
    package func contains(_ point: SIMD3<Float>) -> Bool {
        all(point .>= min) && all(point .<= max)
    }

    /// Whether the boxes share more than their surfaces.
    package func overlaps(_ other: Bounds) -> Bool {
        all(min .< other.max) && all(other.min .< max)
    }

    /// Distance in the floor plane from a vertical axis at (x, z) to the nearest point of the box.
    package func horizontalDistance(x: Float, z: Float) -> Float {
        let dx = Swift.max(min.x - x, 0, x - max.x)
        let dz = Swift.max(min.z - z, 0, z - max.z)
        return (dx * dx + dz * dz).squareRoot()
    }
}

/// Cross product.
@inlinable
func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
