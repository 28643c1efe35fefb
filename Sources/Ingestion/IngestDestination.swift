internal import ALFRED
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Frames

/// The store and the frame store of one ingest; keeps the two in step.
///
/// Frames are made durable before the rows that refer to them. Records without rows, which a crash in between leaves
/// behind, are dropped before the next ones are appended.
struct IngestDestination {
    private let store: ExperimentStore
    private var dataset: DatasetRow
    private let frameSide: Int?
    private var frames: FrameStoreWriter?
    private var hasWritten = false
    /// Transactions since the log was last moved into the file.
    private var transactions = 0
    private var checkpoint: Task<Void, Never>?
    private static let transactionsPerCheckpoint = 24

    init(_ store: ExperimentStore, release: Release, options: ALFREDIngest.Options) throws {
        self.store = store
        frameSide = options.frameSide
        let root = Self.realPath(release.dataFolder)
        try Self.refuseOtherData(store, root: root, dataset: options.dataset)
        dataset = try store.write { db in
            try DatasetRow.upsert(
                name: options.dataset, format: "alfred", root: root, splitsFile: release.splitsFile.map(Self.realPath),
                db)
        }
        try checkFrames()
    }

    private static func realPath(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// A dataset may move, and a richer flavour may take its place, but what is stored of it must be in the new place
    /// too: else the rows would point to files that are not there.
    private static func refuseOtherData(_ store: ExperimentStore, root: String, dataset name: String) throws {
        guard let known = try store.read({ try DatasetRow.named(name, $0) }), known.root != root else { return }
        let missing = try store.read { try known.sourcePaths($0) }.first {
            !FileManager.default.fileExists(atPath: root + "/" + $0)
        }
        guard let missing else { return }
        throw ALFREDIngest.Refusal(
            description: "\(root): is not the dataset \(name) of this store, which was read from \(known.root) and has "
                + "\(missing); give other data its own name with --dataset")
    }

    /// Finds out before anything is read whether the frames the store refers to are there.
    private func checkFrames() throws {
        guard let identifier = dataset.frameStoreID else { return }
        let referenced = try store.read { try dataset.referencedRecordCount($0) }
        guard referenced > 0 else { return }
        let path = store.frameStorePath(dataset: dataset.name)
        guard FileManager.default.fileExists(atPath: path) else {
            throw ALFREDIngest.Refusal(
                description:
                    "\(path): is missing, but the store refers to \(referenced) frames in it. Put it back (a store "
                    + "that is moved or copied takes it along under this name), or begin a new store")
        }
        let frames: FrameStore
        do {
            frames = try FrameStore(path)
        } catch {
            throw ALFREDIngest.Refusal(
                description:
                    "\(error). The store refers to \(referenced) frames in it: put the right file back, or begin a "
                    + "new store")
        }
        guard frames.identifier == identifier, frames.count >= referenced else {
            throw ALFREDIngest.Refusal(
                description: "\(path): does not belong to this store, which refers to \(referenced) frames; it has "
                    + "\(frames.count). Put the right file back, or begin a new store")
        }
        if let side = frameSide, frames.format.shape != [side, side, 3] {
            throw ALFREDIngest.Refusal(
                description: "\(path): holds pictures of \(frames.format.shape[0]) pixels; go on with --frame-size "
                    + "\(frames.format.shape[0]), or begin a new store")
        }
    }

    /// Opens the frame store, making it when this is the first picture of the dataset.
    private mutating func openFrames() throws {
        guard let side = frameSide, frames == nil else { return }
        guard let format = FrameFormat(element: .uint8, shape: [side, side, 3]) else {
            throw ALFREDIngest.Refusal(description: "pictures of \(side) pixels cannot be stored")
        }
        if dataset.frameStoreID == nil {
            dataset.frameStoreID = (0..<16).map { _ in UInt8.random(in: 0...255) }
            try store.write { try dataset.saveFrameStoreID($0) }
        }
        let referenced = try store.read { try dataset.referencedRecordCount($0) }
        let writer = try FrameStoreWriter(
            store.frameStorePath(dataset: dataset.name), format: format, identifier: dataset.frameStoreID ?? [])
        try writer.truncate(to: min(referenced, writer.committedCount))
        frames = writer
    }

    func storedEpisodes(split: String) throws -> [ExactName: StoredEpisode] {
        try store.read { try dataset.storedEpisodes(split: split, $0) }
    }

    /// Writes a batch in one transaction.
    mutating func write(_ batch: [EpisodePreparation.Result]) async throws {
        var changes: [EpisodeWriter.Change] = []
        for result in batch {
            switch result.outcome {
            case .unchanged, .failed: break
            case .restamped(let id, let stamp): changes.append(.restamp(id: id, stamp: stamp))
            case .ready(let record, let pixels, let replacing):
                changes.append(.write(try appendFrames(of: record, pixels), replacing: replacing))
            }
        }
        guard !changes.isEmpty else { return }
        try frames?.commit()
        let (finished, id) = (changes, dataset.id)
        try await store.write { db in
            var writer = try EpisodeWriter(db, datasetID: id)
            for change in finished { try writer.apply(change) }
        }
        hasWritten = true
        transactions += 1
        if transactions == Self.transactionsPerCheckpoint {
            transactions = 0
            await checkpoint?.value
            checkpoint = store.checkpointMeanwhile()
        }
    }

    /// Appends the episode's pictures and numbers its frames accordingly.
    private mutating func appendFrames(of record: EpisodeRecord, _ pixels: [UInt8]) throws -> EpisodeRecord {
        guard !pixels.isEmpty else { return record }
        try openFrames()
        guard let frames else { return record }
        var record = record
        let first = frames.count
        let size = frames.format.byteCount
        for start in stride(from: 0, to: pixels.count, by: size) {
            _ = try pixels.withUnsafeBytes { bytes throws(FrameStoreError) in
                try frames.append(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)]))
            }
        }
        for t in record.frames.indices { record.frames[t].record = record.frames[t].record.map { $0 + first } }
        return record
    }

    func finish() async throws {
        await checkpoint?.value
        guard hasWritten else { return }
        let dataset = dataset
        try await store.write { try dataset.finishChanges($0) }
        try store.checkpoint()
    }
}
