internal import Ground

/// Appends records to a frame store. One writer a file, held by a lock; not thread-safe.
///
/// Appended records are visible to readers after ``commit()``, which first makes the records durable, then the header
/// that counts them. A crash at any point leaves the store as the last commit left it.
package final class FrameStoreWriter {
    package let format: FrameFormat
    package var path: String { file.path }
    private let file: OpenFile
    private var header: FrameStoreHeader
    private var pending: [UInt8] = []
    /// Records written or buffered since the last commit.
    private var uncommitted = 0
    private var bufferedFrom: Int

    private static let bufferSize = 8 << 20

    /// Opens the store at `path`, or creates it with records of `format`.
    ///
    /// - Parameter identifier: 16 bytes that tell whose records these are. A file with another identifier is refused,
    ///   so that one database cannot drop the frames of another.
    package init(_ path: String, format: FrameFormat, identifier: [UInt8]) throws(FrameStoreError) {
        do throws(FileError) {
            file = try OpenFile(writing: path)
        } catch {
            throw FrameStoreError(error)
        }
        guard file.lock() else { throw FrameStoreError(.locked, "another process is writing to it", file: path) }
        header = try Self.header(file, format: format, identifier: identifier)
        self.format = format
        bufferedFrom = header.count
    }

    private static func header(
        _ file: borrowing OpenFile, format: FrameFormat, identifier: [UInt8]
    ) throws(FrameStoreError) -> FrameStoreHeader {
        let path = file.path
        let new = FrameStoreHeader(format: format, identifier: identifier, sequence: 0, count: 0)
        if try isUnborn(file, header: new) {
            let page = new.bytes + [UInt8](repeating: 0, count: FrameStoreHeader.size - FrameStoreHeader.fieldSize)
            try write(page, to: file, at: 0)
            try synchronize(file)
            Folder.synchronize(Folder.parent(of: path))
            return new
        }
        let header = try FrameStoreHeader.read(file)
        guard header.identifier == identifier else {
            throw FrameStoreError(
                .otherFormat, "belongs to another store; move it away, or give the store another name", file: path)
        }
        guard header.format == format else {
            throw FrameStoreError(.otherFormat, "holds records of \(header.format), not \(format)", file: path)
        }
        guard file.size >= header.fileSize else {
            throw FrameStoreError(
                .malformed, "has \(file.size) bytes; its \(header.count) records need \(header.fileSize)",
                file: path)
        }
        return header
    }

    /// Whether a crash left the file before its first header was durable: nothing but zeros and the start of a header.
    private static func isUnborn(
        _ file: borrowing OpenFile, header: FrameStoreHeader
    ) throws(FrameStoreError) -> Bool {
        guard file.size <= FrameStoreHeader.size else { return false }
        let page: [UInt8]
        do throws(FileError) { page = try file.read(count: file.size) } catch { throw FrameStoreError(error) }
        return page.allSatisfy { $0 == 0 }
            || (page.count < FrameStoreHeader.size && header.bytes.starts(with: page.prefix(16)))
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
        try Self.write(pending, to: file, at: offset)
        pending.removeAll(keepingCapacity: true)
        bufferedFrom = count
    }

    /// Makes everything appended durable and visible.
    package func commit() throws(FrameStoreError) {
        guard uncommitted > 0 else { return }
        try flush()
        try Self.synchronize(file)
        try writeHeader(count: count)
        uncommitted = 0
    }

    /// Forgets what was appended since the last commit.
    package func rollback() {
        pending.removeAll(keepingCapacity: true)
        uncommitted = 0
        bufferedFrom = header.count
    }

    /// Drops committed records from `newCount` on: those that nothing refers to after a crash between this file's
    /// commit and the database's.
    package func truncate(to newCount: Int) throws(FrameStoreError) {
        precondition(
            newCount >= 0 && newCount <= header.count, "cannot truncate \(header.count) records to \(newCount)")
        rollback()
        guard newCount < header.count else { return }
        try writeHeader(count: newCount)
        bufferedFrom = newCount
        do { try file.truncate(to: header.fileSize) } catch { throw FrameStoreError(error) }
    }

    private func writeHeader(count: Int) throws(FrameStoreError) {
        let next = FrameStoreHeader(
            format: format, identifier: header.identifier, sequence: header.sequence &+ 1, count: count)
        try Self.write(next.bytes, to: file, at: next.slotOffset)
        try Self.synchronize(file)
        header = next
    }

    private static func write(
        _ bytes: [UInt8], to file: borrowing OpenFile, at offset: Int
    ) throws(FrameStoreError) {
        do throws(FileError) {
            try file.write(bytes, at: offset)
        } catch {
            throw FrameStoreError(error)
        }
    }

    private static func synchronize(_ file: borrowing OpenFile) throws(FrameStoreError) {
        do throws(FileError) { try file.synchronize() } catch { throw FrameStoreError(error) }
    }
}
