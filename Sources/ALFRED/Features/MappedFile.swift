#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A regular file mapped read-only. Pages are read when touched; nothing is copied.
///
/// A file that another process truncates while it is mapped ends this process with SIGBUS when the lost pages are read,
/// as with any memory mapping.
package final class MappedFile: Sendable {
    nonisolated(unsafe) private let base: UnsafeRawPointer?
    private let count: Int

    package init(_ path: String) throws(ALFREDError) {
        let file = try RegularFile(path)
        count = file.size
        guard file.size > 0 else {
            base = nil
            return
        }
        guard let address = mmap(nil, file.size, PROT_READ, MAP_PRIVATE, file.descriptor, 0), address != MAP_FAILED
        else {
            throw ALFREDError(.unreadable, "cannot map: \(systemMessage())", file: path)
        }
        base = UnsafeRawPointer(address)
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The file's bytes; valid while this object lives.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
