/// The paper's Figure 4: proportion completed by number of sub-tasks, and the ablation of the reward.
enum ResultFigure {
    /// Nil where the main set has no numbers.
    static func figure(_ data: ReportData, _ table: ResultTable) -> Figure? {
        guard let set = table.sets.first else { return nil }
        let kinds = [ReportPlan.Kind.method.rawValue, ReportPlan.Kind.baseline.rawValue]
        let lines = set.lines.filter { kinds.contains($0.kind) && $0.cell(.proportion) != nil }
        guard !lines.isEmpty else { return nil }
        let (lengthFiles, plots) = lengthPlots(lines)
        let rows = (lines.count + 1) / 2
        let height = 396 + 20 * rows
        let bottom = (84 + 20 * Double(rows)) / Double(height)
        let bars = ablation(data, set)
        var files = lengthFiles
        if !bars.isEmpty { files["ablation.dat"] = barText(bars) }
        let top = top(lines, bars)
        var script = """
            \(FigureStyle.frame)
            set multiplot
            set tmargin at screen 0.92
            set bmargin at screen \(bottom)
            set lmargin at screen 0.075
            set rmargin at screen \(bars.isEmpty ? 0.97 : 0.62)
            set title 'By number of sub-tasks' tc rgb '#1d2126'
            set xlabel 'Sub-tasks of the task'
            set ylabel 'Proportion completed'
            set xrange [0.5:6.5]
            set yrange [0:\(top)]
            set xtics 1,1,6
            set ytics 0.2
            \(FigureStyle.key(rows: rows))
            plot \(plots.joined(separator: ", \\\n     "))

            """
        if !bars.isEmpty {
            script += """
                unset key
                set lmargin at screen 0.70
                set rmargin at screen 0.97
                set title 'Reward ablation'
                unset xlabel
                unset ylabel
                set xrange [-0.6:\(Double(bars.count) - 0.4)]
                unset xtics
                set xtics nomirror scale 0
                set boxwidth 0.62
                set style fill solid 1.0 border lc rgb '#1d2126'
                set xtics tc rgb '#1d2126'
                plot \(barPlots(bars.count))

                """
        }
        script += "unset multiplot"
        return Figure(
            name: "figure4", width: 960, height: height, script: script, files: files,
            caption:
                """
                Proportion of sub-tasks completed on \(Plain.text(set.name)), by number of sub-tasks and by reward; \
                bars are 95 % intervals
                """
        )
    }

    /// Data files and plots of the proportion completed by number of sub-tasks, a line a row.
    static func lengthPlots(_ lines: [ResultTable.Line]) -> (files: [String: String], plots: [String]) {
        var files: [String: String] = [:]
        var plots: [String] = []
        for (index, line) in lines.enumerated() {
            let name = "length-\(index).dat"
            files[name] = lengths(line)
            // Side by side, so that whiskers do not hide each other.
            let shift = (Double(index) - Double(lines.count - 1) / 2) * 0.09
            let style = FigureStyle.line(index)
            plots.append(
                FigureStyle.whiskers(name, x: "($1+\(shift))", low: 3, high: 4, colour: FigureStyle.colour(index)))
            plots.append("'\(name)' using ($1+\(shift)):2 with linespoints \(style) title columnheader(2)")
        }
        return (files, plots)
    }

    private static func lengths(_ line: ResultTable.Line) -> String {
        var text = "length \(Figure.title(line.title)) low high\n"
        for length in Measure.lengths {
            let cell = line.cell(.proportionOf(length))
            text +=
                """
                \(length) \(Figure.number(cell?.value)) \(Figure.number(cell?.low ?? cell?.value)) \
                \(Figure.number(cell?.high ?? cell?.value))\n
                """
        }
        return text
    }

    /// Sparse, RG-VLM and both, those that are there.
    private static func ablation(_ data: ReportData, _ set: ResultTable.TaskSet) -> [(
        name: String, cell: ResultTable.Cell
    )] {
        let roles = Roles(data)
        return [("sparse", roles.sparse), ("RG-VLM", roles.generated), ("both", roles.combined)].compactMap {
            name, place in
            place.flatMap { set.line(data.rows[$0].plan.name)?.cell(.proportion) }.map { (name, $0) }
        }
    }

    private static func barText(_ bars: [(name: String, cell: ResultTable.Cell)]) -> String {
        bars.enumerated().map { index, bar in
            """
            \(index) \(Figure.title(bar.name)) \(Figure.number(bar.cell.value)) \
            \(Figure.number(bar.cell.low ?? bar.cell.value)) \(Figure.number(bar.cell.high ?? bar.cell.value))\n
            """
        }.joined()
    }

    private static func barPlots(_ count: Int) -> String {
        let fills = ["#dfe3e7", "#8fb2d6", "#1f4f85"]
        let boxes = (0..<count).map {
            "'ablation.dat' every ::\($0)::\($0) using 1:3:xtic(2) with boxes lc rgb '\(fills[$0 % 3])'"
        }
        let whiskers = FigureStyle.whiskers("ablation.dat", x: "1", low: 4, high: 5, colour: "#1d2126")
        return (boxes + [whiskers]).joined(separator: ", \\\n     ")
    }

    /// The axis's end: a fifth above the highest whisker, at most 1.
    static func top(
        _ lines: [ResultTable.Line], _ bars: [(name: String, cell: ResultTable.Cell)] = []
    ) -> Double {
        let cells =
            lines.flatMap { line in Measure.lengths.compactMap { line.cell(.proportionOf($0)) } } + bars.map(\.cell)
        let highest = cells.map { max($0.value, $0.high ?? 0) }.max() ?? 1
        return min(1.02, max(0.2, (highest * 5 + 0.5).rounded(.up) / 5))
    }
}
