/// A regular file mapped read-only. Pages are read when touched; nothing is copied.
///
/// The mapping stays valid while the file is replaced by renaming another over it, as ``AtomicFile`` does. A file that
/// another process shortens in place while it is mapped ends this process with SIGBUS when the lost pages are read.
package final class MappedFile: Sendable {
    nonisolated(unsafe) private let base: UnsafeRawPointer?
    private let count: Int

    package convenience init(_ path: String) throws(FileError) {
        let file = try OpenFile(reading: path)
        try self.init(file, count: file.size)
    }

    /// Maps the first `count` bytes of an open file, which it must have.
    package init(_ file: borrowing OpenFile, count: Int) throws(FileError) {
        self.count = count
        guard count > 0 else {
            base = nil
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor, 0), address != MAP_FAILED else {
            throw .system(.unreadable, "cannot map", file: file.path)
        }
        base = UnsafeRawPointer(address)
    }

    deinit { if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) } }

    /// The file's bytes; valid while this object lives.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
