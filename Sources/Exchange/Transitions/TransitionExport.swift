package import ExperimentStore
internal import Foundation
package import Frames
internal import Ground

/// The transitions of a store with their rewards as a file for other tools: a row for each step of each instruction.
/// Datasets/README.md describes the files.
package struct TransitionExport {
    package enum Format: String, CaseIterable, Sendable {
        case npz, jsonl, csv, safetensors

        /// Whether it has a place for pictures.
        package var holdsFrames: Bool { self == .npz || self == .safetensors }
    }

    /// What was written.
    package struct Report: Encodable, Sendable {
        package var file: String
        var format: String
        var bytes: Int
        package var description: ExportDescription

        /// One line: how much was written, and where to.
        package var text: String {
            let scored = description.scoredRows.map { " (\($0.grouped) scored)" } ?? ""
            var text = "Wrote \(description.rows.grouped) rows\(scored)"
            text += " of \(description.instructionCount.grouped) instructions"
            if let frames = description.frameCount { text += " with \(frames.grouped) pictures" }
            return TextTable.printable("\(text) to \(file)") + "\n"
        }
    }

    private let rows: TransitionRows
    private let pictures: FrameStore?

    /// - Parameter pictures: The dataset's frames, where they go into the file.
    package init(_ rows: TransitionRows, pictures: FrameStore?) {
        self.rows = rows
        self.pictures = pictures
    }

    /// A dataset's frames.
    ///
    /// - Throws: `StoreError` where it has none, ``ExchangeError`` where they are another store's, `FrameStoreError`.
    package static func pictures(of dataset: DatasetRow, in store: ExperimentStore) throws -> FrameStore {
        guard let identifier = dataset.frameStoreID else {
            throw StoreError(.unknown, "holds no pictures of \(dataset.name); give --frames no", file: store.path)
        }
        let pictures = try FrameStore(store.frameStorePath(dataset: dataset.name))
        guard pictures.identifier == identifier else {
            throw ExchangeError(.mismatch, "belongs to another store", file: pictures.path)
        }
        return pictures
    }

    /// Writes the file; it is there as a whole or not at all.
    ///
    /// - Parameter onProgress: Called with bytes written and bytes in all; what it throws ends the export.
    /// - Throws: ``ExchangeError``, `FrameStoreError`, and what `onProgress` and the store throw.
    package func write(
        _ format: Format, to path: String, onProgress: @escaping (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Report {
        let meter = ExportMeter(onProgress)
        let arrays = try ExportArrays(rows, pictures)
        switch format {
        case .npz: try arrays.writeNPZ(path, meter)
        case .safetensors: try arrays.writeSafetensors(path, meter)
        case .jsonl: try ExportText(rows).writeJSONLines(path, meter)
        case .csv: try ExportText(rows).writeCSV(path, meter)
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return Report(file: path, format: format.rawValue, bytes: size ?? 0, description: arrays.description)
    }
}

/// Counts the bytes of an export.
final class ExportMeter {
    private let onProgress: (Int, Int) throws -> Void
    private var (done, total) = (0, 0)

    init(_ onProgress: @escaping (Int, Int) throws -> Void) { self.onProgress = onProgress }

    /// Begins to count.
    func expect(bytes: Int) { total = bytes }

    func add(bytes: Int) throws {
        done += bytes
        try onProgress(done, total)
    }
}
