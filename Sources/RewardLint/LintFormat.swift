internal import Foundation
internal import RewardLabeling
internal import Statistics

/// Numbers and words as report, page and terminal show them.
enum LintFormat {
    static func number(_ value: Double?, _ digits: Int = 2) -> String {
        guard let value else { return "-" }
        let text = String(format: "%.\(digits)f", value)
        // No minus before a rounded zero; a true minus sign elsewhere.
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return isZero
            ? text.replacingOccurrences(of: "-", with: "") : text.replacingOccurrences(of: "-", with: "\u{2212}")
    }

    static func percent(_ value: Double?) -> String {
        guard let value else { return "-" }
        let share = value * 100
        let digits = (share > 0 && share < 1) || (share > 99 && share < 100) ? 1 : 0
        return number(share, digits) + " %"
    }

    static func interval(_ interval: Interval?, _ digits: Int = 2) -> String {
        interval.map { "\(number($0.low, digits)) to \(number($0.high, digits))" } ?? ""
    }

    /// With spaces between thousands.
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
            text.append(digit)
        }
        return (value < 0 ? "\u{2212}" : "") + text
    }

    static func lowercased(_ title: String) -> String { title.prefix(1).lowercased() + title.dropFirst() }

    /// `the transition before (lag -1)`: whose change scores at this lag fit.
    static func transition(_ lag: Int) -> String {
        let side = lag < 0 ? "before" : "after"
        return (abs(lag) == 1 ? "the transition \(side)" : "the transition \(abs(lag)) places \(side)")
            + (lag < 0 ? " (lag \u{2212}\(-lag))" : " (lag +\(lag))")
    }

    /// What a control shows, and what it means when it is scored high.
    static func words(_ control: LabelControl) -> (shown: String, cause: String) {
        switch control {
        case .frozen:
            (
                "the same picture throughout",
                "Scores do not come from what the pictures show. Check that pictures reach the model."
            )
        case .reversed:
            ("pictures and actions backwards", "The annotator does not look at the direction of time.")
        case .shuffled:
            ("pictures in random order", "The annotator does not look at what changes from picture to picture.")
        case .mismatched:
            (
                "the goal of another instruction",
                "The annotator is blind to the goal. Check that the goal is in both prompts."
            )
        }
    }

    /// Text of a dataset or a server for a page or a terminal: without control and direction characters, and without
    /// marks that would join with a character that HTML gives a meaning and hide it from escaping.
    static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                if plain.last != " " { plain.append(" ") }
            default:
                if let last = plain.last, "<>&\"'".unicodeScalars.contains(last),
                    String(String.UnicodeScalarView([last, scalar])).count == 1
                {
                    continue
                }
                // What joins the sign after it would hide it from the escaping, which goes by characters.
                if let last = plain.last, "<>&\"'".unicodeScalars.contains(scalar),
                    String(String.UnicodeScalarView([last, scalar])).count == 1
                {
                    plain.removeLast()
                }
                plain.append(scalar)
            }
        }
        return String(plain)
    }
}
