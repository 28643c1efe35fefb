internal import ExperimentStore

/// An episode with its frames that have records, in the order of these.
struct EpisodeFrames: Sendable {
    let episode: EpisodeHeader
    let frames: [FrameRow]

    /// Nil when there is no such episode.
    init?(_ id: Int64, _ store: ExperimentStore) throws {
        let found = try store.read { db in
            try EpisodeHeader.withID(id, db).map { ($0, try FrameRow.recorded(episode: id, db)) }
        }
        guard let found else { return nil }
        (episode, frames) = found
    }

    /// `<split>/<task>/<trial>`.
    var key: String { "\(episode.split)/\(episode.key)" }
}

extension EpisodeRecords {
    /// All episodes of the dataset with records, in the order of these.
    ///
    /// - Throws: ``EncodingError`` when two episodes share records.
    static func apart(in dataset: DatasetRow, _ store: ExperimentStore) throws -> [EpisodeRecords] {
        let all = try store.read { try EpisodeRecords.all(of: dataset, $0) }
        for (before, next) in zip(all, all.dropFirst()) where next.firstRecord <= before.lastRecord {
            throw EncodingError(
                .badInput,
                "dataset \(dataset.name): episode \(next.episodeID) shares record \(next.firstRecord) of the frame "
                    + "store "
                    + "with another episode; ingest the dataset into a new store")
        }
        return all
    }
}
