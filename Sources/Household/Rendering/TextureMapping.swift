internal import CRaster

/// Lays patterns on faces in metres: lengthwise is horizontal, or along x on what lies flat.
struct TextureMapping {
    /// Moves the patterns, so that not all things of one kind carry the same.
    var shift: SIMD2<Float> = .zero
    /// Faces darken towards the edges they share with others that are not in their plane: rooms.
    var darkensBorders = false

    /// Depth of the darkening in metres.
    private static let borderReach: Float = 0.7
    /// Keeps texture coordinates positive.
    private static let offset: Float = 65_536

    func surface(of index: Int, in mesh: Mesh) -> CRSurface {
        let face = mesh.faces[index]
        let (u, v) = Self.axes(face.normal)
        let texels = Float(CR_TEXTURE_SIDE) / max(face.material.scale, 0.01)
        var surface = CRSurface()
        surface.u = (u.x * texels, u.y * texels, u.z * texels)
        surface.v = (v.x * texels, v.y * texels, v.z * texels)
        surface.u0 = Self.offset + shift.x * Float(CR_TEXTURE_SIDE)
        surface.v0 = Self.offset + shift.y * Float(CR_TEXTURE_SIDE)
        surface.texture = face.material.pattern == .plain ? -1 : Int32(face.material.pattern.rawValue)
        if darkensBorders {
            var borders = Self.borders(of: index, in: mesh, u, v)
            for side in 0..<4 {
                borders[side] = borders[side] * texels + (side < 2 ? surface.u0 : surface.v0)
            }
            surface.border = (borders[0], borders[1], borders[2], borders[3])
            surface.reach = 1 / (Self.borderReach * texels)
        }
        return surface
    }

    /// Two directions in a face's plane, unit length.
    static func axes(_ normal: SIMD3<Float>) -> (u: SIMD3<Float>, v: SIMD3<Float>) {
        guard abs(normal.y) < 0.85 else { return (SIMD3(1, 0, 0), SIMD3(0, 0, 1)) }
        let length = (normal.x * normal.x + normal.z * normal.z).squareRoot()
        let u = SIMD3(normal.z / length, 0, -normal.x / length)
        return (u, cross(normal, u))
    }

    /// The face's sides in metres along its axes: least and greatest u, least and greatest v. A side that no other
    /// plane's face touches is far away.
    private static func borders(
        of index: Int, in mesh: Mesh, _ u: SIMD3<Float>, _ v: SIMD3<Float>
    ) -> SIMD4<Float> {
        let far: Float = 10_000
        let face = mesh.faces[index]
        let corners = mesh.vertices[Int(face.first)..<Int(face.first + face.count)]
        let middle = corners.reduce(.zero, +) / Float(face.count)
        let us = corners.map { ($0 * u).sum() }
        let vs = corners.map { ($0 * v).sum() }
        let sides = SIMD4(us.min() ?? 0, us.max() ?? 0, vs.min() ?? 0, vs.max() ?? 0)
        var result = SIMD4<Float>(-far, far, -far, far)
        for side in 0..<4 {
            let axis = side < 2 ? u : v
            let point = middle + axis * (sides[side] - (middle * axis).sum())
            if mesh.faces.indices.contains(where: { $0 != index && touches($0, point, face.normal, mesh) }) {
                result[side] = sides[side]
            }
        }
        return result
    }

    private static func touches(_ index: Int, _ point: SIMD3<Float>, _ normal: SIMD3<Float>, _ mesh: Mesh) -> Bool {
        let face = mesh.faces[index]
        guard abs((face.normal * normal).sum()) < 0.9 else { return false }
        let corners = mesh.vertices[Int(face.first)..<Int(face.first + face.count)]
        guard let first = corners.first, abs(((point - first) * face.normal).sum()) < 1e-3 else { return false }
        let bounds = corners.reduce(Bounds(min: first, max: first)) { $0.union(Bounds(min: $1, max: $1)) }
        return Bounds(min: bounds.min - 1e-3, max: bounds.max + 1e-3).contains(point)
    }
}
