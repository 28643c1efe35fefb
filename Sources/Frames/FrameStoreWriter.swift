#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Appends records to a frame store. One writer a file, held by a lock; not thread-safe.
///
/// Appended records are visible to readers after ``commit()``, which first makes the records durable, then the header
/// that counts them. A crash at any point leaves the store as the last commit left it.
package final class FrameStoreWriter {
    package let format: FrameFormat
    package let path: String
    private let descriptor: Int32
    private var header: FrameStoreHeader
    private var pending: [UInt8] = []
    /// Records written or buffered since the last commit.
    private var uncommitted = 0
    private var bufferedFrom: Int

    private static let bufferSize = 8 << 20

    /// Opens the store at `path`, or creates it with records of `format`.
    ///
    /// - Parameter identifier: 16 bytes that tell whose records these are. A file with another identifier is refused, so
    ///   that one database cannot drop the frames of another.
    package init(_ path: String, format: FrameFormat, identifier: [UInt8]) throws(FrameStoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FrameStoreError(.unwritable, "cannot open: \(errnoMessage())", file: path) }
        do throws(FrameStoreError) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw FrameStoreError(.locked, "another process is writing to it", file: path)
            }
            header = try Self.header(descriptor, format: format, identifier: identifier, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
        self.format = format
        bufferedFrom = header.count
    }

    deinit { close(descriptor) }

    private static func header(
        _ descriptor: Int32, format: FrameFormat, identifier: [UInt8], path: String
    ) throws(FrameStoreError) -> FrameStoreHeader {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FrameStoreError(.unreadable, "is not a regular file", file: path)
        }
        let new = FrameStoreHeader(format: format, identifier: identifier, sequence: 0, count: 0)
        if try isUnborn(descriptor, size: Int(status.st_size), header: new, path: path) {
            let page = new.bytes + [UInt8](repeating: 0, count: FrameStoreHeader.size - FrameStoreHeader.fieldSize)
            try write(page, to: descriptor, at: 0, path: path)
            try sync(descriptor, path: path)
            syncFolder(of: path)
            return new
        }
        let header = try FrameStoreHeader.read(descriptor, path: path)
        guard header.identifier == identifier else {
            throw FrameStoreError(
                .otherFormat, "belongs to another store; move it away, or give the store another name", file: path)
        }
        guard header.format == format else {
            throw FrameStoreError(.otherFormat, "holds records of \(header.format), not \(format)", file: path)
        }
        guard Int(status.st_size) >= header.fileSize else {
            throw FrameStoreError(
                .malformed, "has \(status.st_size) bytes; its \(header.count) records need \(header.fileSize)",
                file: path)
        }
        return header
    }

    /// Whether a crash left the file before its first header was durable: nothing but zeros and the start of a header.
    private static func isUnborn(
        _ descriptor: Int32, size: Int, header: FrameStoreHeader, path: String
    ) throws(FrameStoreError) -> Bool {
        guard size <= FrameStoreHeader.size else { return false }
        var page = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &page, size, 0) == size else {
            throw FrameStoreError(.unreadable, "cannot read: \(errnoMessage())", file: path)
        }
        return page.allSatisfy { $0 == 0 }
            || (size < FrameStoreHeader.size && header.bytes.starts(with: page.prefix(16)))
    }

    /// Records committed so far.
    package var committedCount: Int { header.count }
    /// Records including those appended since the last commit.
    package var count: Int { header.count + uncommitted }

    /// Appends one record of exactly `format.byteCount` bytes and returns its index.
    package func append(_ record: UnsafeRawBufferPointer) throws(FrameStoreError) -> Int {
        precondition(record.count == format.byteCount, "a record of \(record.count) bytes, not \(format.byteCount)")
        let index = count
        pending.append(contentsOf: record)
        pending += FrameStoreHeader.trailer(of: record, index: index)
        pending += repeatElement(0, count: header.stride - record.count - FrameStoreHeader.trailerSize)
        uncommitted += 1
        if pending.count >= Self.bufferSize { try flush() }
        return index
    }

    private func flush() throws(FrameStoreError) {
        guard !pending.isEmpty else { return }
        let offset = FrameStoreHeader.size + bufferedFrom * header.stride
        try Self.write(pending, to: descriptor, at: offset, path: path)
        pending.removeAll(keepingCapacity: true)
        bufferedFrom = count
    }

    /// Makes everything appended durable and visible.
    package func commit() throws(FrameStoreError) {
        guard uncommitted > 0 else { return }
        try flush()
        try Self.sync(descriptor, path: path)
        try writeHeader(count: count)
        uncommitted = 0
    }

    /// Forgets what was appended since the last commit.
    package func rollback() {
        pending.removeAll(keepingCapacity: true)
        uncommitted = 0
        bufferedFrom = header.count
    }

    /// Drops committed records from `newCount` on: those that nothing refers to after a crash between this file's commit
    /// and the database's.
    package func truncate(to newCount: Int) throws(FrameStoreError) {
        precondition(
            newCount >= 0 && newCount <= header.count, "cannot truncate \(header.count) records to \(newCount)")
        rollback()
        guard newCount < header.count else { return }
        try writeHeader(count: newCount)
        bufferedFrom = newCount
        guard ftruncate(descriptor, off_t(header.fileSize)) == 0 else {
            throw FrameStoreError(.unwritable, "cannot shorten: \(errnoMessage())", file: path)
        }
    }

    private func writeHeader(count: Int) throws(FrameStoreError) {
        let next = FrameStoreHeader(
            format: format, identifier: header.identifier, sequence: header.sequence &+ 1, count: count)
        try Self.write(next.bytes, to: descriptor, at: next.slotOffset, path: path)
        try Self.sync(descriptor, path: path)
        header = next
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, at offset: Int, path: String
    ) throws(FrameStoreError) {
        var written = 0
        while written < bytes.count {
            let n = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + written, $0.count - written, off_t(offset + written))
            }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw FrameStoreError(.unwritable, "cannot write: \(errnoMessage())", file: path) }
            written += n
        }
    }

    private static func sync(_ descriptor: Int32, path: String) throws(FrameStoreError) {
        #if canImport(Darwin)
        // fsync leaves the data in the drive's cache there.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else {
            throw FrameStoreError(.unwritable, "cannot write to the device: \(errnoMessage())", file: path)
        }
    }

    /// Makes the entry of a new file durable, where the file system can.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
