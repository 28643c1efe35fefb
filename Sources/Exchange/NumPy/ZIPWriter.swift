internal import Ground

/// Writes a zip file entry by entry, without holding it in memory and without compression (APPNOTE 6.3.10). Sizes and
/// offsets that do not fit 32 bits go into ZIP64 records. The file appears under its name when it is whole.
final class ZIPWriter {
    private struct Entry {
        var name: [UInt8]
        var size: Int
        var offset: Int
        var checksum: UInt32 = 0
    }

    private let file: AtomicFile
    /// The first number that goes into a ZIP64 record.
    private let limit: Int
    private var entries: [Entry] = []
    /// Bytes of the open entry that are still to come.
    private var missing = 0

    /// Offset of the checksum in an entry's header.
    private static let checksumOffset = 14
    private static let (plainVersion, zip64Version): (UInt16, UInt16) = (20, 45)
    /// Names are UTF-8.
    private static let flags: UInt16 = 1 << 11
    /// 1980-01-01 00:00, so that the same data make the same file.
    private static let (time, date): (UInt16, UInt16) = (0, 1 << 5 | 1)

    /// - Parameter limit: 2^32 - 1, less in tests only.
    init(_ path: String, limit: Int = Int(UInt32.max)) throws(FileError) {
        file = try AtomicFile(path)
        self.limit = limit
    }

    /// Begins an entry of exactly `size` bytes.
    func begin(_ name: String, size: Int) throws(FileError) {
        try endEntry()
        let entry = Entry(name: Array(name.utf8), size: size, offset: file.count)
        precondition(entry.name.count <= Int(UInt16.max), "a name of \(entry.name.count) bytes")
        entries.append(entry)
        missing = size
        var header: [UInt8] = []
        header.append(littleEndian: UInt32(0x0403_4B50))
        appendCommon(entry, to: &header)
        var extra: [UInt8] = []
        if size >= limit { extra = Self.zip64([size, size]) }
        header.append(littleEndian: UInt16(extra.count))
        try file.append(header + entry.name + extra)
    }

    /// Appends data of the open entry.
    func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        precondition(!entries.isEmpty && bytes.count <= missing, "more data than the entry was to have")
        entries[entries.count - 1].checksum = CRC32.zip.checksum(bytes, seed: entries[entries.count - 1].checksum)
        missing -= bytes.count
        try file.append(bytes)
    }

    private func endEntry() throws(FileError) {
        precondition(missing == 0, "\(missing) bytes of the entry are missing")
        guard let entry = entries.last, entry.size > 0 else { return }
        var checksum: [UInt8] = []
        checksum.append(littleEndian: entry.checksum)
        try file.overwrite(at: entry.offset + Self.checksumOffset, with: checksum)
    }

    /// Writes the directory and gives the file its name.
    func finish() throws(FileError) {
        try endEntry()
        let start = file.count
        for entry in entries {
            var header: [UInt8] = []
            header.append(littleEndian: UInt32(0x0201_4B50))
            header.append(littleEndian: version(entry))
            appendCommon(entry, to: &header)
            let large =
                (entry.size >= limit ? [entry.size, entry.size] : []) + (entry.offset >= limit ? [entry.offset] : [])
            let extra = large.isEmpty ? [] : Self.zip64(large)
            header.append(littleEndian: UInt16(extra.count))
            // Comment, disk, attributes: none.
            header += [UInt8](repeating: 0, count: 10)
            header.append(littleEndian: UInt32(entry.offset >= limit ? Int(UInt32.max) : entry.offset))
            try file.append(header + entry.name + extra)
        }
        try file.append(end(directory: start..<file.count))
        try file.finish()
    }

    private func version(_ entry: Entry) -> UInt16 {
        entry.size >= limit || entry.offset >= limit ? Self.zip64Version : Self.plainVersion
    }

    /// What the headers before an entry and in the directory have in common: from the version to the name's length.
    private func appendCommon(_ entry: Entry, to header: inout [UInt8]) {
        header.append(littleEndian: version(entry))
        header.append(littleEndian: Self.flags)
        // Stored.
        header.append(littleEndian: UInt16(0))
        header.append(littleEndian: Self.time)
        header.append(littleEndian: Self.date)
        header.append(littleEndian: entry.checksum)
        for _ in 0..<2 { header.append(littleEndian: UInt32(entry.size >= limit ? Int(UInt32.max) : entry.size)) }
        header.append(littleEndian: UInt16(entry.name.count))
    }

    private static func zip64(_ values: [Int]) -> [UInt8] {
        var extra: [UInt8] = []
        extra.append(littleEndian: UInt16(1))
        extra.append(littleEndian: UInt16(8 * values.count))
        for value in values { extra.append(littleEndian: UInt64(value)) }
        return extra
    }

    private func end(directory: Range<Int>) -> [UInt8] {
        var end: [UInt8] = []
        let isLarge =
            directory.lowerBound >= limit || directory.count >= limit || entries.count >= min(limit, Int(UInt16.max))
        if isLarge {
            end.append(littleEndian: UInt32(0x0606_4B50))
            end.append(littleEndian: UInt64(44))
            for _ in 0..<2 { end.append(littleEndian: Self.zip64Version) }
            for _ in 0..<2 { end.append(littleEndian: UInt32(0)) }
            for _ in 0..<2 { end.append(littleEndian: UInt64(entries.count)) }
            end.append(littleEndian: UInt64(directory.count))
            end.append(littleEndian: UInt64(directory.lowerBound))
            end.append(littleEndian: UInt32(0x0706_4B50))
            end.append(littleEndian: UInt32(0))
            end.append(littleEndian: UInt64(directory.upperBound))
            end.append(littleEndian: UInt32(1))
        }
        end.append(littleEndian: UInt32(0x0605_4B50))
        for _ in 0..<2 { end.append(littleEndian: UInt16(0)) }
        for _ in 0..<2 { end.append(littleEndian: isLarge ? UInt16.max : UInt16(entries.count)) }
        end.append(littleEndian: isLarge ? UInt32.max : UInt32(directory.count))
        end.append(littleEndian: isLarge ? UInt32.max : UInt32(directory.lowerBound))
        end.append(littleEndian: UInt16(0))
        return end
    }
}
