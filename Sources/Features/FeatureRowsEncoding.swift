internal import ALFRED
internal import ExperimentStore

/// Copies ALFRED's own features, float32, as float16.
final class FeatureRowsEncoding: EpisodeEncoding {
    private let root: String
    private let channels: Int

    init(root: String, channels: Int) {
        self.root = root
        self.channels = channels
    }

    /// The channels of an episode's file.
    static func channels(of episode: EpisodeFrames, root: String) throws(EncodingError) -> Int {
        try file(of: episode, root: root).shape[1]
    }

    private static func file(of episode: EpisodeFrames, root: String) throws(EncodingError) -> FeatureFile {
        guard let path = episode.episode.featurePath else {
            throw EncodingError(
                .missing,
                "\(episode.key): has no \(TrajectoryLocation.featureFileName). The json_feat and full flavours of "
                    + "ALFRED "
                    + "have it; generated data has not: take another encoder, or leave its split out with --splits")
        }
        let file: FeatureFile
        do {
            file = try FeatureFile("\(root)/\(path)")
        } catch {
            throw EncodingError(error.code == .unreadable ? .missing : .badInput, "\(error)")
        }
        guard file.shape[2...] == [FeatureEncoder.grid, FeatureEncoder.grid] else {
            throw EncodingError(.badInput, "\(path): has shape \(file.shape); expected [N, C, 7, 7]")
        }
        return file
    }

    func features(of episode: EpisodeFrames) throws -> [Float16] {
        let file = try Self.file(of: episode, root: root)
        guard file.shape[1] == channels else {
            throw EncodingError(
                .badInput, "\(episode.key): its features have \(file.shape[1]) channels, those before it \(channels)")
        }
        var features: [Float16] = []
        features.reserveCapacity(episode.frames.count * file.frameSize)
        for frame in episode.frames {
            guard let row = frame.featureRow, row < file.count else {
                throw EncodingError(
                    .missing,
                    "\(episode.key): its \(TrajectoryLocation.featureFileName) has no row for observation "
                        + "\(frame.t); older "
                        + "downloads lack the last one, so fetch ALFRED's json_feat again")
            }
            let first = features.count
            features += file.frame(row).map { Float16($0) }
            try checkFinite(features[first...], episode, frame)
        }
        return features
    }
}

/// Refuses what float16 cannot hold.
func checkFinite(
    _ features: ArraySlice<Float16>, _ episode: EpisodeFrames, _ frame: FrameRow
) throws(EncodingError) {
    guard features.allSatisfy(\.isFinite) else {
        throw EncodingError(
            .badInput,
            "\(episode.key): a feature of observation \(frame.t) is not a number or too large for float16")
    }
}
