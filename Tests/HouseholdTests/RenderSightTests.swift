import Ground
import Testing

@testable import Household

/// Sight must answer what counting pixels answers.
@Suite struct RenderSightTests {
    /// The pixels of each object, exactly: `count` are seen, `count + 1` are not.
    @Test(arguments: 0..<30) func sightIsCounting(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var objects = RenderScenes.clutter(60, seed: seed)
        // Some in cabinets, which are shut or open, and some on what may be in the hand.
        for index in objects.indices where index % 3 != 0 && index % 5 == 0 { objects[index].parent = index / 6 * 3 }
        for index in objects.indices where index % 6 == 0 { objects[index].initialFlags = .open }
        objects[1].type = .plate
        objects[2].parent = 1
        let scene = try RenderScenes.scene(objects)
        let (picture, sight) = (
            Renderer(looks: RenderScenes.look), Renderer(width: 20, height: 30, looks: RenderScenes.look)
        )
        for round in 0..<6 {
            var world = World(scene, agent: RenderScenes.pose(&random))
            if round % 2 == 1 {
                world.held = 1
                world.states[1].parent = ObjectState.hand
            }
            picture.render(world, colors: false)
            for object in objects.indices {
                let count = picture.visiblePixels(of: object)
                #expect(sight.sees(object, in: world) == (count > 0))
                #expect(sight.sees(object, in: world, atLeast: count))
                #expect(!sight.sees(object, in: world, atLeast: count + 1))
                #expect(sight.sees(object, in: world, atLeast: 10) == (count >= 10))
            }
        }
    }

    @Test func whatIsAwayIsNotDrawn() throws {
        let size = SIMD3<Float>(0.3, 0.3, 0.3)
        func object(_ name: String, _ type: ObjectType, x: Float, parent: Int? = nil) -> SceneObject {
            SceneObject(id: name, type: type, size: size, position: SIMD3(x, 1, 2.5), parent: parent)
        }
        var objects = [
            object("a", .apple, x: 1.6), object("b", .apple, x: 2), object("c", .cabinet, x: 3),
            object("d", .apple, x: 2.6, parent: 2), object("e", .plate, x: 3.4, parent: 2),
            object("f", .apple, x: 3.4, parent: 4),
        ]
        objects[5].position.y = 1.3
        let scene = try RenderScenes.scene(objects)
        let renderer = Renderer(looks: RenderScenes.look)
        var world = World(scene, agent: AgentPose(x: 10, z: 0, heading: 0, horizon: 0))
        world.states[0].flags.insert(.sliced)
        world.states[1].flags.insert(.absent)
        renderer.render(world)
        #expect(renderer.visibleCounts.map { $0 > 0 } == [false, false, true, false, false, false])
        world.states[2].flags.insert(.open)
        world.states[1].flags.remove(.absent)
        renderer.render(world)
        #expect(renderer.visibleCounts.map { $0 > 0 } == [false, true, true, true, true, true])
        for index in objects.indices { #expect(renderer.sees(index, in: world) == (index != 0)) }
    }

    /// Everything that can be carried fits into the lower middle of the picture, and nothing hides it, not even a wall
    /// before the agent's face; what it carries is drawn on it.
    @Test(arguments: [
        SIMD3<Float>(0.02, 0.02, 0.1), SIMD3(0.25, 0.02, 0.25), SIMD3(0.1, 0.4, 0.1), SIMD3(0.5, 0.3, 0.5),
    ])
    func theHandIsInFront(size: SIMD3<Float>) throws {
        let held = SceneObject(id: "Plate", type: .plate, size: size, position: SIMD3(1, 1, 1))
        var top = held
        (top.id, top.type, top.position, top.parent) = ("Apple", .apple, SIMD3(1, 1 + size.y, 1), 0)
        top.size = SIMD3(repeating: min(size.x, size.z) / 2)
        let wall = SceneObject(
            id: "Fridge", type: .fridge, size: SIMD3(3, 2, 1), position: SIMD3(2.5, 0.1, 2.12))
        let scene = try RenderScenes.scene([held, top, wall])
        let renderer = Renderer(looks: RenderScenes.look)
        var world = World(scene, agent: AgentPose(x: 10, z: 6, heading: 0, horizon: 0))
        world.held = 0
        world.states[0].parent = ObjectState.hand
        for horizon in [0, 30, 60] {
            let isThere = world.teleport(to: AgentPose(x: 10, z: 6, heading: 0, horizon: horizon))
            #expect(isThere)
            renderer.render(world)
            let pixels = renderer.instanceIDs.indices.filter { renderer.instanceIDs[$0] == 1 }
            let carried = renderer.visiblePixels(of: 1)
            #expect(pixels.count + carried > 40)
            #expect(pixels.count + carried < 300 * 300 / 5)
            #expect(carried > 4)
            #expect(pixels.allSatisfy { $0 / 300 > 120 && $0 % 300 > 70 && $0 % 300 < 270 })
            #expect(renderer.sees(0, in: world) && renderer.sees(1, in: world))
        }
    }
}
