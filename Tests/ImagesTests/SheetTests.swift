import Ground
import Testing

@testable import Images

@Suite struct SheetTests {
    @Test func animationsHoldEveryFrame() throws {
        let frames = (0..<4).map { RGBImage(width: 9, height: 7, red: UInt8($0 * 60), green: 10, blue: 200) }
        let bytes = try AnimatedPNG.encode(frames, milliseconds: 250)
        // The first frame is the picture for viewers that know no animation.
        let still = try bytes.withUnsafeBytes { bytes throws(ImageError) in try RGBImage(decoding: bytes) }
        #expect(still == frames[0])
        let chunks = try AnimatedPNG.chunks(of: bytes)
        #expect(chunks.count { $0.type == "fcTL" } == 4)
        #expect(chunks.first { $0.type == "acTL" }?.data == [0, 0, 0, 4, 0, 0, 0, 0])
        // Every later frame is a picture too, when its data are put into a file of their own.
        let head = chunks.prefix { $0.type != "acTL" }
        var sequence = [UInt32]()
        var current = -1
        for chunk in chunks where ["fcTL", "fdAT"].contains(chunk.type) {
            sequence.append(chunk.data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            if chunk.type == "fcTL" {
                current += 1
                #expect(chunk.data[20..<24] == [0, 250, 0x03, 0xE8])
                continue
            }
            var file = Array(bytes.prefix(8))
            for part in head + [("IDAT", Array(chunk.data.dropFirst(4))), ("IEND", [])] {
                let body = Array(part.type.utf8) + part.data
                let crc = body.withUnsafeBytes { CRC32.zip.checksum($0) }
                file += [0, 0, 0, UInt8(part.data.count)] + body
                file += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> UInt32($0)) }
            }
            let frame = try file.withUnsafeBytes { bytes throws(ImageError) in try RGBImage(decoding: bytes) }
            #expect(frame == frames[current])
        }
        #expect(current == 3)
        #expect(sequence == Array(0..<UInt32(sequence.count)))
    }

    @Test func animationsOfNothingOrOfTwoSizesAreRefused() {
        #expect(throws: ImageError.self) { try AnimatedPNG.encode([], milliseconds: 1) }
        let (a, b) = (
            RGBImage(width: 2, height: 2, red: 0, green: 0, blue: 0),
            RGBImage(width: 2, height: 3, red: 0, green: 0, blue: 0)
        )
        #expect(throws: ImageError.self) { try AnimatedPNG.encode([a, b], milliseconds: 1) }
    }

    @Test func checksumsAreThoseOfPNG() {
    }

    @Test func sheetsShowEveryCell() {
        let cells = (0..<7).map { index in
            ContactSheet.Cell(
                RGBImage(width: 20, height: 10, red: UInt8(index), green: 77, blue: 88), captions: ["\(index)", "x"])
        }
        let sheets = ContactSheet(title: "seven", columns: 3).sheets(cells)
        #expect(sheets.count == 1)
        for index in 0..<7 {
            let (x, y) = (8 + index % 3 * 28, 26 + index / 3 * 38)
            let at = (y * sheets[0].width + x) * 3
            #expect(Array(sheets[0].pixels[at..<(at + 3)]) == [UInt8(index), 77, 88])
        }
        #expect(ContactSheet(title: "", columns: 3).sheets([]).isEmpty)
    }

    @Test func textStaysInsideThePicture() {
        let blank = RGBImage(width: 12, height: 9, red: 255, green: 255, blue: 255)
        for (x, y) in [(-3, -3), (0, 0), (9, 5), (100, 100), (-100, 0)] {
            var image = blank
            image.draw("W8?", x: x, y: y, scale: 2)
            image.paste(RGBImage(width: 5, height: 5, red: 1, green: 2, blue: 3), x: x, y: y)
            #expect(image.pixels.count == blank.pixels.count)
            #expect((image != blank) == (abs(x) < 50))
        }
        #expect(PixelFont.isSet("l", x: 0, y: 0) == PixelFont.isSet("L", x: 0, y: 0))
        let letters = Set(
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,:-+/()=|_>%!".map { letter in
                (0..<7).map { y in (0..<5).map { PixelFont.isSet(letter, x: $0, y: y) ? "#" : " " }.joined() }
            })
        #expect(letters.count == 50)
    }
}
