#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
internal import Ground
#endif

/// The first 4,096 bytes of a frame store: two slots with the same fields, written in turn.
///
/// A commit overwrites the older slot; whatever a crash leaves of it, the other one stands. The slot with a valid
/// checksum and the higher sequence number counts. Numbers are little-endian.
///
/// | offset in slot | field |
/// |---|---|
/// | 0 | `RGVLMFRM` |
/// | 8 | version (u32), element type (u32) |
/// | 16 | sequence number (u64) |
/// | 24 | committed records (u64) |
/// | 32 | rank (u32), then 8 dimensions (u32 each, unused ones 0) |
/// | 68 | identifier of the store it belongs to (16 bytes) |
/// | 84 | CRC32C of bytes 0-83 (u32) |
///
/// Record i begins at 4,096 + i * stride; it is followed by the CRC32C of its bytes and the low 32 bits of i, then
/// padded to a multiple of 8.
struct FrameStoreHeader: Equatable {
    static let size = 4096
    static let slotSize = 2048
    static let fieldSize = 88
    static let identifierSize = 16
    static let trailerSize = 8
    static let version: UInt32 = 1
    private static let magic = Array("RGVLMFRM".utf8)

    var format: FrameFormat
    /// 16 bytes that the database which refers to the records knows too.
    var identifier: [UInt8]
    var sequence: UInt64
    var count: Int

    var stride: Int { (format.byteCount + Self.trailerSize + 7) & ~7 }
    var fileSize: Int { Self.size + count * stride }
    /// Offset of the slot this header is written to.
    var slotOffset: Int { sequence.isMultiple(of: 2) ? 0 : Self.slotSize }

    /// Checksum and index of a record.
    static func trailer(of record: UnsafeRawBufferPointer, index: Int) -> [UInt8] {
        bytes(CRC32.castagnoli.checksum(record)) + bytes(UInt32(truncatingIfNeeded: index))
    }

    static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    var bytes: [UInt8] {
        var bytes = Self.magic + Self.bytes(Self.version) + Self.bytes(format.element.rawValue)
        bytes += Self.bytes(sequence) + Self.bytes(UInt64(count)) + Self.bytes(UInt32(format.shape.count))
        for axis in 0..<8 { bytes += Self.bytes(axis < format.shape.count ? UInt32(format.shape[axis]) : 0) }
        bytes += identifier
        return bytes + Self.bytes(bytes.withUnsafeBytes { CRC32.castagnoli.checksum($0) })
    }

    /// Reads one slot; nil when it is not valid.
    init?(slot: UnsafeRawBufferPointer, laterVersion: inout UInt32?) {
        func u32(_ at: Int) -> UInt32 { UInt32(littleEndian: slot.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
        func u64(_ at: Int) -> UInt64 { UInt64(littleEndian: slot.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
        guard slot.count >= Self.fieldSize, slot.starts(with: Self.magic) else { return nil }
        // A later version may have other fields; its number alone is believed.
        if u32(8) > Self.version { laterVersion = u32(8) }
        let rank = Int(u32(32))
        guard u32(84) == CRC32.castagnoli.checksum(UnsafeRawBufferPointer(rebasing: slot[..<84])),
            u32(8) == Self.version,
            let element = FrameFormat.Element(rawValue: u32(12)), (1...8).contains(rank),
            let format = FrameFormat(element: element, shape: (0..<rank).map { Int(u32(36 + 4 * $0)) }),
            let count = Int(exactly: u64(24)), count <= (Int.max - Self.size) / (format.byteCount + 16)
        else { return nil }
        self.init(format: format, identifier: Array(slot[68..<84]), sequence: u64(16), count: count)
    }

    init(format: FrameFormat, identifier: [UInt8], sequence: UInt64, count: Int) {
        precondition(identifier.count == Self.identifierSize, "an identifier of \(identifier.count) bytes")
        self.format = format
        self.identifier = identifier
        self.sequence = sequence
        self.count = count
    }

    /// The valid header of an open file.
    static func read(_ file: borrowing OpenFile) throws(FrameStoreError) -> FrameStoreHeader {
        let path = file.path
        let page: [UInt8]
        do throws(FileError) {
            page = try file.read(count: size)
        } catch {
            throw FrameStoreError(error)
        }
        guard page.count == size else {
            throw FrameStoreError(.malformed, "is too short to be a frame store", file: path)
        }
        var laterVersion: UInt32?
        let slots = page.withUnsafeBytes { page in
            [0, slotSize].compactMap {
                FrameStoreHeader(
                    slot: UnsafeRawBufferPointer(rebasing: page[$0..<($0 + fieldSize)]), laterVersion: &laterVersion)
            }
        }
        if let laterVersion {
            throw FrameStoreError(
                .malformed, "is a frame store of version \(laterVersion); this program reads version \(version)",
                file: path)
        }
        if let newest = slots.max(by: { $0.sequence < $1.sequence }) { return newest }
        throw FrameStoreError(.malformed, "is not a frame store, or both its headers are damaged", file: path)
    }
}
