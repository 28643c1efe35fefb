internal import ALFRED
internal import Frames
internal import Ground
internal import Dispatch
internal import Episodes
package import ExperimentStore
internal import Foundation
internal import Synchronization

/// Compares pictures and frame-store records with what the store says of them.
package enum FrameVerification {
    /// What was looked at and found.
    package struct Result: Sendable {
        /// Pictures compared.
        package var checked = 0
        /// Pictures that are not as the store says.
        package var findings: [Verification.Finding] = []
    }

    private static let batchSize = 512

    /// - Parameter progress: Called with the pictures done and the total.
    package static func run(_ store: ExperimentStore, progress: (Int, Int) -> Void = { _, _ in }) throws -> Result {
        var result = Result()
        for dataset in try store.read({ try DatasetRow.all($0) }) {
            var references: [FrameRow] = []
            try store.read { db in try dataset.forEachFrame(db) { references.append($0) } }
            guard !references.isEmpty else { continue }
            guard FileManager.default.fileExists(atPath: dataset.root) else {
                result.findings.append(
                    finding(
                        "dataset \(dataset.name)",
                        "\(dataset.root): is not there; if the data has moved, rgvlm-ingest alfred --root NEW --store "
                            + "\(store.path) tells the store where it is now"))
                continue
            }
            let frames = try frameStore(of: dataset, store, &result)
            for start in stride(from: 0, to: references.count, by: batchSize) {
                let batch = references[start..<min(start + batchSize, references.count)]
                result.findings += check(batch, root: dataset.root, frames)
                result.checked += batch.count
                progress(start + batch.count, references.count)
            }
        }
        return result
    }

    private static func frameStore(
        of dataset: DatasetRow, _ store: ExperimentStore, _ result: inout Result
    ) throws -> FrameStore? {
        guard let identifier = dataset.frameStoreID else { return nil }
        do {
            let frames = try FrameStore(store.frameStorePath(dataset: dataset.name))
            if frames.identifier == identifier { return frames }
            result.findings.append(finding("dataset \(dataset.name)", "\(frames.path): belongs to another store"))
            return nil
        } catch {
            result.findings.append(finding("dataset \(dataset.name)", error.description))
            return nil
        }
    }

    private static func check(
        _ batch: ArraySlice<FrameRow>, root: String, _ frames: FrameStore?
    ) -> [Verification.Finding] {
        let findings = Mutex<[(Int, Verification.Finding)]>([])
        DispatchQueue.concurrentPerform(iterations: batch.count) { offset in
            let reference = batch[batch.startIndex + offset]
            for message in problems(of: reference, root: root, frames) {
                let place = "episode \(reference.episodeID), observation \(reference.t)"
                findings.withLock { $0.append((offset, finding(place, message))) }
            }
        }
        return findings.withLock { $0.sorted { $0.0 < $1.0 }.map(\.1) }
    }

    private static func problems(of reference: FrameRow, root: String, _ frames: FrameStore?) -> [String] {
        var problems: [String] = []
        if let path = reference.path, let sha256 = reference.sha256 {
            do {
                let file = try MappedFile(root + "/" + path)
                var hash = SHA256()
                withExtendedLifetime(file) { hash.update(bufferPointer: file.bytes) }
                if Array(hash.finalize()) != sha256 { problems.append("\(path): has changed since it was ingested") }
            } catch {
                problems.append("\(path): \(error.message)")
            }
        }
        if let record = reference.record, let frames {
            if record >= frames.count {
                problems.append("record \(record) is beyond the \(frames.count) of \(frames.path)")
            } else {
                do { try frames.verify(record) } catch { problems.append(error.description) }
            }
        }
        return problems
    }

    private static func finding(_ place: String, _ message: String) -> Verification.Finding {
        Verification.Finding(check: "frame hashes", place: place, message: message)
    }
}
