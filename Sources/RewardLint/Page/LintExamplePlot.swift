internal import Pages

/// A span's scores as bars, with its summed value and true progress as lines over them.
enum LintExamplePlot {
    static func svg(_ example: LintExample) -> String {
        let span = example.span
        let count = span.scores.count
        var drawing = Drawing(420, 210, label: "Scores, summed value and true progress of one span")
        let across = Axis(0...Double(max(1, count)), from: 30, to: 412)
        let scores = Axis(0...10, from: 190, to: 132)
        for tick in [0.0, 5, 10] {
            drawing.line(30, scores(tick), 412, scores(tick), "grid")
            drawing.text(24, scores(tick) + 4, Show.number(tick, 0), .end, "t small")
        }
        let width = across(1) - across(0)
        for (t, score) in span.scores.enumerated() {
            let x = across(Double(t))
            if let score {
                let top = min(188.5, scores(Double(score)))
                let style = span.completions[t] ? "bar truth" : span.control == nil ? "bar" : "bar control"
                drawing.rectangle(x + width * 0.12, top, width * 0.76, 190 - top, style)
            } else {
                drawing.text(x + width / 2, 186, "?", .middle, "t small faint")
            }
        }
        for t in stride(from: 0, through: count, by: count > 60 ? 20 : count > 24 ? 10 : 5) {
            drawing.text(across(Double(t)), 205, "\(t)", .middle, "t small")
        }
        lines(&drawing, example, across)
        return drawing.svg
    }

    private static func lines(_ drawing: inout Drawing, _ example: LintExample, _ across: Axis) {
        let span = example.span
        var sum = 0.0
        var values = [0.0]
        for score in span.scores {
            sum += score.map { Double($0) - example.centre } ?? 0
            values.append(sum)
        }
        func curve(_ values: [Double], _ style: String) {
            // At least one unit high, so that rounding does not look like a trend.
            let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
            let axis = Axis(low...max(high, low + (style == "progress" ? 0.05 : 1)), from: 116, to: 12)
            if style == "sum" { drawing.line(30, axis(0), 412, axis(0), "zero") }
            drawing.curve(values.enumerated().map { (across(Double($0)), axis($1)) }, style)
        }
        if let progress = span.progress { curve(progress.map { $0 - (progress.first ?? 0) }, "progress") }
        curve(values, "sum")
    }
}
