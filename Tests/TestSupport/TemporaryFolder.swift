internal import Foundation

/// A folder that is removed when the test is done with it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("rgvlm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` inside the folder.
    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file, making its folders.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    @discardableResult
    package func write(_ text: String, to name: String) throws -> String { try write(text.utf8, to: name) }
}

/// The folder of the real release, for tests that need it.
package let alfredRoot: String? = ProcessInfo.processInfo.environment["ALFRED_ROOT"].flatMap { $0.isEmpty ? nil : $0 }

/// What skipped tests say.
package let alfredHint = "ALFRED_ROOT is not set; make alfred fetches the release"
