import Episodes
import Foundation
import Frames
import Ground
import SampleData
import TestSupport
import Testing

@testable import Frames

@Suite struct FrameStoreTests {
    private let folder: TemporaryFolder
    private let format = FrameFormat(element: .uint8, shape: [2, 3, 3])!

    private let identifier = Array(UInt8(1)...16)

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder("x.frames") }

    private func record(_ number: Int) -> [UInt8] {
        (0..<format.byteCount).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) }
    }

    private func append(_ numbers: Range<Int>, to writer: FrameStoreWriter) throws {
        for number in numbers {
            let index = try record(number).withUnsafeBytes { try writer.append($0) }
            #expect(index == number)
        }
    }

    private func expectRecords(_ count: Int) throws {
        let store = try FrameStore(path)
        #expect(store.count == count)
        #expect(store.format == format)
        for index in 0..<store.count {
            try #require(store.withFrame(index) { Array($0) } == record(index))
            try store.verify(index)
        }
    }

    @Test func appendingAndReadingGivesTheSame() throws {
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        try append(0..<5, to: writer)
        try expectRecords(0)
        try writer.commit()
        try expectRecords(5)
        try append(5..<8, to: writer)
        try expectRecords(5)
        try writer.commit()
        try writer.commit()
        try expectRecords(8)
    }

    @Test func aReaderKeepsWhatItOpened() throws {
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        try append(0..<3, to: writer)
        try writer.commit()
        let before = try FrameStore(path)
        try append(3..<400, to: writer)
        try writer.commit()
        #expect(before.count == 3)
        #expect(before.withFrame(2) { Array($0) } == record(2))
        try expectRecords(400)
    }

    @Test func theNextWriterGoesOn() throws {
        for start in [0, 4, 8] {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            #expect(writer.count == start)
            try append(start..<(start + 4), to: writer)
            try writer.commit()
        }
        try expectRecords(12)
    }

    @Test func whatWasNotCommittedIsGone() throws {
        do {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            try append(0..<2, to: writer)
            try writer.commit()
            try append(2..<9, to: writer)
        }
        try expectRecords(2)
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        try append(2..<3, to: writer)
        writer.rollback()
        try append(2..<4, to: writer)
        try writer.commit()
        try expectRecords(4)
    }

    @Test func truncating() throws {
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        try append(0..<9, to: writer)
        try writer.commit()
        try writer.truncate(to: 4)
        try expectRecords(4)
        try append(4..<6, to: writer)
        try writer.commit()
        try expectRecords(6)
    }

    /// A crash at any byte of a commit leaves the state before or after it. Every prefix of the writes is tried:
    /// records first, then the header slot.
    @Test func aTornCommitLeavesTheLastOne() throws {
        do {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            try append(0..<3, to: writer)
            try writer.commit()
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        do {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            try append(3..<5, to: writer)
            try writer.commit()
        }
        let after = try Data(contentsOf: URL(fileURLWithPath: path))
        let changed = (0..<FrameStoreHeader.size).filter { before[$0] != after[$0] }
        #expect(!changed.isEmpty)
        let slot = changed[0] / FrameStoreHeader.slotSize * FrameStoreHeader.slotSize
        // Records are written, the header is torn at byte `end` of its slot.
        for end in 0..<FrameStoreHeader.fieldSize {
            var torn = after
            torn.replaceSubrange(
                slot..<(slot + FrameStoreHeader.fieldSize), with: before[slot..<(slot + FrameStoreHeader.fieldSize)])
            torn.replaceSubrange(slot..<(slot + end), with: after[slot..<(slot + end)])
            try torn.write(to: URL(fileURLWithPath: path))
            let count = try FrameStore(path).count
            try #require(count == 3 || torn == after, "torn at \(end)")
        }
        // Only part of the records is written.
        for size in stride(from: before.count, to: after.count, by: 7) {
            try (before + after[before.count..<size]).write(to: URL(fileURLWithPath: path))
            try expectRecords(3)
        }
        // The file was made, but its header never written.
        for size in [0, 1, 100, FrameStoreHeader.size - 1] {
            try Data(before[..<size]).write(to: URL(fileURLWithPath: path))
            #expect(throws: FrameStoreError.self) { try FrameStore(path) }
            #expect(try FrameStoreWriter(path, format: format, identifier: identifier).count == 0)
        }
    }

    @Test func aDamagedRecordIsFound() throws {
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        try append(0..<3, to: writer)
        try writer.commit()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let stride = (format.byteCount + 8 + 7) & ~7
        bytes[FrameStoreHeader.size + stride + 4] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let store = try FrameStore(path)
        try store.verify(0)
        #expect(throws: FrameStoreError(.damaged, "record 1 does not match its checksum", file: path)) {
            try store.verify(1)
        }
        try store.verify(2)
        // A record in another's place has a whole checksum but the wrong index.
        bytes[FrameStoreHeader.size + stride + 4] ^= 1
        let first = bytes[FrameStoreHeader.size..<(FrameStoreHeader.size + stride)]
        bytes.replaceSubrange((FrameStoreHeader.size + stride)..<(FrameStoreHeader.size + 2 * stride), with: first)
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: FrameStoreError.self) { try FrameStore(path).verify(1) }
    }

    @Test func anotherStoresFileIsLeftAlone() throws {
        do {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            try append(0..<2, to: writer)
            try writer.commit()
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let error = #expect(throws: FrameStoreError.self) {
            try FrameStoreWriter(path, format: format, identifier: [UInt8](repeating: 9, count: 16))
        }
        #expect(error?.message == "belongs to another store; move it away, or give the store another name")
        // Nor is a short file that is something else, or one that is shorter than it says.
        try folder.write("notes", to: "notes")
        #expect(throws: FrameStoreError.self) {
            try FrameStoreWriter(folder("notes"), format: format, identifier: identifier)
        }
        #expect(try String(contentsOfFile: folder("notes"), encoding: .utf8) == "notes")
        try before.dropLast(3).write(to: URL(fileURLWithPath: path))
        let short = #expect(throws: FrameStoreError.self) {
            try FrameStoreWriter(path, format: format, identifier: identifier)
        }
        #expect(short?.message == "has \(before.count - 3) bytes; its 2 records need \(before.count)")
    }

    /// The size of a new file can become durable before its bytes.
    @Test func aPageOfZerosIsANewFile() throws {
        for size in [0, 1, 88, 4096] {
            try folder.write([UInt8](repeating: 0, count: size), to: "x.frames")
            #expect(try FrameStoreWriter(path, format: format, identifier: identifier).count == 0)
        }
    }

    @Test func oneWriterAtATime() throws {
        let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
        #expect(throws: FrameStoreError(.locked, "another process is writing to it", file: path)) {
            try FrameStoreWriter(path, format: format, identifier: identifier)
        }
        _ = writer.count
    }

    @Test func otherFormatsAndFilesAreRefused() throws {
        do {
            let writer = try FrameStoreWriter(path, format: format, identifier: identifier)
            try append(0..<1, to: writer)
            try writer.commit()
        }
        let other = FrameFormat(element: .float32, shape: [512, 7, 7])!
        #expect(
            throws: FrameStoreError(
                .otherFormat, "holds records of uint8 [2, 3, 3], not float32 [512, 7, 7]", file: path)
        ) {
            try FrameStoreWriter(path, format: other, identifier: identifier)
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.dropLast(1).write(to: URL(fileURLWithPath: path))
        let short = #expect(throws: FrameStoreError.self) { try FrameStore(path) }
        #expect(short?.message == "has \(bytes.count - 1) bytes; its 1 records need \(bytes.count)")
        bytes[8] = 2
        bytes[FrameStoreHeader.slotSize + 8] = 2
        try bytes.write(to: URL(fileURLWithPath: path))
        let newer = #expect(throws: FrameStoreError.self) { try FrameStore(path) }
        #expect(newer?.message == "is a frame store of version 2; this program reads version 1")
        try folder.write(String(repeating: "x", count: 5000), to: "text")
        let text = #expect(throws: FrameStoreError.self) { try FrameStore(folder("text")) }
        #expect(text?.message == "is not a frame store, or both its headers are damaged")
        // Nothing is written over a file that is something else.
        #expect(throws: FrameStoreError.self) {
            try FrameStoreWriter(folder("text"), format: format, identifier: identifier)
        }
        #expect(try String(contentsOfFile: folder("text"), encoding: .utf8).count == 5000)
    }

    @Test func randomHeadersAreRefused() throws {
        var random = SplitMix64(seed: 1)
        let header = FrameStoreHeader(format: format, identifier: identifier, sequence: 4, count: 0)
        for _ in 0..<2000 {
            var bytes = header.bytes
            for _ in 0...random.int(0...3) {
                bytes[random.int(0...(FrameStoreHeader.fieldSize - 1))] ^= UInt8(random.int(1...255))
            }
            var later: UInt32?
            let read = bytes.withUnsafeBytes { FrameStoreHeader(slot: $0, laterVersion: &later) }
            try #require(read == nil || read == header)
        }
    }

    @Test func formatsAreBounded() {
        #expect(FrameFormat(element: .uint8, shape: []) == nil)
        #expect(FrameFormat(element: .uint8, shape: [0]) == nil)
        #expect(FrameFormat(element: .uint8, shape: [-1, 3]) == nil)
        #expect(FrameFormat(element: .float32, shape: [1 << 20, 1 << 20]) == nil)
        #expect(FrameFormat(element: .float16, shape: [512, 7, 7])?.byteCount == 50_176)
    }
}
