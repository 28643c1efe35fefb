import CKernels
import Testing

@Test func patchesAreCutRowByRow() {
    for (side, grid) in [(56, 7), (12, 3), (10, 2), (4, 4), (5, 5)] {
        var random = Generator(side)
        let frame = (0..<(side * side * 3)).map { _ in UInt8(random.below(256)) }
        var out = [Float](repeating: 9, count: frame.count)
        ck_patches(frame, side, grid, &out, 1.0 / 255, -0.5)
        let patch = side / grid
        var expected = [Double]()
        for i in 0..<grid {
            for j in 0..<grid {
                for y in 0..<patch {
                    for x in 0..<patch {
                        for c in 0..<3 {
                            let byte = frame[((i * patch + y) * side + j * patch + x) * 3 + c]
                            expected.append(Double(byte) / 255 - 0.5)
                        }
                    }
                }
            }
        }
        expectClose(out, expected, within: 1e-7, "patches of \(side)")
    }
}

@Test func everyHalfBecomesItsFloat() {
    let halves = (0...UInt16.max).map { $0 }
    // One channel: cells as they are.
    var out = [Float](repeating: 9, count: halves.count)
    ck_cells_from_half(halves, 1, halves.count, &out)
    for (half, value) in zip(halves, out) {
        let (exponent, fraction) = (Int(half >> 10 & 31), Double(half & 1023) / 1024)
        let sign: Double = half >> 15 == 1 ? -1 : 1
        if exponent == 31 {
            #expect(fraction == 0 ? Double(value) == sign * .infinity : value.isNaN)
            continue
        }
        var scale = exponent == 0 ? 0x1p-14 : 0x1p-15
        for _ in 0..<exponent { scale *= 2 }
        #expect(Double(value) == sign * scale * (exponent == 0 ? fraction : 1 + fraction))
        #expect((value.sign == .minus) == (half >> 15 == 1))
    }
}

@Test func featuresAreTransposed() {
    for (channels, cells) in [(1, 1), (16, 16), (512, 49), (17, 49), (33, 15), (5, 40), (48, 17)] {
        var random = Generator(channels)
        let halves = (0..<(channels * cells)).map { _ in UInt16(random.below(0x7C00)) }
        var floats = [Float](repeating: 9, count: halves.count)
        ck_cells_from_half(halves, 1, halves.count, &floats)
        var expected = [Float]()
        for cell in 0..<cells {
            for channel in 0..<channels { expected.append(floats[channel * cells + cell]) }
        }
        var out = [Float](repeating: 9, count: halves.count)
        ck_cells_from_half(halves, channels, cells, &out)
        #expect(out == expected)
        out = [Float](repeating: 9, count: halves.count)
        ck_cells_from_float(floats, channels, cells, &out)
        #expect(out == expected)
    }
}

@Test func windowsOfPictures() {
    let cases = [
        (1, 1, 1, 1, 1, 0), (5, 7, 3, 3, 1, 1), (8, 8, 16, 3, 2, 1), (9, 6, 17, 7, 2, 3), (4, 4, 2, 2, 2, 0),
        (6, 5, 33, 1, 2, 0), (3, 3, 4, 5, 1, 2), (2, 9, 1, 3, 3, 1), (2, 2, 3, 5, 1, 0),
    ]
    for (height, width, channels, kernel, stride, padding) in cases {
        var random = Generator(height * width)
        let x = random.floats(height * width * channels)
        let outHeight = max(0, (height + 2 * padding - kernel + stride) / stride)
        let outWidth = max(0, (width + 2 * padding - kernel + stride) / stride)
        let count = outHeight * outWidth * kernel * kernel * channels
        let columns = random.floats(count)
        var rows = [Float](repeating: 9, count: count)
        ck_im2col(x, height, width, channels, kernel, stride, padding, &rows)
        var dx = x
        ck_col2im(columns, height, width, channels, kernel, stride, padding, &dx)
        var pooled = [Float](repeating: 9, count: outHeight * outWidth * channels)
        ck_max_pool(x, height, width, channels, kernel, stride, padding, &pooled)

        var (expected, gradient, largest) = ([Float](), x, [Float]())
        for i in 0..<outHeight {
            for j in 0..<outWidth {
                var top = [Float](repeating: -.infinity, count: channels)
                for k in 0..<kernel {
                    for l in 0..<kernel {
                        let (row, column) = (i * stride + k - padding, j * stride + l - padding)
                        for c in 0..<channels {
                            guard (0..<height).contains(row), (0..<width).contains(column) else {
                                expected.append(0)
                                continue
                            }
                            let at = (row * width + column) * channels + c
                            gradient[at] += columns[expected.count]
                            expected.append(x[at])
                            top[c] = max(top[c], x[at])
                        }
                    }
                }
                largest += top
            }
        }
        let name = "\(height)x\(width)x\(channels), kernel \(kernel)"
        #expect(rows == expected, "\(name)")
        #expect(dx == gradient, "\(name)")
        #expect(pooled == largest, "\(name)")
    }
}
