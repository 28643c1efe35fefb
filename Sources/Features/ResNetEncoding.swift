internal import ALFRED
internal import ExperimentStore
internal import Ground
internal import Household
internal import Images
internal import Networks
internal import Rooms
internal import Simulation

/// ResNet-18's features of pictures: decoded from their files in the size they have, or drawn by the simulator as large
/// as ALFRED's where it drew the frames. Scaled to 224 x 224 and normalised as torchvision's weights want them.
final class ResNetEncoding: EpisodeEncoding {
    /// As large as ALFRED's pictures.
    static let drawing = FrameDrawing(side: 300)
    private static let batchSize = 8

    private let root: String
    private let scenes: SceneLibrary
    private let pass: ResNet18Pass
    private let file = FileBytes()
    private var replay: EpisodeReplay?
    private var input = ResNetInput()
    private var pictures = [Float](repeating: 0, count: batchSize * ResNet18.pictureSize)
    private var outputs = [Float](repeating: 0, count: batchSize * ResNet18.featureSize)

    init(_ network: ResNet18, root: String, scenes: SceneLibrary) {
        self.root = root
        self.scenes = scenes
        pass = ResNet18Pass(network, batchLimit: Self.batchSize)
    }

    func features(of episode: EpisodeFrames) throws -> [Float16] {
        var features: [Float16] = []
        features.reserveCapacity(episode.frames.count * ResNet18.featureSize)
        var waiting: [FrameRow] = []
        func add(_ picture: RGBImage, _ frame: FrameRow) throws {
            input.write(picture, to: &pictures, place: waiting.count)
            waiting.append(frame)
            if waiting.count == Self.batchSize { try run(&waiting, episode, into: &features) }
        }
        if episode.frames.allSatisfy({ $0.status == .present }) {
            for frame in episode.frames { try add(try picture(frame, episode), frame) }
        } else {
            let replay = try replay ?? EpisodeReplay(root: root, scenes: scenes, side: Self.drawing.drawnSide)
            self.replay = replay
            var failure: (any Error)?
            try replay.forEachFrame(of: episode) { frame, world in
                guard failure == nil else { return }
                do { try add(Self.drawing.frame(of: world, by: replay.renderer), frame) } catch { failure = error }
            }
            if let failure { throw failure }
        }
        try run(&waiting, episode, into: &features)
        return features
    }

    private func run(
        _ waiting: inout [FrameRow], _ episode: EpisodeFrames, into features: inout [Float16]
    ) throws {
        guard !waiting.isEmpty else { return }
        pictures.withUnsafeBufferPointer { pictures in
            outputs.withUnsafeMutableBufferPointer { outputs in
                pass.run(
                    UnsafeBufferPointer(rebasing: pictures[..<(waiting.count * ResNet18.pictureSize)]),
                    into: UnsafeMutableBufferPointer(rebasing: outputs[..<(waiting.count * ResNet18.featureSize)]))
            }
        }
        for (place, frame) in waiting.enumerated() {
            let first = features.count
            features += outputs[(place * ResNet18.featureSize)...].prefix(ResNet18.featureSize).map { Float16($0) }
            try checkFinite(features[first...], episode, frame)
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private func picture(_ frame: FrameRow, _ episode: EpisodeFrames) throws(EncodingError) -> RGBImage {
        guard let path = frame.path else {
            throw EncodingError(.missing, "\(episode.key): observation \(frame.t) has no picture file")
        }
        do {
            try file.load("\(root)/\(path)", limit: 64 << 20)
        } catch {
            throw EncodingError(
                .missing,
                "\(root)/\(path): the picture of observation \(frame.t) cannot be read; if the data has moved, "
                    + "ingest it "
                    + "again from there")
        }
        var hash = SHA256()
        hash.update(bufferPointer: file.bytes)
        guard frame.sha256 == nil || Array(hash.finalize()) == frame.sha256 else {
            throw EncodingError(.badInput, "\(root)/\(path): has changed since it was ingested")
        }
        do {
            return try RGBImage(decoding: file.bytes)
        } catch {
            throw EncodingError(.badInput, "\(root)/\(path): \(error)")
        }
    }
}
