/// A bar for each score from 0 to 10, over a scale in percent. The drawing is 420 wide and 220 high.
package enum ScoreBars {
    /// Where the scale's lines begin and end.
    package static let left = 44.0
    /// See ``left``.
    package static let right = 412.0

    /// The middle of a score's bar.
    package static func place(_ score: Int) -> Double { 62 + Double(score) * 33.4 }

    /// - Parameters:
    ///   - shares: Of 1, by score; nil where there is nothing to show.
    ///   - beside: A second share of each score, drawn as a thin bar at the first one's right.
    ///   - label: For readers who do not see it.
    ///   - style: The classes of a score's bar.
    package static func svg(
        _ shares: [Double?], beside: [Double]? = nil, label: String, style: (Int) -> String
    ) -> String {
        var drawing = Drawing(420, 220, label: label)
        let highest = (shares.compactMap { $0 } + (beside ?? [])).max() ?? 0
        let axis = Axis(0...max(0.05, highest * 1.12), from: 190, to: 12)
        drawing.grid(axis, from: left, to: right, percent: true)
        let width = beside == nil ? 24.0 : 17
        for (score, share) in shares.enumerated() {
            let x = place(score)
            drawing.text(x, 206, "\(score)", .middle, share == nil ? "t faint" : "t")
            if let other = beside?[score], other > 0 {
                drawing.rectangle(x - 12 + width + 1, axis(other), 8, 190 - axis(other), "bar control", rounding: 1)
            }
            guard let share else { continue }
            drawing.rectangle(x - 12, axis(share), width, 190 - axis(share), style(score), rounding: 2)
            let words = Show.number(share * 100, 0)
            drawing.text(x - 12 + width / 2, axis(share) - 4, words, .middle, "t small")
        }
        return drawing.svg
    }

    /// Counts as shares of 1; nil for those of nothing.
    package static func shares(_ counts: [Int]) -> [Double?] {
        let total = Double(max(1, counts.reduce(0, +)))
        return counts.map { $0 > 0 ? Double($0) / total : nil }
    }
}
