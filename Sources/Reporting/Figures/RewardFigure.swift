/// Histograms of the scores and of the generated rewards that rows are trained on.
enum RewardFigure {
    static func figure(_ data: ReportData, _ uses: [RewardUse]) -> Figure? {
        var panels: [(file: String, isScore: Bool)] = []
        var files: [String: String] = [:]
        for (number, labels) in data.labels.enumerated() where labels.scored > 0 {
            let name = "scores-\(number).dat"
            let total = Double(max(1, labels.histogram.reduce(0, +)))
            files[name] =
                "\(Figure.title("Scores: \(labels.shownModel)"))\n\n\n"
                + labels.histogram.enumerated().map {
                    "\($0.offset) \(Double($0.element) / total)\n"
                }.joined()
            panels.append((name, true))
        }
        for (number, use) in uses.enumerated() {
            let name = "reward-\(number).dat"
            files[name] =
                "\(Figure.title("Reward: \(use.row)"))\n\n\n"
                + use.shares.sorted { $0.key < $1.key }.map {
                    "\(Double($0.key) / 10) \($0.value)\n"
                }.joined()
            panels.append((name, false))
        }
        guard !panels.isEmpty else { return nil }
        let columns = min(4, panels.count)
        let rows = (panels.count + columns - 1) / columns
        let tenths = uses.flatMap(\.shares.keys)
        let (low, high) = (Double(tenths.min() ?? 0) / 10, Double(tenths.max() ?? 10) / 10)
        var script = """
            \(FigureStyle.frame)
            set multiplot layout \(rows),\(columns) margins \
            0.055,0.985,\(0.26 / Double(rows) + 0.01),\(1 - 0.1 / Double(rows)) \
            spacing 0.03,\(0.3 / Double(rows))
            set style fill solid 1.0 noborder
            set logscale y
            set yrange [0.0005:6]
            set format y '%g'
            set ytics (1, 0.1, 0.01, 0.001)
            unset key

            """
        for (number, panel) in panels.enumerated() {
            script +=
                number % columns == 0
                ? "set ylabel 'Share of transitions' offset 1.5\nset format y '%g'\n"
                : "unset ylabel\nset format y ''\n"
            if panel.isScore {
                script += "set xlabel 'Score'\nset boxwidth 0.8\nset xrange [-0.7:10.7]\nset xtics 0,2,10\n"
                script +=
                    """
                    plot '\(panel.file)' index 1 using 1:2 with boxes lc rgb '#d0762b', '' index 0 using (5.0):(3.0):1 \
                    with labels tc rgb '#1d2126'\n
                    """
            } else {
                script +=
                    """
                    set xlabel 'Generated reward, before its weight'\nset boxwidth 0.08\nset xrange \
                    [\(low - 0.15):\(high + 0.15)]\nset xtics autofreq\n
                    """
                script +=
                    """
                    plot '\(panel.file)' index 1 using 1:2 with boxes lc rgb '#1f4f85', '' index 0 using \
                    (\((low + high) / 2)):(3.0):1 with labels tc rgb '#1d2126'\n
                    """
            }
        }
        script += "unset multiplot"
        return Figure(
            name: "rewards", width: 960, height: 60 + 190 * rows, script: script, files: files,
            caption:
                """
                Scores given, and generated rewards that training sees before their weight, as shares of transitions \
                on a logarithmic scale
                """
        )
    }
}
