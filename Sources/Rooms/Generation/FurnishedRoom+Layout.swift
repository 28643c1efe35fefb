package import ALFRED
package import Household

extension FurnishedRoom {
    /// What ALFRED's `gen/layouts` says of a floor plan: the cells, the classes, and for every receptacle the pose from
    /// which most of it is seen.
    ///
    /// - Parameter scene: A scene of this room; what lies about in it counts to the classes and may hide things.
    /// - Throws: ``GenerationError/unseen(_:number:)`` when a receptacle cannot be seen from any pose in reach.
    package func layout(of scene: HouseScene) throws(GenerationError) -> FloorPlanLayout {
        let receptacles = furniture.indices.filter {
            furniture[$0].type.traits.contains(.receptacle) && !furniture[$0].type.traits.contains(.pickupable)
        }
        let found = interactionPoses(of: receptacles, in: scene)
        var poses: [String: FloorPlanLayout.InteractionPose] = [:]
        for receptacle in receptacles {
            guard let pose = found[receptacle] else { throw .unseen(furniture[receptacle].id, number: number) }
            poses[furniture[receptacle].id] = FloorPlanLayout.InteractionPose(
                x: Double(pose.x) * 0.25, z: Double(pose.z) * 0.25, rotation: Double(pose.heading * 90),
                horizon: Double(pose.horizon))
        }
        let classes = Set(scene.objects.filter { $0.sliceOf == nil }.map(\.type.rawValue)).sorted()
        return FloorPlanLayout(
            reachable: grid.cells.map { SIMD2(Double($0.x), Double($0.y)) * 0.25 }, interactionPoses: poses,
            objectClasses: classes)
    }

    /// For each piece of furniture the pose with most of its pixels in view, by index; without those that are seen from
    /// nowhere in reach. The first of equal poses wins.
    ///
    /// The agent stands in reach, 0.5 m or more from the middle, on the side the piece opens to.
    func interactionPoses(of targets: [Int], in scene: HouseScene) -> [Int: Household.AgentPose] {
        let renderer = Renderer(width: 100, height: 100)
        var world = World(scene, agent: Household.AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
        var best: [Int: (pixels: Int, pose: Household.AgentPose)] = [:]
        for cell in grid.cells {
            let near = targets.filter { Self.isUsable(furniture[$0], boxes[$0], from: cell) }
            guard !near.isEmpty else { continue }
            for heading in 0..<4 {
                for horizon in stride(from: -30, through: 60, by: Household.AgentPose.horizonStep) {
                    let pose = Household.AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: horizon)
                    guard world.teleport(to: pose) else { continue }
                    renderer.render(world, colors: false)
                    for target in near {
                        let pixels = renderer.visiblePixels(of: target)
                        if pixels > best[target]?.pixels ?? 0 { best[target] = (pixels, pose) }
                    }
                }
            }
        }
        return best.mapValues(\.pose)
    }
}
