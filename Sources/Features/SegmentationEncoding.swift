internal import ALFRED
internal import Episodes
internal import Household
internal import Rooms
internal import Simulation

/// Shares of object classes in the cells of the view, [82, 7, 7]: channel c has the share of a cell's pixels that show
/// the class with the id c. Channel 0 has the room itself and what is in no class. A cell's shares add up to 1.
///
/// The simulator carries the episode out again and says what each pixel shows, hidden things included in nothing: an
/// oracle of classes, not of what lies behind a door.
final class SegmentationEncoding: EpisodeEncoding {
    static let channels = ObjectClass.idCount
    private static let grid = FeatureEncoder.grid
    /// Pixels of a side of a cell. Shares of 256 pixels are exact in float16.
    private static let cellSide = 16
    static let side = grid * cellSide

    private let replay: EpisodeReplay

    init(root: String, scenes: SceneLibrary) throws(ALFREDError) {
        replay = try EpisodeReplay(root: root, scenes: scenes, side: Self.side)
    }

    func features(of episode: EpisodeFrames) throws -> [Float16] {
        var features: [Float16] = []
        features.reserveCapacity(episode.frames.count * Self.channels * Self.grid * Self.grid)
        var classes: [Int] = []
        try replay.forEachFrame(of: episode) { _, world in
            if classes.isEmpty { classes = Self.classes(of: world) }
            features += Self.features(of: world, classes, by: replay.renderer)
        }
        return features
    }

    /// By instance id; they stay while the scene is the same.
    static func classes(of world: World) -> [Int] { [0] + world.scene.objects.map { Int($0.objectClass?.id ?? 0) } }

    /// What the agent sees now.
    ///
    /// - Parameter renderer: Of ``side`` pixels a side.
    static func features(of world: World, _ classes: [Int], by renderer: Renderer) -> [Float16] {
        renderer.render(world, colors: false)
        return renderer.withInstances { shares($0, classes) }
    }

    /// - Parameter classes: By instance id.
    static func shares(_ instances: UnsafeBufferPointer<UInt16>, _ classes: [Int]) -> [Float16] {
        let cells = grid * grid
        var counts = [Int](repeating: 0, count: channels * cells)
        for y in 0..<side {
            for x in 0..<side {
                let cell = y / cellSide * grid + x / cellSide
                counts[classes[Int(instances[y * side + x])] * cells + cell] += 1
            }
        }
        return counts.map { $0 == 0 ? 0 : Float16(Float($0) / Float(cellSide * cellSide)) }
    }
}
