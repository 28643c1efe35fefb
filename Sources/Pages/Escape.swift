internal import Foundation

/// Text made safe for each format that pages and reports are written in. Every scalar is looked at by itself, so that a
/// mark that joins with `<` hides nothing.
package enum Escape {
    private static let entities: [Unicode.Scalar: String] = [
        "<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;",
    ]

    /// For HTML, between tags and in quoted attributes. Characters that steer a terminal, turn the direction of writing
    /// or show nothing become U+FFFD; lines and tabs stay.
    package static func html(_ text: String) -> String {
        if text.utf8.allSatisfy({ isPlain[Int($0)] }) { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let entity = entities[scalar] {
                escaped.append(contentsOf: entity.unicodeScalars)
            } else if scalar == "\n" || scalar == "\t" {
                escaped.append(scalar)
            } else {
                escaped.append(isHidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(escaped)
    }

    private static let isPlain: [Bool] = (0..<256).map { byte in
        (0x20..<0x7F).contains(byte) && entities[Unicode.Scalar(UInt8(byte))] == nil
    }

    /// Control characters, directional marks, and what has no width of its own but the joiners that scripts need.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D: false
        case 0x115F, 0x1160, 0x3164, 0xFFA0, 0xFE00...0xFE0E, 0xE0100...0xE01EF: true
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
            default: false
            }
        }
    }

    /// A value as JSON that may stand inside a script element: it has no character that HTML or JavaScript could take
    /// for an end. Keys are sorted; hidden characters of its texts become U+FFFD as in ``html(_:)``.
    ///
    /// - Throws: What the encoder says of a value that JSON cannot express, such as a number that is not finite.
    package static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var escaped = String.UnicodeScalarView()
        // Outside of strings JSON has none of these characters.
        for scalar in String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "\\u003c".unicodeScalars)
            case ">": escaped.append(contentsOf: "\\u003e".unicodeScalars)
            case "&": escaped.append(contentsOf: "\\u0026".unicodeScalars)
            case " "..."~": escaped.append(scalar)
            default: escaped.append(isHidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(escaped)
    }
}
