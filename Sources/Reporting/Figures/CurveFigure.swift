internal import Episodes
internal import Foundation

/// Training curves: a line a row, the mean over seeds, and a band from the lowest to the highest seed.
enum CurveFigure {
    struct Panel {
        var title: String
        var key: ReportData.CurveKey
    }

    static func figure(_ data: ReportData) -> Figure? {
        let panels = panels(data)
        guard !panels.isEmpty else { return nil }
        var files: [String: String] = [:]
        var script = FigureStyle.frame + "\nset multiplot\n"
        let rows = data.rows.filter { row in panels.contains { curve(row, $0.key) != nil } }
        let keyRows = (rows.count + 1) / 2
        let height = 345 + 20 * keyRows
        let bottom = (80 + 20 * Double(keyRows)) / Double(height)
        script += "set tmargin at screen 0.91\nset bmargin at screen \(bottom)\n"
        let last = rows.flatMap { row in panels.compactMap { curve(row, $0.key)?.last?.step } }.max() ?? 1
        script += "set xrange [0:\(last)]\nset xtics 0,\(FigureStyle.tickStep(Double(last)))\nset format x '%g'\n"
        script += "set xlabel 'Updates'\nset style fill transparent solid 0.16 noborder\n"
        let width = 1.0 / Double(panels.count)
        for (number, panel) in panels.enumerated() {
            var bands: [String] = []
            var lines: [String] = []
            var (strong, faint) = (0, 0)
            for (place, row) in rows.enumerated() {
                let isStrong = row.plan.kind == .method || row.plan.kind == .baseline
                let index = isStrong ? strong : faint
                if isStrong { strong += 1 } else { faint += 1 }
                guard let curve = curve(row, panel.key) else { continue }
                let name = "curve-\(number)-\(place).dat"
                files[name] =
                    "step \(Figure.title(row.title(in: data))) low high\n"
                    + curve.map {
                        "\($0.step) \(Figure.number($0.mean)) \(Figure.number($0.low)) \(Figure.number($0.high))\n"
                    }.joined()
                let style = isStrong ? FigureStyle.line(index) : FigureStyle.faint(index)
                if isStrong, row.runs.count > 1 {
                    bands.append(
                        "'\(name)' using 1:3:4 with filledcurves lc rgb '\(FigureStyle.colour(index))' notitle")
                }
                let line = style.split(separator: " pt ")[0]
                lines.append("'\(name)' using 1:2 with lines \(line) title columnheader(2)")
            }
            guard !lines.isEmpty else { continue }
            let left = (Double(number) + 0.17) * width
            script += "set lmargin at screen \(left)\nset rmargin at screen \((Double(number) + 0.94) * width)\n"
            script += "set title '\(panel.title)' tc rgb '#1d2126'\n"
            script += number == 0 ? FigureStyle.key(rows: keyRows) + "\n" : "unset key\n"
            script += "plot " + (bands + lines).joined(separator: ", \\\n     ") + "\n"
        }
        script += "unset multiplot"
        return Figure(
            name: "curves", width: 960, height: height, script: script, files: files,
            caption: "Training curves by row: mean over seeds, band from the lowest to the highest seed")
    }

    private static func panels(_ data: ReportData) -> [Panel] {
        let keys = data.rows.flatMap { $0.runs.flatMap { run in run.training.map { Array($0.curves.keys) } ?? [] } }
        let splits = Array(Set(keys.filter { $0.name == "action/exact" && $0.split != "train" }.map(\.split))).sorted()
        var panels = [Panel(title: "Action loss, training", key: .init(split: "train", name: "loss/action"))]
        if let split = splits.first(where: { $0 == "valid_seen" }) ?? splits.first {
            // Names of splits are the dataset's: only the known ones are written.
            let shown =
                ["valid_seen", "valid_unseen"].contains(split)
                ? split.replacingOccurrences(of: "_", with: " ") : "validation"
            panels.append(Panel(title: "Action accuracy, \(shown)", key: .init(split: split, name: "action/exact")))
        }
        panels.append(Panel(title: "Mean Q, training", key: .init(split: "train", name: "mean/q")))
        return panels.filter { keys.contains($0.key) }
    }

    struct Point: Equatable {
        var step: Int
        var mean: Double
        var low: Double
        var high: Double
    }

    /// At the steps that all of the row's trained seeds have; at most 240 of them. Nil for fewer than two.
    static func curve(_ row: ReportData.Row, _ key: ReportData.CurveKey) -> [Point]? {
        let curves = row.runs.compactMap { $0.training?.curves[key] }.map { curve in
            Dictionary(curve.filter { $0.value.isFinite }.map { ($0.step, $0.value) }, uniquingKeysWith: { $1 })
        }
        guard let first = curves.first else { return nil }
        let steps = first.keys.filter { step in curves.allSatisfy { $0[step] != nil } }.sorted()
        guard steps.count > 1 else { return nil }
        let stride = max(1, (steps.count + 239) / 240)
        return steps.enumerated().filter { $0.offset % stride == 0 || $0.offset == steps.count - 1 }.map { _, step in
            let values = curves.compactMap { $0[step] }
            return Point(
                step: step, mean: values.reduce(0, +) / Double(values.count), low: values.min() ?? 0,
                high: values.max() ?? 0)
        }
    }
}
