internal import Pages
internal import Statistics

/// What the experiment found: each row's difference to sparse with its interval, beside the proportion completed by
/// number of sub-tasks.
enum DifferenceFigure {
    /// Nil where the main set has no difference.
    static func figure(_ table: ResultTable) -> Figure? {
        guard let set = table.sets.first, !set.differences.isEmpty else { return nil }
        // As in the table: by kind.
        let shown = TableLayout.groups(set).flatMap(\.lines).compactMap { set.differences.of($0.name) }
        let kinds = [ReportPlan.Kind.method.rawValue, ReportPlan.Kind.baseline.rawValue]
        let lines = set.lines.filter { kinds.contains($0.kind) && $0.cell(.proportion) != nil }
        var (files, plots) = ResultFigure.lengthPlots(lines)
        for verdict in Verdict.allCases {
            files[file(verdict)] = dots(shown, verdict)
        }
        let keyRows = (lines.count + 1) / 2
        let height = max(396 + 20 * keyRows, 150 + 26 * shown.count)
        let bottom = (84 + 20 * Double(keyRows)) / Double(height)
        let present = Verdict.allCases.filter { verdict in shown.contains { $0.verdict == verdict } }
        let dots = present.flatMap { verdict -> [String] in
            let name = file(verdict)
            return [
                FigureStyle.lyingWhiskers(name, y: 1, low: 4, high: 5, colour: colour(verdict)),
                "'\(name)' using 3:1:ytic(2) with points pt \(verdict == .cannotTell ? 6 : 7) ps 1.1 lw 1.6 "
                    + "lc rgb '\(colour(verdict))' notitle",
            ]
        }
        let reach = shown.flatMap { [$0.value, $0.low ?? 0, $0.high ?? 0] }.map(abs).max() ?? 0.1
        // Proportions differ by 1 at most; intervals of few seeds may be wider and are cut there.
        let end = min(1, max(0.05, (reach * 22).rounded(.up) / 20))
        plots = plots.isEmpty ? ["NaN notitle"] : plots
        let script = """
            \(FigureStyle.frame)
            set multiplot
            set tmargin at screen 0.92
            set bmargin at screen \(bottom)
            set lmargin at screen 0.34
            set rmargin at screen 0.62
            unset key
            set title 'Difference to sparse' tc rgb '#1d2126'
            set xlabel 'Proportion completed, less that of sparse'
            set xrange [\(-end):\(end)]
            set xtics \(end > 0.6 ? 0.5 : end > 0.25 ? 0.2 : end > 0.1 ? 0.1 : 0.05)
            set yrange [\(Double(shown.count) - 0.4):-0.6]
            set ytics nomirror scale 0
            set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb '#4a525b' lw 0.9 dt 2
            plot \(dots.joined(separator: ", \\\n     "))
            unset arrow 1
            set lmargin at screen 0.69
            set rmargin at screen 0.98
            set title 'By number of sub-tasks'
            set xlabel 'Sub-tasks of the task'
            set ylabel 'Proportion completed'
            set xrange [0.5:6.5]
            set yrange [0:\(ResultFigure.top(lines))]
            set xtics 1,1,6
            unset ytics
            set ytics nomirror out scale 0.6 0.2
            \(FigureStyle.key(rows: keyRows))
            plot \(plots.joined(separator: ", \\\n     "))
            unset multiplot
            """
        let rows = Show.plural(shown.count, "row")
        return Figure(
            name: "differences", width: 1100, height: height, script: script, files: files,
            caption:
                """
                Differences to sparse on \(Plain.text(set.name)) with 95 % intervals corrected for \(rows) - blue \
                better, red worse, grey cannot tell - beside the proportion completed by number of sub-tasks
                """
        )
    }

    private static func file(_ verdict: Verdict) -> String {
        "dots-\(verdict == .cannotTell ? "open" : verdict.rawValue).dat"
    }

    private static func colour(_ verdict: Verdict) -> String {
        switch verdict {
        case .better: "#1f4f85"
        case .worse: "#b8322c"
        case .cannotTell: "#98a1ab"
        }
    }

    /// Place, title, value and ends of the rows with a verdict.
    private static func dots(_ shown: [Comparison], _ verdict: Verdict) -> String {
        shown.enumerated().filter { $0.element.verdict == verdict }.map { place, row in
            """
            \(place) \(Figure.title(row.title)) \(Figure.number(row.value)) \
            \(Figure.number(max(-1, row.low ?? row.value))) \(Figure.number(min(1, row.high ?? row.value)))\n
            """
        }.joined()
    }
}
