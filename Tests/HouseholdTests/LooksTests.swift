import Testing

@testable import Household

/// Objects to draw: every type in ordinary, odd, tiny and huge sizes.
enum LooksSamples {
    static func sizes(_ type: ObjectType) -> [SIMD3<Float>] {
        let size = type.typicalSize
        return [
            size, size * 0.5, size * 1.7, size * SIMD3(2, 0.8, 0.6), size * SIMD3(0.5, 1.5, 1.5),
            SIMD3(repeating: 0.01), SIMD3(repeating: 4),
        ]
    }

    static func object(_ type: ObjectType, size: SIMD3<Float>, variant: UInt32 = 0) -> SceneObject {
        SceneObject(
            id: SceneObject.id(type, at: .zero), type: type, size: size, position: .zero,
            surfaces: Looks.surfaces(of: type, size: size), opening: Looks.opening(of: type, size: size),
            variant: variant)
    }

    /// The states objects of a type can come to be in.
    static func states(_ type: ObjectType) -> [ObjectFlags] {
        var states: [ObjectFlags] = [.dirty, .clean, .hot, .cold]
        if type.traits.contains(.toggleable) || type == .stoveBurner { states.append(.on) }
        if type.traits.contains(.openable), type != .drawer { states.append(.open) }
        return states
    }
}

@Suite struct LooksShapeTests {
    @Test(arguments: ObjectType.allCases) func facesAreFlatAndConvex(type: ObjectType) {
        for size in LooksSamples.sizes(type) {
            let extent = size.max()
            for flags in [[]] + LooksSamples.states(type) + [[.open, .on], [.dirty, .hot]] {
                for variant: UInt32 in [0, 7] {
                    let mesh = Looks.mesh(of: LooksSamples.object(type, size: size, variant: variant), flags)
                    #expect(!mesh.faces.isEmpty)
                    for face in mesh.faces {
                        let corners = Array(mesh.vertices[Int(face.first)..<Int(face.first + face.count)])
                        #expect((3...8).contains(corners.count))
                        #expect(abs((face.normal * face.normal).sum() - 1) < 1e-4)
                        for (index, corner) in corners.enumerated() {
                            #expect(corner.sum().isFinite)
                            let next = corners[(index + 1) % corners.count]
                            let second = corners[(index + 2) % corners.count]
                            #expect(
                                abs(((corner - corners[0]) * face.normal).sum()) < 1e-3 * extent,
                                "\(type) \(size) \(flags) is not flat")
                            let turn = (cross(next - corner, second - next) * face.normal).sum()
                            #expect(turn > -1e-4 * extent * extent, "\(type) \(size) \(flags) is not convex")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: ObjectType.allCases) func closedObjectsFillTheirBox(type: ObjectType) throws {
        let hasFront: Set<ObjectType> = [.cabinet, .drawer, .fridge, .microwave, .safe, .showerDoor]
        for size in LooksSamples.sizes(type) {
            for variant: UInt32 in 0...9 {
                let object = LooksSamples.object(type, size: size, variant: variant)
                let bounds = try #require(Looks.mesh(of: object, []).bounds)
                let box = object.localBounds
                let tolerance: Float = 0.001
                var outside = bounds
                if hasFront.contains(type) { outside.max.z -= 0.03 }
                #expect(
                    all(outside.min .> box.min - tolerance) && all(outside.max .< box.max + tolerance),
                    "\(type) \(size): \(bounds)")
                #expect(
                    all(bounds.min .< box.min + tolerance) && all(bounds.max .> box.max - tolerance),
                    "\(type) \(size): \(bounds)")
            }
        }
    }

    @Test(arguments: ObjectType.allCases) func fewFaces(type: ObjectType) {
        for flags in [[]] + LooksSamples.states(type) + [[.open, .on]] {
            for size in LooksSamples.sizes(type) {
                let count = Looks.mesh(of: LooksSamples.object(type, size: size), flags).faces.count
                // The shelves of a fridge are racks of bars.
                let limit = type == .fridge ? 150 : type.traits.contains(.pickupable) ? 40 : 90
                #expect(count < limit, "\(type) has \(count) faces")
                if flags.isEmpty, type.traits.contains(.pickupable) {
                    #expect(count <= 34, "\(type) has \(count) faces")
                }
            }
        }
    }

    @Test(arguments: ObjectType.allCases) func statesAreSeen(type: ObjectType) {
        for size in [type.typicalSize, type.typicalSize * 1.5] {
            for variant: UInt32 in 0...4 {
                let object = LooksSamples.object(type, size: size, variant: variant)
                let meshes = ([[]] + LooksSamples.states(type)).map { Looks.mesh(of: object, $0) }
                for (index, mesh) in meshes.enumerated() {
                    for other in meshes[..<index] { #expect(mesh != other, "\(type) shows no difference") }
                }
                #expect(meshes[0] == Looks.mesh(of: object, []))
            }
        }
    }

    @Test func aDrawerIsTheSameWhereverItSlides() {
        let drawer = LooksSamples.object(.drawer, size: ObjectType.drawer.typicalSize)
        #expect(Looks.mesh(of: drawer, []) == Looks.mesh(of: drawer, .open))
    }

    @Test func noTwoTypesLookAlike() {
        let size = SIMD3<Float>(0.3, 0.35, 0.4)
        let meshes = ObjectType.allCases.map { Looks.mesh(of: LooksSamples.object($0, size: size), []) }
        for (index, mesh) in meshes.enumerated() {
            for other in meshes[..<index] {
                #expect(mesh != other, "\(ObjectType.allCases[index]) looks like another type")
            }
        }
    }

    @Test func variantsDiffer() {
        for type in ObjectType.allCases
        where ![.paperTowel, .paperTowelRoll, .toiletPaper, .toiletPaperRoll].contains(type) {
            let meshes = (0...2).map {
                Looks.mesh(of: LooksSamples.object(type, size: type.typicalSize, variant: UInt32($0)), [])
            }
            #expect(meshes[0] != meshes[1] || meshes[0] != meshes[2], "\(type) comes in one colour")
        }
    }
}

@Suite struct LooksSurfaceTests {
    @Test(arguments: ObjectType.allCases) func receptaclesHaveSurfacesWithinTheirFootprint(type: ObjectType) {
        for size in LooksSamples.sizes(type) {
            let surfaces = Looks.surfaces(of: type, size: size)
            #expect(surfaces.isEmpty != type.traits.contains(.receptacle), "\(type)")
            for surface in surfaces {
                #expect(surface.minX < surface.maxX && surface.minZ < surface.maxZ && surface.clearance > 0, "\(type)")
                #expect(surface.isInterior == type.traits.contains(.mustBeOpen), "\(type)")
                guard type != .stoveBurner else { continue }
                let tolerance: Float = 1e-5
                #expect(surface.minX >= -size.x / 2 - tolerance && surface.maxX <= size.x / 2 + tolerance, "\(type)")
                #expect(surface.minZ >= -size.z / 2 - tolerance && surface.maxZ <= size.z / 2 + tolerance, "\(type)")
            }
        }
    }

    @Test func whatOpensHasAnOpening() {
        for type in ObjectType.allCases {
            if Looks.opening(of: type) != nil { #expect(type.traits.contains(.openable)) }
            if type.traits.contains(.mustBeOpen) { #expect(Looks.opening(of: type) != nil) }
        }
        #expect(Looks.opening(of: .cabinet, size: SIMD3(0.9, 0.7, 0.5)) == .doubleDoor)
    }

    /// Looking straight down on the middle of a surface one sees the object itself, at the surface's height. Holders
    /// have none.
    @Test(
        arguments: ObjectType.allCases.filter {
            $0.traits.contains(.receptacle)
                && ![.towelHolder, .handTowelHolder, .toiletPaperHanger, .toaster].contains($0)
        })
    func surfacesAreDrawnWhereTheyAre(type: ObjectType) {
        for scale: Float in [0.7, 1, 1.4] {
            let object = LooksSamples.object(type, size: type.typicalSize * scale)
            let mesh = Looks.mesh(of: object, type.traits.contains(.openable) ? .open : [])
            for surface in object.surfaces {
                // Off the middle, where a drain or a button may be.
                let x = surface.minX + 0.55 * (surface.maxX - surface.minX)
                let z = surface.minZ + 0.6 * (surface.maxZ - surface.minZ)
                // A fridge's shelves are racks: one looks for a bar.
                let places = type == .fridge ? (0..<60).map { x - 0.15 + Float($0) * 0.005 } : [x]
                let top = places.compactMap { Self.height(of: mesh, x: $0, z: z, below: surface.y + 0.03) }.max()
                #expect(abs((top ?? -1) - surface.y) < 0.012, "\(type) at \(surface.y): \(top ?? -1)")
            }
        }
    }

    /// Height of the highest face that looks up at (x, z).
    private static func height(of mesh: Mesh, x: Float, z: Float, below limit: Float) -> Float? {
        mesh.faces.compactMap { face -> Float? in
            guard face.normal.y > 0.1 else { return nil }
            let corners = Array(mesh.vertices[Int(face.first)..<Int(face.first + face.count)])
            for (index, a) in corners.enumerated() {
                let b = corners[(index + 1) % corners.count]
                let side = cross(b - a, SIMD3(x, a.y, z) - a).y
                if side < -1e-7 { return nil }
            }
            let a = corners[0]
            let y = a.y - ((x - a.x) * face.normal.x + (z - a.z) * face.normal.z) / face.normal.y
            return y <= limit ? y : nil
        }.max()
    }

    @Test func countersAreOpenWhereTheSinkIs() throws {
        let size = ObjectType.counterTop.typicalSize
        var counter = LooksSamples.object(.counterTop, size: size)
        let hole = SIMD4<Float>(-0.3, 0.3, -0.2, 0.22)
        counter.surfaces = Looks.counterSurfaces(size: size, around: hole)
        #expect(counter.surfaces.count == 4)
        let mesh = Looks.mesh(of: counter, [])
        #expect(Self.height(of: mesh, x: 0, z: 0, below: 2) ?? 0 < size.y / 2)
        for (x, z): (Float, Float) in [(-0.5, 0), (0.5, 0), (0, -0.25), (0, 0.28)] {
            #expect(Self.height(of: mesh, x: x, z: z, below: 2) == size.y)
        }
    }

    @Test func doorsTurnOutAtTheirHinge() throws {
        for (opening, side): (SceneObject.Opening, Float) in [(.leftHinged, 1), (.rightHinged, -1)] {
            var fridge = LooksSamples.object(.fridge, size: ObjectType.fridge.typicalSize)
            fridge.opening = opening
            let closed = try #require(Looks.mesh(of: fridge, []).bounds)
            let mesh = Looks.mesh(of: fridge, .open)
            let far = mesh.vertices.filter { $0.z > fridge.size.z / 2 + fridge.size.x / 2 }
            #expect(closed.max.z < fridge.size.z / 2 + 0.03)
            #expect(far.contains { $0.z > fridge.size.z / 2 + fridge.size.x - 0.05 })
            #expect(far.allSatisfy { $0.x * side > 0.25 * fridge.size.x })
        }
    }
}

@Suite struct LooksSolidTests {
    /// The solids looks are made of are closed and face outwards: their area vectors cancel, their volume is positive.
    @Test func solidsAreClosedAndFaceOutwards() {
        let material = Material(SIMD3(1, 2, 3))
        var solids: [Mesh] = []
        var taper = Mesh()
        taper.taper(SIMD4(-1, 1, -2, 2), 0, SIMD4(-0.5, 0.7, -1, 1.5), 3, material)
        solids += [taper, taper.lyingAlongX, taper.lyingAlongZ, taper.tilted(37, about: SIMD3(1, 2, 3))]
        for sides in 3...8 {
            var lathe = Mesh()
            lathe.lathe(
                [(0, 0.5), (0.4, 1), (1, 0.2)], base: SIMD3(1, 2, 3), height: 2, radii: SIMD2(1, 2), sides: sides,
                [material], hasBottom: true)
            var cone = Mesh()
            cone.lathe(
                [(0, 0), (0.4, 1), (1, 0)], base: .zero, height: 2, radii: SIMD2(1, 2), sides: sides, [material])
            solids += [lathe, cone]
        }
        for end in [SIMD3<Float>(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(-1, 2, 0.5)] {
            var bar = Mesh()
            bar.bar(SIMD3(1, 1, 1), SIMD3(1, 1, 1) + end, 0.2, material)
            solids.append(bar)
        }
        for outline in [[SIMD2<Float>(0, 0), SIMD2(2, 0), SIMD2(1, 3)], [SIMD2(1, 3), SIMD2(2, 0), SIMD2(0, 0)]] {
            var prism = Mesh()
            prism.prism(outline, -1, 2, material)
            solids.append(prism)
        }
        for solid in solids {
            var (area, volume) = (SIMD3<Float>.zero, Float(0))
            for face in solid.faces {
                let corners = Array(solid.vertices[Int(face.first)..<Int(face.first + face.count)])
                for index in 1..<corners.count - 1 {
                    let part = cross(corners[index] - corners[0], corners[index + 1] - corners[0]) / 2
                    area += part
                    volume += (part * corners[0]).sum() / 3
                }
            }
            #expect((area * area).sum() < 1e-8)
            #expect(volume > 0.01)
            for (face, other) in zip(solid.faces, solid.reversed.faces) {
                #expect((face.normal * other.normal).sum() < -0.999)
            }
        }
    }

    @Test func turnedBodiesTouchTheirRadii() throws {
        for sides in 3...8 {
            var lathe = Mesh()
            lathe.lathe(
                [(0, 1), (1, 1)], base: .zero, height: 2, radii: SIMD2(1, 2), sides: sides, [Material(SIMD3(1, 2, 3))])
            let bounds = try #require(lathe.bounds)
            #expect(
                abs(max(-bounds.min.x, bounds.max.x) - 1) < 1e-5 && abs(max(-bounds.min.z, bounds.max.z) - 2) < 1e-5)
        }
    }
}
