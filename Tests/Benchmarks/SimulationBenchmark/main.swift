// Speed of the simulator without pictures: steps, resets, and the long random walk that checks every invariant.
@testable import ALFRED
internal import Episodes
import Foundation
internal import Ground
import Household
internal import Rooms

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    return try clock.measure(body) / .seconds(1)
}

/// Peak resident memory of this process in MB.
func residentMegabytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
}

/// The first object within reach, counted from a random one; most interactions of a random walk are refused for
/// distance, which costs nothing, so this is the harder case.
func near(_ world: World, from first: Int) -> Int {
    let count = world.states.count
    for offset in 0..<count {
        let index = (first + offset) % count
        if world.states[index].isPresent, world.distance(to: index) <= World.reach { return index }
    }
    return first
}

/// A walk of random actions: navigation half of the time, else an interaction with an object at random.
func walk(_ world: inout World, _ sight: Renderer, steps: Int, seed: UInt64, inReach: Bool) -> Int {
    var random = SeededGenerator(seed)
    var successes = 0
    for _ in 0..<steps {
        let action =
            random.chance(0.5)
            ? Action.navigation[random.below(5)] : Action.interactions[random.below(7)]
        var target = action.isInteraction ? random.below(world.states.count) : nil
        if inReach, let first = target { target = near(world, from: first) }
        do {
            try world.step(action, target: target, sight: sight)
            successes += 1
        } catch {}
    }
    return successes
}

let scenes = try [1001, 1201, 1301, 1401].map { try SceneGenerator.scene(number: $0, seed: 0) }
let start = try scenes.map { scene in
    guard let cell = scene.grid.cells.first else { throw SceneError("no cell") }
    return World(scene, agent: AgentPose(x: cell.x, z: cell.y, heading: 0, horizon: 30))
}
let steps = 2_000_000
for (world, name) in zip(start, ["kitchen", "living room", "bedroom", "bathroom"]) {
    for inReach in [false, true] {
        var walker = world
        let sight = Renderer()
        _ = walk(&walker, sight, steps: 10_000, seed: 1, inReach: inReach)
        var successes = 0
        let time = seconds { successes = walk(&walker, sight, steps: steps, seed: 2, inReach: inReach) }
        print(
            "\(name), \(world.states.count) objects, \(inReach ? "targets in reach" : "any targets"): "
                + "\(Int(Double(steps) / time)) steps/s on one core, \(successes * 100 / steps) % succeed")
    }
}
print("required: 300000 steps/s")

var sum = 0
let resets = 1_000_000
let reset = seconds {
    for index in 0..<resets {
        var world = start[index & 3]
        if world.teleport(to: world.agent) { sum += 1 }
    }
}
print("restore: \(reset / Double(resets) * 1e6) us (required: reset < 1000)", sum == resets ? "" : "!")
let makes = 200
let make = try seconds {
    for index in 0..<makes { _ = try SceneGenerator.scene(number: 1001, seed: UInt64(index)) }
}
print("a new generated scene: \(make / Double(makes) * 1e3) ms")

let before = residentMegabytes()
let environments = start.flatMap { world in (0..<16).map { _ in (world, Renderer()) } }
for (world, renderer) in environments {
    renderer.render(world)
    _ = renderer.sees(0, in: world)
}
print("memory per environment: \((residentMegabytes() - before) / Double(environments.count)) MB (required: < 5)")
