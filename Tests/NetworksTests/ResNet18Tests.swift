import Foundation
import Ground
import Networks
import Testing

/// Compared with torchvision in float64, as Fixtures/resnet18.json has it (Tests/Parity/resnet18.py). Weights and
/// pictures come from a hash of their indices: 11 million weights would be too much for a fixture.
struct ResNet18Tests {
    private struct Fixture: Decodable {
        struct Picture: Decodable {
            /// Index into the features and value.
            var samples: [[Double]]
            var norm: Double
            var mean: Double
        }
        var pictures: [Picture]
        /// The tensors' names by number.
        var order: [String]
    }

    /// A number in 0 ..< 1 from a seed and an index.
    private static func uniform(_ seed: UInt64, _ index: Int) -> Float {
        let hash = SplitMix64.finalized((seed &+ 1) &* SplitMix64.step &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
        return Float(hash >> 40) / 16_777_216
    }

    /// Tensors by name: the k-th in the order of names has the seed 20000 + k.
    private static let weights: [String: (shape: [Int], values: [Float])] = {
        var weights: [String: (shape: [Int], values: [Float])] = [:]
        let sorted = ResNet18.tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (k, tensor) in sorted.enumerated() {
            let bound = tensor.shape.count == 4 ? (3 / Float(tensor.shape.dropFirst().reduce(1, *))).squareRoot() : 0.1
            let isScale = tensor.shape.count == 1 && tensor.name.hasSuffix(".weight")
            let isVariance = tensor.name.hasSuffix(".running_var")
            let values = (0..<tensor.shape.reduce(1, *)).map { index in
                let u = uniform(UInt64(20_000 + k), index)
                if isVariance { return 1 + 0.5 * u }
                return (isScale ? 1 : 0) + bound * (2 * u - 1)
            }
            weights[tensor.name] = (tensor.shape, values)
        }
        return weights
    }()

    /// [224, 224, 3].
    private static func picture(_ number: Int) -> [Float] {
        let area = ResNet18.side * ResNet18.side
        return (0..<ResNet18.pictureSize).map {
            2 * uniform(UInt64(30_000 + number), ($0 % 3) * area + $0 / 3) - 1
        }
    }

    private static func features(_ network: ResNet18, _ pictures: [Float], batchLimit: Int) -> [Float] {
        let count = pictures.count / ResNet18.pictureSize
        var features = [Float](repeating: .nan, count: count * ResNet18.featureSize)
        let pass = ResNet18Pass(network, batchLimit: batchLimit)
        pictures.withUnsafeBufferPointer { pictures in
            features.withUnsafeMutableBufferPointer { pass.run(pictures, into: $0) }
        }
        return features
    }

    @Test func equalsTorchvision() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/resnet18.json")
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
        #expect(fixture.pictures.count == 2)
        #expect(fixture.order == ResNet18.tensors.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        let network = try ResNet18 { Self.weights[$0] }
        let features = Self.features(network, Self.picture(0) + Self.picture(1), batchLimit: 2)
        for (number, expected) in fixture.pictures.enumerated() {
            let own = features[(number * ResNet18.featureSize)...].prefix(ResNet18.featureSize).map(Double.init)
            #expect(expected.samples.count >= 100)
            var (difference, size) = (0.0, 0.0)
            for sample in expected.samples {
                let (index, value) = (Int(sample[0]), sample[1])
                difference += (own[index] - value) * (own[index] - value)
                size += value * value
                #expect(abs(own[index] - value) <= 1e-4 * max(abs(value), 0.1), "value \(index)")
            }
            #expect((difference / size).squareRoot() < 5e-6)
            let norm = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(norm - expected.norm) < 1e-5 * expected.norm)
            let mean = own.reduce(0, +) / Double(own.count)
            #expect(abs(mean - expected.mean) < 1e-5 * abs(expected.mean))
        }
    }

    /// A picture's features do not depend on the others of its batch.
    @Test func batchesDoNotMatter() throws {
        let network = try ResNet18 { Self.weights[$0] }
        let pictures = (2..<5).map(Self.picture)
        let together = Self.features(network, pictures.flatMap { $0 }, batchLimit: 4)
        for (number, picture) in pictures.enumerated() {
            let alone = Self.features(network, picture, batchLimit: 1)
            let shared = together[(number * ResNet18.featureSize)...].prefix(ResNet18.featureSize)
            let largest = zip(alone, shared).map { abs($0 - $1) }.max() ?? 1
            #expect(largest < 1e-5)
        }
    }

    @Test func namesOfTorchvision() {
        let shapes = Dictionary(uniqueKeysWithValues: ResNet18.tensors.map { ($0.name, $0.shape) })
        // 20 convolutions with 5 tensors each.
        #expect(shapes.count == 100)
        #expect(shapes["conv1.weight"] == [64, 3, 7, 7])
        #expect(shapes["bn1.running_var"] == [64])
        #expect(shapes["layer2.0.conv1.weight"] == [128, 64, 3, 3])
        #expect(shapes["layer2.0.downsample.0.weight"] == [128, 64, 1, 1])
        #expect(shapes["layer2.0.downsample.1.running_mean"] == [128])
        #expect(shapes["layer1.0.downsample.0.weight"] == nil)
        #expect(shapes["layer4.1.bn2.bias"] == [512])
        // torchvision's 11,689,512 parameters without the classifier's 513,000, and the batch norms' 9,600 running
        // values.
        let total = shapes.values.reduce(0) { $0 + $1.reduce(1, *) }
        #expect(total == 11_689_512 - 513_000 + 9_600)
    }

    @Test(arguments: ["conv1.weight", "layer3.0.downsample.1.running_var", "layer4.1.bn2.bias"])
    func refusesOtherWeights(_ name: String) throws {
        let change: [(String, ([Int], [Float]) -> ([Int], [Float])?)] = [
            ("is missing", { _, _ in nil }),
            ("has shape", { shape, values in ([1] + shape, values) }),
            ("infinite", { shape, values in (shape, [.infinity] + values.dropFirst()) }),
        ]
        for (message, change) in change {
            let error = #expect(throws: ResNet18.WeightError.self) {
                try ResNet18 { asked in
                    guard let (shape, values) = Self.weights[asked] else { return nil }
                    return asked == name ? change(shape, values).map { (shape: $0.0, values: $0.1) } : (shape, values)
                }
            }
            #expect(error?.tensor == name)
            #expect(error?.description.contains(message) == true)
        }
    }
}
