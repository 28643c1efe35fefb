internal import ExperimentStore
internal import Foundation
internal import GRDB
internal import Synchronization

/// The store as the viewer reads it: one connection, opened again when another file has taken the store's place, and the
/// catalogue of what was read last.
final class StoreReader: Sendable {
    let path: String
    private let connection = Mutex<(store: ExperimentStore, place: FilePlace)?>(nil)
    private let known = Mutex<(place: FilePlace, version: Int, catalogue: Catalogue, signature: Catalogue.Signature)?>(
        nil)

    /// - Throws: ``StoreError`` where the store cannot be read.
    init(_ path: String) throws {
        self.path = path
        _ = try store()
    }

    /// Which file lies at a path.
    struct FilePlace: Sendable, Equatable {
        var device, number: UInt64

        init?(_ path: String) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                let device = attributes[.systemNumber] as? NSNumber,
                let number = attributes[.systemFileNumber] as? NSNumber
            else { return nil }
            self.device = device.uint64Value
            self.number = number.uint64Value
        }
    }

    private func store() throws -> (store: ExperimentStore, place: FilePlace) {
        try connection.withLock { connection in
            let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            if let place = FilePlace(file), let open = connection, open.place == place { return open }
            connection = nil
            let store = try ExperimentStore(path, access: .read)
            guard let place = FilePlace(file) else {
                throw StoreError(.missing, "the store is gone", file: path)
            }
            connection = (store, place)
            return (store, place)
        }
    }

    /// Runs `body` on one consistent state of the store.
    func read<T>(_ body: (ExperimentStore, Database) throws -> T) throws -> T {
        let store = try store().store
        return try store.read { try body(store, $0) }
    }

    /// As ``read(_:)``, with the catalogue of this state. It is read anew when others have changed what it shows.
    func read<T>(_ body: (ExperimentStore, Catalogue, Database) throws -> T) throws -> T {
        let (store, place) = try store()
        return try store.read { db in try body(store, try catalogue(place, db), db) }
    }

    private func catalogue(_ place: FilePlace, _ db: Database) throws -> Catalogue {
        let version = try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
        return try known.withLock { known in
            let previous = known.flatMap { $0.place == place ? $0 : nil }
            if let previous, previous.version == version { return previous.catalogue }
            let signature = try Catalogue.Signature(db)
            let catalogue: Catalogue
            if let previous, previous.signature == signature {
                catalogue = previous.catalogue
            } else {
                catalogue = try Catalogue.read(
                    previous: previous.map { ($0.catalogue, $0.signature) }, signature, db)
            }
            known = (place, version, catalogue, signature)
            return catalogue
        }
    }

    /// Flags of all episodes, counted.
    static func flagCounts(_ db: Database) throws -> [Int64: FlagCount] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT episode_id, sum(t IS NULL), count(t) FROM flags GROUP BY episode_id")
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ($0[0], FlagCount(onEpisode: ($0[1] as Int) > 0, onTransitions: $0[2]))
            })
    }

    /// Writes through a connection of its own, which takes the writers' lock for as long as it lasts.
    ///
    /// - Throws: ``StoreError``; `.locked` where a stage is writing.
    func write(_ body: (Database) throws -> Void) throws {
        let store = try ExperimentStore(path, access: .write)
        defer { try? store.close() }
        try store.write(body)
    }
}
