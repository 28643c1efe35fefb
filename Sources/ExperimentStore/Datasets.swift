internal import Foundation
package import GRDB

/// A dataset's row.
package struct DatasetRow: Sendable, Equatable {
    package var id: Int64
    package var name: String
    /// The folder that paths of episodes and frames are relative to.
    package var root: String
    /// The identifier of the dataset's frame store; nil until there is one.
    package var frameStoreID: [UInt8]?
}

/// A name compared byte by byte, as files are. Swift's `String` takes names apart that differ in Unicode form for one.
package struct ExactName: Sendable, Hashable {
    private let bytes: [UInt8]
    package init(_ name: String) { bytes = Array(name.utf8) }
}

/// What the store already has of an episode.
package struct StoredEpisode: Sendable, Equatable {
    package var id: Int64
    package var stamp: String
    package var contentSHA256: [UInt8]
}

extension DatasetRow {
    private init(_ row: Row) {
        self.init(
            id: row["id"], name: row["name"], root: row["root"],
            frameStoreID: (row["frame_store_id"] as Data?).map { Array($0) })
    }

    /// The dataset called `name`, or nil.
    package static func named(_ name: String, _ db: Database) throws -> DatasetRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM datasets WHERE name = ?", arguments: [name]).map { DatasetRow($0) }
    }

    package static func all(_ db: Database) throws -> [DatasetRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM datasets ORDER BY id").map { DatasetRow($0) }
    }

    /// How the dataset's frames came about.
    package struct FrameOrigin: Sendable, Equatable {
        /// Drawn by the simulator for recordings without pictures.
        package var isDrawn: Bool
        /// Of the pictures as recorded, in pixels.
        package var width: Int?
    }

    /// How most frames of the first episodes came about; nil where none are stored.
    package func frameOrigin(_ db: Database) throws -> FrameOrigin? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT f.status, f.width, count(*) AS n FROM frames f
                WHERE f.episode_id IN (SELECT id FROM episodes WHERE dataset_id = ? ORDER BY id LIMIT 50)
                    AND f.record IS NOT NULL
                GROUP BY f.status, f.width ORDER BY n DESC LIMIT 1
                """, arguments: [id]
        ).map { FrameOrigin(isDrawn: $0["status"] == "rendered", width: $0["width"]) }
    }

    /// The dataset's episodes by key.
    package func episodeIDs(_ db: Database) throws -> [String: Int64] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT key, id FROM episodes WHERE dataset_id = ? ORDER BY id", arguments: [id])
        return Dictionary(rows.map { ($0[0] as String, $0[1] as Int64) }) { first, _ in first }
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
            arguments: ["name": name, "format": format, "root": root, "splits": splitsFile, "now": now])
        guard let row = try named(name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the dataset was not stored")
        }
        return row
    }

    private static var now: String { Date.now.formatted(.iso8601) }

    /// Stores ``frameStoreID``.
    package func saveFrameStoreID(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE datasets SET frame_store_id = ? WHERE id = ?", arguments: [frameStoreID.map { Data($0) }, id])
    }

    /// Notes that its rows have changed, and drops scenes in which no episode is left.
    package func finishChanges(_ db: Database) throws {
        try db.execute(sql: "UPDATE datasets SET updated_at = ? WHERE id = ?", arguments: [Self.now, id])
        try db.execute(
            sql: "DELETE FROM scenes WHERE dataset_id = ? AND id NOT IN (SELECT scene_id FROM episodes)",
            arguments: [id])
    }

    /// What is stored of this dataset's `split`, by key.
    package func storedEpisodes(split: String, _ db: Database) throws -> [ExactName: StoredEpisode] {
        var episodes: [ExactName: StoredEpisode] = [:]
        let rows = try Row.fetchCursor(
            db, sql: "SELECT key, id, source_stamp, content_sha256 FROM episodes WHERE dataset_id = ? AND split = ?",
            arguments: [id, split])
        while let row = try rows.next() {
            episodes[ExactName(row[0])] = StoredEpisode(id: row[1], stamp: row[2], contentSHA256: Array(row[3] as Data))
        }
        return episodes
    }

    /// The files its episodes were read from, relative to ``root``.
    package func sourcePaths(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT source_path FROM episodes WHERE dataset_id = ?", arguments: [id])
    }

    /// Whether any observation has a picture, from a file or drawn.
    package func hasPictures(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM frames f JOIN episodes e ON e.id = f.episode_id
                    WHERE e.dataset_id = ? AND f.status IN ('present', 'rendered'))
                """, arguments: [id]) ?? false
    }

    /// One more than the highest frame-store record any frame of the dataset refers to.
    package func referencedRecordCount(_ db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT coalesce(max(record) + 1, 0) FROM frames
                WHERE episode_id IN (SELECT id FROM episodes WHERE dataset_id = ?)
                """,
            arguments: [id]) ?? 0
    }
}
