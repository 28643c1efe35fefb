internal import Foundation
internal import Ground
package import Instrument
internal import StageSupport

/// What `rgvlm-train check` says of an experiment's data and rows.
package enum PlannedCheck {
    /// Reads what the check has written; nil for a file that is not there, or is none of its own.
    package static func read(_ file: String) -> DataCheck? {
        guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(DataCheck.self, from: bytes)
    }

    /// Reads what the check has written.
    ///
    /// - Throws: ``StageError`` for a file that is not there, or is none of its own.
    package static func named(_ file: String) throws -> DataCheck {
        guard let check = read(file) else {
            throw StageError(.badInput, "\(file): is not what rgvlm-train check --results writes")
        }
        return check
    }

    /// Runs the check.
    ///
    /// - Returns: What it found, or why it found nothing.
    package static func make(_ places: ExperimentPlan.Places) -> (check: DataCheck?, problem: String?) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("rgvlm-check-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            places.command("rgvlm-train", ["check"]) + ["--quiet", "--log-level", "error", "--results", file.path]
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        do { try process.run() } catch { return (nil, error.localizedDescription) }
        let complaint = String(decoding: (try? errors.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard let check = read(file.path) else {
            let last = complaint.split(separator: "\n").last.map(String.init)
            return (nil, last ?? "rgvlm-train check ended with code \(process.terminationStatus)")
        }
        return (check, nil)
    }
}
