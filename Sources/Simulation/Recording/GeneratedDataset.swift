package import Ground
package import ALFRED

/// Writes generated episodes as a dataset in ALFRED's layout, which `rgvlm-ingest alfred` reads unchanged.
package struct GeneratedDataset: Sendable {
    /// Turns a picture (red, green, blue, row by row) of a width and height into the bytes of a file.
    package typealias Encoder = @Sendable (_ pixels: [UInt8], _ width: Int, _ height: Int) throws -> [UInt8]

    /// The folder that gets `data/<flavour>` and `data/splits`.
    package let root: String
    /// Name of the folder of the splits, as the release's flavours are named.
    package static let flavour = "full_2.1.0"
    package let encoder: Encoder
    /// `png` or `jpg`.
    package let suffix: String

    /// Why an episode could not be written.
    package struct WriteError: ExitCoded {
        package var description: String
        package var exit: StageExit { .cannotWrite }
    }

    package init(root: String, suffix: String, encoder: @escaping Encoder) {
        self.root = root
        self.suffix = suffix
        self.encoder = encoder
    }

    /// Writes one episode's folder. Episodes may be written in any order and from several threads.
    ///
    /// - Returns: The sample entries of the splits file.
    @discardableResult
    package func write(_ episode: GeneratedEpisode, split: String) throws(WriteError) -> [Splits.Sample] {
        var images: [(name: String, bytes: [UInt8])] = []
        for (index, frame) in episode.frames.enumerated() {
            do {
                images.append(
                    (
                        GeneratedEpisode.frameName(index, suffix),
                        try encoder(frame, episode.frameWidth, episode.frameHeight)
                    ))
            } catch {
                throw WriteError(description: "\(split)/\(episode.key): frame \(index): \(error)")
            }
        }
        let location = TrajectoryLocation(
            split: split, key: episode.key, folder: "\(root)/data/\(Self.flavour)/\(split)/\(episode.key)")
        do {
            try TrajectoryFolder.write(episode.trajectory, to: location, images: images)
        } catch {
            throw WriteError(description: "\(error)")
        }
        return episode.trajectory.annotations.indices.map { Splits.Sample(task: episode.key, repeatIndex: $0) }
    }

    /// Writes `data/splits/<name>.json`.
    package func write(_ splits: Splits, named name: String = "oct21") throws(WriteError) {
        try writeFiles([(name + ".json", splits.json())], folder: "\(root)/data/splits")
    }

    /// Writes the files of `gen/layouts` of a scene: cells, a pose to use every receptacle from, and classes.
    package func write(_ layout: FloorPlanLayout, sceneNumber: Int) throws(WriteError) {
        try writeFiles(layout.files(sceneNumber: sceneNumber), folder: "\(root)/gen/layouts")
    }

    private func writeFiles(_ files: [(name: String, bytes: [UInt8])], folder: String) throws(WriteError) {
        do {
            try Folder.make(folder)
            for file in files { try AtomicFile.write(file.bytes, to: "\(folder)/\(file.name)", durable: false) }
        } catch {
            throw WriteError(description: "\(error)")
        }
    }
}
