internal import Foundation
public import GRDB

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The SQLite file in which all stages meet.
///
/// The file is in WAL mode with foreign keys on. A store opened for writing holds an advisory lock on `<file>.lock`, so
/// that one stage writes at a time; readers need no lock.
public final class ExperimentStore: Sendable {
    public enum Access: Sendable {
        case read
        /// Creates the file when it does not exist and migrates an older one.
        case write
    }

    public let path: String
    private let database: DatabaseQueue
    private let lock: StoreLock?

    public init(_ path: String, access: Access) throws {
        self.path = path
        switch access {
        case .read:
            lock = nil
            guard FileManager.default.fileExists(atPath: path) else {
                throw StoreError(
                    .missing, "there is no such store; make one with rgvlm-ingest --store \(path)", file: path)
            }
        case .write:
            let parent = (path as NSString).deletingLastPathComponent
            guard parent.isEmpty || FileManager.default.fileExists(atPath: parent) else {
                throw StoreError(.unwritable, "its folder does not exist; make it first", file: path)
            }
            lock = try StoreLock(store: path)
        }
        do {
            database = try Self.open(path, access)
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    private static func open(_ path: String, _ access: Access) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        // Looked at before anything is written, so that a file that is something else stays as it is.
        var reading = configuration
        reading.readonly = true
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        if access == .read || size > 0 {
            let database = try DatabaseQueue(path: path, configuration: reading)
            try database.read { try check($0, path, access) }
            if access == .read { return database }
            try database.close()
        }
        configuration.prepareDatabase { db in
            // Not through GRDB's setting, which writes to the file each time it is opened.
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536")
            // A checkpoint for 256 MB rather than for 4: bulk loads wait for the disk less often.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 65536")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try Schema.migrator.migrate(database)
        return database
    }

    /// Refuses what is no store, and stores this program does not understand.
    private static func check(_ db: Database, _ path: String, _ access: Access) throws {
        let migrator = Schema.migrator
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0 {
            if access == .write { return }
            throw StoreError(.notAStore, "is empty: nothing was ingested", file: path)
        }
        let applied = try db.tableExists("grdb_migrations") ? try migrator.appliedIdentifiers(db) : []
        guard applied.contains("1-dataset") else {
            throw StoreError(.notAStore, "is not an rgvlm store", file: path)
        }
        if try migrator.hasBeenSuperseded(db) {
            let unknown = applied.subtracting(migrator.migrations).sorted().joined(separator: ", ")
            throw StoreError(
                .newer, "was written by a newer version of rgvlm (it has \(unknown)); update this program", file: path)
        }
        if access == .read, try !migrator.hasCompletedMigrations(db) {
            throw StoreError(
                .older, "was written by an older version of rgvlm; run a writing stage on it to migrate it", file: path)
        }
    }

    /// Runs `body` in one transaction; it is undone when `body` throws.
    public func write<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try database.write(body)
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// As ``write(_:)-(_)``, on SQLite's own thread: the caller's goes on with other work.
    public func write<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await database.write(body)
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// Runs `body` on one consistent state of the store.
    public func read<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try database.read(body)
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// Moves what the write-ahead log holds into the file and empties the log.
    public func checkpoint() throws {
        do {
            _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// Closes the file, folding the log into it, and lets the next writer in. Further use fails.
    public func close() throws {
        defer { lock?.release() }
        do {
            try database.close()
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// A path beside the store, for files that belong to it.
    public func sibling(_ name: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? name : folder + "/" + name
    }

    /// The store's file name without its last extension.
    public var stem: String { ((path as NSString).lastPathComponent as NSString).deletingPathExtension }
}
