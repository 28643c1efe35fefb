internal import Foundation

/// A sentence as words and punctuation.
///
/// A word is a run of letters and digits; every other visible character is a token of its own. Upper and lower case are
/// one, and so are characters that differ in Unicode form only.
enum Tokens {
    /// Calls `body` with each token in order.
    static func forEach(in text: String, _ body: (String) throws -> Void) rethrows {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            try forEachASCII(in: text, body)
        } else {
            try forEachUnicode(in: text, body)
        }
    }

    static func list(_ text: String) -> [String] {
        var tokens: [String] = []
        forEach(in: text) { tokens.append($0) }
        return tokens
    }

    static func forEachASCII(in text: String, _ body: (String) throws -> Void) rethrows {
        var word = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                word.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                word.unicodeScalars.append(Unicode.Scalar(byte + 0x20))
            default:
                if !word.isEmpty { try body(word) }
                word = ""
                if byte > 0x20, byte < 0x7F { try body(String(Unicode.Scalar(byte))) }
            }
        }
        if !word.isEmpty { try body(word) }
    }

    static func forEachUnicode(in text: String, _ body: (String) throws -> Void) rethrows {
        var word = ""
        for character in text.lowercased().precomposedStringWithCanonicalMapping {
            if character.isLetter || character.isNumber {
                word.append(character)
                continue
            }
            if !word.isEmpty { try body(word) }
            word = ""
            let isControl = character.unicodeScalars.allSatisfy {
                [.control, .format, .surrogate, .unassigned].contains($0.properties.generalCategory)
            }
            if !character.isWhitespace, !isControl { try body(String(character)) }
        }
        if !word.isEmpty { try body(word) }
    }
}
