/// Writes JSON text piece by piece; whoever writes sees to commas and brackets.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    /// As it stands: punctuation, names of fields, numbers.
    mutating func raw(_ text: String) { bytes += Array(text.utf8) }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            case ..<0x20:
                raw("\\u00")
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func string(_ text: String?) {
        if let text { string(text) } else { raw("null") }
    }

    /// JSON has no infinities: they become the largest numbers there are.
    mutating func number(_ value: Double) {
        let largest = Double.greatestFiniteMagnitude
        raw(value.isNaN ? "null" : "\(max(-largest, min(largest, value)))")
    }

    /// `[a,b,c]`.
    mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        raw("[")
        var isFirst = true
        for element in elements {
            if !isFirst { raw(",") }
            isFirst = false
            write(&self, element)
        }
        raw("]")
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
