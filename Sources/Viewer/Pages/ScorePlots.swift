internal import Pages

/// Plots of an episode's scores. An unscored transition is NaN.
enum ScorePlots {
    /// A thin bar for each transition, a dot where there is no score, a tick below the end of each sub-task. One path
    /// of each kind, so that a page of fifty stays small.
    static func sparkline(_ scores: ArraySlice<Float>, ends: [Int]) -> String {
        let count = scores.count
        let (width, height) = (180.0, 30.0)
        let pitch = min(6, width / Double(max(1, count)))
        // A row of dots and nothing else would only be loud.
        let hasScores = scores.contains { !$0.isNaN }
        var (bars, dots, ticks) = ("", "", "")
        for (t, score) in scores.enumerated() {
            let x = Drawing.number((Double(t) + 0.5) * pitch)
            if score.isNaN {
                if hasScores { dots += "M\(x) 22v3" }
            } else {
                bars += "M\(x) 25V\(Drawing.number(24 - 22 * Double(score) / 10))"
            }
        }
        for end in ends where (0..<count).contains(end) { ticks += "M\(Drawing.number(Double(end + 1) * pitch)) 26v4" }
        let thickness = pitch >= 4 ? "w3" : pitch >= 2.4 ? "w2" : "w1"
        var drawing = Drawing(width, height, style: "spark", label: label(scores))
        drawing.path("M0 25.5h\(Drawing.number(Double(count) * pitch))", "base")
        drawing.path(bars, "bars \(thickness)")
        drawing.path(dots, "none \(thickness)")
        drawing.path(ticks, "ends")
        return drawing.svg
    }

    private static func label(_ scores: ArraySlice<Float>) -> String {
        let known = scores.filter { !$0.isNaN }
        guard let low = known.min(), let high = known.max() else {
            return "No scores of \(Show.plural(scores.count, "step"))"
        }
        return "Scores of \(Show.plural(scores.count, "step")), \(Show.number(Double(low), 1)) to "
            + "\(Show.number(Double(high), 1)), \(scores.count - known.count) unscored"
    }

    /// The scores of an episode as bars that lead to their transitions, with the sub-tasks below.
    ///
    /// - Parameters:
    ///   - current: The transition to point out.
    ///   - link: Where the bar of a transition leads.
    static func chart(
        _ scores: ArraySlice<Float>, subTasks: [(range: Range<Int>, name: String)], current: Int?,
        link: (Int) -> String
    ) -> String {
        let (width, left, top, bottom) = (1200.0, 26.0, 8.0, 118.0)
        var drawing = Drawing(width, 146, style: "chart", label: label(scores))
        let pitch = (width - left - 4) / Double(max(1, scores.count))
        let bar = min(pitch * 0.78, 46)
        let axis = Axis(0...10, from: bottom, to: top)
        for tick in [0.0, 5, 10] {
            let end = left + pitch * Double(scores.count)
            drawing.line(left, axis(tick), end, axis(tick), tick == 0 ? "base" : "grid")
            drawing.text(left - 6, axis(tick) + 4, Drawing.number(tick), .end)
        }
        for (index, part) in subTasks.enumerated() {
            let x = left + pitch * Double(part.range.lowerBound)
            let size = pitch * Double(part.range.count)
            drawing.rectangle(x + 0.75, bottom + 5, size - 1.5, 4, index.isMultiple(of: 2) ? "part" : "part odd")
            let room = Int((size - 4) / 6.2)
            let name = part.name.count <= room ? part.name : room > 4 ? String(part.name.prefix(room - 1)) + "…" : ""
            drawing.text(x + 1, bottom + 23, name, .start)
        }
        for (t, score) in scores.enumerated() {
            let x = left + pitch * Double(t)
            let title = "Step \(t): " + (score.isNaN ? "no score" : "score \(Show.score(Double(score)))")
            drawing.link(link(t), title: title) { drawing in
                drawing.rectangle(x, top, pitch, bottom - top, t == current ? "hit now" : "hit")
                if score.isNaN {
                    drawing.line(x + pitch / 2, bottom - 7, x + pitch / 2, bottom - 1, "missing")
                } else {
                    let size = max(1.5, bottom - axis(Double(score)))
                    drawing.rectangle(
                        x + (pitch - bar) / 2, bottom - size, bar, size, "bar score s\(Int(score.rounded()))")
                }
            }
        }
        return drawing.svg
    }

    /// Counts of the scores 0 to 10, those of control spans beside in another colour.
    static func histogram(_ counts: [Int], controls: [Int]) -> String {
        let beside = controls.contains { $0 > 0 } ? ScoreBars.shares(controls).map { $0 ?? 0 } : nil
        return ScoreBars.svg(
            ScoreBars.shares(counts), beside: beside, label: "How often each score was given"
        ) { "bar score s\($0)" }
    }
}
