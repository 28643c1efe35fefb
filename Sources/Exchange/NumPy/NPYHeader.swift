/// The header of a NumPy array file, version 1.0: elements lowest byte first, in C order.
package struct NPYHeader: Sendable, Equatable {
    /// Element types by the names NumPy gives them.
    package enum Element: String, Sendable, CaseIterable {
        case float32 = "<f4"
        case float16 = "<f2"
        case int32 = "<i4"
        case int64 = "<i8"
        case uint8 = "|u1"
        case bool = "|b1"

        /// Bytes of an element.
        package var size: Int {
            switch self {
            case .float32, .int32: 4
            case .float16: 2
            case .int64: 8
            case .uint8, .bool: 1
            }
        }
    }

    package var element: Element
    /// Empty for a single number; a dimension may be 0.
    package var shape: [Int]

    package init(_ element: Element, shape: [Int]) {
        precondition(shape.count <= 32 && shape.allSatisfy { $0 >= 0 }, "\(shape) is no shape of an array")
        self.element = element
        self.shape = shape
    }

    /// Bytes of the data that follow.
    package var dataSize: Int { shape.reduce(element.size, *) }

    /// The header; its length is a multiple of 64.
    package var bytes: [UInt8] {
        let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array("{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(dimensions)), }".utf8)
        let beginning = [0x93] + Array("NUMPY".utf8) + [1, 0]
        let rest = beginning.count + 2 + text.count + 1
        text += repeatElement(UInt8(ascii: " "), count: -rest & 63)
        text.append(UInt8(ascii: "\n"))
        var bytes = beginning
        bytes.append(littleEndian: UInt16(text.count))
        return bytes + text
    }
}
