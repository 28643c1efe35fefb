internal import CJSONShim

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The bytes of one file in a buffer that is reused from file to file, with the padding the JSON parser reads into.
package final class FileBytes {
    private static let padding = rgvlm_json_padding()

    private var storage: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    package init() { storage = .allocate(byteCount: 1 << 18, alignment: 64) }

    /// Copies `bytes`, for tests and for data that is not in a file.
    package convenience init(_ bytes: some Sequence<UInt8>) {
        self.init()
        let bytes = Array(bytes)
        reserve(bytes.count)
        storage.copyBytes(from: bytes)
        finish(bytes.count)
    }

    deinit { storage.deallocate() }

    /// What was read last; valid until the next load.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

    private func reserve(_ size: Int) {
        guard size + Self.padding > storage.count else { return }
        storage.deallocate()
        storage = .allocate(byteCount: size + Self.padding, alignment: 64)
    }

    private func finish(_ size: Int) {
        count = size
        memset(storage.baseAddress! + size, 0, Self.padding)
    }

    /// Replaces the contents by those of the regular file at `path`.
    ///
    /// - Parameter limit: Bytes the file may have. The size is checked before anything is read.
    package func load(_ path: String, limit: Int) throws(ALFREDError) {
        count = 0
        let file = try RegularFile(path)
        guard file.size <= limit else {
            throw ALFREDError(
                .tooLarge, "is \(file.size) bytes; files of this kind are read up to \(limit) bytes", file: path)
        }
        reserve(file.size)
        var read = 0
        while read < file.size {
            let n = Self.retrying { pread(file.descriptor, storage.baseAddress! + read, file.size - read, off_t(read)) }
            guard n >= 0 else { throw ALFREDError(.unreadable, "cannot read: \(systemMessage())", file: path) }
            if n == 0 { break }
            read += n
        }
        finish(read)
    }

    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

/// The text of `errno`.
func systemMessage() -> String { String(cString: strerror(errno)) }

/// An open descriptor of a regular file: never a directory, a device or a pipe that would block.
struct RegularFile: ~Copyable {
    let descriptor: Int32
    let size: Int

    init(_ path: String) throws(ALFREDError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ALFREDError(.unreadable, "cannot open: \(systemMessage())", file: path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ALFREDError(.unreadable, "is not a regular file", file: path)
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }
}
