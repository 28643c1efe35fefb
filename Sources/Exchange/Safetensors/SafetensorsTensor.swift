/// What a safetensors header says of a tensor: its name, its elements and its shape. The data are in C order with the
/// lowest byte of an element first.
package struct SafetensorsTensor: Sendable, Hashable {
    /// Element types by the names the format gives them. Those of less than a byte are not supported.
    package enum Element: String, Sendable, CaseIterable {
        case float64 = "F64"
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case float8e5m2 = "F8_E5M2"
        case float8e4m3 = "F8_E4M3"
        case int64 = "I64"
        case int32 = "I32"
        case int16 = "I16"
        case int8 = "I8"
        case uint64 = "U64"
        case uint32 = "U32"
        case uint16 = "U16"
        case uint8 = "U8"
        case bool = "BOOL"

        /// Bytes of an element.
        package var size: Int {
            switch self {
            case .float64, .int64, .uint64: 8
            case .float32, .int32, .uint32: 4
            case .float16, .bfloat16, .int16, .uint16: 2
            case .float8e5m2, .float8e4m3, .int8, .uint8, .bool: 1
            }
        }
    }

    package var name: String
    package var element: Element
    /// Empty for a single number; a dimension may be 0.
    package var shape: [Int]

    /// - Parameter shape: No dimension below 0; its bytes fit an `Int`.
    package init(_ name: String, _ element: Element = .float32, shape: [Int]) {
        precondition(Self.byteCount(element, shape) != nil, "\(shape) is no shape of a tensor")
        self.name = name
        self.element = element
        self.shape = shape
    }

    /// Elements.
    package var count: Int { shape.reduce(1, *) }
    /// Bytes of its data.
    package var byteCount: Int { count * element.size }

    /// Nil for negative dimensions and where the product does not fit.
    static func byteCount(_ element: Element, _ shape: [Int]) -> Int? {
        var count = element.size
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }
}
