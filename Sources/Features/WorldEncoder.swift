package import ExperimentStore
package import Household
internal import Networks
internal import Simulation
internal import Synchronization

/// Makes features of what the simulator shows, as ``FeatureEncoding`` has made those that a policy learned from: for a
/// policy that acts. May be shared by threads.
package final class WorldEncoder: Sendable {
    /// What makes the features.
    package let encoder: FeatureEncoder
    /// Bytes of a record: float16 [channels, 7, 7].
    package let byteCount: Int
    /// SHA-256 of the file with the network's weights, hexadecimal; nil without any.
    package let weightsSHA256: String?
    /// What the user should know: where the pictures that the features were learned from are not the simulator's.
    package let note: String?
    private let make: @Sendable () -> any WorldEncoding
    /// An encoding is moved in and out under the lock; only one thread has it at a time.
    private struct Idle: @unchecked Sendable {
        var encodings: [any WorldEncoding] = []
    }
    private let idle = Mutex(Idle())

    /// - Parameters:
    ///   - dataset: The one that the policy learned from.
    ///   - weights: ResNet-18's weights from torchvision, which `resnet18` and `featConv` need: ALFRED's `feat_conv.pt`
    ///     was made with them.
    /// - Throws: ``EncodingError`` where features cannot be made of the simulator's picture, `StoreError`.
    package init(
        _ encoder: FeatureEncoder, dataset: DatasetRow, in store: ExperimentStore, weights: String?
    ) throws {
        self.encoder = encoder
        let manifest = try FeatureManifest.read(
            FeatureManifest.path(
                ofFeatures: store.featureStorePath(dataset: dataset.name, encoder: encoder.rawValue)))
        guard encoder != .segmentation else {
            guard weights == nil else { throw EncodingError(.usage, "--weights: segmentation has none") }
            (weightsSHA256, note) = (nil, nil)
            byteCount = 2 * SegmentationEncoding.channels * FeatureEncoder.grid * FeatureEncoder.grid
            make = { SegmentationSight() }
            return
        }
        guard weights != nil else {
            throw EncodingError(
                .missing,
                """
                \(encoder.rawValue): what the simulator shows is not made into such features without ResNet-18's \
                weights
                """
                    + (encoder == .featConv ? ", torchvision's, which ALFRED's files were made with" : "")
                    + ". \(FeatureEncoding.weightsHint)")
        }
        let (network, hash) = try FeatureEncoding.network(weights)
        if encoder == .resnet18, let known = manifest?.weightsSHA256, known != hash {
            throw EncodingError(
                .badInput,
                "\(weights ?? ""): the policy learned from features of other weights (\(known.prefix(12)), not "
                    + "\(hash.prefix(12)))")
        }
        if encoder == .featConv, let shape = manifest?.shape, shape.first != ResNet18.channels {
            throw EncodingError(
                .badInput,
                "featConv: the dataset's features have \(shape.first ?? 0) channels, which ResNet-18's "
                    + "\(ResNet18.channels) are not; the simulator's picture cannot be made into such")
        }
        weightsSHA256 = hash
        byteCount = 2 * ResNet18.featureSize
        let origin = try store.read { try dataset.frameOrigin($0) }
        let drawing =
            origin.map { $0.isDrawn ? ResNetEncoding.drawing : Self.drawing(pictureWidth: $0.width) }
            ?? ResNetEncoding.drawing
        note =
            encoder == .featConv
            ? "featConv: the policy learned from features of THOR's pictures, and acts on those of the simulator's"
            : nil
        make = { ResNetSight(network, drawing) }
    }

    private static func drawing(pictureWidth: Int?) -> FrameDrawing {
        FrameDrawing(side: min(max(pictureWidth ?? ResNetEncoding.drawing.side, 16), 1024))
    }

    /// Writes the features of what the agent sees.
    ///
    /// - Parameter record: Receives ``byteCount`` bytes.
    package func encode(_ world: World, to record: UnsafeMutableRawPointer) {
        let taken = idle.withLock { Idle(encodings: $0.encodings.popLast().map { [$0] } ?? []) }
        let encoding = taken.encodings.first ?? make()
        encoding.features(of: world).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            record.copyMemory(from: start, byteCount: min(bytes.count, byteCount))
        }
        let returned = Idle(encodings: [encoding])
        idle.withLock { $0.encodings += returned.encodings }
    }
}

/// Computes the features of one view after the other. Holds buffers: one a thread.
private protocol WorldEncoding: AnyObject {
    func features(of world: World) -> [Float16]
}

private final class SegmentationSight: WorldEncoding {
    private let renderer = Renderer(width: SegmentationEncoding.side, height: SegmentationEncoding.side)

    func features(of world: World) -> [Float16] {
        SegmentationEncoding.features(of: world, SegmentationEncoding.classes(of: world), by: renderer)
    }
}

private final class ResNetSight: WorldEncoding {
    private let pass: ResNet18Pass
    private let drawing: FrameDrawing
    private let renderer: Renderer
    private var input = ResNetInput()
    private var picture = [Float](repeating: 0, count: ResNet18.pictureSize)
    private var output = [Float](repeating: 0, count: ResNet18.featureSize)

    init(_ network: ResNet18, _ drawing: FrameDrawing) {
        pass = ResNet18Pass(network, batchLimit: 1)
        self.drawing = drawing
        renderer = drawing.makeRenderer()
    }

    func features(of world: World) -> [Float16] {
        input.write(drawing.frame(of: world, by: renderer), to: &picture, place: 0)
        picture.withUnsafeBufferPointer { picture in
            output.withUnsafeMutableBufferPointer { pass.run(picture, into: $0) }
        }
        return output.map { Float16($0) }
    }
}
