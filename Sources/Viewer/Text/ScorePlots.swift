/// Plots of scores. An unscored transition is NaN.
enum ScorePlots {
    /// A thin bar for each transition, a dot where there is no score, a tick below the end of each sub-task. Two paths, so
    /// that a page of fifty stays small.
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
            return "No scores of \(NumberText.counted(scores.count, "step"))"
        }
        return "Scores of \(NumberText.counted(scores.count, "step")), \(NumberText.fixed(low)) to "
            + "\(NumberText.fixed(high)), \(scores.count - known.count) unscored"
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
        func y(_ score: Double) -> Double { bottom - (bottom - top) * score / 10 }
        for tick in [0.0, 5, 10] {
            drawing.line(left, y(tick), left + pitch * Double(scores.count), y(tick), tick == 0 ? "base" : "grid")
            drawing.text(left - 6, y(tick) + 4, Drawing.number(tick), "axis")
        }
        for (index, part) in subTasks.enumerated() {
            let x = left + pitch * Double(part.range.lowerBound)
            let size = pitch * Double(part.range.count)
            drawing.rectangle(x + 0.75, bottom + 5, size - 1.5, 4, index.isMultiple(of: 2) ? "part" : "part odd")
            let room = Int((size - 4) / 6.2)
            let name = part.name.count <= room ? part.name : room > 4 ? String(part.name.prefix(room - 1)) + "…" : ""
            drawing.text(x + 1, bottom + 23, name, "part-name")
        }
        for (t, score) in scores.enumerated() {
            let x = left + pitch * Double(t)
            let title = "Step \(t): " + (score.isNaN ? "no score" : "score \(NumberText.short(Double(score)))")
            drawing.link(link(t), title: title) { drawing in
                drawing.rectangle(x, top, pitch, bottom - top, t == current ? "hit now" : "hit")
                if score.isNaN {
                    drawing.line(x + pitch / 2, bottom - 7, x + pitch / 2, bottom - 1, "missing")
                } else {
                    let size = max(1.5, bottom - y(Double(score)))
                    drawing.rectangle(
                        x + (pitch - bar) / 2, bottom - size, bar, size, "bar s\(Int(score.rounded()))")
                }
            }
        }
        return drawing.svg
    }

    /// Counts of the scores 0 to 10, those of control spans behind in another colour.
    static func histogram(_ counts: [Int], controls: [Int]) -> String {
        var drawing = Drawing(440, 170, style: "histogram", label: "How often each score was given")
        let shares = [counts, controls].map { list in
            let total = Double(max(1, list.reduce(0, +)))
            return list.map { Double($0) / total }
        }
        let highest = max(0.01, shares.flatMap { $0 }.max() ?? 0)
        let hasControls = controls.contains { $0 > 0 }
        drawing.line(10, 140, 432, 140, "base")
        for score in 0...10 {
            let x = 14 + Double(score) * 38
            let size = shares[0][score] / highest * 112
            let width = hasControls ? 20.0 : 32.0
            drawing.rectangle(x, 140 - size, width, size, "bar s\(score)")
            if hasControls {
                let size = shares[1][score] / highest * 112
                drawing.rectangle(x + 21, 140 - size, 11, size, "bar control")
            }
            drawing.text(x + width / 2, 140 - size - 5, NumberText.fixed(shares[0][score] * 100, 0), "value")
            drawing.text(x + width / 2, 158, "\(score)", "value")
        }
        return drawing.svg
    }
}
