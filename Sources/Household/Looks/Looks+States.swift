/// States that look the same on every object: dirt, water, heat and frost.
extension Looks {
    /// Changes a mesh so that the object's state is seen: colours, spots on the faces seen from above, and steam.
    static func showing(_ flags: ObjectFlags, on mesh: Mesh, size: SIMD3<Float>) -> Mesh {
        var mesh = mesh
        if flags.contains(.dirty) {
            mesh = mesh.painted {
                $0.isLuminous ? $0 : $0.mixed(0x5A4020, 0.3).patterned(0x4A3216, .speckles, scale: 0.035)
            }
            mesh.add(spots(on: mesh, .hex(0x45300F), count: 3, part: 0.4))
        }
        if flags.contains(.clean) {
            mesh = mesh.painted { $0.isLuminous ? $0 : $0.mixed(0xF4FCFF, 0.22) }
            mesh.add(spots(on: mesh, .hex(0x9FE4FF, isLuminous: true), count: 4, part: 0.16))
        }
        if flags.contains(.hot) {
            mesh = mesh.painted { $0.isLuminous ? $0 : $0.mixed(0xFF4A10, 0.25) }
            mesh.add(steam(above: size))
        }
        if flags.contains(.cold) {
            mesh = mesh.painted {
                $0.isLuminous ? $0 : $0.mixed(0x7FB4FF, 0.4).patterned(0xF2F8FF, .speckles, scale: 0.03)
            }
            mesh.add(spots(on: mesh, .hex(0xEAF6FF), count: 3, part: 0.3))
        }
        return mesh
    }

    /// Small shapes a little above the largest faces that do not look down.
    private static func spots(on mesh: Mesh, _ material: Material, count: Int, part: Float) -> Mesh {
        func corners(_ face: Mesh.Face) -> ArraySlice<SIMD3<Float>> {
            mesh.vertices[Int(face.first)..<Int(face.first + face.count)]
        }
        func area(_ face: Mesh.Face) -> Float {
            let corners = Array(corners(face))
            return (1..<corners.count - 1).reduce(0) { sum, index in
                let normal = cross(corners[index] - corners[0], corners[index + 1] - corners[0])
                return sum + (normal * normal).sum().squareRoot()
            }
        }
        let largest = mesh.faces.filter { $0.normal.y > -0.3 }
            .enumerated().map {
                (area: area($0.element) * (1.2 + $0.element.normal.y), index: $0.offset, face: $0.element)
            }
            .sorted { ($0.area, $1.index) > ($1.area, $0.index) }.prefix(count)
        var result = Mesh()
        for (number, entry) in largest.enumerated() {
            let corners = corners(entry.face)
            let middle = corners.reduce(SIMD3<Float>.zero, +) / Float(corners.count)
            let first = corners.first ?? middle
            let shifted = middle + (first - middle) * (0.15 * Float(number))
            result.add(
                corners.enumerated().map { index, corner in
                    shifted + (corner - middle) * (part * (corners.count < 5 && index % 2 == 1 ? 0.8 : 1)) + entry.face
                        .normal * 0.0012
                }.flat(against: entry.face.normal, through: shifted + entry.face.normal * 0.0012), material)
        }
        return result
    }

    /// Two pale wisps that rise from the object.
    private static func steam(above size: SIMD3<Float>) -> Mesh {
        let width = 0.14 * min(size.x, size.z, 0.2)
        let height = min(0.09, max(0.04, 0.6 * size.y))
        let pale = Material.hex(0xEFEFEF, isLuminous: true)
        var mesh = Mesh()
        for (x, z, lean): (Float, Float, Float) in [(-0.2, 0.1, 1), (0.2, -0.1, -1)] {
            let foot = SIMD3(x * size.x, size.y, z * size.z)
            let outline: [SIMD2<Float>] = [
                SIMD2(-0.33, 0), SIMD2(0.33, 0), SIMD2(1.1, 0.6), SIMD2(0.3, 1), SIMD2(-0.1, 0.6),
            ]
            flap(
                outline.map { foot + SIMD3(lean * $0.x * width, $0.y * height, 0) }, pale, to: &mesh)
        }
        return mesh
    }
}

extension [SIMD3<Float>] {
    /// The points moved along a normal into the plane through a point.
    fileprivate func flat(against normal: SIMD3<Float>, through point: SIMD3<Float>) -> [SIMD3<Float>] {
        map { $0 - normal * (($0 - point) * normal).sum() }
    }
}
