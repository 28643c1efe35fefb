import Ground
import Testing

@testable import Household

/// Neither holes nor overlaps, whatever is drawn first.
@Suite struct RenderCoverageTests {
    @Test(arguments: 0..<60) func aClosedRoomHasNoHoles(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let scene = try RenderScenes.scene([])
        let renderer = Renderer()
        for _ in 0..<10 {
            let pose = RenderScenes.pose(&random)
            renderer.render(World(scene, agent: pose), colors: false)
            renderer.withDepth { depth in
                #expect(depth.allSatisfy { $0 > 0 && $0 < 12 }, "\(pose)")
            }
        }
    }

    /// A quadrilateral cut into triangles about a point inside: each pixel belongs to one triangle, and together they
    /// are the quadrilateral.
    @Test(arguments: 0..<60) func neighboursShareNoPixelAndLeaveNone(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let corners = [SIMD3<Float>(-1, 0, 0), SIMD3(-1, 1.2, 0), SIMD3(1, 1.2, 0), SIMD3(1, 0, 0)]
        let middle = SIMD3(random.float(-0.95...0.95), random.float(0.05...1.15), 0)
        let yaw = random.float(120...240)
        let place = SIMD3<Float>(2.5, 0.4, 2.6)
        let pose = AgentPose(x: 8 + Int(seed % 5), z: 2, heading: 0, horizon: 15)
        func pixels(_ polygon: [SIMD3<Float>]) throws -> [Bool] {
            let object = SceneObject(
                id: "Poster", type: .poster, size: SIMD3(2, 1.2, 0.01), position: place, yaw: yaw)
            let renderer = Renderer { _, _ in
                var mesh = Mesh()
                mesh.add(polygon, RenderScenes.white)
                return mesh
            }
            renderer.render(World(try RenderScenes.scene([object]), agent: pose), colors: false)
            return renderer.instanceIDs.map { $0 == 1 }
        }
        let whole = try pixels(corners.reversed())
        var times = [Int](repeating: 0, count: whole.count)
        for index in 0..<4 {
            let part = try pixels([middle, corners[(index + 1) % 4], corners[index]])
            for pixel in part.indices where part[pixel] { times[pixel] += 1 }
        }
        #expect(whole.contains(true))
        #expect(times == whole.map { $0 ? 1 : 0 })
    }

    @Test(arguments: 0..<20) func theOrderOfObjectsDoesNotMatter(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let objects = RenderScenes.clutter(40, seed: seed)
        let order = Array(objects.indices).shuffled(using: &random)
        let pose = RenderScenes.pose(&random)
        let (first, second) = (Renderer(looks: RenderScenes.look), Renderer(looks: RenderScenes.look))
        first.render(World(try RenderScenes.scene(objects), agent: pose))
        second.render(World(try RenderScenes.scene(order.map { objects[$0] }), agent: pose))
        #expect(first.rgbPixels == second.rgbPixels)
        #expect(first.instanceIDs == second.instanceIDs.map { $0 == 0 ? 0 : UInt16(order[Int($0) - 1] + 1) })
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 7), (7, 9), (8, 8), (31, 17), (84, 84), (300, 300), (640, 480), (33, 400)])
    func anySize(width: Int, height: Int) throws {
        let scene = try RenderScenes.scene(RenderScenes.clutter(30, seed: 4))
        let world = World(scene, agent: AgentPose(x: 9, z: 2, heading: 0, horizon: 30))
        let renderer = Renderer(width: width, height: height, looks: RenderScenes.look)
        renderer.render(world)
        let ids = renderer.instanceIDs
        #expect(ids.count == width * height)
        #expect(renderer.rgbPixels.count == 3 * width * height)
        #expect(renderer.rgbPixels.contains { $0 > 40 })
        for object in scene.objects.indices {
            #expect(renderer.visiblePixels(of: object) == ids.count { Int($0) == object + 1 })
        }
        #expect(renderer.visibleCounts.reduce(0, +) + ids.count { $0 == 0 } == width * height)
        let withColors = (renderer.instanceIDs, renderer.depthMetres)
        renderer.render(world, colors: false)
        #expect(renderer.instanceIDs == withColors.0)
        #expect(renderer.depthMetres == withColors.1)
    }

    /// The same bytes from another renderer, after other worlds and sizes, and after questions about sight.
    @Test func theSameWorldGivesTheSameBytes() throws {
        var random = SplitMix64(seed: 8)
        let scenes = try (0..<3).map { try RenderScenes.scene(RenderScenes.clutter(50, seed: UInt64($0)), seed: 9) }
        let worlds = (0..<12).map { World(scenes[$0 % 3], agent: RenderScenes.pose(&random)) }
        let old = Renderer(looks: RenderScenes.look)
        for world in worlds {
            old.render(world)
            let (rgb, ids) = (old.rgbPixels, old.instanceIDs)
            for other in worlds.prefix(4) { _ = old.sees(3, in: other) }
            #expect(old.rgbPixels == rgb)
            let depth = old.depthMetres
            old.render(worlds[5])
            old.render(world)
            #expect(old.rgbPixels == rgb)
            let new = Renderer(looks: RenderScenes.look)
            new.render(world)
            #expect(new.rgbPixels == rgb)
            #expect(new.instanceIDs == ids)
            #expect(new.depthMetres == depth)
        }
    }
}
