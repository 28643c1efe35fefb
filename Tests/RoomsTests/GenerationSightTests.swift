@testable import Rooms
import ALFRED
import Episodes
import Household
import Rooms
import Testing

@Suite("What can be seen in generated rooms")
struct GenerationSightTests {
    static let numbers = [1000, 1200, 1300, 1400].flatMap { base in (1...10).map { base + $0 } }

    @Test("Every thing is seen from a pose in reach, with the doors before it open", arguments: numbers)
    func things(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        let renderer = Renderer()
        for seed in GeneratedSamples.seeds {
            let scene = try room.populated(seed: seed)
            let start = World(scene, agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
            for (index, object) in scene.objects.enumerated()
            where object.type.traits.contains(.pickupable) && object.sliceOf == nil {
                let pose = try #require(SightCheck.pose(for: index, in: start, renderer), "\(object.id)")
                var world = start
                for receptacle in start.receptacles(holding: index) { world = world.opening(receptacle) }
                let isStanding = world.teleport(to: pose)
                #expect(isStanding)
                #expect(!world.isShutAway(index) && world.distance(to: index) <= World.reach)
                renderer.render(world, colors: false)
                #expect(renderer.visiblePixels(of: index) >= SightCheck.pixels, "\(object.id)")
            }
        }
    }

    @Test(
        "A floor plan's folder has every receptacle's pose, from which it is seen, opened and closed",
        arguments: numbers)
    func layout(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        let scene = try room.populated(seed: 1)
        let layout = try room.layout(of: scene)
        if number % 10 == 1 { #expect(layout == (try room.layout(of: scene))) }
        #expect(layout.reachable.count == room.grid.count)
        let receptacles = scene.objects.filter {
            $0.type.traits.contains(.receptacle) && !$0.type.traits.contains(.pickupable)
        }
        #expect(layout.interactionPoses.count == receptacles.count)
        #expect(layout.objectClasses == layout.objectClasses.sorted())
        #expect(layout.objectClasses.contains("GarbageCan"))
        let renderer = Renderer()
        for receptacle in receptacles {
            let pose = try #require(layout.interactionPoses[receptacle.id])
            #expect(layout.reachable.contains(SIMD2(pose.x, pose.z)))
            let index = try #require(scene.index(ofID: receptacle.id))
            var world = World(
                scene,
                agent: AgentPose(
                    x: Int(pose.x * 4), z: Int(pose.z * 4), heading: Int(pose.rotation) / 90, horizon: Int(pose.horizon)
                ))
            #expect(world.distance(to: index) <= World.reach)
            #expect(renderer.sees(index, in: world, atLeast: SightCheck.pixels), "\(receptacle.id)")
            guard receptacle.type.traits.contains(.mustBeOpen) else { continue }
            try world.step(.open, target: index, sight: renderer)
            #expect(renderer.sees(index, in: world))
            try world.step(.close, target: index, sight: renderer)
        }
    }

    @Test("Containers in a row: an opened copy changes nothing else")
    func opening() throws {
        let scene = try SceneGenerator.scene(number: 1001, seed: 1)
        let world = World(scene, agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
        for (index, object) in scene.objects.enumerated() {
            let opened = world.opening(index)
            guard object.type.traits.contains(.mustBeOpen) else {
                #expect(opened.states == world.states)
                continue
            }
            #expect(opened.states[index].flags.contains(.open) && !world.states[index].flags.contains(.open))
            for other in scene.objects.indices where other != index && world.parent(of: other) != index {
                #expect(opened.states[other] == world.states[other])
            }
            #expect(opened.opening(index).states == opened.states)
        }
    }
}
