/// The stored (uncompressed) members of a zip archive in memory, as `torch.save` writes them.
struct ZipDirectory {
    struct Entry {
        var name: String
        var data: Range<Int>
    }

    private(set) var entries: [Entry] = []

    init(_ bytes: UnsafeRawBufferPointer) throws(ALFREDError) {
        guard let end = Self.endRecord(bytes) else {
            throw ALFREDError(.malformed, "is a truncated zip archive: it has no directory")
        }
        let count = Int(Self.u16(bytes, end + 10))
        var at = Int(Self.u32(bytes, end + 16))
        guard count != 0xFFFF, at != 0xFFFF_FFFF else {
            throw ALFREDError(.malformed, "is a zip64 archive, which is not read")
        }
        for _ in 0..<count {
            guard at <= bytes.count - 46, Self.u32(bytes, at) == 0x0201_4B50 else {
                throw ALFREDError(.malformed, "has a damaged zip directory", location: "byte \(at)")
            }
            let method = Self.u16(bytes, at + 10)
            let size = Int(Self.u32(bytes, at + 24))
            let nameLength = Int(Self.u16(bytes, at + 28))
            let rest = nameLength + Int(Self.u16(bytes, at + 30)) + Int(Self.u16(bytes, at + 32))
            let local = Int(Self.u32(bytes, at + 42))
            guard at + 46 + rest <= bytes.count, local <= bytes.count - 30, Self.u32(bytes, local) == 0x0403_4B50 else {
                throw ALFREDError(.malformed, "has a damaged zip entry", location: "byte \(at)")
            }
            let name = String(decoding: bytes[(at + 46)..<(at + 46 + nameLength)], as: UTF8.self)
            guard method == 0 else {
                throw ALFREDError(
                    .malformed, "the member \(name.prefix(60)) is compressed; torch.save stores its members")
            }
            let start = local + 30 + Int(Self.u16(bytes, local + 26)) + Int(Self.u16(bytes, local + 28))
            guard start <= bytes.count, size <= bytes.count - start else {
                throw ALFREDError(.malformed, "the member \(name.prefix(60)) is truncated", location: "byte \(start)")
            }
            entries.append(Entry(name: name, data: start..<(start + size)))
            at += 46 + rest
        }
    }

    /// Offset of the end-of-directory record, searched from the end over the longest possible comment.
    private static func endRecord(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var at = bytes.count - 22
        let lowest = max(0, bytes.count - 22 - 0xFFFF)
        while at >= lowest {
            if u32(bytes, at) == 0x0605_4B50 { return at }
            at -= 1
        }
        return nil
    }

    private static func u16(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
    }

    private static func u32(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }
}
