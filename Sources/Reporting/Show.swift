internal import Foundation

/// Numbers as tables and pages show them.
enum Show {
    /// With a true minus sign, and none before a rounded zero.
    static func number(_ value: Double, _ digits: Int = 2) -> String {
        guard value.isFinite else { return "-" }
        let text = String(format: "%.\(digits)f", value)
        if text.allSatisfy({ "-0.".contains($0) }) { return text.replacingOccurrences(of: "-", with: "") }
        return text.replacingOccurrences(of: "-", with: "\u{2212}")
    }

    /// With its sign, for differences.
    static func signed(_ value: Double, _ digits: Int = 3) -> String {
        let text = number(value, digits)
        return value > 0 && text.contains(where: { "123456789".contains($0) }) ? "+" + text : text
    }

    /// As few digits as say it.
    static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.6g", value)
    }

    /// For machines: a point, a plain minus, nothing for what is no number.
    static func machine(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return String(format: "%.6f", value)
    }

    /// `21,023`.
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    static func plural(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(Show.count(count)) \(count == 1 ? one : many ?? one + "s")"
    }

    /// `a, b and c`.
    static func list(_ items: [String]) -> String {
        guard let last = items.last else { return "" }
        return items.count == 1 ? last : items.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// Text of a dataset, a server or a configuration, without what steers a terminal or turns the direction of writing.
enum Plain {
    static func text(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                if plain.last != " " { plain.append(" ") }
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// Lines and tabs stay.
    static func lines(_ text: String) -> String {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            Self.text(String(String.UnicodeScalarView($0)).replacingOccurrences(of: "\t", with: "    "))
        }.joined(separator: "\n")
    }
}

/// The escaping of each format. By scalars, so that a combining mark hides nothing.
enum Escape {
    private static func map(_ text: String, _ replacements: [Unicode.Scalar: String]) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in Plain.text(text).unicodeScalars {
            if let replacement = replacements[scalar] {
                escaped.append(contentsOf: replacement.unicodeScalars)
            } else {
                escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    static func html(_ text: String) -> String {
        map(text, ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"])
    }

    static func markdown(_ text: String) -> String {
        map(
            text,
            [
                "\\": "\\\\", "|": "\\|", "*": "\\*", "_": "\\_", "`": "\\`", "[": "\\[", "]": "\\]", "<": "&lt;",
                ">": "&gt;", "&": "&amp;", "$": "\\$",
            ])
    }

    static func latex(_ text: String) -> String {
        map(
            text,
            [
                "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
                "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "\u{2212}": "$-$", "<": "$<$",
                ">": "$>$", "|": "$|$", "\"": "''",
            ])
    }

    /// A CSV field. One that a spreadsheet would take for a formula begins with an apostrophe.
    static func csv(_ text: String) -> String {
        var field = Plain.text(text)
        if let first = field.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) { field = "'" + field }
        guard field.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    /// JSON that may stand inside a script element: outside of strings it has none of these characters.
    static func script(_ json: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar.value {
            case 0x3C: escaped.append(contentsOf: "\\u003c".unicodeScalars)
            case 0x3E: escaped.append(contentsOf: "\\u003e".unicodeScalars)
            case 0x26: escaped.append(contentsOf: "\\u0026".unicodeScalars)
            case 0x2028: escaped.append(contentsOf: "\\u2028".unicodeScalars)
            case 0x2029: escaped.append(contentsOf: "\\u2029".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
