import Foundation
import Ground
import TestSupport
import Testing

@testable import Exchange

struct EventFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Checks the frames and returns the events.
    private func records(_ path: String) throws -> [[UInt8]] {
        var rest = Array(try Data(contentsOf: URL(fileURLWithPath: path)))[...]
        func number(_ count: Int) -> UInt64 {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        var records: [[UInt8]] = []
        while !rest.isEmpty {
            let head = Array(rest.prefix(8))
            let count = Int(number(8))
            #expect(number(4) == UInt64(EventRecord.maskedChecksum(head)))
            try #require(rest.count >= count + 4)
            records.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
            #expect(number(4) == UInt64(EventRecord.maskedChecksum(records.last ?? [])))
        }
        return records
    }

    /// The example of RFC 3720, B.4: the checksum of 32 zeros is 0x8A9136AA.
    @Test func checksumsAreMasked() {
        let checksum: UInt32 = 0x8A91_36AA
        #expect(
            EventRecord.maskedChecksum([UInt8](repeating: 0, count: 32))
                == (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8)
    }

    /// Byte for byte what the protocol buffer definition gives by hand.
    @Test func eventsAreProtocolBuffers() throws {
        let writer = try EventFileWriter(folder: folder("run"), purgeStep: 300, time: 1.5)
        try writer.add(step: -1, [("a/b", 1), ("", -0.5)], time: 0)
        try writer.add(step: 7, [])
        try writer.flush()
        #expect(writer.path == folder("run/events.out.tfevents.0000000001.rgvlm"))
        let half: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
        #expect(
            try records(writer.path) == [
                [0x09] + half + [0x10, 0, 0x1A, 13] + Array("brain.Event:2".utf8),
                [0x09] + half + [0x10, 0xAC, 0x02, 0x3A, 2, 0x08, 1],
                [0x09] + [UInt8](repeating: 0, count: 8) + [0x10]
                    + [UInt8](repeating: 0xFF, count: 9) + [1, 0x2A, 21]
                    + [0x0A, 10, 0x0A, 3] + Array("a/b".utf8) + [0x15, 0, 0, 0x80, 0x3F]
                    + [0x0A, 7, 0x0A, 0, 0x15, 0, 0, 0, 0xBF],
            ])
    }

    @Test func manyRecordsArriveInOrder() throws {
        let path: String
        do {
            let writer = try EventFileWriter(folder: folder("run"))
            path = writer.path
            for step in 0..<5_000 { try writer.add(step: step, [("loss", Float(step))]) }
        }
        #expect(try records(path).count == 5_001)
    }

    /// TensorBoard reads files by their names: a later writer's comes last, whatever the clock says.
    @Test func namesAreInTheOrderOfTheWriters() throws {
        try folder.write("", to: "events.out.tfevents.99999999999999999999.x")
        try folder.write("", to: "events.out.tfevents.later")
        let times = [100.0, 100, 50, 1_700_000_000, 3]
        let writers = try times.map { try EventFileWriter(folder: folder.path, time: $0) }
        let names = writers.map { String($0.path.dropFirst(folder.path.count + 1)) }
        #expect(names == names.sorted() && Set(names).count == times.count)
        #expect(
            names[0] == "events.out.tfevents.0000000100.rgvlm" && names[1] == "events.out.tfevents.0000000101.rgvlm")
    }

    @Test func whatCannotBeWrittenIsSaid() throws {
        try folder.write("", to: "file")
        #expect { try EventFileWriter(folder: folder("file/run")) } throws: {
            ($0 as? FileError)?.code == .unwritable
        }
    }
}
