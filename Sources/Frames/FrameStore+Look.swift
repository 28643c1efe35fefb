extension FrameStore {
    /// What a record shows, to compare it with others. Of an RGB picture with sides divisible by 7 the mean colours of
    /// 7 x 7 equal parts, row by row, 0 to 1: 147 numbers. Of features all values. Nil for a record that is not there.
    package func look(at record: Int) -> [Float]? {
        guard (0..<count).contains(record) else { return nil }
        switch format.element {
        case .uint8:
            guard format.shape.count == 3, format.shape[2] == 3, format.shape[0] % Self.parts == 0,
                format.shape[1] % Self.parts == 0
            else { return nil }
            return withFrame(record) { Self.colours($0, height: format.shape[0], width: format.shape[1]) }
        case .float16:
            return withFrame(record) { bytes in
                (0..<bytes.count / 2).map {
                    Self.float(half: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
                }
            }
        case .float32:
            return withFrame(record) { bytes in
                (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
        }
    }

    /// Parts of a picture along each side.
    private static let parts = 7

    private static func colours(_ bytes: UnsafeRawBufferPointer, height: Int, width: Int) -> [Float] {
        var sums = [Int](repeating: 0, count: parts * parts * 3)
        for row in 0..<height {
            for column in 0..<width {
                let part = row * parts / height * parts + column * parts / width
                for channel in 0..<3 { sums[part * 3 + channel] += Int(bytes[(row * width + column) * 3 + channel]) }
            }
        }
        let scale = Float(height / parts * (width / parts) * 255)
        return sums.map { Float($0) / scale }
    }

    /// IEEE binary16, whose type not every platform has.
    static func float(half: UInt16) -> Float {
        let (exponent, fraction) = (Int(half >> 10 & 31), Float(half & 1023) / 1024)
        let sign: Float = half >> 15 == 1 ? -1 : 1
        switch exponent {
        case 0: return sign * fraction * 0x1p-14
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }
}
