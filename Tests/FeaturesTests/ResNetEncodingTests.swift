import Episodes
import ExperimentStore
import Foundation
import Images
import Networks
import TestSupport
import StoreFixture
import Testing

@testable import Features

struct ResNetEncodingTests {
    /// Only the shortest episode stays: ResNet takes its time.
    private static func place() throws -> EncodingPlace {
        let place = try EncodingPlace()
        let folders = try place.episodeFolders().sorted {
            try pictures(of: $0).count < pictures(of: $1).count
        }
        for folder in folders.dropFirst() { try FileManager.default.removeItem(atPath: folder) }
        return place
    }

    private static func pictures(of folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/raw_images").sorted()
            .map { folder + "/raw_images/" + $0 }
    }

    /// Features of files are those of the pictures, normalised one by one; where the simulator drew the frames, it
    /// draws them in the pictures' size and the features are the same.
    @Test func encodesFilesAndDrawnFrames() async throws {
        let place = try Self.place()
        let weights = try EncodingPlace.weights.get().path
        try await place.ingest()
        let report = try await place.encode(.resnet18) { $0.weights = weights }
        #expect(report.shape == [512, 7, 7] && report.records == report.computed && report.records > 1)
        let expected = try place.records(.resnet18)

        let paths = try place.store().texts(
            "SELECT d.root || '/' || f.path FROM frames f, datasets d WHERE f.record = 1")
        let path = try #require(paths.first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let picture = try bytes.withUnsafeBytes { try RGBImage(decoding: $0) }
        #expect(picture.width == 300 && picture.height == 300)
        let scaled = PillowScaling(width: 300, height: 300, toWidth: 224, height: 224).scaled(picture)
        let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        let input = scaled.enumerated().map {
            (Float($1) / 255 - mean[$0 % 3]) / deviation[$0 % 3]
        }
        let file = try SafetensorsWeights(weights)
        let network = try ResNet18 { try file.tensor($0) }
        var output = [Float](repeating: 0, count: ResNet18.featureSize)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { ResNet18Pass(network, batchLimit: 1).run(input, into: $0) }
        }
        let stored = try place.record(1, .resnet18)
        let size = output.map { abs($0) }.max() ?? 0
        #expect(size > 0.1)
        for (value, half) in zip(output, stored) { #expect(abs(value - Float(half)) <= 1e-3 * size) }

        let other = try EncodingPlace()
        try FileManager.default.removeItem(atPath: other.root)
        try FileManager.default.copyItem(atPath: place.root, toPath: other.root)
        for folder in try other.episodeFolders() {
            try FileManager.default.removeItem(atPath: folder + "/raw_images")
        }
        try await other.ingest(draws: true)
        let statuses = try other.store().texts("SELECT DISTINCT status FROM frames")
        #expect(statuses == ["rendered"])
        _ = try await other.encode(.resnet18) { $0.weights = weights }
        #expect(try other.records(.resnet18) == expected)
    }

    @Test func saysWhichPictureIsMissing() async throws {
        let place = try Self.place()
        let weights = try EncodingPlace.weights.get().path
        try await place.ingest()
        let folder = try #require(try place.episodeFolders().first)
        let picture = try Self.pictures(of: folder)[0]
        let bytes = try Data(contentsOf: URL(fileURLWithPath: picture))
        try (bytes + Data([0])).write(to: URL(fileURLWithPath: picture))
        await refusal("has changed since it was ingested", .badInput) {
            try await place.encode(.resnet18) { $0.weights = weights }
        }
        try FileManager.default.removeItem(atPath: picture)
        await refusal("the picture of observation 0 cannot be read", .missing) {
            try await place.encode(.resnet18) { $0.weights = weights }
        }
        try bytes.write(to: URL(fileURLWithPath: picture))
        let report = try await place.encode(.resnet18) { $0.weights = weights }
        #expect(report.computed == report.records)
    }

    @Test func saysHowToGetWeights() async throws {
        let place = try Self.place()
        try await place.ingest()
        await refusal("torchvision.models.resnet18", .missing) { try await place.encode(.resnet18) }
        await refusal("there is no such file", .missing) {
            try await place.encode(.resnet18) { $0.weights = place.folder("none.safetensors") }
        }
        let path = place.folder("w.safetensors")
        func expect(_ header: String, _ text: String, length: UInt64? = nil, data: Int = 4) async throws {
            var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
            bytes += Data(header.utf8) + Data(count: data)
            try bytes.write(to: URL(fileURLWithPath: path))
            await refusal(text, .badInput) { try await place.encode(.resnet18) { $0.weights = path } }
        }
        try await expect("{}", "conv1.weight is missing", data: 0)
        try await expect("{}", "the tensors take 0 bytes; the file has 4 bytes of data")
        try await expect("{}", "its header would have", length: .max)
        try await expect("[", "the header does not begin with {")
        let entry = { (dtype: String, shape: String, offsets: String) in
            "{\"conv1.weight\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
        }
        try await expect(entry("F16", "[1]", "[0,2]"), "conv1.weight has type F16; expected F32", data: 2)
        try await expect(entry("F32", "[1]", "[0,4]"), "has shape [1]; ResNet-18 has [64, 3, 7, 7]")
        for (shape, offsets, reason) in [
            ("[64]", "[0,256]", "ends at 256; the file has 4 bytes of data"),
            ("[1]", "[0,8]", "has 4 bytes by its shape, but data from 0 to 8"),
            ("[1]", "[4,0]", "has 4 bytes by its shape, but data from 4 to 0"),
            ("[1]", "[-4,0]", "expected a whole number below 2^63"),
            ("[1]", "[0]", "lacks dtype, shape or two data_offsets"),
            ("[9223372036854775807,4]", "[0,4]", "has a shape too large for any file"),
            ("[-1]", "[0,4]", "expected a whole number below 2^63"),
            (
                "[1]", "[9223372036854775804,9223372036854775807]",
                "data from 9223372036854775804 to 9223372036854775807"
            ),
        ] { try await expect(entry("F32", shape, offsets), reason) }
    }
}
