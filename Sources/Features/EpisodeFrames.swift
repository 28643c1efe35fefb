internal import ExperimentStore
internal import Foundation
internal import GRDB

/// The frames of an episode that have records, in the order of these.
struct EpisodeFrames: Sendable {
    struct Frame: Sendable {
        var record: Int
        /// The observation.
        var t: Int
        /// Whether a file has the picture; else the simulator drew it.
        var isPresent: Bool
        /// Relative to the dataset's root.
        var path: String?
        var sha256: [UInt8]?
        var featureRow: Int?
    }

    /// `<split>/<task>/<trial>`.
    var key: String
    /// Relative to the dataset's root.
    var sourcePath: String
    var featurePath: String?
    var frames: [Frame]
}

/// Which records of a dataset's frame store an episode has.
struct EpisodeRange: Sendable {
    var episodeID: Int64
    var split: String
    var records: ClosedRange<Int>
    /// Changes with what the episode's rows were made from.
    var contentSHA256: [UInt8]

    /// All episodes of the dataset with records, in the order of these.
    ///
    /// - Throws: ``EncodingError`` when two episodes share records.
    static func all(of dataset: DatasetRow, _ db: Database) throws -> [EpisodeRange] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT e.id, e.split, min(f.record), max(f.record), e.content_sha256
                FROM episodes e JOIN frames f ON f.episode_id = e.id
                WHERE e.dataset_id = ? AND f.record IS NOT NULL GROUP BY e.id ORDER BY 3
                """, arguments: [dataset.id])
        var ranges: [EpisodeRange] = []
        var next = 0
        for row in rows {
            let range = EpisodeRange(
                episodeID: row[0], split: row[1], records: (row[2] as Int)...(row[3] as Int),
                contentSHA256: Array(row[4] as Data))
            guard range.records.lowerBound >= next else {
                throw EncodingError(
                    .badInput,
                    "dataset \(dataset.name): episode \(range.episodeID) shares record \(range.records.lowerBound) of the "
                        + "frame store with another episode; ingest the dataset into a new store")
            }
            next = range.records.upperBound + 1
            ranges.append(range)
        }
        return ranges
    }

    /// The episode's frames.
    func frames(_ db: Database) throws -> EpisodeFrames? {
        guard
            let episode = try Row.fetchOne(
                db, sql: "SELECT split, key, source_path, feature_path FROM episodes WHERE id = ?",
                arguments: [episodeID])
        else { return nil }
        let frames = try Row.fetchAll(
            db,
            sql: """
                SELECT record, t, status, path, sha256, feature_row FROM frames
                WHERE episode_id = ? AND record IS NOT NULL ORDER BY record
                """, arguments: [episodeID]
        ).map {
            EpisodeFrames.Frame(
                record: $0[0], t: $0[1], isPresent: $0[2] == "present", path: $0[3],
                sha256: ($0[4] as Data?).map { Array($0) }, featureRow: $0[5])
        }
        return EpisodeFrames(
            key: "\(episode[0] as String)/\(episode[1] as String)", sourcePath: episode[2], featurePath: episode[3],
            frames: frames)
    }
}
