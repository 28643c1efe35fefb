/// Text of an inline SVG. Colours come from the page's classes: the page allows no inline styles.
struct Drawing {
    let width, height: Double
    /// For readers who do not see it.
    let label: String
    private let style: String
    private var elements = ""

    init(_ width: Double, _ height: Double, style: String, label: String) {
        self.width = width
        self.height = height
        self.style = style
        self.label = label
    }

    mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) {
        elements +=
            "<rect class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
            + "width=\"\(Self.number(max(0, width)))\" height=\"\(Self.number(max(0, height)))\"/>"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        elements +=
            "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" "
            + "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>"
    }

    mutating func path(_ data: String, _ style: String) {
        guard !data.isEmpty else { return }
        elements += "<path class=\"\(style)\" d=\"\(data)\"/>"
    }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ style: String) {
        elements +=
            "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(PageText.escaped(text))</text>"
    }

    /// What `draw` adds becomes a link with a title.
    mutating func link(_ target: String, title: String, _ draw: (inout Drawing) -> Void) {
        elements += "<a href=\"\(PageText.escaped(target))\"><title>\(PageText.escaped(title))</title>"
        draw(&self)
        elements += "</a>"
    }

    var svg: String {
        "<svg class=\"\(style)\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" "
            + "aria-label=\"\(PageText.escaped(label))\">\(elements)</svg>"
    }

    /// At most two decimals, and 0 for what is not a finite number.
    static func number(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e7 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (hundredths < 0 ? "-" : "") + "\(whole)" + decimals
    }
}
