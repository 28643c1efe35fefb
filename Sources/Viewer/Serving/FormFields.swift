/// The fields of a query or of a form's body, `application/x-www-form-urlencoded`.
struct FormFields: Sendable, Equatable {
    private var values: [String: String] = [:]

    /// Of several fields with one name the first counts; what is not UTF-8 is left out.
    init(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) {
        for pair in bytes.split(separator: UInt8(ascii: "&")).prefix(64) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), values[name] == nil,
                let value = parts.count == 2 ? Self.decoded(parts[1]) : ""
            else { continue }
            values[name] = value
        }
    }

    /// Nil for a field that is absent or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "+") {
                decoded.append(0x20)
            } else if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.endIndex,
                let high = hexadecimal(bytes[at + 1]), let low = hexadecimal(bytes[at + 2])
            {
                decoded.append(high << 4 | low)
                at += 2
            } else {
                decoded.append(bytes[at])
            }
            at += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// Letters, digits and `-._~` stay, all else is percent-encoded.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { encoded, byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
    }
}
