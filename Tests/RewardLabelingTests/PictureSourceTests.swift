import Episodes
import Foundation
import Frames
import Images
import TestSupport
import Testing
import VisionLanguage

@testable import ExperimentStore
@testable import RewardLabeling

@Suite struct PictureSourceTests {
    private let world: LabelWorld
    private let frames: [FrameRow]

    init() throws {
        world = try LabelWorld(episodes: 1, steps: 5, hasPictures: true)
        let run = try world.run()
        frames = try world.store.read { try run?.span(1, $0)?.frames ?? [] }
    }

    private func source(
        _ settings: PictureSettings = PictureSettings(), dataset: DatasetRow? = nil
    ) -> PictureSource {
        PictureSource(dataset ?? world.dataset, in: world.store, settings: settings)
    }

    private func bytes(_ frame: FrameRow) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: world.folder(frame.path ?? ""))))
    }

    private func decoded(_ picture: EncodedPicture) throws -> RGBImage {
        let file = try #require(Data(base64Encoded: Data(picture.base64)))
        return try Array(file).withUnsafeBytes { try RGBImage(decoding: $0) }
    }

    private func message(_ source: PictureSource, _ frame: FrameRow) async -> String? {
        do {
            _ = try await source.picture(frame)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func filesAreSentAsTheyAre() async throws {
        #expect(frames.count == 6)
        let source = source()
        for frame in frames {
            let picture = try await source.picture(frame)
            let file = try bytes(frame)
            #expect(Data(base64Encoded: Data(picture.base64)) == Data(file))
            #expect(picture.sha256 == frame.sha256)
            #expect(picture.mediaType == (frame.t % 2 == 0 ? .png : .jpeg))
            #expect(picture.width == 24 && picture.height == 16 && picture.byteCount == file.count)
        }
    }

    @Test(arguments: PictureSettings.Encoding.allCases, [nil, 24, 12, 3])
    func picturesAreSentAsAskedFor(_ encoding: PictureSettings.Encoding, _ side: Int?) async throws {
        let source = source(PictureSettings(encoding: encoding, side: side, quality: 95))
        for frame in frames {
            let picture = try await source.picture(frame)
            let isScaled = side.map { $0 < 24 } ?? false
            let type: EncodedPicture.MediaType =
                switch encoding {
                case .png: .png
                case .jpeg: .jpeg
                case .keep: isScaled || frame.t % 2 == 1 ? .jpeg : .png
                }
            #expect(picture.mediaType == type)
            let image = try decoded(picture)
            #expect(image.width == picture.width && image.height == picture.height)
            #expect(image.width == (isScaled ? side : 24) && image.height == (isScaled ? (side ?? 0) * 2 / 3 : 16))
            let original = LabelWorld.image(0, frame.t)
            for (channel, value) in original.pixels.prefix(3).enumerated() {
                #expect(abs(Int(image.pixels[channel]) - Int(value)) < 8)
            }
            // What needs no change is not changed.
            let isKept = !isScaled && type == (frame.t % 2 == 0 ? .png : .jpeg)
            #expect((picture.sha256 == frame.sha256) == isKept)
        }
    }

    /// Also where it is encoded anew: what was scored must be what was recorded.
    @Test(arguments: [
        PictureSettings(), PictureSettings(encoding: .png), PictureSettings(encoding: .jpeg), PictureSettings(side: 8),
        PictureSettings(layout: .sheet),
    ])
    func aFileThatHasChangedIsRefused(_ settings: PictureSettings) async throws {
        for frame in frames.prefix(2) {
            let other = RGBImage(width: 24, height: 16, red: 200, green: 200, blue: 200)
            try world.folder.write(frame.t == 0 ? try other.png() : try other.jpeg(), to: frame.path ?? "")
            let source = source(settings)
            let expected = "observation \(frame.t): \(frame.path ?? ""): has changed since it was ingested"
            if settings.layout == .sheet {
                do {
                    _ = try await source.sheet([frame], number: 1)
                    Issue.record("it was shown")
                } catch {
                    #expect(error.description == expected)
                }
            } else {
                #expect(await message(source, frame) == expected)
            }
        }
    }

    @Test func whatCannotBeReadSaysWhy() async throws {
        let source = source()
        let path = world.folder(frames[0].path ?? "")
        try FileManager.default.removeItem(atPath: path)
        #expect(
            await message(source, frames[0])
                == "observation 0: \(path): cannot be read; if the data has moved, ingest it again from there")
        try world.folder.write("no picture", to: frames[2].path ?? "")
        var frame = frames[2]
        frame.sha256 = nil
        #expect(
            await message(source, frame)
                == "observation 2: \(frame.path ?? ""): is neither a PNG nor a JPEG")
        frame = frames[4]
        for status in [FrameRecord.Status.missing, .unreadable] {
            frame.status = status
            #expect(
                await message(source, frame) == "observation 4: the dataset has no picture of it (\(status.rawValue))")
        }
        frame.status = .rendered
        frame.record = 0
        #expect(
            await message(source, frame)
                == "observation 4: the frame store does not have it: the store has no frames")
    }

    /// Frames as the simulator drew them, out of the dataset's frame store.
    private func withFrameStore(_ identifier: [UInt8]) throws -> DatasetRow {
        let format = try #require(FrameFormat(element: .uint8, shape: [16, 24, 3]))
        let writer = try FrameStoreWriter(
            world.store.frameStorePath(dataset: "d"), format: format, identifier: identifier)
        for t in 0..<3 { _ = try LabelWorld.image(0, t).pixels.withUnsafeBytes { try writer.append($0) } }
        try writer.commit()
        var dataset = world.dataset
        dataset.frameStoreID = Array(1...16)
        return dataset
    }

    @Test func renderedFramesComeOutOfTheFrameStore() async throws {
        let dataset = try withFrameStore(Array(1...16))
        let source = source(PictureSettings(encoding: .png), dataset: dataset)
        for t in 0..<3 {
            var frame = FrameRow(episodeID: 1, t: t, status: .rendered)
            frame.record = t
            #expect(try decoded(try await source.picture(frame)) == LabelWorld.image(0, t))
        }
        var beyond = FrameRow(episodeID: 1, t: 3, status: .rendered)
        beyond.record = 3
        #expect(await message(source, beyond)?.hasPrefix("observation 3: the frame store does not have it") == true)
        beyond.record = nil
        #expect(await message(source, beyond)?.hasPrefix("observation 3: the frame store does not have it") == true)
    }

    @Test func framesOfAnotherStoreAreNotShown() async throws {
        let dataset = try withFrameStore(Array(2...17))
        var frame = FrameRow(episodeID: 1, t: 0, status: .rendered)
        frame.record = 0
        let message = await message(source(dataset: dataset), frame)
        #expect(message?.hasSuffix("x.sqlite.d.frames: belongs to another store") == true)
    }

    @Test func eachPictureIsReadOnceHoweverManyAsk() async throws {
        let source = source()
        let hashes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 0..<100 {
                let frame = frames[number % 2]
                group.addTask { try await source.picture(frame).sha256 }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(hashes.count == 2)
        #expect(await source.readCount == 2)
        // Of another episode it is another picture.
        var other = frames[0]
        other.episodeID = 2
        _ = try await source.picture(other)
        #expect(await source.readCount == 3)
    }

    @Test func aSheetShowsThePicturesInRows() async throws {
        let source = source(PictureSettings(layout: .sheet, encoding: .png))
        let sheet = try await source.sheet(Array(frames.prefix(5)), number: 4)
        let image = try decoded(sheet)
        #expect(sheet.mediaType == .png && image.width == sheet.width)
        // Three columns of 24 and two rows of 16 with margins; every colour is on it, in order.
        func place(_ frame: FrameRow) -> Int? {
            let color = Array(LabelWorld.image(0, frame.t).pixels.prefix(3))
            // A JPEG's colours are nearly those of the picture.
            return stride(from: 0, to: image.pixels.count, by: 3).first { start in
                zip(color, image.pixels[start..<start + 3]).allSatisfy { abs(Int($0) - Int($1)) < 4 }
            }
        }
        let places = try frames.prefix(5).map { frame in
            let place = try #require(place(frame))
            return (x: place / 3 % image.width, y: place / 3 / image.width)
        }
        #expect(places[0].y == places[2].y && places[3].y == places[4].y && places[3].y > places[0].y)
        #expect(places[0].x < places[1].x && places[1].x < places[2].x && places[3].x == places[0].x)
        #expect(try await source.sheet(Array(frames.prefix(5)), number: 4).sha256 == sheet.sha256)
        #expect(try await source.sheet(Array(frames.prefix(5)), number: 5).sha256 != sheet.sha256)
    }
}
