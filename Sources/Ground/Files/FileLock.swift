internal import Synchronization

/// A lock file that one process holds and that names it. The kernel drops the lock when the process ends, however it
/// ends; the file stays.
package final class FileLock: Sendable {
    private let file: Mutex<Held?>

    /// - Parameters:
    ///   - path: Of the lock file.
    ///   - activity: What who holds the lock does, as in `is training this run`.
    /// - Throws: ``FileError`` with `locked` when another process holds it, whose number it names.
    package init(_ path: String, activity: String) throws(FileError) {
        let file = try OpenFile(writing: path)
        guard file.lock() else {
            let holder = ((try? WholeFile.read(path, limit: 64)) ?? []).filter { (0x30...0x39).contains($0) }
            let name = holder.isEmpty ? "" : " (pid \(String(decoding: holder, as: UTF8.self)))"
            throw FileError(.locked, "another process\(name) \(activity); wait for it to end", file: path)
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8), at: 0)
        self.file = Mutex(Held(file: file))
    }

    /// Lets the next one in.
    package func release() { file.withLock { $0 = nil } }

    private struct Held: ~Copyable, Sendable { let file: OpenFile }
}
