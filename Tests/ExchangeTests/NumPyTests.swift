import Foundation
import Ground
import TestSupport
import Testing

@testable import Exchange

struct NumPyTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ([], "()"), ([0], "(0,)"), ([7], "(7,)"), ([2, 3], "(2, 3)"), ([1_000_000, 56, 56, 3], "(1000000, 56, 56, 3)"),
    ])
    func headers(_ shape: [Int], _ text: String) {
        for element in NPYHeader.Element.allCases {
            let header = NPYHeader(element, shape: shape)
            let bytes = header.bytes
            #expect(bytes.count % 64 == 0 && Array(bytes.prefix(8)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
            #expect(Int(bytes[8]) + Int(bytes[9]) << 8 == bytes.count - 10)
            let line = String(decoding: bytes.dropFirst(10), as: UTF8.self)
            #expect(line.hasPrefix("{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': \(text), }"))
            #expect(line.hasSuffix("\n"))
            #expect(header.dataSize == shape.reduce(1, *) * element.size)
        }
    }

    @Test func arrayFile() throws {
        let header = NPYHeader(.float32, shape: [3])
        let writer = try NPYWriter(folder("a.npy"), header)
        let values: [Float] = [1, -2, 0.5]
        try values.prefix(1).withUnsafeBytes { try writer.append($0) }
        try values.dropFirst(1).withUnsafeBytes { try writer.append($0) }
        #expect(!FileManager.default.fileExists(atPath: folder("a.npy")))
        try writer.finish()
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder("a.npy"))))
        #expect(bytes == header.bytes + values.withUnsafeBytes { Array($0) })
    }

    /// Follows the zip file's structure from its end; Python reads it in the scripts' test.
    @Test(arguments: [Int(UInt32.max), 300, 0])
    func archive(_ limit: Int) throws {
        let writer = try NPZWriter(folder("a.npz"), limit: limit)
        let contents: [(String, [UInt8])] = [
            ("first", Array(0..<100)), ("ü", []), ("third", Array(repeating: 9, count: 400)),
        ]
        for (name, bytes) in contents {
            try writer.begin(name, NPYHeader(.uint8, shape: [bytes.count]))
            for part in [bytes.prefix(bytes.count / 3), bytes.dropFirst(bytes.count / 3)] {
                try part.withUnsafeBytes { try writer.append($0) }
            }
        }
        try writer.add("about.json", Array("{}".utf8))
        try writer.finish()
        let zip = Array(try Data(contentsOf: URL(fileURLWithPath: folder("a.npz"))))
        func number(_ offset: Int, _ size: Int) -> Int {
            zip[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let end = zip.count - 22
        try #require(number(end, 4) == 0x0605_4B50)
        var (count, size, directory) = (number(end + 10, 2), number(end + 12, 4), number(end + 16, 4))
        if limit < Int(UInt32.max) {
            #expect(count == 0xFFFF && size == 0xFFFF_FFFF && directory == 0xFFFF_FFFF)
            try #require(number(end - 20, 4) == 0x0706_4B50)
            let large = number(end - 12, 8)
            try #require(number(large, 4) == 0x0606_4B50 && large + 12 + number(large + 4, 8) == end - 20)
            (count, size, directory) = (number(large + 32, 8), number(large + 40, 8), number(large + 48, 8))
            #expect(directory + size == large)
        } else {
            #expect(directory + size == end)
        }
        #expect(count == 4)
        for (name, bytes) in contents.map({ ($0 + ".npy", NPYHeader(.uint8, shape: [$1.count]).bytes + $1) })
            + [("about.json", Array("{}".utf8))]
        {
            try #require(number(directory, 4) == 0x0201_4B50)
            #expect(number(directory + 10, 2) == 0)
            let (checksum, length) = (number(directory + 16, 4), number(directory + 28, 2))
            #expect(checksum == Int(bytes.withUnsafeBytes { CRC32.zip.checksum($0) }))
            #expect(zip[(directory + 46)..<(directory + 46 + length)].elementsEqual(name.utf8))
            var extra = directory + 46 + length + 4
            func value(_ offset: Int) -> Int {
                guard number(offset, 4) == 0xFFFF_FFFF else { return number(offset, 4) }
                defer { extra += 8 }
                return number(extra, 8)
            }
            let stored = value(directory + 20)
            #expect(stored == bytes.count && value(directory + 24) == stored)
            let local = value(directory + 42)
            #expect((number(directory + 20, 4) == 0xFFFF_FFFF) == (bytes.count >= limit))
            try #require(number(local, 4) == 0x0403_4B50)
            #expect(number(local + 14, 4) == checksum && number(local + 26, 2) == length)
            let data = local + 30 + length + number(local + 28, 2)
            #expect(Array(zip[data..<(data + stored)]) == bytes)
            directory += 46 + length + number(directory + 30, 2)
        }
    }

    @Test func unfinishedArchivesLeaveNothing() throws {
        do {
            let writer = try NPZWriter(folder("a.npz"))
            try writer.begin("a", NPYHeader(.uint8, shape: [3]))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
