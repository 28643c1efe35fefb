/// What one record of a frame store holds.
package struct FrameFormat: Sendable, Hashable, CustomStringConvertible {
    package enum Element: UInt32, Sendable {
        case uint8 = 1
        case float16 = 2
        case float32 = 3

        package var size: Int {
            switch self {
            case .uint8: 1
            case .float16: 2
            case .float32: 4
            }
        }
    }

    package let element: Element
    /// 1 to 8 dimensions, as in `[56, 56, 3]` (height, width, RGB) or `[512, 7, 7]` (channels, height, width).
    package let shape: [Int]

    /// Fails for shapes that are empty, have a dimension below 1 or more than 2^30 elements.
    package init?(element: Element, shape: [Int]) {
        guard (1...8).contains(shape.count), shape.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else { return nil }
        var count = 1
        for dimension in shape {
            count *= dimension
            guard count <= 1 << 30 else { return nil }
        }
        self.element = element
        self.shape = shape
    }

    /// Bytes of one record.
    package var byteCount: Int { shape.reduce(element.size, *) }

    package var description: String {
        "\(element) [\(shape.map(String.init).joined(separator: ", "))]"
    }
}
