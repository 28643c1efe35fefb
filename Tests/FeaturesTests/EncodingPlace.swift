@testable import ALFRED
import Episodes
import ExperimentStore
import Features
import Foundation
import Frames
import Images
import Ingestion
import Networks
@testable import Simulation
import StoreFixture
import TestSupport

/// Generated episodes on disk with pictures of 300 x 300, and a store beside them.
final class EncodingPlace {
    let folder: TemporaryFolder
    var root: String { folder("root") }
    var storePath: String { folder("x.sqlite") }
    var features: String { storePath + ".alfred." }

    /// Made once; each test works on a copy.
    private static let generated: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        var options = GenerationRun.Options()
        options.seed = 3
        options.scenes = 1
        options.episodes = 3
        options.taskTypes = [.simple]
        let dataset = GeneratedDataset(root: folder("root"), suffix: "png") { pixels, width, height in
            try RGBImage(width: width, height: height, pixels: pixels).png()
        }
        _ = try GenerationRun(options, dataset).run()
        // The last episode becomes a split of its own.
        let release = try Release(root: folder("root"))
        guard let last = release.trajectories(in: "train").trajectories.last else {
            throw Problem(description: "no episode was made")
        }
        let new = "\(release.dataFolder)/valid_seen/\(last.key)"
        try FileManager.default.createDirectory(
            atPath: String(new[..<(new.lastIndex(of: "/") ?? new.endIndex)]), withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: last.folder, toPath: new)
        return folder
    }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: try Self.generated.get()("root"), toPath: root)
    }

    /// Folders of the episodes.
    func episodeFolders() throws -> [String] {
        let release = try Release(root: root)
        return release.splits.flatMap { release.trajectories(in: $0).trajectories.map(\.folder) }
    }

    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    func ingest(draws: Bool = false) async throws {
        var options = ALFREDIngest.Options(root: root)
        options.drawsMissingFrames = draws
        let store = try ExperimentStore(storePath, access: .write)
        defer { try? store.close() }
        let report = try await ALFREDIngest(options).run(into: store)
        if let problem = report.problems.first { throw Problem(description: "\(problem)") }
    }

    func write(_ sql: String) throws {
        let store = try ExperimentStore(storePath, access: .write)
        defer { try? store.close() }
        try store.execute(sql)
    }

    func store() throws -> ExperimentStore { try ExperimentStore(storePath, access: .read) }

    /// Splits in the order of their records, with the number of these.
    func splits() throws -> [(name: String, records: Int)] {
        try store().rows(
            """
            SELECT e.split, count(*) FROM frames f JOIN episodes e ON e.id = f.episode_id
            WHERE f.record IS NOT NULL GROUP BY 1 ORDER BY min(f.record)
            """
        ).map { ($0[0], Int($0[1]) ?? 0) }
    }

    func encode(
        _ encoder: FeatureEncoder, _ change: (inout FeatureEncoding.Options) -> Void = { _ in },
        shouldStop: @Sendable () -> Bool = { false }
    ) async throws -> FeatureEncoding.Report {
        var options = FeatureEncoding.Options(encoder)
        change(&options)
        let store = try ExperimentStore(storePath, access: .read)
        return try await FeatureEncoding(store, options).run(shouldStop: shouldStop)
    }

    /// The features of a record.
    func record(_ index: Int, _ encoder: FeatureEncoder) throws -> [Float16] {
        let store = try FrameStore(features + encoder.rawValue + ".features")
        return store.withFrame(index) { Array($0.bindMemory(to: Float16.self)) }
    }

    /// The records' bytes, with their checksums, without the headers.
    func records(_ encoder: FeatureEncoder) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: features + encoder.rawValue + ".features")).dropFirst(4096)
    }

    func manifest(_ encoder: FeatureEncoder) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: features + encoder.rawValue + ".features.json"))
    }

    /// A safetensors file with weights of ResNet-18's shapes, made once.
    static let weights: Result<(folder: TemporaryFolder, path: String), any Error> = Result {
        let folder = try TemporaryFolder()
        var header: [String] = []
        var data = Data()
        var state: UInt64 = 1
        for tensor in ResNet18.tensors {
            let count = tensor.shape.reduce(1, *)
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            header.append(
                "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":"
                    + "[\(data.count),\(data.count + 4 * count)]}")
            let isPositive = tensor.name.hasSuffix("running_var") || tensor.shape.count == 1
            let bound = tensor.shape.count == 4 ? (3 / Float(tensor.shape.dropFirst().reduce(1, *))).squareRoot() : 1
            let values = (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let unit = Float(state >> 40) / 16_777_216
                return isPositive ? 0.5 + unit : bound * (2 * unit - 1)
            }
            values.withUnsafeBytes { data.append(contentsOf: $0) }
        }
        // As torchvision's files have them.
        header.append("\"__metadata__\":{\"format\":\"pt\"}")
        let text = Data("{\(header.joined(separator: ","))}".utf8)
        var bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        bytes += text + data
        let path = folder("weights.safetensors")
        try bytes.write(to: URL(fileURLWithPath: path))
        return (folder, path)
    }
}
