package import GRDB

/// A dataset.
package struct DatasetRow: QueryRow, Equatable {
    /// The store's number of the dataset.
    package var id: Int64
    /// As people call it; unique in a store.
    package var name: String
    /// The folder that paths of episodes and frames are relative to.
    package var root: String
    /// The identifier of the dataset's frame store; nil until there is one.
    @Blob package var frameStoreID: [UInt8]?
}

/// A name compared byte by byte, as files are. Swift's `String` takes names apart that differ in Unicode form for one.
package struct ExactName: Sendable, Hashable {
    private let bytes: [UInt8]
    /// The name as its UTF-8 bytes.
    package init(_ name: String) { bytes = Array(name.utf8) }
}

/// What the store already has of an episode.
package struct StoredEpisode: QueryRow, Equatable {
    /// The store's number of the episode.
    package var id: Int64
    /// As in `<task>/<trial>`; unique within the split.
    package var key: String
    /// As in ``SourceRecord/stamp``.
    package var stamp: String
    /// As in ``SourceRecord/contentSHA256``.
    @Blob package var contentSHA256: [UInt8]
}

extension DatasetRow {
    /// The dataset called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> DatasetRow? {
        try fetchOne(db, sql: "SELECT * FROM datasets WHERE name = :name", arguments: ["name": name])
    }

    /// All datasets of the store in the order in which they came.
    package static func all(_ db: Database) throws -> [DatasetRow] {
        try fetchAll(db, sql: "SELECT * FROM datasets ORDER BY id")
    }

    /// How the dataset's frames came about.
    package struct FrameOrigin: QueryRow, Equatable {
        /// Drawn by the simulator for recordings without pictures.
        package var isDrawn: Bool
        /// Of the pictures as recorded, in pixels.
        package var width: Int?
    }

    /// How most frames of the first episodes came about; nil where none are stored.
    package func frameOrigin(_ db: Database) throws -> FrameOrigin? {
        try FrameOrigin.fetchOne(
            db,
            sql: """
                SELECT f.status = 'rendered' AS is_drawn, f.width FROM frames f
                WHERE f.episode_id IN (SELECT id FROM episodes WHERE dataset_id = :id ORDER BY id LIMIT 50)
                    AND f.record IS NOT NULL
                GROUP BY f.status, f.width ORDER BY count(*) DESC LIMIT 1
                """, arguments: ["id": id])
    }

    /// The dataset's episodes by key.
    package func episodeIDs(_ db: Database) throws -> [String: Int64] {
        struct Key: QueryRow {
            var key: String
            var id: Int64
        }
        let episodes = try Key.fetchAll(
            db, sql: "SELECT key, id FROM episodes WHERE dataset_id = :id ORDER BY id", arguments: ["id": id])
        return Dictionary(episodes.map { ($0.key, $0.id) }) { first, _ in first }
    }

    /// Inserts the dataset, or updates where it lies when that differs.
    package static func upsert(
        name: String, format: String, root: String, splitsFile: String?, _ db: Database
    ) throws -> DatasetRow {
        try db.execute(
            sql: """
                INSERT INTO datasets (name, format, root, splits_file, updated_at)
                VALUES (:name, :format, :root, :splits, :now)
                ON CONFLICT (name) DO UPDATE SET root = :root, splits_file = :splits, updated_at = :now
                WHERE root <> :root OR splits_file IS NOT :splits
                """,
            arguments: ["name": name, "format": format, "root": root, "splits": splitsFile, "now": StoreTime.now])
        guard let row = try named(name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the dataset was not stored")
        }
        return row
    }

    /// Stores ``frameStoreID``.
    package func saveFrameStoreID(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE datasets SET frame_store_id = :frames WHERE id = :id",
            arguments: ["frames": _frameStoreID, "id": id])
    }

    /// Notes that its rows have changed, and drops scenes in which no episode is left.
    package func finishChanges(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE datasets SET updated_at = :now WHERE id = :id", arguments: ["now": StoreTime.now, "id": id])
        try db.execute(
            sql: "DELETE FROM scenes WHERE dataset_id = :id AND id NOT IN (SELECT scene_id FROM episodes)",
            arguments: ["id": id])
    }

    /// What is stored of this dataset's `split`, by key.
    package func storedEpisodes(split: String, _ db: Database) throws -> [ExactName: StoredEpisode] {
        let episodes = try StoredEpisode.fetchAll(
            db,
            sql: """
                SELECT key, id, source_stamp AS stamp, content_sha256 FROM episodes
                WHERE dataset_id = :id AND split = :split
                """, arguments: ["id": id, "split": split])
        return Dictionary(episodes.map { (ExactName($0.key), $0) }) { $1 }
    }

    /// The files its episodes were read from, relative to ``root``.
    package func sourcePaths(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT source_path FROM episodes WHERE dataset_id = :id", arguments: ["id": id])
    }

    /// Whether any observation has a picture, from a file or drawn.
    package func hasPictures(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM frames f JOIN episodes e ON e.id = f.episode_id
                    WHERE e.dataset_id = :id AND f.status IN ('present', 'rendered'))
                """, arguments: ["id": id]) ?? false
    }

    /// One more than the highest frame-store record any frame of the dataset refers to.
    package func referencedRecordCount(_ db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT coalesce(max(record) + 1, 0) FROM frames
                WHERE episode_id IN (SELECT id FROM episodes WHERE dataset_id = :id)
                """,
            arguments: ["id": id]) ?? 0
    }
}
