extension RGBImage {
    /// The picture at another size: each new pixel is the mean of the area it covers (exact when shrinking; when
    /// enlarging, neighbours are mixed by their share).
    public func resized(width newWidth: Int, height newHeight: Int) -> RGBImage {
        precondition(newWidth > 0 && newHeight > 0, "a picture of \(newWidth) x \(newHeight)")
        if newWidth == width, newHeight == height { return self }
        let columns = AreaWeights(from: width, to: newWidth)
        let rows = AreaWeights(from: height, to: newHeight)
        var narrowed = [Float](repeating: 0, count: height * newWidth * 3)
        for y in 0..<height {
            for x in 0..<newWidth {
                var sum = SIMD4<Float>()
                for (offset, weight) in columns.terms(x) {
                    let at = (y * width + offset) * 3
                    sum += weight * SIMD4(Float(pixels[at]), Float(pixels[at + 1]), Float(pixels[at + 2]), 0)
                }
                let at = (y * newWidth + x) * 3
                narrowed[at] = sum[0]
                narrowed[at + 1] = sum[1]
                narrowed[at + 2] = sum[2]
            }
        }
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        let rowSize = newWidth * 3
        var line = [Float](repeating: 0, count: rowSize)
        for y in 0..<newHeight {
            for index in 0..<rowSize { line[index] = 0 }
            for (offset, weight) in rows.terms(y) {
                let start = offset * rowSize
                for index in 0..<rowSize { line[index] += weight * narrowed[start + index] }
            }
            for index in 0..<rowSize { result[y * rowSize + index] = UInt8(min(max(line[index].rounded(), 0), 255)) }
        }
        return RGBImage(width: newWidth, height: newHeight, pixels: result)
    }
}

/// For every new pixel along one axis the old ones it covers and their share of it; the shares add up to 1.
private struct AreaWeights {
    private var firsts: [Int] = []
    private var weights: [[Float]] = []

    init(from oldSize: Int, to newSize: Int) {
        let scale = Double(oldSize) / Double(newSize)
        for index in 0..<newSize {
            let start = Double(index) * scale
            let end = min(start + scale, Double(oldSize))
            let first = Int(start)
            let last = min(max(first, Int(end.rounded(.up)) - 1), oldSize - 1)
            firsts.append(first)
            weights.append(
                (first...last).map { old in
                    Float((min(end, Double(old + 1)) - max(start, Double(old))) / (end - start))
                })
        }
    }

    func terms(_ index: Int) -> some Sequence<(Int, Float)> {
        zip(firsts[index]..., weights[index])
    }
}
