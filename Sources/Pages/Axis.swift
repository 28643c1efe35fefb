/// Places values of a range along an axis.
package struct Axis: Sendable {
    /// The range's ends.
    package let low, high: Double
    private let start, end: Double

    /// - Parameters:
    ///   - start: Where the lower end of the range is drawn.
    ///   - end: Where the upper end is.
    package init(_ range: ClosedRange<Double>, from start: Double, to end: Double) {
        (low, high) = (range.lowerBound, max(range.upperBound, range.lowerBound + 1e-9))
        (self.start, self.end) = (start, end)
    }

    /// The place of a value; values beyond the range are at its ends.
    package func callAsFunction(_ value: Double) -> Double {
        start + (min(high, max(low, value)) - low) / (high - low) * (end - start)
    }

    /// Round values within the range, three to six of them.
    package var ticks: [Double] {
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

    /// A tick's number, with as many decimals as the ticks need.
    package func name(_ tick: Double) -> String {
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        return Show.number(tick, step >= 0.999 ? 0 : step >= 0.0999 ? 1 : step >= 0.00999 ? 2 : 3)
    }
}

extension Drawing {
    /// Lines across the drawing at the ticks of a vertical axis, with their numbers on the left.
    ///
    /// - Parameters:
    ///   - left: Where the lines begin.
    ///   - right: Where they end.
    ///   - percent: Whether numbers are shares of 1, shown in percent.
    package mutating func grid(_ axis: Axis, from left: Double, to right: Double, percent: Bool) {
        for tick in axis.ticks {
            line(left, axis(tick), right, axis(tick), "grid")
            let name = percent ? Show.number(tick * 100, 0) + " %" : axis.name(tick)
            text(left - 6, axis(tick) + 4, name, .end)
        }
    }
}
