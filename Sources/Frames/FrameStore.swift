package import Ground

/// What is wrong with a frame store.
package struct FrameStoreError: ExitCoded, Equatable {
    package enum Code: Sendable {
        /// The file cannot be opened, read, mapped or locked.
        case unreadable
        /// The bytes are no frame store, or one of a later version.
        case malformed
        /// The store holds records of another format than asked for.
        case otherFormat
        /// A record's checksum does not match.
        case damaged
        /// Another process writes to the store.
        case locked
        /// The file cannot be written, for instance because the device is full.
        case unwritable
    }

    package var code: Code
    package var message: String
    package var file: String

    init(_ code: Code, _ message: String, file: String) {
        self.code = code
        self.message = message
        self.file = file
    }

    package var description: String { "\(file): \(message)" }
}

/// Frames or features of a dataset: an append-only file of fixed-size records, mapped into memory for reading.
///
/// A reader sees the records that were committed when it opened the file. See ``FrameStoreHeader`` for the layout and
/// ``FrameStoreWriter`` for how it stays whole through a crash.
package final class FrameStore: Sendable {
    package let format: FrameFormat
    /// Committed records.
    package let count: Int
    package let path: String
    /// 16 bytes that the database which refers to the records knows too.
    package let identifier: [UInt8]
    private let mapping: MappedFile
    nonisolated(unsafe) private let base: UnsafeRawPointer
    private let stride: Int

    package init(_ path: String) throws(FrameStoreError) {
        let file: OpenFile
        do throws(FileError) { file = try OpenFile(reading: path) } catch { throw FrameStoreError(error) }
        let header = try FrameStoreHeader.read(file)
        guard file.size >= header.fileSize else {
            throw FrameStoreError(
                .malformed, "has \(file.size) bytes; its \(header.count) records need \(header.fileSize)", file: path)
        }
        do throws(FileError) {
            mapping = try MappedFile(file, count: header.fileSize)
        } catch {
            throw FrameStoreError(error)
        }
        (identifier, format, count, stride) = (header.identifier, header.format, header.count, header.stride)
        guard let base = mapping.bytes.baseAddress else {
            throw FrameStoreError(.malformed, "is empty", file: path)
        }
        self.base = base
        self.path = path
    }

    /// Calls `body` with the bytes of record `index`, in place and aligned to 8 bytes.
    package func withFrame<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let start = address(of: index)
        return try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: start, count: format.byteCount))
        }
    }

    /// Where record `index` begins: `format.byteCount` bytes, aligned to 8, that stay in place while the store lives.
    package func address(of index: Int) -> UnsafeRawPointer {
        precondition(index >= 0 && index < count, "record \(index) of \(count)")
        return base + FrameStoreHeader.size + index * stride
    }

    /// Compares record `index` with its checksum.
    package func verify(_ index: Int) throws(FrameStoreError) {
        let isWhole = withFrame(index) { bytes in
            let trailer = UnsafeRawBufferPointer(
                start: bytes.baseAddress! + format.byteCount, count: FrameStoreHeader.trailerSize)
            return FrameStoreHeader.trailer(of: bytes, index: index).elementsEqual(trailer)
        }
        guard isWhole else {
            throw FrameStoreError(.damaged, "record \(index) does not match its checksum", file: path)
        }
    }
}

extension FrameStoreError {
    package var exit: StageExit {
        switch code {
        case .unreadable: .inputMissing
        case .malformed, .otherFormat, .damaged: .badInput
        case .locked, .unwritable: .cannotWrite
        }
    }

    init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .missing, .unreadable, .tooLarge: .unreadable
            case .unwritable: .unwritable
            case .locked: .locked
            }
        self.init(code, error.message, file: error.file)
    }
}
