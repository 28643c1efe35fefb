package import ALFRED
internal import Dispatch
internal import Synchronization

/// The trajectories of a dataset by floor plan.
package struct FloorPlanFiles: Sendable, Equatable {
    /// Scene number to its trajectories, in the order of split and key.
    package private(set) var locations: [Int: [TrajectoryLocation]] = [:]

    /// Sorts the trajectories of `splits` by the scene number that ends a task folder's name. Those without one (the
    /// test splits hide it) are left out.
    package init(_ release: Release, splits: [String]) {
        for split in splits {
            for location in release.trajectories(in: split).trajectories {
                guard let scene = Self.sceneNumber(location.key) else { continue }
                locations[scene, default: []].append(location)
            }
        }
    }

    /// The scene number in `<type>-<object>-<movable>-<receptacle>-<scene>/<trial>`.
    static func sceneNumber(_ key: String) -> Int? {
        guard let task = key.split(separator: "/").first, key.contains("/") else { return nil }
        return task.split(separator: "-").last.flatMap { Int($0) }
    }

    /// The floor plans that have trajectories, in order.
    package var sceneNumbers: [Int] { locations.keys.sorted() }
}

/// Calls `body` for every index below `count` on all cores, each lane with a reader of its own, and returns the results
/// in order.
package func onAllCores<T: Sendable>(
    _ count: Int, _ body: @Sendable (Int, inout TrajectoryReader) -> T
) -> [T] {
    let results = Mutex([T?](repeating: nil, count: count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(count, activeCores()))) { _ in
        var reader = TrajectoryReader()
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let result = body(index, &reader)
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0.compactMap { $0 } }
}

/// Reads trajectories one after another with the same buffers.
package struct TrajectoryReader {
    private let file = FileBytes()
    private var reader: JSONReader?

    package init() {}

    /// Reads a trajectory; the error names its file.
    package mutating func read(_ path: String) throws(ALFREDError) -> Trajectory {
        do throws(ALFREDError) {
            if reader == nil { reader = try JSONReader() }
            guard let reader else { throw ALFREDError(.unreadable, "there is no reader") }
            try file.load(path, limit: Trajectory.byteLimit)
            return try Trajectory(file, reader: reader)
        } catch {
            throw error.inFile(path)
        }
    }
}
