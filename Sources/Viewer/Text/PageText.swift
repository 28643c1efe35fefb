internal import Foundation
internal import Mustache

/// Text of a dataset or a server made safe for a page.
enum PageText {
    /// For between tags and for attributes in double quotes. Every scalar is looked at by itself, so that a mark that
    /// joins with `<` hides nothing. Characters that steer a terminal, turn the direction of writing or show nothing
    /// become U+FFFD.
    static func escaped(_ text: String) -> String {
        if text.utf8.allSatisfy({ isPlain[Int($0)] }) { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": escaped.append(scalar)
            default: escaped.append(isHidden(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(escaped)
    }

    private static let isPlain: [Bool] = (0..<256).map { byte in
        (0x20..<0x7F).contains(byte) && !Array("<>&\"'".utf8).contains(UInt8(byte))
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
}

/// What the templates' variables go through: `{{name}}` is escaped by ``PageText``. Mustache's own escaping goes by
/// characters and misses a `<` that a combining mark follows.
struct PageContent: MustacheContentType {
    static let name = "RGVLM-PAGE"

    func escapeText(_ text: String) -> String { PageText.escaped(text) }
}

/// Numbers as pages show them.
enum NumberText {
    static func fixed(_ value: Double?, _ digits: Int = 1) -> String {
        guard let value, value.isFinite else { return "–" }
        let text = String(format: "%.\(digits)f", value)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return isZero
            ? text.replacingOccurrences(of: "-", with: "") : text.replacingOccurrences(of: "-", with: "\u{2212}")
    }

    static func fixed(_ value: Float, _ digits: Int = 1) -> String { fixed(Double(value), digits) }

    /// Without decimals where there are none.
    static func short(_ value: Double) -> String {
        value == value.rounded() ? fixed(value, 0) : fixed(value, 1)
    }

    /// With narrow spaces between thousands.
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
            text.append(digit)
        }
        return (value < 0 ? "\u{2212}" : "") + text
    }

    static func percent(_ share: Double) -> String {
        let value = share * 100
        return fixed(value, (value > 0 && value < 1) || (value > 99 && value < 100) ? 1 : 0) + "\u{00A0}%"
    }

    /// Nanodollars as dollars, with the digits a small sum needs.
    static func dollars(_ nanodollars: Int64?) -> String {
        guard let nanodollars else { return "no price known" }
        let value = Double(nanodollars) / 1e9
        return "$" + fixed(value, value == 0 ? 2 : value < 0.001 ? 6 : value < 0.1 ? 4 : 2)
    }

    static func time(milliseconds: Double) -> String {
        milliseconds < 1000 ? fixed(milliseconds, milliseconds < 10 ? 1 : 0) + " ms" : fixed(milliseconds / 1000) + " s"
    }

    /// `1 step`, `2 steps`.
    static func counted(_ value: Int, _ noun: String) -> String { "\(count(value)) \(noun)\(value == 1 ? "" : "s")" }
}
