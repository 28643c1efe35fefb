internal import Foundation
internal import Pages

/// The escaping of the table's formats, without what ``Plain`` takes out.
extension Escape {
    private static func map(_ text: String, _ replacement: (Unicode.Scalar) -> String?) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in Plain.text(text).unicodeScalars {
            if let replacement = replacement(scalar) {
                escaped.append(contentsOf: replacement.unicodeScalars)
            } else {
                escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    static func markdown(_ text: String) -> String {
        map(text) { scalar in
            switch scalar {
            case "\\", "|", "*", "_", "`", "[", "]", "$": "\\\(scalar)"
            case "<", ">", "&": html(String(scalar))
            default: nil
            }
        }
    }

    private static let latexText: [Unicode.Scalar: String] = [
        "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
        "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "\u{2212}": "$-$", "<": "$<$",
        ">": "$>$", "|": "$|$", "\"": "''",
    ]

    static func latex(_ text: String) -> String { map(text) { latexText[$0] } }

    /// A CSV field. One that a spreadsheet would take for a formula begins with an apostrophe.
    static func csv(_ text: String) -> String {
        var field = Plain.text(text)
        if let first = field.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) { field = "'" + field }
        guard field.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
