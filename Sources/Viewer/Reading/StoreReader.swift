internal import ExperimentStore
internal import Foundation
internal import Synchronization

/// The store as the viewer reads it: one connection, opened again when another file has taken the store's place, and
/// the catalogue of what was read last.
final class StoreReader: Sendable {
    let path: String
    private let connection = Mutex<Connection?>(nil)
    private let known = Mutex<Known?>(nil)

    private struct Connection {
        var store: ExperimentStore
        var place: FilePlace
        /// Differs from those of the connections before it: a file's number may be used again.
        var number: Int
    }

    /// What was read, over which connection, and what it took.
    private struct Known {
        var connection: Int
        var version: Int
        var signature: ChangeSignature
        var catalogue: Catalogue
        var readAt: ContinuousClock.Instant
        var duration: Duration
    }

    /// - Throws: ``StoreError`` where the store cannot be read.
    init(_ path: String) throws {
        self.path = path
        _ = try open()
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

    private let opened = Atomic(0)

    private func open() throws -> Connection {
        try connection.withLock { connection in
            let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            if let place = FilePlace(file), let open = connection, open.place == place { return open }
            connection = nil
            let store = try ExperimentStore(path, access: .read)
            guard let place = FilePlace(file) else {
                throw StoreError(.missing, "the store is gone", file: path)
            }
            let opened = Connection(
                store: store, place: place, number: opened.wrappingAdd(1, ordering: .relaxed).newValue)
            connection = opened
            return opened
        }
    }

    /// Runs `body` on one consistent state of the store.
    func read<T>(_ body: (ExperimentStore, StoreConnection) throws -> T) throws -> T {
        let store = try open().store
        return try store.read { try body(store, $0) }
    }

    /// As ``read(_:)``, with the catalogue of this state. It is read anew when others have changed what it shows; while
    /// a stage writes all the time, a tenth of the time goes into that at most, and the catalogue is a little older.
    func read<T>(_ body: (ExperimentStore, Catalogue, StoreConnection) throws -> T) throws -> T {
        let connection = try open()
        return try connection.store.read { db in
            try body(connection.store, try catalogue(connection.number, db), db)
        }
    }

    private func catalogue(_ connection: Int, _ db: StoreConnection) throws -> Catalogue {
        let version = try ChangeSignature.version(db)
        return try known.withLock { known in
            let previous = known.flatMap { $0.connection == connection ? $0 : nil }
            let start = ContinuousClock.now
            if let previous {
                if previous.version == version || start - previous.readAt < previous.duration * 10 {
                    return previous.catalogue
                }
            }
            let signature = try ChangeSignature(db)
            if var previous, previous.signature == signature {
                previous.version = version
                known = previous
                return previous.catalogue
            }
            let catalogue = try Catalogue.read(
                previous: previous.map { ($0.catalogue, $0.signature) }, signature, db)
            let end = ContinuousClock.now
            known = Known(
                connection: connection, version: version, signature: signature, catalogue: catalogue, readAt: end,
                duration: end - start)
            return catalogue
        }
    }

    /// Flags of all episodes, counted.
    static func flagCounts(_ db: StoreConnection) throws -> [Int64: FlagCount] {
        Dictionary(
            uniqueKeysWithValues: try EpisodeFlag.counts(db).map {
                ($0.episodeID, FlagCount(onEpisode: $0.isOnEpisode, onTransitions: $0.transitionCount))
            })
    }

    /// Writes through a connection of its own, which takes the writers' lock for as long as it lasts.
    ///
    /// - Throws: ``StoreError``; `.locked` where a stage is writing.
    func write(_ body: (StoreConnection) throws -> Void) throws {
        let store = try ExperimentStore(path, access: .write)
        defer { try? store.close() }
        try store.write(body)
    }
}
