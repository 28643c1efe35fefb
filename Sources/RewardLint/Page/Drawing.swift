/// Text of an inline SVG, in units of about a pixel. Colours come from the page's classes.
struct Drawing {
    let width: Double
    let height: Double
    /// For readers who do not see it.
    let label: String
    private var elements = ""

    init(_ width: Double, _ height: Double, label: String) {
        self.width = width
        self.height = height
        self.label = label
    }

    enum Anchor: String {
        case start, middle, end
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, rounding: Double = 0
    ) {
        let rounded = rounding > 0 ? " rx=\"\(Self.number(rounding))\"" : ""
        elements +=
            "<rect class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
            + "width=\"\(Self.number(max(0, width)))\" height=\"\(Self.number(max(0, height)))\"\(rounded)/>"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        elements +=
            "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" "
            + "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>"
    }

    mutating func curve(_ points: [(x: Double, y: Double)], _ style: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        elements += "<polyline class=\"\(style)\" points=\"\(list)\"/>"
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        elements +=
            "<circle class=\"\(style)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" "
            + "r=\"\(Self.number(radius))\"/>"
    }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .middle, _ style: String = "t") {
        elements +=
            "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
            + "text-anchor=\"\(anchor.rawValue)\">\(Self.escaped(text))</text>"
    }

    var svg: String {
        "<svg viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" "
            + "aria-label=\"\(Self.escaped(label))\">\(elements)</svg>"
    }

    /// At most two decimals, and 0 for what is not a finite number.
    static func number(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e7 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (hundredths < 0 ? "-" : "") + "\(whole)" + decimals
    }

    /// By scalars, so that a combining mark hides nothing.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Places values of a range along an axis.
struct Axis {
    let low: Double
    let high: Double
    let start: Double
    let end: Double

    init(_ range: ClosedRange<Double>, from start: Double, to end: Double) {
        (low, high) = (range.lowerBound, max(range.upperBound, range.lowerBound + 1e-9))
        (self.start, self.end) = (start, end)
    }

    /// Values beyond the range at its ends.
    func callAsFunction(_ value: Double) -> Double {
        start + (min(high, max(low, value)) - low) / (high - low) * (end - start)
    }

    /// Round values within the range, three to six of them.
    var ticks: [Double] {
        let span = high - low
        var unit = 1e-6
        while unit * 10 < span { unit *= 10 }
        guard let step = [0.2, 0.5, 1, 2].map({ $0 * unit }).first(where: { span / $0 <= 6 }) else {
            return [low, high]
        }
        var ticks: [Double] = []
        var tick = (low / step).rounded(.up) * step
        while tick <= high + step * 1e-6 {
            ticks.append(tick)
            tick += step
        }
        return ticks
    }

    /// With as many decimals as the ticks need.
    func name(_ tick: Double) -> String {
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        return LintFormat.number(tick, step >= 0.999 ? 0 : step >= 0.0999 ? 1 : step >= 0.00999 ? 2 : 3)
    }
}
