internal import CRaster

/// A mesh as the kernels read it: shared vertices, planes, and the faces' colours under the scene's light.
final class PackedMesh {
    private let floats: KernelMemory<Float>
    private let integers: KernelMemory<UInt32>
    private let surfaces: KernelMemory<CRSurface>
    private let faces: [Mesh.Face]
    let mesh: CRMesh
    let cornerCount: Int
    /// Sphere around the mesh, a little larger so that rounding does not matter.
    let centre: SIMD3<Float>
    let radius: Float

    init(_ source: Mesh, mapping: TextureMapping) {
        faces = source.faces
        var unique: [SIMD3<Float>] = []
        var numbers: [SIMD3<Float>: UInt32] = [:]
        let corners = source.vertices.map { vertex in
            if let number = numbers[vertex] { return number }
            let number = UInt32(unique.count)
            numbers[vertex] = number
            unique.append(vertex)
            return number
        }
        let vertexRoom = (unique.count + 7) / 8 * 8
        let faceRoom = (faces.count + 7) / 8 * 8
        floats = KernelMemory(3 * vertexRoom + 4 * faceRoom)
        integers = KernelMemory(faces.count + 1 + corners.count)
        surfaces = KernelMemory(faces.count)
        cornerCount = corners.count

        let (x, y, z) = (floats.start, floats.start + vertexRoom, floats.start + 2 * vertexRoom)
        for (index, vertex) in unique.enumerated() { (x[index], y[index], z[index]) = (vertex.x, vertex.y, vertex.z) }
        let nx = z + vertexRoom
        let (ny, nz, d) = (nx + faceRoom, nx + 2 * faceRoom, nx + 3 * faceRoom)
        let first = integers.start
        let indices = first + faces.count + 1
        var next: UInt32 = 0
        for (index, face) in faces.enumerated() {
            (nx[index], ny[index], nz[index]) = (face.normal.x, face.normal.y, face.normal.z)
            first[index] = next
            var distance: Float = 0
            for corner in Int(face.first)..<Int(face.first + face.count) {
                indices[Int(next)] = corners[corner]
                distance += (source.vertices[corner] * face.normal).sum()
                next += 1
            }
            d[index] = distance / Float(face.count)
            surfaces.start[index] = mapping.surface(of: index, in: source)
        }
        first[faces.count] = next
        mesh = CRMesh(
            x: UnsafePointer(x), y: UnsafePointer(y), z: UnsafePointer(z), nx: UnsafePointer(nx),
            ny: UnsafePointer(ny), nz: UnsafePointer(nz), d: UnsafePointer(d), first: UnsafePointer(first),
            indices: UnsafePointer(indices), surfaces: UnsafePointer(surfaces.start),
            vertexCount: UInt32(unique.count), faceCount: UInt32(faces.count))
        let bounds = source.bounds ?? Bounds(min: .zero, max: .zero)
        let middle = bounds.centre
        centre = middle
        let squared = unique.reduce(Float(0)) { max($0, (($1 - middle) * ($1 - middle)).sum()) }
        radius = squared.squareRoot() + 1e-3
    }

    /// Colours the faces as they look turned.
    func light(_ lighting: Lighting, _ placement: Placement, tint: SIMD3<Float>) {
        color { face in lighting.light(on: placement.direction(face.normal)) * tint }
    }

    /// Colours a room's floor, walls and ceiling.
    func lightRoom(_ lighting: Lighting) {
        color { face in lighting.roomLight(on: face.normal) }
    }

    private func color(_ light: (Mesh.Face) -> SIMD3<Float>) {
        let limit = SIMD3<Float>(repeating: 255)
        for (index, face) in faces.enumerated() {
            let light = face.material.isLuminous ? SIMD3(repeating: 1) : light(face)
            let color = pointwiseMin(SIMD3<Float>(face.material.color) * light, limit)
            let delta = (pointwiseMin(SIMD3<Float>(face.material.accent) * light, limit) - color) / 255
            surfaces.start[index].color = (color.x, color.y, color.z)
            surfaces.start[index].delta = (delta.x, delta.y, delta.z)
        }
    }

    var byteCount: Int { floats.byteCount + integers.byteCount + surfaces.byteCount + faces.count * 64 }
}
