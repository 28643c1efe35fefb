internal import ALFRED
internal import Episodes
package import ExperimentStore
internal import Foundation
internal import Frames
internal import Networks
internal import Rooms
internal import Simulation

/// Computes the features of a dataset's frames into a file beside the store (``ExperimentStore/featureStorePath``).
///
/// Record i of the file belongs to record i of the dataset's frame store. Records that no frame refers to, and those of
/// splits that were not asked for, hold nothing but NaN. Episodes are computed in parallel and written in order;
/// whatever ends the process, the next run goes on after the last commit.
package struct FeatureEncoding: Sendable {
    package struct Options: Sendable {
        /// What makes the features.
        package var encoder: FeatureEncoder
        /// The dataset's name; nil for the store's only one.
        package var dataset: String?
        /// Nil for all.
        package var splits: [String]?
        /// The safetensors file with ResNet-18's weights.
        package var weights: String?
        /// Episodes computed at once.
        package var threads = ProcessInfo.processInfo.activeProcessorCount

        /// All splits of the only dataset.
        package init(_ encoder: FeatureEncoder) { self.encoder = encoder }
    }

    package struct Report: Sendable, Equatable, Encodable {
        /// What made the features.
        package var encoder: String
        /// Whether it knows what only the simulator knows.
        package var isOracle: Bool
        /// The dataset's name.
        package var dataset: String
        /// The file with the features.
        package var path: String
        /// Channels, height, width.
        package var shape: [Int]
        /// Records in the file.
        package var records: Int
        /// Frames whose features this run computed.
        package var computed = 0
        /// How long it took.
        package var seconds = 0.0
        /// Whether it was asked to stop.
        package var wasInterrupted = false
    }

    let options: Options
    private let store: ExperimentStore
    private let dataset: DatasetRow
    /// In the order of records, up to the last that is asked for.
    private let ranges: [EpisodeRecords]
    private let pool: EncodingPool
    private let manifest: FeatureManifest
    private let format: FrameFormat

    /// Bytes and seconds after which what is done becomes durable.
    private static let bytesPerCommit = 32 << 20
    private static let secondsPerCommit = 10.0

    /// Finds what there is to do. Nothing is written.
    ///
    /// - Throws: ``EncodingError``, ``StoreError``.
    package init(_ store: ExperimentStore, _ options: Options) throws {
        self.store = store
        self.options = options
        let dataset = try store.dataset(named: options.dataset)
        self.dataset = dataset
        ranges = try Self.ranges(of: dataset, options.splits, store)
        let root = dataset.root
        var weightsHash: String?
        let channels: Int
        switch options.encoder {
        case .resnet18:
            let (network, hash) = try Self.network(options.weights)
            weightsHash = hash
            channels = ResNet18.channels
            let scenes = try Self.scenes(root)
            pool = EncodingPool { ResNetEncoding(network, root: root, scenes: scenes) }
        case .featConv:
            let first = ranges.first { options.includes($0) }
            guard let first, let episode = try EpisodeFrames(first.episodeID, store) else {
                throw EncodingError(.missing, "dataset \(dataset.name): has no frames")
            }
            let found = try FeatureRowsEncoding.channels(of: episode, root: root)
            channels = found
            pool = EncodingPool { FeatureRowsEncoding(root: root, channels: found) }
        case .segmentation:
            let scenes = try Self.scenes(root)
            channels = SegmentationEncoding.channels
            pool = EncodingPool { try SegmentationEncoding(root: root, scenes: scenes) }
        }
        guard let format = FeatureEncoder.format(channels: channels) else {
            throw EncodingError(.badInput, "features of \(channels) channels cannot be stored")
        }
        self.format = format
        manifest = FeatureManifest(
            encoder: options.encoder.rawValue, isOracle: options.encoder.isOracle, title: options.encoder.title,
            dataset: dataset.name, splits: options.splits?.sorted(), weightsSHA256: weightsHash, shape: format.shape)
    }

    private static func ranges(
        of dataset: DatasetRow, _ splits: [String]?, _ store: ExperimentStore
    ) throws -> [EpisodeRecords] {
        let all = try EpisodeRecords.apart(in: dataset, store)
        guard dataset.frameStoreID != nil, !all.isEmpty else {
            throw EncodingError(
                .missing,
                "dataset \(dataset.name): the frame store has no frames that features could belong to; ingest it with "
                    + "pictures, or let the simulator draw them (rgvlm-ingest alfred --render)")
        }
        let known = Set(all.map(\.split))
        if let unknown = splits?.first(where: { !known.contains($0) }) {
            throw EncodingError(
                .missing,
                "dataset \(dataset.name): has no frames in a split \(unknown); it has "
                    + known.sorted().joined(separator: ", "))
        }
        guard let splits, let last = all.lastIndex(where: { splits.contains($0.split) }) else { return all }
        return Array(all[...last])
    }

    static let weightsHint = """
        Export torchvision's weights once with
          python -c 'import torchvision, safetensors.torch as s; \
        s.save_file(torchvision.models.resnet18(weights="IMAGENET1K_V1").state_dict(), "resnet18.safetensors")'
        (pip install torchvision safetensors) and give --weights resnet18.safetensors
        """

    private static func weights(_ path: String?) throws(EncodingError) -> SafetensorsWeights {
        guard let path else {
            throw EncodingError(.missing, "resnet18 needs weights. \(weightsHint)")
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw EncodingError(.missing, "\(path): there is no such file. \(weightsHint)")
        }
        return try SafetensorsWeights(path)
    }

    /// ResNet-18 with a file's weights, and the file's hash.
    static func network(_ path: String?) throws -> (network: ResNet18, sha256: String) {
        let weights = try weights(path)
        do {
            return (try ResNet18 { try weights.tensor($0) }, try weights.sha256())
        } catch let error as ResNet18.WeightError {
            throw EncodingError(.badInput, "\(weights.path): \(error). \(weightsHint)")
        }
    }

    private static func scenes(_ root: String) throws(EncodingError) -> SceneLibrary {
        do {
            return SceneLibrary(try Release(root: root))
        } catch {
            throw EncodingError(
                .missing, "\(error); if the data has moved, ingest it again from where it is now")
        }
    }

    /// Where the features go.
    package var path: String { store.featureStorePath(dataset: dataset.name, encoder: options.encoder.rawValue) }

    /// Computes what is not there yet.
    ///
    /// - Parameters:
    ///   - onProgress: Called on the caller's task with the frames done in this run and those to do in it.
    ///   - shouldStop: Asked between episodes; what was computed until then is kept.
    package func run(
        onProgress: (Int, Int) -> Void = { _, _ in }, shouldStop: @Sendable () -> Bool = { false }
    ) async throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        var file = try FeatureOutput(
            path, format: format, identifier: dataset.frameStoreID ?? [], manifest: manifest, ranges: ranges,
            isEncoded: options.includes)
        var report = Report(
            encoder: manifest.encoder, isOracle: manifest.isOracle, dataset: dataset.name, path: path,
            shape: format.shape, records: file.count)
        let remaining = ranges[file.episodesDone...]
        let total = remaining.reduce(0) { $0 + (options.includes($1) ? $1.records.count : 0) }
        var lastCommit = start
        do {
            try await withThrowingTaskGroup(of: (Int, EpisodeFrames, [Float16]).self) { group in
                let readAhead = 2 * max(1, options.threads)
                var (submitted, running) = (remaining.startIndex, 0)
                var early: [Int: (EpisodeFrames, [Float16])] = [:]
                while file.episodesDone < remaining.endIndex {
                    while submitted < remaining.endIndex, running < max(1, options.threads),
                        submitted < file.episodesDone + readAhead
                    {
                        let index = submitted
                        submitted += 1
                        guard options.includes(remaining[index]) else { continue }
                        guard let episode = try EpisodeFrames(remaining[index].episodeID, store) else {
                            throw EncodingError(
                                .badInput, "episode \(remaining[index].episodeID) is gone from the store")
                        }
                        running += 1
                        group.addTask { [pool] in (index, episode, try pool.features(of: episode)) }
                    }
                    let next = file.episodesDone
                    if !options.includes(remaining[next]) {
                        try file.skip(remaining[next])
                    } else if let (episode, features) = early.removeValue(forKey: next) {
                        try file.append(features, of: episode, remaining[next])
                        report.computed += episode.frames.count
                        onProgress(report.computed, total)
                    } else if let (index, episode, features) = try await group.next() {
                        running -= 1
                        early[index] = (episode, features)
                    }
                    let now = clock.now
                    if file.uncommittedBytes >= Self.bytesPerCommit
                        || now - lastCommit >= .seconds(Self.secondsPerCommit)
                    {
                        try file.commit()
                        lastCommit = now
                    }
                    if shouldStop() {
                        report.wasInterrupted = true
                        group.cancelAll()
                        break
                    }
                }
            }
        } catch {
            // What came before the failure stays.
            try? file.commit()
            throw error
        }
        try file.commit()
        report.records = file.count
        report.seconds = (clock.now - start) / .seconds(1)
        return report
    }
}

extension FeatureEncoding.Options {
    /// Whether an episode's features are asked for.
    func includes(_ range: EpisodeRecords) -> Bool { splits?.contains(range.split) ?? true }
}
