import Testing

@testable import Household

@Suite struct MeshTests {
    @Test(arguments: 3...8) func facesOfSolidsPointOutwards(sides: Int) {
        let material = Material(SIMD3(1, 2, 3))
        var box = Mesh()
        box.addBox(Bounds(min: SIMD3(-1, 0, -2), max: SIMD3(1, 3, 2)), material)
        #expect(box.faces.count == 6)
        var frustum = Mesh()
        frustum.addFrustum(
            centre: .zero, height: 1, bottom: SIMD2(1, 2), top: SIMD2(0.5, 1), sides: sides, material,
            hasBottom: true)
        #expect(frustum.faces.count == sides + 2)
        for mesh in [box, frustum] {
            guard let centre = mesh.bounds?.centre else { continue }
            for face in mesh.faces {
                let vertices = mesh.vertices[Int(face.first)..<Int(face.first + face.count)]
                for vertex in vertices { #expect(((vertex - centre) * face.normal).sum() > 0) }
                let first = vertices.first ?? .zero
                for vertex in vertices { #expect(abs(((vertex - first) * face.normal).sum()) < 1e-5) }
            }
        }
    }

    @Test func quarterTurnsAreExact() {
        let placement = Placement(position: SIMD3(1, 2, 3), yaw: 90)
        #expect(placement.point(SIMD3(0, 0, 1)) == SIMD3(2, 2, 3))
        #expect(placement.inverseDirection(placement.direction(SIMD3(1, 2, 3))) == SIMD3(1, 2, 3))
        #expect(Placement(position: .zero, yaw: -90) == Placement(position: .zero, yaw: 270))
    }
}
