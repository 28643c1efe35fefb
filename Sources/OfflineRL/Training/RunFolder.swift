internal import Foundation
internal import Ground

/// Where a run keeps its files: `<store>.runs/<name>/` with checkpoints, TensorBoard's events and a lock.
package final class RunFolder {
    /// The folder itself.
    package let path: String
    private let lock: FileLock

    /// The folder of a run beside a store.
    package static func path(store: String, run: String) -> String { "\(store).runs/\(run)" }

    /// Makes the folder and takes its lock, which the process holds until it ends.
    ///
    /// - Throws: ``CheckpointError``.
    package init(_ path: String) throws {
        self.path = path
        do throws(FileError) {
            try Folder.make(path + "/checkpoints")
            lock = try FileLock(path + "/lock", activity: "is training this run")
        } catch {
            throw CheckpointError(.unwritable, error.message, path: error.code == .locked ? path : error.file)
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
        where name.hasPrefix(AtomicFolder.prefix) {
            try? FileManager.default.removeItem(atPath: checkpoints + "/" + name)
        }
    }

    /// The folder of the checkpoints.
    package var checkpoints: String { path + "/checkpoints" }

    /// The folder of the checkpoint after `step` updates.
    package func checkpoint(step: Int) -> String { checkpoints + "/step-" + String(format: "%08d", step) }

    /// Steps with a checkpoint, the latest first.
    package static func steps(_ path: String) -> [Int] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []).compactMap { name in
            name.hasPrefix("step-") ? Int(name.dropFirst("step-".count)) : nil
        }.sorted(by: >)
    }

    /// The latest checkpoint that is whole, and what is wrong with later ones.
    ///
    /// - Throws: ``CheckpointError`` when there are checkpoints and none is whole.
    package static func latest(_ path: String) throws -> (checkpoint: Checkpoint?, problems: [CheckpointError]) {
        var problems: [CheckpointError] = []
        for step in steps(path) {
            do {
                return (try Checkpoint(path + "/checkpoints/step-" + String(format: "%08d", step)), problems)
            } catch let error as CheckpointError {
                if error.code == .mismatch { throw error }
                problems.append(error)
            }
        }
        if let first = problems.first {
            throw CheckpointError(
                .damaged,
                "none of the \(problems.count) checkpoints is whole (\(first)); "
                    + "remove \(path)/checkpoints to begin anew",
                path: path)
        }
        return (nil, [])
    }

    /// The checkpoint that acts: the best one by its validations where they may end the run, else the latest.
    ///
    /// - Throws: ``CheckpointError`` where there are checkpoints and it is not whole.
    package static func acting(_ path: String) throws -> Checkpoint? {
        guard let latest = try latest(path).checkpoint else { return nil }
        guard let best = latest.description.earlyStop?.bestStep, best != latest.description.step else { return latest }
        return try Checkpoint(path + "/checkpoints/step-" + String(format: "%08d", best))
    }

    /// Removes all checkpoints and TensorBoard's events.
    ///
    /// - Throws: ``CheckpointError``.
    package func clear() throws {
        let events = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.hasPrefix("events.") }.map { "\(path)/\($0)" }
        for item in Self.steps(path).map(checkpoint) + events {
            do {
                try FileManager.default.removeItem(atPath: item)
            } catch {
                throw CheckpointError(.unwritable, "cannot be removed: \(error.localizedDescription)", path: item)
            }
        }
    }

    /// Removes all checkpoints but the latest `count` and the best.
    package func keepLatest(_ count: Int, best: Int? = nil) {
        for step in Self.steps(path).dropFirst(count) where step != best {
            try? FileManager.default.removeItem(atPath: checkpoint(step: step))
        }
    }
}
