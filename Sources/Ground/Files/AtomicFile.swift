/// A file that is either there and whole or not there: written as `<path>.partial`, made durable, then renamed.
///
/// What stands at `path` stays until ``finish()``. An unfinished file is removed when the writer goes; what a kill
/// leaves of it is overwritten by the next writer. Not thread-safe.
package final class AtomicFile {
    package let path: String
    /// Where the bytes go until the file is finished.
    package let partialPath: String
    /// Bytes appended so far.
    package private(set) var count = 0
    private let file: OpenFile
    private let isDurable: Bool
    private var isPrepared = false
    private var isFinished = false
    private var buffer: [UInt8] = []

    /// What the name of an unfinished file ends in.
    package static let partialSuffix = ".partial"
    private static let bufferSize = 1 << 20

    /// - Parameter durable: Whether the file survives a loss of power once it is finished. False for the many files
    ///   that can be made again.
    /// - Throws: ``FileError`` when the file cannot be made, another process is writing to it, or what stands at
    ///   `path` is not a regular file.
    package init(_ path: String, durable: Bool = true) throws(FileError) {
        self.path = path
        partialPath = path + Self.partialSuffix
        isDurable = durable
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw FileError(.unwritable, "is there and not a regular file", file: path)
        }
        do throws(FileError) {
            file = try OpenFile(writing: partialPath, O_NOFOLLOW)
            // A writer that ended meanwhile has made the opened file the finished one: it is not ours to shorten.
            guard file.lock(), file.isStillNamed else {
                isFinished = true
                throw FileError(.locked, "another process is writing to it", file: path)
            }
            try file.truncate(to: 0)
        } catch {
            throw FileError(error.code, error.message, file: path)
        }
    }

    deinit { if !isFinished && !isPrepared { unlink(partialPath) } }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        precondition(!isFinished, "the file is finished")
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        count += bytes.count
        if bytes.count >= Self.bufferSize {
            try file.write(bytes, at: count - bytes.count)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    package func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withRawBytes { bytes throws(FileError) in try append(bytes) }
    }

    /// Replaces bytes that were appended before.
    package func overwrite(at offset: Int, with bytes: [UInt8]) throws(FileError) {
        precondition(offset >= 0 && offset + bytes.count <= count, "\(offset) is outside the file")
        try flush()
        try file.write(bytes, at: offset)
    }

    /// Makes durable what was appended. From now on the file at ``partialPath`` stays when the writer goes, for those
    /// who note elsewhere that it is complete before they give it its name.
    package func prepare() throws(FileError) {
        try flush()
        try file.synchronize()
        isPrepared = true
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(FileError) {
        try flush()
        if isDurable { try file.synchronize() }
        try Folder.rename(partialPath, to: path, durable: isDurable)
        isFinished = true
    }

    /// Writes a whole file.
    package static func write(_ bytes: [UInt8], to path: String, durable: Bool = true) throws(FileError) {
        let file = try AtomicFile(path, durable: durable)
        try file.append(bytes)
        try file.finish()
    }

    private func flush() throws(FileError) {
        guard !buffer.isEmpty else { return }
        let offset = count - buffer.count
        try file.write(buffer, at: offset)
        buffer.removeAll(keepingCapacity: true)
    }
}

extension Array {
    /// As `withUnsafeBytes`, which forgets the type of the error.
    package func withRawBytes<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        try withUnsafeBufferPointer { buffer throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
