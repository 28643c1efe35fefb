import Foundation
import Ground
import TestSupport
import Testing

@testable import Exchange

/// Python with numpy, torch, safetensors and tensorboard: RGVLM_PYTHON, else .venv/bin/python in the package's folder.
private enum Python {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let interpreter: String =
        ProcessInfo.processInfo.environment["RGVLM_PYTHON"] ?? package.appendingPathComponent(".venv/bin/python").path

    static let isThere = FileManager.default.isExecutableFile(atPath: interpreter) && (try? run(["probe"])) != nil

    /// What the script prints.
    static func run(_ arguments: [String]) throws -> Any {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = [package.appendingPathComponent("Tests/Scripts/exchange_check.py").path] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONSerialization.jsonObject(with: output, options: .fragmentsAllowed)
    }
}

@Suite(.enabled(if: Python.isThere, "no Python with numpy, torch, safetensors and tensorboard; set RGVLM_PYTHON"))
struct InteropTests {
    private struct Described: Equatable {
        var dtype: String
        var shape: [Int]
        var bytes: String

        init(_ value: Any) throws {
            let value = try #require(value as? [String: Any])
            dtype = try #require(value["dtype"] as? String)
            shape = try #require(value["shape"] as? [Int])
            bytes = try #require(value["bytes"] as? String)
        }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    private static let names: [SafetensorsTensor.Element: String] = [
        .float64: "float64", .float32: "float32", .float16: "float16", .bfloat16: "bfloat16",
        .float8e5m2: "float8_e5m2", .float8e4m3: "float8_e4m3fn", .int64: "int64", .int32: "int32", .int16: "int16",
        .int8: "int8", .uint64: "uint64", .uint32: "uint32", .uint16: "uint16", .uint8: "uint8", .bool: "bool",
    ]

    @Test func theirSafetensorsAreRead() throws {
        let path = folder("theirs.safetensors")
        let written = try #require(try Python.run(["write-safetensors", path]) as? [String: Any])
        let file = try SafetensorsFile(path)
        #expect(file.metadata == ["ä": "line\nline", "format": "np"])
        #expect(Set(file.tensors.map(\.name)) == Set(written.keys))
        for (name, value) in written {
            let expected = try Described(value)
            let tensor = try #require(file[name])
            #expect(Self.names[tensor.element] == expected.dtype && tensor.shape == expected.shape)
            #expect(try file.withBytes(of: name) { hex($0) } == expected.bytes)
        }
    }

    @Test func oursAreReadBySafetensors() throws {
        var random = SplitMix64(seed: 8)
        var tensors = SafetensorsTensor.Element.allCases.map { SafetensorsTensor($0.rawValue, $0, shape: [3, 1]) }
        tensors.append(SafetensorsTensor("a \"b\"\\\n\u{7}ü日😀", .float32, shape: [2]))
        tensors.append(SafetensorsTensor("scalar", .uint8, shape: []))
        tensors.append(SafetensorsTensor("empty", .int64, shape: [0, 7]))
        var contents: [String: [UInt8]] = [:]
        for tensor in tensors {
            let limit: UInt8 = tensor.element == .bool ? 1 : 255
            contents[tensor.name] = (0..<tensor.byteCount).map { _ in UInt8.random(in: 0...limit, using: &random) }
        }
        let metadata = ["a": "\u{1}\u{2028}é", "": "x"]
        let path = folder("ours.safetensors")
        let hash = try SafetensorsWriter.write(path, tensors: tensors.shuffled(using: &random), metadata: metadata) {
            try (contents[$0.name] ?? []).withUnsafeBytes($1)
        }
        let read = try #require(try Python.run(["read-safetensors", path]) as? [String: Any])
        #expect(read["sha256"] as? String == hex(hash))
        #expect(read["metadata"] as? [String: String] == metadata)
        let found = try #require(read["tensors"] as? [String: Any])
        #expect(found.count == tensors.count)
        for tensor in tensors {
            let described = try Described(try #require(found[tensor.name]))
            #expect(described.dtype == Self.names[tensor.element] && described.shape == tensor.shape)
            #expect(described.bytes == hex(contents[tensor.name] ?? []))
        }
    }

    /// A limit below the sizes makes ZIP64 records of them, as more than 4 GB would.
    @Test(arguments: [Int(UInt32.max), 200, 0])
    func oursAreReadByNumPy(_ limit: Int) throws {
        let path = folder("a.npz")
        let writer = try NPZWriter(path, limit: limit)
        var random = SplitMix64(seed: 5)
        var contents: [(name: String, header: NPYHeader, bytes: [UInt8])] = []
        for (index, element) in NPYHeader.Element.allCases.enumerated() {
            for shape in [[], [0], [4], [2, 3, 5]] {
                let header = NPYHeader(element, shape: shape)
                let bytes = (0..<header.dataSize).map { _ in UInt8.random(in: 0...1, using: &random) }
                contents.append(("a\(index)-\(shape.count)-\(shape.first ?? 9)", header, bytes))
            }
        }
        for content in contents {
            try writer.begin(content.name, content.header)
            try content.bytes.withUnsafeBytes { try writer.append($0) }
        }
        try writer.add("about.json", Array("{\"ü\": 1}".utf8))
        try writer.finish()
        let read = try #require(try Python.run(["read-npz", path]) as? [String: Any])
        #expect(read["texts"] as? [String: String] == ["about.json": "{\"ü\": 1}"])
        let arrays = try #require(read["arrays"] as? [String: Any])
        #expect(arrays.count == contents.count)
        let names: [NPYHeader.Element: String] = [
            .float32: "float32", .float16: "float16", .int32: "int32", .int64: "int64", .uint8: "uint8", .bool: "bool",
        ]
        for content in contents {
            let described = try Described(try #require(arrays[content.name]))
            #expect(described.dtype == names[content.header.element] && described.shape == content.header.shape)
            #expect(described.bytes == hex(content.bytes))
        }
    }

    /// A run is killed after step 4 and goes on from the checkpoint of step 2: the curve has each step once.
    @Test func curvesAreReadByTensorBoard() throws {
        do {
            let first = try EventFileWriter(folder: folder("run"), time: 1_000)
            for step in 0...4 {
                try first.add(step: step, [("loss", Float(step)), ("train/q", -1)], time: 1_000 + Double(step))
            }
            let second = try EventFileWriter(folder: folder("run"), purgeStep: 3, time: 1_000)
            for step in 3...5 { try second.add(step: step, [("loss", Float(step) + 0.5)], time: 2_000.25) }
        }
        let read = try #require(try Python.run(["read-events", folder("run")]) as? [String: [[Double]]])
        #expect(
            read["loss"] == [
                [0, 0, 1_000], [1, 1, 1_001], [2, 2, 1_002], [3, 3.5, 2_000.25], [4, 4.5, 2_000.25],
                [5, 5.5, 2_000.25],
            ])
        #expect(read["train/q"]?.map { $0[0] } == [0, 1, 2])
    }
}
