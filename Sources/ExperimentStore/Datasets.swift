internal import Foundation
public import GRDB

/// A dataset's row.
public struct DatasetRow: Sendable, Equatable {
    public var id: Int64
    public var name: String
    /// The folder that paths of episodes and frames are relative to.
    public var root: String
    /// The frame store's file name beside the store.
    public var frameStore: String?
}

/// What the store already has of an episode.
public struct StoredEpisode: Sendable, Equatable {
    public var id: Int64
    public var stamp: String
    public var contentSHA256: [UInt8]
    public var hasUnreadableFrames: Bool
}

extension DatasetRow {
    /// The dataset called `name`, or nil.
    public static func named(_ name: String, _ db: Database) throws -> DatasetRow? {
        try Row.fetchOne(db, sql: "SELECT id, name, root, frame_store FROM datasets WHERE name = ?", arguments: [name])
            .map { DatasetRow(id: $0[0], name: $0[1], root: $0[2], frameStore: $0[3]) }
    }

    public static func all(_ db: Database) throws -> [DatasetRow] {
        try Row.fetchAll(db, sql: "SELECT id, name, root, frame_store FROM datasets ORDER BY id")
            .map { DatasetRow(id: $0[0], name: $0[1], root: $0[2], frameStore: $0[3]) }
    }

    /// Inserts the dataset, or updates where it lies when something differs.
    public static func upsert(
        name: String, format: String, root: String, splitsFile: String?, frameStore: String?, _ db: Database
    ) throws -> DatasetRow {
        try db.execute(
            sql: """
                INSERT INTO datasets (name, format, root, splits_file, frame_store, updated_at)
                VALUES (:name, :format, :root, :splits, :frames, :now)
                ON CONFLICT (name) DO UPDATE SET root = :root, splits_file = :splits, updated_at = :now,
                    frame_store = coalesce(:frames, frame_store)
                WHERE root <> :root OR splits_file IS NOT :splits
                    OR coalesce(:frames, frame_store) IS NOT frame_store
                """,
            arguments: [
                "name": name, "format": format, "root": root, "splits": splitsFile, "frames": frameStore,
                "now": Date.now.formatted(.iso8601),
            ])
        guard let row = try named(name, db) else {
            throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "the dataset was not stored")
        }
        return row
    }

    /// Stores ``frameStore``.
    public func saveFrameStore(_ db: Database) throws {
        try db.execute(sql: "UPDATE datasets SET frame_store = ? WHERE id = ?", arguments: [frameStore, id])
    }

    /// What is stored of this dataset's `split`, by key.
    public func storedEpisodes(split: String, _ db: Database) throws -> [String: StoredEpisode] {
        let unreadable = Set(
            try Int64.fetchAll(db, sql: "SELECT DISTINCT episode_id FROM frames WHERE status = 'unreadable'"))
        var episodes: [String: StoredEpisode] = [:]
        let rows = try Row.fetchCursor(
            db, sql: "SELECT key, id, source_stamp, content_sha256 FROM episodes WHERE dataset_id = ? AND split = ?",
            arguments: [id, split])
        while let row = try rows.next() {
            let episode: Int64 = row[1]
            episodes[row[0]] = StoredEpisode(
                id: episode, stamp: row[2], contentSHA256: Array(row[3] as Data),
                hasUnreadableFrames: unreadable.contains(episode))
        }
        return episodes
    }

    /// One more than the highest frame-store record any frame of the dataset refers to.
    public func referencedRecordCount(_ db: Database) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT coalesce(max(record) + 1, 0) FROM frames
                WHERE episode_id IN (SELECT id FROM episodes WHERE dataset_id = ?)
                """,
            arguments: [id]) ?? 0
    }
}
