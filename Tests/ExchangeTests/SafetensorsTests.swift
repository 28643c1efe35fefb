import Foundation
import Ground
import TestSupport
import Testing

@testable import Exchange

struct SafetensorsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ header: String, data: Int = 0, size: Int? = nil) throws -> SafetensorsFile {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(bitPattern: Int64(size ?? header.utf8.count)))
        bytes += Array(header.utf8) + [UInt8](repeating: 7, count: data)
        return try SafetensorsFile(try folder.write(bytes, to: "x.safetensors"))
    }

    private func error(_ header: String, data: Int = 0, size: Int? = nil) -> ExchangeError? {
        do {
            _ = try file(header, data: data, size: size)
            return nil
        } catch { return error as? ExchangeError }
    }

    // MARK: Round trips

    /// Names, shapes, metadata and bytes come back as they were, in any order and with any mixture of element sizes.
    @Test(arguments: 0..<40)
    func roundTrip(_ seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let words = ["a", "layer.0/w", "ü", "u\u{308}", "\"\\\n\t\u{1}", "日本", "😀", ""]
        var tensors: [SafetensorsTensor] = []
        for name in words.shuffled(using: &random).prefix(Int.random(in: 0...words.count, using: &random)) {
            let shape = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random) }
            let elements = SafetensorsTensor.Element.allCases
            tensors.append(SafetensorsTensor(name, elements.randomElement(using: &random) ?? .bool, shape: shape))
        }
        let contents = Dictionary(
            uniqueKeysWithValues: tensors.map { tensor in
                (Data(tensor.name.utf8), (0..<tensor.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) })
            })
        let metadata = Dictionary(
            uniqueKeysWithValues: words.prefix(seed % 3).map { ($0, words.randomElement(using: &random) ?? "") })
        let path = folder("a.safetensors")
        let hash = try SafetensorsWriter.write(path, tensors: tensors, metadata: metadata) { tensor, write in
            let bytes = try #require(contents[Data(tensor.name.utf8)])
            // In two parts, as a stream would.
            try bytes.prefix(bytes.count / 2).withUnsafeBytes { try write($0) }
            try bytes.dropFirst(bytes.count / 2).withUnsafeBytes { try write($0) }
        }
        #expect(hash.count == 32)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
        let file = try SafetensorsFile(path)
        #expect(file.metadata == metadata && file.tensors.count == tensors.count)
        for tensor in tensors {
            let found = try #require(file[tensor.name])
            #expect(found == tensor && Array(found.name.utf8) == Array(tensor.name.utf8))
            try file.withBytes(of: tensor.name) { bytes in
                #expect(Array(bytes) == contents[Data(tensor.name.utf8)])
                #expect(bytes.isEmpty || UInt(bitPattern: bytes.baseAddress) % UInt(tensor.element.size) == 0)
            }
        }
        #expect(file["b"] == nil)
    }

    @Test func hashIsThatOfTheFile() throws {
        // That it is the right one is a test of the scripts.
        let empty = try SafetensorsWriter.write(folder("e"), tensors: []) { _, _ in }
        let again = try SafetensorsWriter.write(folder("f"), tensors: []) { _, _ in }
        let other = try SafetensorsWriter.write(folder("g"), tensors: [], metadata: ["a": "b"]) { _, _ in }
        #expect(empty == again && empty != other)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder("e")))
                == Data([8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8)))
    }

    @Test func numbersAreConverted() throws {
        let halves: [(UInt16, Float)] = [
            (0, 0), (0x8000, -0.0), (1, 0x1p-24), (0x03FF, 1023 * 0x1p-24), (0x0400, 0x1p-14), (0x3C00, 1),
            (0xC000, -2),
            (0x7BFF, 65504), (0x7C00, .infinity), (0xFC00, -.infinity), (0x3555, 0.333251953125),
        ]
        let tensors = [
            SafetensorsTensor("half", .float16, shape: [halves.count + 1]),
            SafetensorsTensor("brain", .bfloat16, shape: [2]), SafetensorsTensor("double", .float64, shape: [2]),
            SafetensorsTensor("single", .float32, shape: [1, 2]), SafetensorsTensor("whole", .int64, shape: [2]),
        ]
        _ = try SafetensorsWriter.write(folder("n"), tensors: tensors) { tensor, write in
            switch tensor.name {
            case "half": try (halves.map(\.0) + [0x7E01]).withUnsafeBytes { try write($0) }
            case "brain": try [UInt16(0x3F80), 0xC040].withUnsafeBytes { try write($0) }
            case "double": try [1.5, -1e300].withUnsafeBytes { try write($0) }
            case "single": try [Float(0.1), -7].withUnsafeBytes { try write($0) }
            default: try [Int64.min, 5].withUnsafeBytes { try write($0) }
            }
        }
        let file = try SafetensorsFile(folder("n"))
        let read = try file.floats("half")
        for (index, half) in halves.enumerated() { #expect(read[index].bitPattern == half.1.bitPattern, "\(half)") }
        #expect(read[halves.count].isNaN)
        #expect(try file.floats("brain") == [1, -3])
        #expect(try file.floats("double") == [1.5, -.infinity])
        #expect(try file.floats("single") == [0.1, -7])
        #expect(try file.elements("whole", as: Int64.self) == [.min, 5])
        for body in [
            { _ = try file.floats("whole") }, { _ = try file.floats("none") },
            { _ = try file.elements("whole", as: UInt64.self) }, { _ = try file.elements("single", as: Int32.self) },
            { try file.withBytes(of: "none") { _ in } },
        ] as [() throws -> Void] {
            #expect { try body() } throws: { ($0 as? ExchangeError)?.code == .mismatch }
        }
        var room: [Float] = [0, 0]
        #expect { try room.withUnsafeMutableBufferPointer { try file.read("single", shape: [2], into: $0) } } throws: {
            "\($0)" == "\(folder("n")): \"single\" has the shape [1, 2], not [2]"
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("", 0, "does not begin with {"), (" {}", 0, "does not begin with {"), ("{", 0, "where a key should be"),
        ("{}x", 0, "text after the end"), ("{}", 1, "the tensors take 0 bytes"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "ends at 4; the file has 3"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "the tensors take 4 bytes"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, 5, "leaves a gap"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "has 8 bytes by its shape"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "but data from 4 to 0"),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            3, "overlaps"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
            3, "leaves a gap"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
            2, "is there twice"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
            2, "is there twice"
        ),
        (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "is there twice"),
        (#"{"__metadata__":{"a":"b","a":"c"}}"#, 0, "twice"), (#"{"__metadata__":{"a":1}}"#, 0, "expected '\"'"),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "lacks"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "lacks"),
        (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "has the key dtype twice"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,5]}}"#, 4, "at most 2 numbers"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#, 4, "does not know"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "expected a whole number"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "expected a whole number"),
        (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, "expected ',' or ']'"),
        (#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}"#, 4, "below 2^63"),
        (#"{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}}"#, 4, "too large"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#, 0, "too large"),
        (#"{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}"#, 4, "expected a number, found '['"),
        (#"{"a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}"#, 4, "not supported"),
        (#"{"a\ud800":{}}"#, 0, "half of a surrogate pair"), (#"{"\udc00":{}}"#, 0, "half of a surrogate pair"),
        (#"{"\x":{}}"#, 0, "escape"),
        ("{\"a\nb\":{}}", 0, "control character"), (#"{"a":{}"#, 0, "lacks"), (#"{"a"#, 0, "the end of a string"),
        (#"{"a":null}"#, 0, "expected '{'"), (#"{"a":{},}"#, 0, "lacks"),
        (#"{"__metadata__":{},}"#, 0, "expected a key"),
    ])
    func malformed(_ header: String, _ data: Int, _ words: String) {
        let error = error(header, data: data)
        #expect(error?.description.contains(words) == true, "\(header): \(String(describing: error))")
        #expect(error?.code == (words == "not supported" ? .unsupported : .malformed))
    }

    @Test func lengthsAreChecked() throws {
        for size in [3, 100, 100_000_001, Int.max, -1] {
            #expect(error("{}", size: size)?.code == .malformed)
        }
        for count in 0..<8 {
            let path = try folder.write([UInt8](repeating: 0, count: count), to: "short")
            #expect { try SafetensorsFile(path) } throws: { ($0 as? ExchangeError)?.code == .malformed }
        }
        #expect { try SafetensorsFile(folder("none")) } throws: { ($0 as? ExchangeError)?.code == .unreadable }
        #expect { try SafetensorsFile(folder.path) } throws: { ($0 as? ExchangeError)?.code == .unreadable }
        let bytes: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF] + Array("\":{}}".utf8) + [32]
        #expect { try SafetensorsFile(try folder.write(bytes, to: "utf8")) } throws: { "\($0)".contains("UTF-8") }
    }

    /// No change of a byte and no cut of a valid file leads outside it: it is refused, or all it promises is there.
    @Test func damagedFilesAreRefusedOrWhole() throws {
        let tensors = [
            SafetensorsTensor("a", .float32, shape: [2, 3]), SafetensorsTensor("b", .uint8, shape: [5]),
            SafetensorsTensor("c", .int64, shape: []), SafetensorsTensor("d", .float16, shape: [0, 4]),
        ]
        _ = try SafetensorsWriter.write(folder("v"), tensors: tensors, metadata: ["k": "é"]) { tensor, write in
            try [UInt8](repeating: 1, count: tensor.byteCount).withUnsafeBytes { try write($0) }
        }
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: folder("v"))))
        for count in 0..<whole.count {
            let path = try folder.write(whole.prefix(count), to: "cut")
            #expect(throws: ExchangeError.self) { try SafetensorsFile(path) }
        }
        var random = SplitMix64(seed: 3)
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                bytes[Int.random(in: 0..<bytes.count - 37, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let file = try? SafetensorsFile(try folder.write(bytes, to: "bad")) else { continue }
            var sum = 0
            for tensor in file.tensors {
                sum += try file.withBytes(of: tensor.name) { $0.reduce(0) { $0 + Int($1) } >= 0 ? $0.count : -1 }
            }
            #expect(sum == file.tensors.reduce(0) { $0 + $1.byteCount } && sum <= whole.count)
        }
    }

    // MARK: Writing

    @Test func whatStandsStaysUntilTheEnd() throws {
        let path = try folder.write("old", to: "x")
        do {
            let writer = try SafetensorsWriter(path, tensors: [SafetensorsTensor("a", .uint8, shape: [2])])
            try [UInt8(1)].withUnsafeBytes { try writer.append($0) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func whatCannotBeWrittenIsSaid() throws {
        #expect(throws: FileError.self) { try SafetensorsWriter(folder("no/x"), tensors: []) }
        for names in [["a", "a"], ["__metadata__"]] {
            #expect(throws: ExchangeError.self) {
                try SafetensorsWriter(folder("y"), tensors: names.map { SafetensorsTensor($0, shape: [1]) })
            }
        }
        #expect(
            !FileManager.default.fileExists(atPath: folder("y"))
                && !FileManager.default.fileExists(atPath: folder("y.partial")))
    }
}
