import Images
import Testing

@testable import Features

/// Expected values are Pillow's, of `Image.resize(size, Image.BILINEAR)`.
struct PillowScalingTests {
    private static func picture(_ width: Int, _ height: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 { pixels.append(UInt8((x * 37 + y * 91 + channel * 53 + x * y * 7) & 255)) }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private static func scaled(_ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int) -> [UInt8] {
        PillowScaling(width: width, height: height, toWidth: newWidth, height: newHeight).scaled(
            picture(width, height))
    }

    @Test func shrinks() {
        let expected: [UInt8] = [
            116, 132, 141, 125, 133, 138, 121, 128, 134, 122, 138, 128, 124, 141, 123, 143, 135, 123, 130, 133, 119,
            138,
            127, 132, 125, 117, 142, 130, 121, 129, 126, 126, 125, 131, 104, 144,
        ]
        #expect(Self.scaled(13, 9, 4, 3) == expected)
    }

    @Test func enlarges() {
        let expected: [UInt8] = [
            0, 53, 106, 15, 68, 121, 37, 90, 143, 59, 112, 165, 74, 127, 180, 23, 76, 129, 39, 92, 145, 62, 115, 168,
            85,
            138, 152, 100, 153, 142, 68, 121, 174, 86, 139, 192, 111, 164, 217, 136, 189, 127, 153, 206, 67, 91, 144,
            197, 109, 162, 215, 135, 188, 241, 161, 214, 114, 179, 232, 29,
        ]
        #expect(Self.scaled(3, 2, 5, 4) == expected)
    }

    /// One axis stays as it is.
    @Test func shrinksOneAxis() {
        let expected: [UInt8] = [
            79, 132, 127, 123, 118, 171, 109, 162, 110, 153, 101, 143, 92, 134, 187, 125, 178, 91, 87, 140, 135, 145,
            140, 111, 145, 116, 158, 121, 163, 111, 168, 116, 169, 121, 174, 87,
        ]
        #expect(Self.scaled(6, 5, 6, 2) == expected)
    }

    /// The size of ALFRED's pictures to ResNet's, as two sums over all bytes.
    @Test func shrinksPictures() {
        let bytes = Self.scaled(300, 300, 224, 224)
        #expect(bytes.count == 224 * 224 * 3)
        #expect(bytes.reduce(0) { $0 + Int($1) } == 19_170_233)
        let weighted = bytes.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 251) }
        #expect(weighted == 2_393_635_289)
    }

    @Test func keepsOneColour() {
        let image = RGBImage(width: 31, height: 17, red: 200, green: 3, blue: 255)
        let scaling = PillowScaling(width: 31, height: 17, toWidth: 9, height: 40)
        #expect(scaling.scaled(image) == RGBImage(width: 9, height: 40, red: 200, green: 3, blue: 255).pixels)
    }
}
