#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that is either there and whole or not there: written as `<path>.partial`, made durable, then renamed.
///
/// What stands at `path` stays until ``finish()``. An unfinished file is removed when the writer goes; what a kill leaves
/// of it is overwritten by the next writer. Not thread-safe.
package final class AtomicFile {
    package let path: String
    /// Bytes appended so far.
    package private(set) var count = 0
    private let partial: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    private static let bufferSize = 1 << 20

    package init(_ path: String) throws(ExchangeError) {
        self.path = path
        partial = path + ".partial"
        descriptor = try Self.open(partial, for: path)
    }

    deinit {
        guard descriptor >= 0 else { return }
        unlink(partial)
        close(descriptor)
    }

    private static func open(_ partial: String, for path: String) throws(ExchangeError) -> Int32 {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw ExchangeError(.unwritable, "is there and not a regular file", file: path)
        }
        #if canImport(Darwin)
        let descriptor = Darwin.open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o644)
        #else
        let descriptor = Glibc.open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o644)
        #endif
        guard descriptor >= 0 else { throw ExchangeError(.unwritable, "cannot open: \(errnoMessage())", file: path) }
        var opened = stat()
        // A writer that ended meanwhile has made the opened file the finished one: it is not ours to shorten.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0, stat(partial, &status) == 0,
            opened.st_ino == status.st_ino, opened.st_dev == status.st_dev
        else {
            close(descriptor)
            throw ExchangeError(.unwritable, "another process is writing to it", file: path)
        }
        guard opened.st_mode & S_IFMT == S_IFREG, ftruncate(descriptor, 0) == 0 else {
            let cause = errnoMessage()
            close(descriptor)
            throw ExchangeError(.unwritable, "cannot write \(partial): \(cause)", file: path)
        }
        return descriptor
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(ExchangeError) {
        precondition(descriptor >= 0, "the file is finished")
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        count += bytes.count
        if bytes.count >= Self.bufferSize {
            try write(bytes, at: count - bytes.count)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    package func append(_ bytes: [UInt8]) throws(ExchangeError) {
        try bytes.withRawBytes { bytes throws(ExchangeError) in try append(bytes) }
    }

    /// Replaces bytes that were appended before.
    func overwrite(at offset: Int, with bytes: [UInt8]) throws(ExchangeError) {
        precondition(offset >= 0 && offset + bytes.count <= count, "\(offset) is outside the file")
        try flush()
        try bytes.withRawBytes { bytes throws(ExchangeError) in try write(bytes, at: offset) }
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(ExchangeError) {
        try flush()
        try sync()
        guard rename(partial, path) == 0 else {
            throw ExchangeError(.unwritable, "cannot rename \(partial) to it: \(errnoMessage())", file: path)
        }
        close(descriptor)
        descriptor = -1
        syncFolder()
    }

    /// Writes a whole file.
    package static func write(_ bytes: [UInt8], to path: String) throws(ExchangeError) {
        let file = try AtomicFile(path)
        try file.append(bytes)
        try file.finish()
    }

    private func flush() throws(ExchangeError) {
        guard !buffer.isEmpty else { return }
        let offset = count - buffer.count
        try buffer.withRawBytes { bytes throws(ExchangeError) in try write(bytes, at: offset) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ExchangeError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let n = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw ExchangeError(.unwritable, "cannot write: \(errnoMessage())", file: path) }
            written += n
        }
    }

    private func sync() throws(ExchangeError) {
        #if canImport(Darwin)
        // fsync leaves the data in the drive's cache there.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else {
            throw ExchangeError(.unwritable, "cannot write to the device: \(errnoMessage())", file: path)
        }
    }

    /// Makes the new name durable, where the file system can.
    private func syncFolder() {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        #if canImport(Darwin)
        let descriptor = Darwin.open(folder, O_RDONLY | O_CLOEXEC)
        #else
        let descriptor = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        #endif
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
