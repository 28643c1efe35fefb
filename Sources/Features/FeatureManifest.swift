internal import ExperimentStore
internal import Ground
internal import Foundation

/// What the features of a file were made from, in `<features>.json` beside it.
///
/// It is written after the records it counts, so that it never promises more than there are.
struct FeatureManifest: Codable, Equatable {
    /// Of the way features are computed; a new number makes earlier files useless.
    static let currentVersion = 1

    var version = FeatureManifest.currentVersion
    var encoder: String
    /// For readers; tables name oracles as such.
    var isOracle: Bool
    var title: String
    var dataset: String
    /// The splits that were encoded; nil for all. Records of other splits are not a number.
    var splits: [String]?
    /// SHA-256 of the file with the network's weights.
    var weightsSHA256: String?
    var shape: [Int]
    /// Records computed so far.
    var records = 0
    /// SHA-256 of the episodes these belong to.
    var episodesSHA256 = ""

    private static let sizeLimit = 1 << 20

    static func path(ofFeatures path: String) -> String { path + ".json" }

    /// The manifest at `path`, or nil when there is none.
    static func read(_ path: String) throws(EncodingError) -> FeatureManifest? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: sizeLimit),
            let manifest = try? JSONDecoder().decode(FeatureManifest.self, from: data), manifest.records >= 0
        else {
            throw EncodingError(
                .badInput, "\(path): does not say what the features beside it are; delete both to compute them anew")
        }
        return manifest
    }

    /// Puts this in the place of the file at `path`, whole and durable.
    func write(_ path: String) throws(EncodingError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try AtomicFile.write(Array(try encoder.encode(self)), to: path)
        } catch {
            throw EncodingError(.unwritable, "\(error)")
        }
    }

    /// Whether both come from the same settings, whatever is done of them; else what differs.
    func difference(from other: FeatureManifest) -> String? {
        func text(_ splits: [String]?) -> String { splits?.joined(separator: ", ") ?? "all splits" }
        if version != other.version { return "were made by another version of this program" }
        if encoder != other.encoder { return "come from the encoder \(other.encoder)" }
        if dataset != other.dataset { return "belong to the dataset \(other.dataset)" }
        if weightsSHA256 != other.weightsSHA256 { return "come from other weights" }
        if splits != other.splits { return "are of \(text(other.splits)), not of \(text(splits))" }
        if shape != other.shape { return "have the shape \(other.shape), not \(shape)" }
        return nil
    }
}

/// The hash of the episodes that records were computed for, in their order.
struct EpisodesHash {
    private var hash = SHA256()

    mutating func add(_ range: EpisodeRecords, isEncoded: Bool) {
        let place = "\(range.records.lowerBound) \(range.records.upperBound) \(isEncoded ? 1 : 0) "
        hash.update(data: Data(place.utf8) + Data(range.contentSHA256))
    }

    /// Of what was added so far.
    var value: String { hash.finalize().hex }
}
