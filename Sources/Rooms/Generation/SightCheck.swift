internal import Household

/// Whether the agent can see what lies in a room when it stands in reach of it, with the doors before it open.
enum SightCheck {
    /// Pixels of a picture of 300 x 300 that ALFRED's expert asks for.
    static let pixels = 10

    /// Indices of the things that no pose in reach shows.
    static func unseen(in scene: HouseScene) -> [Int] {
        let renderer = Renderer(width: 16, height: 16)
        let start = World(scene, agent: Household.AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
        return scene.objects.indices.filter { index in
            let object = scene.objects[index]
            guard object.type.traits.contains(.pickupable), object.sliceOf == nil else { return false }
            return pose(for: index, in: start, renderer) == nil
        }
    }

    /// A pose from which a thing is seen, the doors before it open. Nil if there is none.
    static func pose(for thing: Int, in start: World, _ renderer: Renderer) -> Household.AgentPose? {
        var world = start.receptacles(holding: thing).reduce(start) { world, receptacle in
            world.scene.objects[receptacle].type.traits.contains(.mustBeOpen) ? world.opening(receptacle) : world
        }
        let box = world.bounds(of: thing)
        let near = world.scene.grid.cells
            .map { cell in
                (
                    cell,
                    box.horizontalDistance(
                        x: Float(cell.x) * Household.AgentPose.cell, z: Float(cell.y) * Household.AgentPose.cell)
                )
            }
            .filter { $0.1 <= World.reach }
            // A good arm's length first.
            .sorted { (abs($0.1 - 0.6), $0.0.x, $0.0.y) < (abs($1.1 - 0.6), $1.0.x, $1.0.y) }
        for (cell, _) in near {
            for heading in 0..<4 {
                for horizon in [45, 30, 60, 15, 0, -15, -30] {
                    let pose = Household.AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: horizon)
                    guard world.teleport(to: pose), let middle = Camera(world).project(box.centre),
                        (20...280).contains(middle.u), (20...280).contains(middle.v),
                        renderer.sees(thing, in: world, atLeast: pixels)
                    else { continue }
                    return pose
                }
            }
        }
        return nil
    }
}
