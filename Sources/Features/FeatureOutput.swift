internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames

/// The features and the manifest beside them, kept in step: records become durable first, then the manifest that counts
/// them. Both end between two episodes.
struct FeatureOutput {
    private let writer: FrameStoreWriter
    private let manifestPath: String
    private var manifest: FeatureManifest
    private var hash = EpisodesHash()
    /// Episodes whose records are written or buffered.
    private(set) var episodesDone = 0
    private(set) var uncommittedBytes = 0
    private let absent: [UInt8]

    var count: Int { writer.count }

    /// Opens the features at `path`, or makes them.
    ///
    /// - Throws: ``EncodingError`` when there are others, or the episodes they belong to have changed.
    init(
        _ path: String, format: FrameFormat, identifier: [UInt8], manifest: FeatureManifest, ranges: [EpisodeRecords],
        isEncoded: (EpisodeRecords) -> Bool
    ) throws(EncodingError) {
        manifestPath = FeatureManifest.path(ofFeatures: path)
        let exists = FileManager.default.fileExists(atPath: path)
        let advice = "delete \(path) to compute them anew"
        var known = manifest
        if exists {
            guard let found = try FeatureManifest.read(manifestPath) else {
                throw EncodingError(.badInput, "\(path): \(manifestPath), which says what it is, is missing; \(advice)")
            }
            if let difference = manifest.difference(from: found) {
                throw EncodingError(.badInput, "\(path): the features there \(difference); \(advice)")
            }
            known = found
        } else {
            try manifest.write(manifestPath)
        }
        do {
            writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            guard writer.committedCount >= known.records else {
                throw EncodingError(
                    .badInput, "\(path): has \(writer.committedCount) of \(known.records) records; \(advice)")
            }
            // What a crash left between the two commits.
            try writer.truncate(to: known.records)
        } catch let error as EncodingError {
            throw error
        } catch {
            throw Self.encodingError(error)
        }
        self.manifest = known
        let nan: [UInt8] = [0x00, 0x7E]
        absent = (0..<(format.byteCount / 2)).flatMap { _ in nan }
        for range in ranges where range.records.upperBound < known.records {
            hash.add(range, isEncoded: isEncoded(range))
            episodesDone += 1
        }
        let end = episodesDone == 0 ? 0 : ranges[episodesDone - 1].records.upperBound + 1
        guard known.records == 0 || (end == known.records && hash.value == known.episodesSHA256) else {
            throw EncodingError(
                .badInput, "\(path): the dataset has changed since its features were computed; \(advice)")
        }
    }

    /// Appends an episode's features.
    mutating func append(
        _ features: [Float16], of episode: EpisodeFrames, _ range: EpisodeRecords
    ) throws(EncodingError) {
        let size = writer.format.byteCount
        precondition(features.count * 2 == episode.frames.count * size, "\(features.count) features")
        do {
            for (place, frame) in episode.frames.enumerated() {
                if let record = frame.record { try fill(to: record) }
                _ = try features.withUnsafeBytes {
                    try writer.append(UnsafeRawBufferPointer(rebasing: $0[(place * size)..<((place + 1) * size)]))
                }
            }
        } catch {
            throw Self.encodingError(error)
        }
        finish(range, isEncoded: true)
        uncommittedBytes += features.count * 2
    }

    /// Leaves an episode without features.
    mutating func skip(_ range: EpisodeRecords) throws(EncodingError) {
        do {
            try fill(to: range.records.upperBound + 1)
        } catch {
            throw Self.encodingError(error)
        }
        finish(range, isEncoded: false)
    }

    /// Appends records of NaN, so that the next one is `record`.
    private mutating func fill(to record: Int) throws {
        while writer.count < record {
            _ = try absent.withUnsafeBytes { try writer.append($0) }
            uncommittedBytes += absent.count
        }
    }

    private mutating func finish(_ range: EpisodeRecords, isEncoded: Bool) {
        hash.add(range, isEncoded: isEncoded)
        episodesDone += 1
    }

    mutating func commit() throws(EncodingError) {
        guard writer.count > manifest.records else { return }
        do {
            try writer.commit()
        } catch {
            throw Self.encodingError(error)
        }
        manifest.records = writer.count
        manifest.episodesSHA256 = hash.value
        try manifest.write(manifestPath)
        uncommittedBytes = 0
    }

    private static func encodingError(_ error: any Error) -> EncodingError {
        guard let error = error as? FrameStoreError else { return EncodingError(.unwritable, "\(error)") }
        let isBlocked = error.code == .unwritable || error.code == .locked
        return EncodingError(isBlocked ? .unwritable : .badInput, error.description)
    }
}
