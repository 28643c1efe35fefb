internal import ExperimentStore
internal import Foundation
internal import Ground

/// `<store>.results/<name>.sqlite`: what jobs on other machines have found out and the store has not yet.
package enum ResultFiles {
    /// The file of a run, or of the references.
    package static func path(store: String, _ name: String) -> String { "\(store).results/\(name).sqlite" }

    /// Those that are there, by name.
    package static func all(beside store: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store + ".results")) ?? []).sorted()
            .filter { $0.hasSuffix(".sqlite") }.map { "\(store).results/\($0)" }
    }

    /// Takes all of them into the store, one after the other, and removes each that it has.
    ///
    /// - Returns: A line a file.
    /// - Throws: `StoreError` for a file that somebody writes to, or that does not belong to the store.
    package static func takeAll(into store: String) throws -> [String] {
        let files = all(beside: store)
        return files.isEmpty ? [] : try take(files, into: store)
    }

    /// Takes files of results into the store, and removes each that it has.
    ///
    /// - Returns: A line a file.
    /// - Throws: As ``takeAll(into:)``.
    package static func take(_ files: [String], into path: String) throws -> [String] {
        let store = try ExperimentStore(path, access: .write)
        var lines: [String] = []
        for file in files {
            let report = try store.takeResults(from: file)
            lines.append(
                "\(file): \(report.trainings.count) training runs, \(report.evaluations.count) evaluations taken over"
            )
            for end in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: file + end) }
        }
        try store.close()
        // Gone once it is empty.
        rmdir(path + ".results")
        return lines
    }
}
