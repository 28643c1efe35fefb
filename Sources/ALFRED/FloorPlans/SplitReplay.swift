internal import Household

/// The replay of all trajectories of a split, on all cores.
public struct SplitReplay: Sendable {
    /// One trajectory's outcome; an error where it cannot be read or has no scene.
    public struct Entry: Sendable {
        public var key: String
        public var result: Result<Replay, ALFREDError>
    }

    /// In the order of scene number and key.
    public private(set) var entries: [Entry] = []
    public private(set) var summary = ReplaySummary()
    /// Empty unless asked for.
    public private(set) var fidelity = MaskFidelity()

    /// - Parameters:
    ///   - cache: Estimates of the floor plans.
    ///   - measuresMasks: Renders the picture before every interaction and looks up the recorded mask in it.
    public init(_ release: Release, split: String, cache: FloorPlanCache, measuresMasks: Bool = false) {
        let files = FloorPlanFiles(release, splits: [split])
        let scenes = files.sceneNumbers
        struct Part: Sendable {
            var entries: [Entry] = []
            var fidelity = MaskFidelity()
        }
        let parts = onAllCores(scenes.count) { index, reader -> Part in
            var part = Part()
            let renderer = Renderer()
            for location in files.locations[scenes[index]] ?? [] {
                let result: Result<Replay, ALFREDError>
                do throws(ALFREDError) {
                    let trajectory = try reader.read(location.file)
                    let real = try RealScene(try cache.estimate(scenes[index]), trajectory)
                    var fidelity = MaskFidelity()
                    let replay = Replay(trajectory, in: real, renderer: renderer) { _, action, world in
                        if measuresMasks { fidelity.add(action, world, renderer) }
                    }
                    part.fidelity.merge(fidelity)
                    result = .success(replay)
                } catch {
                    result = .failure(error)
                }
                part.entries.append(Entry(key: location.key, result: result))
            }
            return part
        }
        for part in parts {
            entries += part.entries
            fidelity.merge(part.fidelity)
        }
        for entry in entries { if case .success(let replay) = entry.result { summary.add(replay) } }
    }
}
