/// An open regular file, closed when its owner goes: never a folder, a device, or a pipe that would block.
package struct OpenFile: ~Copyable, Sendable {
    package let path: String
    package let descriptor: Int32
    /// Bytes it had when it was opened.
    package let size: Int

    /// Opens an existing file to read from.
    ///
    /// - Throws: ``FileError`` with `missing` or `unreadable`.
    package init(reading path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .system(errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable, "cannot open", file: path)
        }
        guard let size = Self.size(descriptor) else {
            close(descriptor)
            throw FileError(.unreadable, "is not a regular file", file: path)
        }
        self.init(path: path, descriptor: descriptor, size: size)
    }

    /// Opens a file to write to; it is made where it is missing.
    ///
    /// - Parameter options: Of `open`: `O_APPEND`, `O_EXCL`, `O_NOFOLLOW`.
    /// - Throws: ``FileError`` with `unwritable`.
    package init(writing path: String, _ options: Int32 = 0) throws(FileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | options, 0o644)
        guard descriptor >= 0 else { throw .system(.unwritable, "cannot open", file: path) }
        guard let size = Self.size(descriptor) else {
            close(descriptor)
            throw FileError(.unwritable, "is there and not a regular file", file: path)
        }
        self.init(path: path, descriptor: descriptor, size: size)
    }

    private init(path: String, descriptor: Int32, size: Int) {
        (self.path, self.descriptor, self.size) = (path, descriptor, size)
    }

    deinit { close(descriptor) }

    /// Nil for what is no regular file.
    private static func size(_ descriptor: Int32) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Whether this is the file that its name now stands for.
    var isStillNamed: Bool {
        var (own, named) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_ino == named.st_ino
            && own.st_dev == named.st_dev
    }

    /// Takes the file's lock, which the kernel drops when the file is closed or the process ends, however it ends.
    ///
    /// - Returns: False when another holds it.
    package borrowing func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Reads from `offset` on until `buffer` is full or the file ends.
    ///
    /// - Returns: Bytes read.
    package borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0
    ) throws(FileError) -> Int {
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let n = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + count))
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw .system(.unreadable, "cannot read", file: path) }
            if n == 0 { break }
            count += n
        }
        return count
    }

    /// The `count` bytes from `offset` on, or fewer where the file ends.
    package borrowing func read(count: Int, at offset: Int = 0) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // `withUnsafeMutableBytes` carries no typed error out.
        let result = bytes.withUnsafeMutableBytes { buffer -> Result<Int, FileError> in
            do throws(FileError) { return .success(try read(into: buffer, at: offset)) } catch {
                return .failure(error)
            }
        }
        bytes.removeLast(count - (try result.get()))
        return bytes
    }

    /// Writes all of `bytes`, from `offset` on.
    package borrowing func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        try bytes.withRawBytes { bytes throws(FileError) in try write(bytes, at: offset) }
    }

    /// Writes all of `bytes`, from `offset` on.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        try writeAll(bytes) { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + $1)) }
    }

    /// Writes all of `bytes` at the end of a file that was opened with `O_APPEND`.
    package borrowing func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        try writeAll(bytes) { rest, _ in writeSome(descriptor, rest.baseAddress, rest.count) }
    }

    private borrowing func writeAll(
        _ bytes: UnsafeRawBufferPointer, _ call: (UnsafeRawBufferPointer, Int) -> Int
    ) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let n = call(UnsafeRawBufferPointer(rebasing: bytes[written...]), written)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw .system(.unwritable, "cannot write", file: path) }
            written += n
        }
    }

    package borrowing func truncate(to size: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw .system(.unwritable, "cannot shorten", file: path)
        }
    }

    /// Waits until the device has what was written.
    package borrowing func synchronize() throws(FileError) {
        #if canImport(Darwin)
        // fsync leaves the data in the drive's cache there.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw .system(.unwritable, "cannot write to the device", file: path) }
    }
}

/// The system's call, which ``OpenFile`` has methods of the same name as.
private let writeSome = write
