package import GRDB

/// An observation's picture as the store knows it.
package struct FrameRow: QueryRow, Equatable {
    /// The store's number of the episode.
    package var episodeID: Int64
    /// The observation, from 0.
    package var t: Int
    /// Where the picture is.
    package var status: FrameRecord.Status
    /// The picture file relative to the dataset's root; nil for a picture the simulator drew.
    package var path: String?
    /// Of the picture as recorded, in pixels.
    package var width: Int?
    /// Of the picture as recorded, in pixels.
    package var height: Int?
    /// SHA-256 of the picture file's bytes.
    @Blob package var sha256: [UInt8]?
    /// Index into the dataset's frame store.
    package var record: Int?
    /// Row of the feature file.
    package var featureRow: Int?

    /// The frames of an episode that have records, in the order of these.
    package static func recorded(episode: Int64, _ db: Database) throws -> [FrameRow] {
        let statement = try db.cachedStatement(
            sql: "SELECT * FROM frames WHERE episode_id = :episode AND record IS NOT NULL ORDER BY record")
        return try fetchAll(statement, arguments: ["episode": episode])
    }
}

extension DatasetRow {
    /// Calls `body` with every frame of the dataset whose picture can be compared with what the store says: with a file
    /// and its hash, or drawn by the simulator.
    package func forEachFrame(_ db: Database, _ body: (FrameRow) throws -> Void) throws {
        let rows = try FrameRow.fetchCursor(
            db,
            sql: """
                SELECT f.* FROM frames f JOIN episodes e ON e.id = f.episode_id
                WHERE e.dataset_id = :id
                    AND (f.status = 'rendered'
                        OR (f.status = 'present' AND f.path IS NOT NULL AND f.sha256 IS NOT NULL))
                ORDER BY f.episode_id, f.t
                """, arguments: ["id": id])
        while let row = try rows.next() { try body(row) }
    }
}

/// Where an observation's picture lies: the frame store of a dataset, and the record in it.
package struct FramePlace: QueryRow, Equatable {
    /// The observation, from 0.
    package var t: Int
    /// The dataset's name.
    package var dataset: String
    /// The frame store's identifier.
    @Blob package var storeID: [UInt8]
    package var record: Int

    /// The places of the observations `range` of an episode, by t; those without a picture are left out.
    package static func all(
        episode: Int64, _ range: ClosedRange<Int>, _ db: Database
    ) throws -> [Int: FramePlace] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT f.t, d.name AS dataset, d.frame_store_id AS store_id, f.record
                FROM frames f JOIN episodes e ON e.id = f.episode_id JOIN datasets d ON d.id = e.dataset_id
                WHERE f.episode_id = :episode AND f.t BETWEEN :first AND :last
                    AND f.record IS NOT NULL AND d.frame_store_id IS NOT NULL
                """)
        let places = try fetchAll(
            statement, arguments: ["episode": episode, "first": range.lowerBound, "last": range.upperBound])
        return Dictionary(uniqueKeysWithValues: places.map { ($0.t, $0) })
    }
}

/// Which records of a dataset's frame store an episode has.
package struct EpisodeRecords: QueryRow, Equatable {
    /// The store's number of the episode.
    package var episodeID: Int64
    /// As in `train`.
    package var split: String
    /// The lowest of its frames.
    package var firstRecord: Int
    /// The highest of its frames.
    package var lastRecord: Int
    /// Changes with what the episode's rows were made from.
    @Blob package var contentSHA256: [UInt8]

    /// The first to the last of them.
    package var records: ClosedRange<Int> { firstRecord...lastRecord }

    /// All episodes of the dataset with records, in the order of these.
    package static func all(of dataset: DatasetRow, _ db: Database) throws -> [EpisodeRecords] {
        try fetchAll(
            db,
            sql: """
                SELECT e.id AS episode_id, e.split, min(f.record) AS first_record, max(f.record) AS last_record,
                    e.content_sha256
                FROM episodes e JOIN frames f ON f.episode_id = e.id
                WHERE e.dataset_id = :id AND f.record IS NOT NULL GROUP BY e.id ORDER BY 3
                """, arguments: ["id": dataset.id])
    }
}
