internal import ALFRED
internal import Episodes
internal import ExperimentStore
internal import Foundation

/// The store and the frame store of one ingest; keeps the two in step.
///
/// Frames are made durable before the rows that refer to them. Records without rows, which a crash in between leaves
/// behind, are dropped at the next start.
struct IngestDestination {
    private let store: ExperimentStore
    private var dataset: DatasetRow
    private let frameSide: Int?
    private var frames: FrameStoreWriter?
    private var hasWritten = false

    init(_ store: ExperimentStore, release: Release, options: ALFREDIngest.Options) throws {
        self.store = store
        frameSide = options.frameSide
        let root = Self.realPath(release.dataFolder)
        dataset = try store.write { db in
            try DatasetRow.upsert(
                name: options.dataset, format: "alfred", root: root,
                splitsFile: release.splitsFile.map(Self.realPath), frameStore: nil, db)
        }
        if dataset.frameStore != nil { try openFrames() }
    }

    private static func realPath(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// Opens the frame store, making it when this is the first picture of the dataset.
    private mutating func openFrames() throws {
        guard let side = frameSide, frames == nil else { return }
        let name = dataset.frameStore ?? "\(store.stem).\(dataset.name).frames"
        guard let format = FrameFormat(element: .uint8, shape: [side, side, 3]) else {
            throw ALFREDIngest.Refusal(description: "pictures of \(side) pixels cannot be stored")
        }
        let writer = try FrameStoreWriter(store.sibling(name), format: format)
        let referenced = try store.read { try dataset.referencedRecordCount($0) }
        guard referenced <= writer.committedCount else {
            throw ALFREDIngest.Refusal(
                description: "\(writer.path): has \(writer.committedCount) frames, the store refers to \(referenced); "
                    + "put the file back that belongs to the store")
        }
        try writer.truncate(to: referenced)
        if dataset.frameStore == nil {
            dataset.frameStore = name
            try store.write { try dataset.saveFrameStore($0) }
        }
        frames = writer
    }

    func storedEpisodes(split: String) throws -> [String: StoredEpisode] {
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

    func finish() throws {
        if hasWritten { try store.checkpoint() }
    }
}
