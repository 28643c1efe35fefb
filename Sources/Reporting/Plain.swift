internal import Foundation

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
