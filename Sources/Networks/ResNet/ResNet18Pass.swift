internal import COneDNN

/// Runs ``ResNet18`` on batches of pictures. Holds the memory between layers: one a thread.
package final class ResNet18Pass {
    private let network: ResNet18
    /// Pictures of the largest batch.
    package let batchLimit: Int
    private let stem: UnsafeMutablePointer<Float>
    private let scratch: UnsafeMutablePointer<Float>
    /// Outputs of the layers; the largest are those of the first blocks.
    private var maps: [UnsafeMutablePointer<Float>] = []

    private static let stemSide = 112
    private static let pooledSide = 56
    private static let stemChannels = 64

    package init(_ network: ResNet18, batchLimit: Int = 8) {
        precondition(batchLimit > 0, "a batch of \(batchLimit)")
        self.network = network
        self.batchLimit = batchLimit
        stem = .allocate(capacity: Self.stemSide * Self.stemSide * Self.stemChannels)
        let convolutions =
            [network.stem] + network.blocks.flatMap { [$0.first, $0.second] + [$0.downsample].compactMap { $0 } }
        scratch = .allocate(capacity: convolutions.map(\.scratchSize).max() ?? 0)
        for _ in 0..<3 {
            maps.append(.allocate(capacity: batchLimit * Self.pooledSide * Self.pooledSide * Self.stemChannels))
        }
    }

    deinit {
        stem.deallocate()
        scratch.deallocate()
        for map in maps { map.deallocate() }
    }

    /// Computes the features of up to ``batchLimit`` pictures.
    ///
    /// - Parameters:
    ///   - pictures: [count, 224, 224, 3], normalised as torchvision's weights want them.
    ///   - features: Receives [count, 512, 7, 7].
    package func run(_ pictures: UnsafeBufferPointer<Float>, into features: UnsafeMutableBufferPointer<Float>) {
        let count = pictures.count / ResNet18.pictureSize
        precondition(
            count <= batchLimit && pictures.count == count * ResNet18.pictureSize
                && features.count == count * ResNet18.featureSize, "\(pictures.count) floats in, \(features.count) out")
        guard let pictures = pictures.baseAddress, let features = features.baseAddress, count > 0 else { return }
        co_use_one_thread()
        var (x, y, z) = (maps[0], maps[1], maps[2])
        for picture in 0..<count {
            network.stem.run(
                pictures + picture * ResNet18.pictureSize, batch: 1, side: ResNet18.side, relu: true, scratch: scratch,
                into: stem)
            pool(into: x + picture * Self.pooledSide * Self.pooledSide * Self.stemChannels)
        }
        var side = Self.pooledSide
        for block in network.blocks {
            let narrower = block.first.outputSide(side)
            block.first.run(x, batch: count, side: side, relu: true, scratch: scratch, into: y)
            var around = x
            if let downsample = block.downsample {
                downsample.run(x, batch: count, side: side, relu: false, scratch: scratch, into: z)
                around = z
            }
            block.second.run(
                y, batch: count, side: narrower, residual: around, relu: true, scratch: scratch, into: around)
            if around == z { swap(&x, &z) }
            side = narrower
        }
        transpose(x, count, into: features)
    }

    /// The largest of each 3 x 3 window of the stem's output, every second position; padding never wins.
    private func pool(into output: UnsafeMutablePointer<Float>) {
        let (side, channels) = (Self.stemSide, Self.stemChannels)
        typealias Lanes = SIMD8<Float>
        let source = UnsafeRawPointer(stem)
        let target = UnsafeMutableRawPointer(output)
        for row in 0..<Self.pooledSide {
            for column in 0..<Self.pooledSide {
                let rows = max(0, 2 * row - 1)...min(side - 1, 2 * row + 1)
                let columns = max(0, 2 * column - 1)...min(side - 1, 2 * column + 1)
                for channel in Swift.stride(from: 0, to: channels, by: 8) {
                    var largest = Lanes(repeating: -.infinity)
                    for y in rows {
                        for x in columns {
                            let value = source.loadUnaligned(
                                fromByteOffset: ((y * side + x) * channels + channel) * 4, as: Lanes.self)
                            largest.replace(with: value, where: value .> largest)
                        }
                    }
                    target.storeBytes(
                        of: largest, toByteOffset: ((row * Self.pooledSide + column) * channels + channel) * 4,
                        as: Lanes.self)
                }
            }
        }
    }

    /// [count, cells, channels] as [count, channels, cells].
    private func transpose(_ x: UnsafePointer<Float>, _ count: Int, into features: UnsafeMutablePointer<Float>) {
        let cells = ResNet18.grid * ResNet18.grid
        for picture in 0..<count {
            let start = picture * ResNet18.featureSize
            for channel in 0..<ResNet18.channels {
                for cell in 0..<cells {
                    features[start + channel * cells + cell] = x[start + cell * ResNet18.channels + channel]
                }
            }
        }
    }
}
