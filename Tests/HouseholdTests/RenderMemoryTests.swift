import Ground
import Testing

@testable import Household

/// Scratch memory is reserved once a picture and shared by all scenes a renderer sees. These fail where too little is
/// reserved or something is left over; an address sanitizer sees the rest of it in them.
@Suite struct RenderMemoryTests {
    /// Eight corners, every other one behind the camera at the origin: the most points a cut can leave, 12.
    private static func zigzag(_ scale: Float) -> [SIMD3<Float>] {
        let corners: [SIMD3<Float>] = [
            SIMD3(-0.3, 0.1, 0.5), SIMD3(-0.1, 0.3, -0.5), SIMD3(0.1, 0.3, 0.5), SIMD3(0.3, 0.1, -0.5),
            SIMD3(0.3, -0.1, 0.5), SIMD3(0.1, -0.3, -0.5), SIMD3(-0.1, -0.3, 0.5), SIMD3(-0.3, -0.1, -0.5),
        ].map { ($0 + SIMD3(0, 0, 0.05)) * scale }
        // Begun at the corner from which the plane of the first three faces the origin.
        for turn in corners.indices {
            let turned = Array(corners[turn...] + corners[..<turn])
            var mesh = Mesh()
            mesh.add(turned, RenderScenes.white)
            let height = turned.reduce(Float(0)) { $0 - ($1 * mesh.faces[0].normal).sum() }
            if height > 1e-3 { return turned }
        }
        return corners
    }

    @Test func everyCornerOfEveryFaceIsCut() throws {
        let faces = 60
        let eyeY = RenderScenes.room().floorY + HouseScene.eyeAboveFloor
        let object = SceneObject(
            id: "Apple", type: .apple, size: SIMD3(repeating: 0.3), position: SIMD3(2.5, eyeY, 1))
        let scene = try RenderScenes.scene([object])
        let renderer = Renderer { _, _ in
            var mesh = Mesh()
            for number in 0..<faces { mesh.add(Self.zigzag(1 + Float(number) / 100), RenderScenes.white) }
            return mesh
        }
        let world = World(scene, agent: AgentPose(x: 10, z: 4, heading: 0, horizon: 0))
        #expect(renderer.sees(0, in: world) == renderer.sees(0, in: world, atLeast: 1))
        renderer.render(world)
        #expect(renderer.isWithinCapacity)
        // All were drawn, cut to twelve points: else the test shows nothing.
        #expect(renderer.drawn.polygons >= faces)
        #expect(renderer.drawn.points >= 12 * faces)
    }

    /// What a renderer drew before, in another scene, state or size of a mesh, is not in the next picture.
    @Test(arguments: 0..<12) func aUsedRendererIsAsGoodAsNew(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        // The mesh of an open cabinet has far more faces than that of a shut one.
        let look: @Sendable (SceneObject, ObjectFlags) -> Mesh = { object, flags in
            var mesh = RenderScenes.look(object, flags)
            guard flags.contains(.open) else { return mesh }
            for number in 1...9 {
                let part = Placement(position: SIMD3(0, 0, 0.05 * Float(number)), yaw: 10 * Float(number))
                mesh.add(RenderScenes.look(object, []), part)
            }
            return mesh
        }
        let scenes = try [0, 1, 40, 90].map { try RenderScenes.scene(RenderScenes.clutter($0, seed: seed)) }
        let (width, height) = (Int.random(in: 1...340, using: &random), Int.random(in: 1...340, using: &random))
        let used = Renderer(width: width, height: height, looks: look)
        for _ in 0..<12 {
            let scene = scenes.randomElement(using: &random) ?? scenes[0]
            var pose = RenderScenes.pose(&random)
            // Also outside the room, and with the eye in things.
            if Bool.random(using: &random) { pose.x += Int.random(in: -30...30, using: &random) }
            var world = World(scene, agent: pose)
            for index in scene.objects.indices where index % 3 == 0 && Bool.random(using: &random) {
                world.states[index].flags.insert(.open)
            }
            let new = Renderer(width: width, height: height, looks: look)
            if scene.objects.count > 1 {
                world.held = 1
                world.states[1].parent = ObjectState.hand
                let door = 3 * Int.random(in: 0..<(scene.objects.count / 3), using: &random)
                for object in [0, 1, door] {
                    #expect(used.sees(object, in: world) == new.sees(object, in: world))
                    #expect(used.isWithinCapacity && new.isWithinCapacity)
                    world.states[door].flags.formSymmetricDifference(.open)
                }
            }
            used.render(world)
            new.render(world)
            #expect(used.isWithinCapacity)
            #expect(used.rgbPixels == new.rgbPixels)
            #expect(used.instanceIDs == new.instanceIDs)
            #expect(used.depthMetres == new.depthMetres)
            #expect(used.visibleCounts == new.visibleCounts)
        }
    }

    @Test func aRendererThatHasDrawnNothing() throws {
        let renderer = Renderer(width: 9, height: 5)
        #expect(renderer.depthMetres == [Float](repeating: .infinity, count: 45))
        #expect(renderer.instanceIDs == [UInt16](repeating: 0, count: 45))
        #expect(renderer.visibleCounts.isEmpty)
        let world = World(
            try RenderScenes.scene(RenderScenes.clutter(3, seed: 1)),
            agent: AgentPose(x: 5, z: 5, heading: 0, horizon: 0))
        for object in 0..<3 { #expect(!renderer.sees(object, in: world, atLeast: .max)) }
    }
}
