import Foundation
import Ground
import SampleData
import Testing

@testable import Images

@Suite struct ImageTests {
    private func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> RGBImage {
        var random = SplitMix64(seed: seed)
        return RGBImage(
            width: width, height: height, pixels: (0..<(width * height * 3)).map { _ in UInt8(random.int(0...255)) }
        )
    }

    private func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        do {
            return try bytes.withUnsafeBytes { try RGBImage(decoding: $0) }
        } catch let error as ImageError {
            throw error
        } catch {
            throw ImageError("\(error)")
        }
    }

    @Test(arguments: [(1, 1), (3, 2), (300, 300), (17, 41)])
    func pngIsLossless(_ width: Int, _ height: Int) throws {
        let image = noise(width, height)
        #expect(try decode(try image.png()) == image)
    }

    @Test func jpegIsClose() throws {
        var image = RGBImage(width: 64, height: 48, red: 200, green: 30, blue: 60)
        for index in 0..<(64 * 24 * 3) { image.pixels[index] = UInt8(index / 3 % 64 * 3) }
        let decoded = try decode(try image.jpeg(quality: 98))
        #expect(decoded.width == 64 && decoded.height == 48)
        let difference = zip(image.pixels, decoded.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(difference) / Double(image.pixels.count) < 3)
    }

    @Test func everyTruncationIsAnError() throws {
        let image = noise(24, 16)
        for bytes in [try image.png(), try image.jpeg()] {
            for end in 0..<(bytes.count - 12) {
                #expect(throws: ImageError.self, "\(end) of \(bytes.count)") { try decode(Array(bytes[..<end])) }
            }
        }
    }

    @Test func flippedBitsAreAnErrorOrAPicture() throws {
        let png = try noise(16, 16).png()
        var random = SplitMix64(seed: 4)
        for _ in 0..<2000 {
            var bytes = png
            bytes[random.int(0...(bytes.count - 1))] ^= UInt8(1 << random.int(0...7))
            _ = try? decode(bytes)
        }
    }

    @Test func otherFilesAreNamed() {
        #expect(throws: ImageError("the file is empty")) { try decode([]) }
        #expect(throws: ImageError("is neither a PNG nor a JPEG")) { try decode(Array("GIF89a".utf8)) }
        let truncated = #expect(throws: ImageError.self) { try decode([0x89, 0x50, 0x4E, 0x47, 1, 2, 3]) }
        #expect(truncated?.message.hasPrefix("damaged PNG: ") == true)
        let jpeg = #expect(throws: ImageError.self) { try decode([0xFF, 0xD8, 0xFF]) }
        #expect(jpeg?.message.hasPrefix("damaged JPEG: ") == true)
    }

    /// A few bytes that claim 60,000 x 60,000 pixels take no memory.
    @Test func hugeClaimsAreRefused() throws {
        #expect(throws: ImageError("is 60000 x 60000; pictures are read up to 16777216 pixels")) {
            try RGBImage.checkedSize(width: 60_000, height: 60_000)
        }
        #expect(throws: ImageError.self) { try RGBImage.checkedSize(width: Int.max, height: 2) }
    }

    @Test func resizingKeepsTheMean() throws {
        let image = noise(300, 300)
        let small = image.resized(width: 56, height: 56)
        #expect(small.width == 56 && small.pixels.count == 56 * 56 * 3)
        func mean(_ image: RGBImage) -> Double {
            Double(image.pixels.reduce(0) { $0 + Int($1) }) / Double(image.pixels.count)
        }
        #expect(abs(mean(image) - mean(small)) < 0.5)
        #expect(image.resized(width: 300, height: 300) == image)
    }

    /// Half the size has a way of its own, which gives what the weights give: the mean of four, halves rounded up.
    @Test func halvingIsTheMeanOfFour() {
        let image = noise(64, 22)
        let half = image.resized(width: 32, height: 11)
        for y in 0..<11 {
            for x in 0..<32 {
                for channel in 0..<3 {
                    func pixel(_ dx: Int, _ dy: Int) -> Double {
                        Double(image.pixels[((2 * y + dy) * 64 + 2 * x + dx) * 3 + channel])
                    }
                    let mean = (pixel(0, 0) + pixel(1, 0) + pixel(0, 1) + pixel(1, 1)) / 4
                    let value = Double(half.pixels[(y * 32 + x) * 3 + channel])
                    #expect(value == mean.rounded(.toNearestOrAwayFromZero))
                }
            }
        }
    }

    @Test func resizingByAWholeFactorAveragesBlocks() {
        let image = RGBImage(
            width: 4, height: 2, pixels: (0..<8).flatMap { [UInt8($0 * 10), UInt8($0), 0] })
        #expect(image.resized(width: 2, height: 1).pixels == [25, 3, 0, 45, 5, 0].map { UInt8($0) })
        let flat = RGBImage(width: 7, height: 5, red: 9, green: 8, blue: 7)
        #expect(flat.resized(width: 3, height: 11) == RGBImage(width: 3, height: 11, red: 9, green: 8, blue: 7))
    }
}
