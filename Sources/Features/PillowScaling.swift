internal import Images

/// Bilinear scaling with antialiasing, as torchvision's `Resize` does it for the pictures its weights were trained on:
/// Pillow's `BILINEAR`, byte for byte.
///
/// Each new pixel is the mean of the old ones under a triangle as wide as two new pixels (two old ones when enlarging).
/// First rows, then columns; weights have 22 binary places, and bytes are rounded after either pass.
struct PillowScaling {
    private let columns: TriangleWeights
    private let rows: TriangleWeights
    private let width, height: Int
    private let newWidth, newHeight: Int

    init(width: Int, height: Int, toWidth newWidth: Int, height newHeight: Int) {
        (self.width, self.height) = (width, height)
        (self.newWidth, self.newHeight) = (newWidth, newHeight)
        columns = TriangleWeights(from: width, to: newWidth)
        rows = TriangleWeights(from: height, to: newHeight)
    }

    /// Whether it fits a picture's size.
    func fits(_ image: RGBImage) -> Bool { image.width == width && image.height == height }

    /// The bytes of `image` at the new size.
    func scaled(_ image: RGBImage) -> [UInt8] {
        precondition(fits(image), "a picture of \(image.width) x \(image.height)")
        if width == newWidth, height == newHeight { return image.pixels }
        let narrow = image.pixels.withUnsafeBufferPointer { narrowed($0) }
        return narrow.withUnsafeBufferPointer { lowered($0) }
    }

    private func narrowed(_ pixels: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if width == newWidth { return Array(pixels) }
        return [UInt8](unsafeUninitializedCapacity: height * newWidth * 3) { narrow, count in
            for x in 0..<newWidth {
                let (first, weights) = columns[x]
                for y in 0..<height {
                    var at = (y * width + first) * 3
                    var (red, green, blue) = (TriangleWeights.half, TriangleWeights.half, TriangleWeights.half)
                    for weight in weights {
                        red &+= weight &* Int32(pixels[at])
                        green &+= weight &* Int32(pixels[at + 1])
                        blue &+= weight &* Int32(pixels[at + 2])
                        at += 3
                    }
                    let target = (y * newWidth + x) * 3
                    narrow[target] = TriangleWeights.byte(red)
                    narrow[target + 1] = TriangleWeights.byte(green)
                    narrow[target + 2] = TriangleWeights.byte(blue)
                }
            }
            count = height * newWidth * 3
        }
    }

    private func lowered(_ narrow: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if height == newHeight { return Array(narrow) }
        let rowSize = newWidth * 3
        return [UInt8](unsafeUninitializedCapacity: newHeight * rowSize) { result, count in
            for y in 0..<newHeight {
                let (first, weights) = rows[y]
                for index in 0..<rowSize {
                    var sum = TriangleWeights.half
                    var at = first * rowSize + index
                    for weight in weights {
                        sum &+= weight &* Int32(narrow[at])
                        at += rowSize
                    }
                    result[y * rowSize + index] = TriangleWeights.byte(sum)
                }
            }
            count = newHeight * rowSize
        }
    }
}

/// The old pixels under the triangle of each new one along an axis, and their weights.
private struct TriangleWeights {
    private static let places = 22
    /// A half in the sums' unit.
    static let half: Int32 = 1 << (places - 1)

    static func byte(_ sum: Int32) -> UInt8 { UInt8(min(max(sum >> places, 0), 255)) }

    private var firsts: [Int] = []
    private var offsets = [0]
    private var weights: [Int32] = []

    init(from oldSize: Int, to newSize: Int) {
        let scale = Double(oldSize) / Double(newSize)
        let support = max(scale, 1)
        for index in 0..<newSize {
            let centre = (Double(index) + 0.5) * scale
            let first = max(0, Int(centre - support + 0.5))
            let last = min(oldSize, Int(centre + support + 0.5))
            let heights = (first..<last).map { old in
                max(0, 1 - abs((Double(old) - centre + 0.5) / support))
            }
            let total = heights.reduce(0, +)
            firsts.append(first)
            weights += heights.map { Int32($0 / total * Double(1 << Self.places) + 0.5) }
            offsets.append(weights.count)
        }
    }

    subscript(_ index: Int) -> (first: Int, weights: ArraySlice<Int32>) {
        (firsts[index], weights[offsets[index]..<offsets[index + 1]])
    }
}
