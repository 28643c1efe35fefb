import Episodes
import Foundation
import Ground
import Testing

@testable import Household

/// Random actions, legal and not, in every state they lead to.
@Suite struct WorldPropertyTests {
    struct Random {
        private var random: SplitMix64

        init(state: UInt64) { random = SplitMix64(seed: state) }

        mutating func next() -> UInt64 { random.next() }

        mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    }

    /// Everything that must hold of any world; the first thing that does not.
    static func brokenInvariant(_ world: World) -> String? {
        let objects = world.scene.objects
        guard world.scene.grid.contains(x: world.agent.x, z: world.agent.z) else { return "the agent stands in a wall" }
        guard AgentPose.horizons.contains(world.agent.horizon), (0...3).contains(world.agent.heading) else {
            return "the agent looks \(world.agent)"
        }
        for index in objects.indices {
            let state = world.states[index]
            guard state.position.sum().isFinite else { return "\(objects[index].id) is nowhere" }
            if let whole = objects[index].sliceOf {
                guard state.flags.contains(.absent) != world.states[whole].flags.contains(.sliced) else {
                    return "\(objects[index].id) is both whole and cut"
                }
            } else if state.flags.contains(.absent) {
                return "\(objects[index].id) is lost"
            }
            guard (state.parent == ObjectState.hand) == (world.held == index) else {
                return "\(objects[index].id) is in the hand and not"
            }
            guard let parent = world.parent(of: index) else { continue }
            guard objects[parent].type.traits.contains(.receptacle), world.states[parent].isPresent else {
                return "\(objects[index].id) is in \(objects[parent].id)"
            }
            if !state.isPresent { return "\(objects[index].id) is in something and not there" }
            if world.receptacles(holding: index).contains(index) { return "\(objects[index].id) is inside itself" }
            // What is in or on something stays over its box; the pieces of a loaf on a mug reach over its edge.
            let (box, inner) = (world.bounds(of: parent), world.bounds(of: index).centre)
            let edge = 0.01 + (objects[index].sliceOf.map { objects[$0].size.max() / 2 } ?? 0)
            guard box.min.x - edge <= inner.x, inner.x <= box.max.x + edge, box.min.z - edge <= inner.z,
                inner.z <= box.max.z + edge, inner.y > box.min.y - edge
            else { return "\(objects[index].id) at \(inner) is beside \(objects[parent].id) \(box)" }
        }
        return nil
    }

    /// An object in something closed that can be seen.
    static func seenThroughDoors(_ world: World, _ sight: Renderer) -> String? {
        sight.render(world, colors: false)
        return world.states.indices.first {
            world.isShutAway($0) && (sight.visiblePixels(of: $0) > 0 || sight.sees($0, in: world))
        }.map { world.scene.objects[$0].id }
    }

    /// What the steps may not change about a world when they fail.
    static func isSame(_ a: World, _ b: World) -> Bool {
        a.agent == b.agent && a.held == b.held && a.states == b.states
    }

    @Test(arguments: [1, 2]) func randomActionsKeepTheWorldWhole(seed: UInt64) throws {
        let sight = Renderer()
        var world = try KitchenScene.world()
        let start = world
        var random = Random(state: seed)
        var outcomes = [Action: Int]()
        var errors = Set<ActionError>()
        let steps = PropertySteps.count
        for number in 0..<steps {
            if number % 20_000 == 19_999 { world = start }
            if number % 500 == 0, let seen = Self.seenThroughDoors(world, sight) {
                Issue.record("after \(number) steps \(seen) is seen, and is behind a closed door")
                return
            }
            let action = (Action.navigation + Action.interactions)[random.below(12)]
            let target = action.isInteraction ? random.below(world.states.count + 2) - 1 : nil
            let before = world
            do {
                try world.step(action, target: target, sight: sight)
                outcomes[action, default: 0] += 1
                if let broken = Self.brokenInvariant(world) {
                    Issue.record("after \(number) steps, \(action) on \(target ?? -1): \(broken)")
                    return
                }
            } catch {
                errors.insert(error)
                guard Self.isSame(before, world) else {
                    Issue.record("step \(number): \(action) failed with \(error) and changed the world")
                    return
                }
            }
        }
        #expect(outcomes.count == Action.allCases.count, "every action has succeeded")
        #expect(
            errors.count >= ActionError.allCases.count - 2, "missing: \(Set(ActionError.allCases).subtracting(errors))")
    }

    @Test func theSameActionsGiveTheSameWorld() throws {
        let sight = Renderer()
        var (first, second) = (try KitchenScene.world(), try KitchenScene.world())
        var random = Random(state: 9)
        for number in 0..<20_000 {
            let action = (Action.navigation + Action.interactions)[random.below(12)]
            let target = random.below(first.states.count)
            try? first.step(action, target: target, sight: sight)
            // A snapshot taken at any point continues like the world it was taken from.
            if number % 100 == 0 { second = first } else { try? second.step(action, target: target, sight: sight) }
            guard Self.isSame(first, second) else {
                Issue.record("differs after \(number) steps")
                return
            }
        }
    }
}

/// How long the random walks are: RGVLM_PROPERTY_STEPS, else short enough for every run of the tests.
enum PropertySteps {
    static let count = ProcessInfo.processInfo.environment["RGVLM_PROPERTY_STEPS"].flatMap { Int($0) } ?? 300_000
}
