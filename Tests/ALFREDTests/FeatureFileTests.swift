import Foundation
import Ground
import SampleData
import TestSupport
import Testing

@testable import ALFRED

@Suite struct FeatureFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
    }

    private func problem(_ bytes: [UInt8]) throws -> String? {
        let path = try folder.write(bytes, to: "feat_conv.pt")
        do {
            _ = try FeatureFile(path)
            return nil
        } catch {
            return [error.location, error.message].compactMap { $0 }.joined(separator: ": ")
        }
    }

    /// Made by CPython's pickle; Fixtures/make_feature_files.py.
    @Test(arguments: [("feat_legacy.pt", 0), ("feat_view.pt", 8), ("feat_zip.pt", 0)])
    func readsWhatPythonWrote(_ name: String, _ offset: Int) throws {
        let features = try FeatureFile(fixture(name))
        #expect(features.shape == [3, 2, 2, 2])
        for frame in 0..<3 {
            #expect(features.frame(frame) == (0..<8).map { Float(offset + frame * 8 + $0) / 2 })
        }
    }

    @Test func readsWhatItWrote() throws {
        var random = SplitMix64(seed: 9)
        for count in [1, 2, 7] {
            let frames = (0..<count).map { _ in (0..<18).map { _ in Float(random.int(-1000...1000)) / 7 } }
            let path = try folder.write(
                FeatureFile.legacyFile(frames: frames, frameShape: [2, 3, 3]), to: "feat_conv.pt")
            let features = try FeatureFile(path)
            #expect(features.shape == [count, 2, 3, 3])
            #expect((0..<count).map(features.frame) == frames)
        }
    }

    /// The first bytes of the release's files.
    @Test func beginsAsTheReleaseDoes() {
        let bytes = FeatureFile.legacyFile(frames: [[0]], frameShape: [1, 1, 1])
        #expect(
            bytes.prefix(21) == [
                0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 0x02,
                0x4D, 0xE9, 0x03, 0x2E,
            ])
        #expect(bytes.suffix(12) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    /// The frames lie in the mapping, not in a copy.
    @Test func framesAreNotCopied() throws {
        let path = try folder.write(
            FeatureFile.legacyFile(frames: [[1, 2], [3, 4]], frameShape: [2, 1, 1]), to: "feat_conv.pt")
        let features = try FeatureFile(path)
        let first = features.withFrame(0) { UInt(bitPattern: $0.baseAddress) }
        let second = features.withFrame(1) { UInt(bitPattern: $0.baseAddress) }
        #expect(second == first + 8)
        #expect(features.withFrame(0) { UInt(bitPattern: $0.baseAddress) } == first)
    }

    @Test func aLargeFileIsMappedNotRead() throws {
        let count = 20_000
        var writer = PickleWriter()
        writer.legacyHeader()
        writer.tensor(shape: [count, 512, 7, 7], storageKey: "0", elementCount: count * 25_088)
        writer.keys(["0"])
        writer.append(littleEndian: UInt64(count * 25_088))
        let path = folder("feat_conv.pt")
        let size = UInt64(writer.bytes.count) + UInt64(count) * 100_352
        guard let file = try makeSparseFile(path, size: size, beginning: writer.bytes) else { return }
        defer { try? file.close() }
        let features = try FeatureFile(path)
        #expect(features.count == count)
        #expect(features.frame(count - 1).allSatisfy { $0 == 0 })
    }

    @Test func everyTruncationIsReported() throws {
        for name in ["feat_legacy.pt", "feat_zip.pt", "feat_view.pt"] {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture(name))))
            for end in bytes.indices {
                try #require(try problem(Array(bytes[..<end])) != nil, "\(name) of \(end) bytes")
            }
            try #require(try problem(bytes) == nil)
        }
    }

    /// A pickle that would run a command when Python loads it.
    @Test func nothingIsExecuted() throws {
        let marker = folder("executed")
        var bytes = Array(FeatureFile.legacyFile(frames: [[0]], frameShape: [1, 1, 1]).prefix(15 + 6))
        let system = FeatureFile.legacyFile(frames: [[0]], frameShape: [1, 1, 1])
        let afterSystem = try #require(system[21...].firstIndex(of: UInt8(ascii: ".")))
        bytes += system[21...afterSystem]
        bytes += Array("\u{80}".unicodeScalars.map { UInt8($0.value) }) + [2]
        bytes += Array("cposix\nsystem\n(X".utf8) + [UInt8("touch \(marker)".utf8.count), 0, 0, 0]
        bytes += Array("touch \(marker)".utf8) + Array("tR.".utf8)
        let message = try #require(try problem(bytes))
        #expect(
            message.hasSuffix("the pickle asks for posix.system, which is no part of a float32 tensor; nothing was run")
        )
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test(arguments: [
        // INST, OBJ, NEWOBJ, BUILD, EXT1, STACK_GLOBAL, the text REDUCE of protocol 0's GLOBAL is allowed by name only.
        ("i", "0x69"), ("o", "0x6f"), ("\u{81}", "0x81"), ("b", "0x62"), ("\u{82}", "0x82"), ("\u{93}", "0x93"),
        ("F", "0x46"), ("\u{94}", "0x94"),
    ])
    func opcodesNoTensorNeedsAreRefused(_ opcode: String, _ shown: String) throws {
        let bytes = [0x80, 2] + opcode.unicodeScalars.map { UInt8($0.value) } + Array("abc\n.".utf8)
        #expect(
            try problem(bytes)
                == "byte 2: the pickle has opcode \(shown), which no tensor needs; nothing was run")
    }

    @Test func otherContentsAreNamed() throws {
        #expect(try problem([]) == "byte 0: is not a file of torch.save")
        #expect(try problem(Array("PK\u{3}\u{4}junk".utf8)) == "is a truncated zip archive: it has no directory")
        #expect(
            try problem([0x80, 2, UInt8(ascii: "K"), 1, UInt8(ascii: ".")])
                == "byte 0: has not the magic number of torch.save")
        let half = [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixture("feat_half.pt"))))
        #expect(
            try problem(half)?.hasSuffix(
                "the pickle asks for torch.HalfStorage, which is no part of a float32 tensor; nothing was run")
                == true)
    }

    @Test func aPickleThatLiesAboutItsSizeIsReported() throws {
        func file(shape: [Int], count: Int, stored: UInt64, floats: Int) -> [UInt8] {
            var writer = PickleWriter()
            writer.legacyHeader()
            writer.tensor(shape: shape, storageKey: "0", elementCount: count)
            writer.keys(["0"])
            writer.append(littleEndian: stored)
            return writer.bytes + [UInt8](repeating: 0, count: floats * 4)
        }
        #expect(try problem(file(shape: [2, 1, 1, 1], count: 2, stored: 2, floats: 2)) == nil)
        #expect(
            try problem(file(shape: [2, 1, 1, 1], count: 2, stored: 2, floats: 1))?
                .hasSuffix("is truncated: the storage needs 2 floats, the file has 4 bytes") == true)
        #expect(
            try problem(file(shape: [2, 1, 1, 1], count: 2, stored: 9, floats: 9))?
                .hasSuffix("the storage has 9 elements, its description 2") == true)
        #expect(
            try problem(file(shape: [5, 1, 1, 1], count: 2, stored: 2, floats: 2))
                == "has a tensor that is larger than its storage of 2 floats")
        #expect(
            try problem(file(shape: [1 << 40, 1 << 40, 2, 2], count: 2, stored: 2, floats: 2))?
                .hasPrefix("has a shape that overflows") == true)
        #expect(
            try problem(file(shape: [4, 2], count: 8, stored: 8, floats: 8))
                == "has shape [4, 2]; expected [N, C, H, W]")
        #expect(
            try problem(file(shape: [1, 1, 1, 1], count: 1 << 61, stored: 1 << 61, floats: 1))?
                .contains("is truncated: the storage needs") == true)
    }

    /// A list that contains itself many times over must not take time or memory.
    @Test func aPickleThatGrowsIsStopped() throws {
        var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "]"), UInt8(ascii: "q"), 0]
        for _ in 0..<5000 { bytes += [UInt8(ascii: "h"), 0, UInt8(ascii: "h"), 0, 0x86, UInt8(ascii: "q"), 0] }
        #expect(try problem(bytes + [UInt8(ascii: ".")])?.hasSuffix("the pickle has more than 1000 opcodes") == true)
    }
}

@Suite struct ObservationFramesTests {
    /// A trajectory of three actions with filler frames: 2, 11 and 1.
    private func trajectory(_ counts: [Int]) throws -> Trajectory {
        var trajectory = try sampleTrajectory()
        trajectory.images = counts.enumerated().flatMap { low, count in repeatElement(low, count: count) }
            .enumerated().map { index, low in
                ImageEntry(highIndex: 0, lowIndex: low, name: String(format: "%09d.png", index))
            }
        return trajectory
    }

    @Test func theFirstFrameOfAnActionShowsItsObservation() throws {
        let frames = ObservationFrames(try trajectory([2, 11, 1]))
        #expect(frames.indices == [0, 2, 13, 14])
        #expect(frames.names == ["000000000", "000000002", "000000013", "000000014"])
    }

    /// json_feat has L + 1 frames, an older download L, full one for every image and ten more.
    @Test func featureRowsFollowTheFlavour() throws {
        let frames = ObservationFrames(try trajectory([2, 11, 1]))
        #expect(try frames.featureRows(rowCount: 4, imageCount: 14) == [0, 1, 2, 3])
        #expect(try frames.featureRows(rowCount: 3, imageCount: 14) == [0, 1, 2, nil])
        #expect(try frames.featureRows(rowCount: 24, imageCount: 14) == [0, 2, 13, 14])
        #expect(try frames.featureRows(rowCount: 15, imageCount: 14) == [0, 2, 13, 14])
        #expect(try frames.featureRows(rowCount: 14, imageCount: 14) == [0, 2, 13, nil])
        let error = #expect(throws: ALFREDError.self) { try frames.featureRows(rowCount: 9, imageCount: 14) }
        #expect(error?.message == "has 9 frames; expected 3 or 4 (one per action), or 14 to 24 (one per image)")
    }

    @Test func namesNeedNotBeNumbers() throws {
        var trajectory = try trajectory([1, 1, 1])
        trajectory.images?[2].name = "last"
        #expect(ObservationFrames(trajectory).names == ["000000000", "000000001", "last", "last-final"])
        trajectory.images?[2].name = "999999999.png"
        #expect(ObservationFrames(trajectory).names.last == "1000000000")
        trajectory.images = nil
        #expect(ObservationFrames(trajectory).indices.isEmpty)
    }
}
