internal import Foundation

/// Numbers as pages, tables and reasons show them: a point, a true minus sign, commas between thousands.
package enum Show {
    /// With so many decimals, and no minus before a rounded zero. `-` for what is no number.
    package static func number(_ value: Double?, _ digits: Int = 2) -> String {
        guard let value, value.isFinite else { return "-" }
        let text = String(format: "%.\(digits)f", value)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return text.replacingOccurrences(of: "-", with: isZero ? "" : "\u{2212}")
    }

    /// With its sign, for differences.
    package static func signed(_ value: Double, _ digits: Int = 3) -> String {
        let text = number(value, digits)
        return value > 0 && text.contains(where: { "123456789".contains($0) }) ? "+" + text : text
    }

    /// As few digits as say it, six at most.
    package static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.6g", value)
    }

    /// A score: without decimals where there are none, else with one.
    package static func score(_ value: Double) -> String { number(value, value == value.rounded() ? 0 : 1) }

    /// A share of 1 in percent, with a decimal where a whole number would say none or all.
    package static func percent(_ share: Double?) -> String {
        guard let share else { return "-" }
        let value = share * 100
        return number(value, (value > 0 && value < 1) || (value > 99 && value < 100) ? 1 : 0) + " %"
    }

    /// `21,023`.
    package static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = value < 0 ? "\u{2212}" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1 step`, `2 steps`.
    package static func plural(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(Show.count(count)) \(count == 1 ? one : many ?? one + "s")"
    }

    /// Nanodollars as dollars, with the digits that a small sum needs.
    package static func dollars(_ nanodollars: Int64?) -> String {
        guard let nanodollars else { return "no price known" }
        let value = Double(nanodollars) / 1e9
        return "$" + number(value, value == 0 ? 2 : value < 0.001 ? 6 : value < 0.1 ? 4 : 2)
    }

    /// Milliseconds, as seconds from one on.
    package static func time(milliseconds: Double) -> String {
        milliseconds < 1000
            ? number(milliseconds, milliseconds < 10 ? 1 : 0) + " ms" : number(milliseconds / 1000, 1) + " s"
    }

    /// For machines: a point, a plain minus, nothing for what is no number.
    package static func machine(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return String(format: "%.6f", value)
    }

    /// `a, b and c`.
    package static func list(_ items: [String]) -> String {
        guard let last = items.last else { return "" }
        return items.count == 1 ? last : items.dropLast().joined(separator: ", ") + " and " + last
    }
}
