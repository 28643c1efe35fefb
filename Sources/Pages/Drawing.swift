/// Text of an inline SVG, in units of about a pixel. Colours come from classes of the page's style sheet: pages allow
/// no inline styles. `style` is a list of classes of ours; texts, labels and targets are escaped.
package struct Drawing: Sendable {
    private let width, height: Double
    private let style: String
    private let label: String
    private var elements = ""

    /// - Parameters:
    ///   - style: Classes of the whole drawing.
    ///   - label: For readers who do not see it.
    package init(_ width: Double, _ height: Double, style: String = "plot", label: String) {
        (self.width, self.height) = (width, height)
        (self.style, self.label) = (style, label)
    }

    /// Which point of a text its place is.
    package enum Anchor: String, Sendable {
        case start, middle, end
    }

    /// A rectangle from its upper left corner; a negative size counts as none.
    package mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, rounding: Double = 0
    ) {
        var numbers = [("x", x), ("y", y), ("width", max(0, width)), ("height", max(0, height))]
        if rounding > 0 { numbers.append(("rx", rounding)) }
        add("rect", style, numbers)
    }

    /// A line between two points.
    package mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        add("line", style, [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)])
    }

    /// A circle around its middle.
    package mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        add("circle", style, [("cx", x), ("cy", y), ("r", radius)])
    }

    /// Straight pieces through all points.
    package mutating func curve(_ points: [(x: Double, y: Double)], _ style: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        elements += "<polyline class=\"\(style)\" points=\"\(list)\"/>"
    }

    /// A path of commands made of ``number(_:)``; none for an empty one.
    package mutating func path(_ commands: String, _ style: String) {
        guard !commands.isEmpty else { return }
        elements += "<path class=\"\(style)\" d=\"\(commands)\"/>"
    }

    /// Words, on their base line.
    package mutating func text(
        _ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .middle, _ style: String = "t"
    ) {
        elements +=
            "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
            + "text-anchor=\"\(anchor.rawValue)\">\(Escape.html(text))</text>"
    }

    /// What `draw` adds becomes a link with a title.
    package mutating func link(_ target: String, title: String, _ draw: (inout Drawing) -> Void) {
        elements += "<a href=\"\(Escape.html(target))\"><title>\(Escape.html(title))</title>"
        draw(&self)
        elements += "</a>"
    }

    /// The element.
    package var svg: String {
        "<svg class=\"\(style)\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" "
            + "aria-label=\"\(Escape.html(label))\">\(elements)</svg>"
    }

    private mutating func add(_ element: String, _ style: String, _ numbers: [(name: String, value: Double)]) {
        let list = numbers.map { " \($0.name)=\"\(Self.number($0.value))\"" }.joined()
        elements += "<\(element) class=\"\(style)\"\(list)/>"
    }

    /// At most two decimals, and 0 for what is not a finite number.
    package static func number(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e7 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (hundredths < 0 ? "-" : "") + "\(whole)" + decimals
    }
}
