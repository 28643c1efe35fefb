internal import CJSONShim
internal import Ground

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
        do throws(FileError) {
            let file = try OpenFile(reading: path)
            guard file.size <= limit else {
                throw FileError(
                    .tooLarge, "is \(file.size) bytes; files of this kind are read up to \(limit) bytes", file: path)
            }
            reserve(file.size)
            finish(try file.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[..<file.size])))
        } catch {
            throw ALFREDError(error)
        }
    }
}
