internal import Foundation
package import GRDB
internal import Ground

/// The SQLite file in which all stages meet.
///
/// The file is in WAL mode with foreign keys on. A store opened for writing holds an advisory lock on `<file>.lock`, so
/// that one stage writes at a time; readers need no lock.
package final class ExperimentStore: Sendable {
    /// What a store is opened for.
    package enum Access: Sendable {
        case read
        /// To read a store that nobody writes to meanwhile: nothing is locked, or made beside it. So machines that
        /// share a folder can read it at once.
        case frozen
        /// Creates the file when it does not exist.
        case write
    }

    /// As it was given.
    package let path: String
    /// The file itself: absolute, links resolved. The lock and the frame stores lie beside it.
    package let file: String
    private let database: DatabaseQueue
    private let lock: FileLock?

    /// Opens a store. - Throws: ``StoreError`` for what is no store, a store of another version, or one that another
    /// process writes to.
    package init(_ path: String, access: Access) throws {
        self.path = path
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw StoreError(.unwritable, "\"\(path)\" is no name of a file", file: path)
        }
        let url = URL(fileURLWithPath: path)
        file = url.resolvingSymlinksInPath().path
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
        if exists, try FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType != .typeRegular {
            throw StoreError(access == .write ? .unwritable : .notAStore, "is not a regular file", file: path)
        }
        switch access {
        case .read, .frozen:
            lock = nil
            guard exists else {
                throw StoreError(
                    .missing, "there is no such store; make one with rgvlm-ingest alfred --root DIR --store \(path)",
                    file: path)
            }
        case .write:
            let parent = url.resolvingSymlinksInPath().deletingLastPathComponent().path
            guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
                throw StoreError(.unwritable, "its folder does not exist; make it first", file: path)
            }
            // What is no store gets no lock beside it either.
            try Self.checkExisting(file, shownAs: path, access)
            do throws(FileError) {
                lock = try FileLock(file + ".lock", activity: "is writing to this store")
            } catch {
                throw StoreError(error.code == .locked ? .locked : .unwritable, error.message, file: path)
            }
        }
        do {
            database = try Self.open(file, shownAs: path, access)
        } catch let error as DatabaseError {
            throw StoreError(error, file: path, isReading: access != .write)
        }
    }

    private static func open(_ file: String, shownAs path: String, _ access: Access) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        if access != .write {
            let database = try access == .frozen ? openFrozen(file, shownAs: path) : openReading(file)
            try database.read { try check($0, path, access) }
            return database
        }
        configuration.prepareDatabase { db in
            // Not through GRDB's setting, which writes to the file each time it is opened.
            try db.execute(
                sql: """
                    PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -65536
                    """)
            // A checkpoint for 256 MB rather than for 4: bulk loads wait for the disk less often.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
        }
        let database = try DatabaseQueue(path: file, configuration: configuration)
        try Schema.migrator.migrate(database)
        return database
    }

    /// Looks at a file before anything is written, so that one that is something else stays as it is.
    private static func checkExisting(_ file: String, shownAs path: String, _ access: Access) throws {
        let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
        guard size > 0 else { return }
        do {
            let database = try openReading(file)
            try database.read { try check($0, path, access) }
            try database.close()
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// In a place that cannot be written SQLite cannot share a store in WAL mode; as long as no log waits beside it,
    /// the file is complete and is read as it is. A rollback journal is what a process leaves that was killed while it
    /// made the store: only a connection that may write can undo its unfinished change.
    private static func openReading(_ file: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let files = FileManager.default
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        func size(_ suffix: String) -> Int { (try? files.attributesOfItem(atPath: file + suffix)[.size] as? Int) ?? 0 }
        if size("-journal") > 0, files.isWritableFile(atPath: folder), files.isWritableFile(atPath: file) {
            configuration.readonly = false
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON") }
        }
        if size("-wal") == 0, !files.isWritableFile(atPath: folder) || !files.isWritableFile(atPath: file) {
            return try DatabaseQueue(path: immutable(file), configuration: configuration)
        }
        return try DatabaseQueue(path: file, configuration: configuration)
    }

    /// How SQLite is told that a file does not change.
    static func immutable(_ file: String) -> String {
        var components = URLComponents()
        components.path = file
        return "file:\(components.percentEncodedPath)?immutable=1"
    }

    private static func openFrozen(_ file: String, shownAs path: String) throws -> DatabaseQueue {
        let log = try? FileManager.default.attributesOfItem(atPath: file + "-wal")[.size] as? Int
        guard log ?? 0 == 0 else {
            throw StoreError(
                .locked,
                "another process writes to this store, or was killed as it did; rgvlm-experiment merge mends that",
                file: path)
        }
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: immutable(file), configuration: configuration)
    }

    /// Refuses what is no store, and stores this program does not understand.
    private static func check(_ db: Database, _ path: String, _ access: Access) throws {
        let migrator = Schema.migrator
        // A process that was killed while it made the store leaves at most the empty list of migrations.
        let others = try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM sqlite_schema
                WHERE name NOT IN ('grdb_migrations', 'sqlite_autoindex_grdb_migrations_1')
                """)
        let isListed = try db.tableExists("grdb_migrations")
        if others == 0, try !isListed || migrator.appliedIdentifiers(db).isEmpty {
            if access == .write { return }
            throw StoreError(.notAStore, "is empty: nothing was ingested", file: path)
        }
        let applied = isListed ? try migrator.appliedIdentifiers(db) : []
        guard applied.contains(Schema.version) || !applied.isDisjoint(with: Schema.formerVersions) else {
            throw StoreError(.notAStore, "is not an rgvlm store", file: path)
        }
        guard applied.contains(Schema.version) else {
            throw StoreError(
                .older,
                """
                was written by an earlier version of rgvlm (its schema is \(applied.sorted().joined(separator: ", ")); \
                this one reads \(Schema.version)); ingest the data into a new store, or use the version that wrote it
                """, file: path)
        }
        if try migrator.hasBeenSuperseded(db) {
            let unknown = applied.subtracting(migrator.migrations).sorted().joined(separator: ", ")
            throw StoreError(
                .newer, "was written by a newer version of rgvlm (it has \(unknown)); update this program", file: path)
        }
    }

    /// Runs `body` in one transaction; it is undone when `body` throws.
    ///
    /// - Throws: ``StoreError`` for what SQLite reports and for rows that do not hold what they should, and what `body`
    ///   throws.
    package func write<T>(_ body: (Database) throws -> T) throws -> T {
        do { return try database.write(body) } catch { throw StoreError(storing: error, file: path) ?? error }
    }

    /// As ``write(_:)-(_)``, on SQLite's own thread: the caller's goes on with other work.
    package func write<T: Sendable>(_ body: @Sendable (Database) throws -> T) async throws -> T {
        do { return try await database.write(body) } catch { throw StoreError(storing: error, file: path) ?? error }
    }

    /// Bounds the memory that SQLite keeps pages in: an ingest gains from much, small changes do not.
    package func limitPageCache(megabytes: Int) throws {
        try withoutTransaction { db in
            try db.execute(sql: "PRAGMA cache_size = \(-1024 * megabytes); PRAGMA wal_autocheckpoint = 2048")
        }
    }

    /// Runs `body`, which begins and ends its own transactions.
    func withoutTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        do { return try database.writeWithoutTransaction(body) } catch {
            throw StoreError(storing: error, file: path) ?? error
        }
    }

    /// Runs `body` on one consistent state of the store.
    ///
    /// - Throws: As ``write(_:)-(_)``.
    package func read<T>(_ body: (Database) throws -> T) throws -> T {
        do { return try database.read(body) } catch { throw StoreError(storing: error, file: path) ?? error }
    }

    /// Moves what the write-ahead log holds into the file and empties the log. While somebody reads, the log stays,
    /// which is harmless.
    package func checkpoint() throws {
        do {
            _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
        } catch DatabaseError.SQLITE_BUSY {
            return
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// Moves part of the log into the file on a connection of its own, while the store is written to, so that little is
    /// left to do at the end. Wait for the task before closing the store.
    package func checkpointMeanwhile() -> Task<Void, Never> {
        let file = file
        return Task.detached(priority: .utility) {
            let side = try? DatabaseQueue(path: file)
            _ = try? await side?.writeWithoutTransaction { try $0.checkpoint(.passive) }
            try? side?.close()
        }
    }

    /// Closes the file, folding the log into it, and lets the next writer in. Further use fails.
    package func close() throws {
        defer { lock?.release() }
        do {
            try database.close()
        } catch let error as DatabaseError {
            throw StoreError(error, file: path)
        }
    }

    /// The file with the frames of a dataset, beside the store: `<store>.<dataset>.frames`.
    package func frameStorePath(dataset: String) -> String { "\(file).\(dataset).frames" }

    /// Whether `path` is the store itself or a file of its, which nothing else may replace.
    package func owns(_ path: String) -> Bool {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return target == file || ["-wal", "-shm", "-journal", ".lock"].contains { target == file + $0 }
            || target.hasPrefix(file + ".") && target.hasSuffix(".frames")
    }

    /// The file with an encoder's features of a dataset's frames, beside the store:
    /// `<store>.<dataset>.<encoder>.features`. A frame store whose record i belongs to record i of the dataset's
    /// frames, with the same identifier.
    package func featureStorePath(dataset: String, encoder: String) -> String {
        "\(file).\(dataset).\(encoder).features"
    }
}
