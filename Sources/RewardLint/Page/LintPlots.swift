internal import ExperimentStore
internal import Pages
internal import RewardLabeling
internal import Statistics

/// The page's plots of the whole run.
enum LintPlots {
    private static let width = 420.0
    private static let (left, right) = (ScoreBars.left, ScoreBars.right)

    /// A check's value and interval over its scale, the good side of the threshold shaded.
    static func bullet(_ check: LintCheck) -> String {
        var drawing = Drawing(160, 22, label: "\(LintFormat.value(check)), threshold \(LintFormat.threshold(check))")
        let axis = Axis(check.scale, from: 4, to: 156)
        let threshold = axis(check.threshold)
        drawing.rectangle(4, 8, 152, 6, "track", rounding: 3)
        switch check.bound {
        case .atLeast: drawing.rectangle(threshold, 8, 156 - threshold, 6, "zone", rounding: 3)
        case .atMost: drawing.rectangle(4, 8, threshold - 4, 6, "zone", rounding: 3)
        case .equal: drawing.rectangle(threshold - 8, 8, 16, 6, "zone", rounding: 3)
        }
        if check.bound != .equal { drawing.line(threshold, 4, threshold, 18, "limit") }
        if let interval = check.interval, check.value != nil {
            drawing.line(axis(interval.low), 11, axis(interval.high), 11, "whisker \(check.verdict.tone)")
        }
        if let value = check.value { drawing.circle(axis(value), 11, 4.5, "dot \(check.verdict.tone)") }
        return drawing.svg
    }

    /// How often each score was given.
    static func histogram(_ distribution: ScoreDistribution) -> String {
        ScoreBars.svg(ScoreBars.shares(distribution.histogram), label: "Share of each score from 0 to 10") {
            $0 >= 8 ? "bar top" : "bar"
        }
    }

    /// The true change of progress of the transitions with each score; nil where it is unknown.
    static func changes(_ progress: ProgressCorrelation) -> String? {
        let boxes = progress.byScore.filter { $0.quantiles.count == 5 }
        guard let low = boxes.map({ $0.quantiles[0] }).min(), let high = boxes.map({ $0.quantiles[4] }).max()
        else { return nil }
        var drawing = Drawing(width, 220, label: "Change of true progress by score")
        let margin = max(0.005, (high - low) * 0.05)
        let axis = Axis((low - margin)...(high + margin), from: 190, to: 12)
        drawing.grid(axis, from: left, to: right, percent: false)
        if axis.low < 0 { drawing.line(left, axis(0), right, axis(0), "zero") }
        for score in 0...10 { drawing.text(ScoreBars.place(score), 206, "\(score)") }
        for box in boxes {
            let (x, q) = (ScoreBars.place(box.score), box.quantiles)
            drawing.line(x, axis(q[0]), x, axis(q[4]), "stem")
            drawing.rectangle(x - 10, axis(q[3]), 20, max(1, axis(q[1]) - axis(q[3])), "box", rounding: 2)
            drawing.line(x - 10, axis(q[2]), x + 10, axis(q[2]), "middle")
        }
        return drawing.svg
    }

    /// The share of the transitions with each score that complete a sub-task.
    static func completions(_ progress: ProgressCorrelation) -> String {
        let shares = progress.byScore.map { $0.count > 0 ? Double($0.completions) / Double($0.count) : nil }
        return ScoreBars.svg(shares, label: "Share of completing transitions by score") { _ in "bar truth" }
    }

    /// The correlation at each lag, with intervals.
    static func lags(_ alignment: ScoreAlignment) -> String {
        var drawing = Drawing(width, 220, label: "Correlation of scores and true change by lag")
        let values = alignment.lags.flatMap { [$0.interval?.low, $0.interval?.high, $0.correlation].compactMap { $0 } }
        let low = min(-0.1, (values.min() ?? 0) - 0.05)
        let high = max(0.2, (values.max() ?? 0) + 0.05)
        let axis = Axis(low...high, from: 190, to: 12)
        drawing.grid(axis, from: left, to: right, percent: false)
        drawing.line(left, axis(0), right, axis(0), "zero")
        let names = ["\u{2212}2", "\u{2212}1", "0", "+1", "+2", "backwards"]
        let best = alignment.best
        for (index, lag) in alignment.lags.enumerated() where index < names.count {
            let x = 66 + Double(index) * 60
            drawing.text(x, 206, names[index], .middle, lag.lag == 0 ? "t strong" : "t")
            guard let value = lag.correlation else {
                drawing.text(x, axis(0) - 6, "undefined", .middle, "t small faint")
                continue
            }
            let style = lag == best ? (lag.lag == 0 ? "good" : "bad") : "rest"
            drawing.line(x, axis(0), x, axis(value), "lollipop \(style)")
            if let interval = lag.interval { drawing.line(x, axis(interval.low), x, axis(interval.high), "stem") }
            drawing.circle(x, axis(value), 5, "dot \(style)")
            drawing.text(x + 9, axis(value) + 4, Show.number(value), .start, "t small")
        }
        return drawing.svg
    }

    /// Scores of genuine transitions upwards and of each control downwards.
    static func controls(_ controls: [ControlSeparation]) -> String {
        let row = 92.0
        var drawing = Drawing(width, row * Double(controls.count) + 24, label: "Scores of genuine and control spans")
        for (index, control) in controls.enumerated() {
            let middle = row * Double(index) + 56
            let shares = [control.genuineHistogram, control.histogram].map { histogram in
                let total = Double(max(1, histogram.reduce(0, +)))
                return histogram.map { Double($0) / total }
            }
            let highest = max(0.01, shares.flatMap { $0 }.max() ?? 0)
            drawing.text(4, row * Double(index) + 14, name(control.control), .start, "t strong")
            let figures =
                "false positives \(Show.percent(control.falsePositiveRate)) · 7 and more "
                + "\(Show.percent(control.highShare)) · AUC \(Show.number(control.auc))"
            drawing.text(right, row * Double(index) + 14, figures, .end, "t small")
            for score in 0...10 {
                let x = ScoreBars.place(score)
                let (up, down) = (shares[0][score] / highest * 34, shares[1][score] / highest * 34)
                drawing.rectangle(x - 12, middle - up, 24, up, "bar", rounding: 1)
                drawing.rectangle(x - 12, middle + 1, 24, down, "bar control", rounding: 1)
            }
            drawing.line(left - 14, middle + 0.5, right, middle + 0.5, "base")
        }
        for score in 0...10 { drawing.text(ScoreBars.place(score), row * Double(controls.count) + 18, "\(score)") }
        return drawing.svg
    }

    static func name(_ control: LabelControl) -> String {
        switch control {
        case .frozen: "Frozen picture"
        case .reversed: "Backwards"
        case .shuffled: "Shuffled pictures"
        case .mismatched: "Wrong goal"
        }
    }

    /// Value-order correlations of fulfilled spans and the others.
    static func order(_ order: OrderCorrelation) -> String {
        var drawing = Drawing(width, 220, label: "Spans by value-order correlation")
        let totals = zip(order.fulfilled.histogram, order.unfulfilled.histogram).map { $0 + $1 }
        let axis = Axis(0...max(4, Double(totals.max() ?? 0) * 1.08), from: 190, to: 12)
        drawing.grid(axis, from: left, to: right, percent: false)
        let across = Axis(-1...1, from: left + 4, to: right - 8)
        for bin in totals.indices {
            let x = across(Double(bin) / 10 - 1) + 1
            let width = across(-0.9) - across(-1) - 2
            let (full, all) = (axis(Double(order.fulfilled.histogram[bin])), axis(Double(totals[bin])))
            drawing.rectangle(x, full, width, 190 - full, "bar", rounding: 1)
            drawing.rectangle(x, all, width, full - all, "bar rest", rounding: 1)
        }
        for tick in [-1, -0.5, 0, 0.5, 1] { drawing.text(across(tick), 206, Show.number(tick, 1)) }
        return drawing.svg
    }

    /// Scored transitions and the reasons of the others, as one bar.
    static func coverage(_ coverage: LabelCoverage) -> String {
        var drawing = Drawing(width, 22, label: "Scored \(Show.percent(coverage.share))")
        let total = Double(max(1, coverage.transitions))
        drawing.rectangle(0, 4, width, 14, "track", rounding: 3)
        var x = Double(coverage.scored) / total * width
        drawing.rectangle(0, 4, x, 14, "bar", rounding: 3)
        for missing in coverage.missing {
            let share = Double(missing.transitions) / total * width
            drawing.rectangle(x + 1, 4, max(1.5, share - 1), 14, "missing \(missing.reason)")
            x += share
        }
        return drawing.svg
    }
}

extension LintCheck.Verdict {
    /// The class that gives it its colour.
    var tone: String {
        switch self {
        case .pass: "good"
        case .fail: "bad"
        case .notMeasured: "open"
        }
    }
}

extension LintReport.Verdict {
    /// The class that gives it its colour.
    var tone: String {
        switch self {
        case .pass: "good"
        case .fail: "bad"
        case .undecided: "open"
        }
    }
}
