package import Household
package import Images

/// Views of a room that together show most of what is in it, as one picture.
package enum SceneSheet {
    private static let views = 8
    /// Fewer pixels of 100 x 100 do not show an object.
    private static let leastPixels = 12

    /// - Parameter side: Pixels of a view's side.
    /// - Returns: Nil for a room with no place to stand.
    package static func sheet(_ scene: HouseScene, title: String, side: Int) -> RGBImage? {
        let renderer = Renderer(width: side, height: side)
        let cells = bestPoses(scene).map { pose in
            renderer.render(World(scene, agent: pose))
            return ContactSheet.Cell(
                RGBImage(width: side, height: side, pixels: renderer.rgbPixels),
                captions: ["(\(pose.x), \(pose.z)) \(pose.compass)"])
        }
        return ContactSheet(title: title, columns: 4).sheets(cells).first
    }

    /// Poses chosen one after another, each for the objects it shows that none before it did.
    private static func bestPoses(_ scene: HouseScene) -> [AgentPose] {
        let renderer = Renderer(width: 100, height: 100)
        var shown: [(pose: AgentPose, objects: Set<Int>)] = scene.grid.cells.flatMap { cell in
            (0...3).map { heading in
                let pose = AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: 30)
                renderer.render(World(scene, agent: pose), colors: false)
                let counts = renderer.visibleCounts
                return (pose, Set(counts.indices.filter { counts[$0] >= leastPixels }))
            }
        }
        var poses: [AgentPose] = []
        while poses.count < views,
            let best = shown.indices.max(by: { shown[$0].objects.count < shown[$1].objects.count }),
            !shown[best].objects.isEmpty
        {
            poses.append(shown[best].pose)
            let seen = shown[best].objects
            for index in shown.indices { shown[index].objects.subtract(seen) }
        }
        return poses
    }
}

extension AgentPose {
    /// The heading in words.
    var compass: String { ["north", "east", "south", "west"][heading & 3] }
}
