/// Which saved frame shows each of the L + 1 observations of a trajectory.
///
/// Observation t < L is the first frame listed for low action t: it was saved before the action. The last observation
/// is the frame after the last listed one; only the `full` release has it on disk.
package struct ObservationFrames: Sendable, Equatable {
    /// Frames the `full` release saves after the last listed one, all of the final state.
    static let trailingFrames = 10

    /// Index into the frames of the trajectory, for every observation; L + 1 entries, the last equal to the number of
    /// listed frames.
    package let indices: [Int]
    /// The name of every frame without extension, from the images list.
    package let names: [String]

    /// - Parameter trajectory: A validated trajectory; one without a plan yields no observations.
    package init(_ trajectory: Trajectory) {
        let images = trajectory.images ?? []
        guard !images.isEmpty else {
            indices = []
            names = []
            return
        }
        var indices: [Int] = []
        var names: [String] = []
        for (index, image) in images.enumerated() where image.lowIndex == indices.count {
            indices.append(index)
            names.append(Self.stem(image.name))
        }
        indices.append(images.count)
        names.append(Self.successor(of: Self.stem(images[images.count - 1].name)))
        self.indices = indices
        self.names = names
    }

    /// Rows of a feature file that belong to the observations.
    ///
    /// - Parameters:
    ///   - rowCount: Frames N in the file: L + 1 (`json_feat`), L (an older download, which lacks the last observation)
    ///     or a frame for every image and up to 10 more (`full`).
    ///   - imageCount: Entries of the images list.
    /// - Returns: One row per observation; nil where the file has none.
    package func featureRows(rowCount: Int, imageCount: Int) throws(ALFREDError) -> [Int?] {
        let observations = indices.count
        let actions = observations - 1
        if rowCount == observations { return Array(0..<observations) }
        if rowCount == actions { return (0..<actions).map { $0 } + [nil] }
        guard rowCount >= imageCount, rowCount <= imageCount + Self.trailingFrames else {
            throw ALFREDError(
                .misaligned,
                "has \(rowCount) frames; expected \(actions) or \(observations) (one per action), or \(imageCount) to "
                    + "\(imageCount + Self.trailingFrames) (one per image)")
        }
        return indices.map { $0 < rowCount ? $0 : nil }
    }

    private static func stem(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// `000000041` -> `000000042`; a name that is no number has no successor and gets `-final`.
    private static func successor(of stem: String) -> String {
        guard stem.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(stem), number < Int.max else {
            return stem + "-final"
        }
        let next = String(number + 1)
        return String(repeating: "0", count: max(0, stem.utf8.count - next.utf8.count)) + next
    }
}
