internal import ExperimentStore
internal import Foundation
internal import Instrument
internal import Pages
internal import Statistics

/// The table's groups and columns, as all formats show them.
struct TableLayout {
    struct Group {
        var title: String
        var lines: [ResultTable.Line]
    }

    static func groups(_ set: ResultTable.TaskSet) -> [Group] {
        let titles = [
            ("method", "Methods"), ("baseline", "Baselines"), ("control", "Controls: rewards that should not help"),
            ("oracle", "Oracle: rewards or features from the simulator's true state"), ("reference", "For scale"),
        ]
        return titles.compactMap { kind, title in
            let lines = set.lines.filter { $0.kind == kind }
            return lines.isEmpty ? nil : Group(title: title, lines: lines)
        }
    }

    /// Of the first block: what the paper's table and figure have.
    static let main: [Measure] = [.completed, .proportion] + Measure.lengths.map { .proportionOf($0) }
    /// Of the second.
    static let further: [Measure] = [
        .success, .conditions, .pathWeighted, .pathWeightedProportion, .pathWeightedConditions,
    ]

    static func value(_ cell: ResultTable.Cell?, _ digits: Int = 2) -> String {
        cell.map { Show.number($0.value, digits) } ?? "-"
    }

    static func interval(_ cell: ResultTable.Cell?, _ digits: Int = 2) -> String? {
        guard let low = cell?.low, let high = cell?.high else { return nil }
        return "\(Show.number(low, digits)), \(Show.number(high, digits))"
    }

    static func seeds(_ line: ResultTable.Line) -> String {
        line.kind == "reference"
            ? "" : line.seeds == line.planned ? "\(line.seeds)" : "\(line.seeds) of \(line.planned)"
    }

    static func difference(_ comparison: Comparison?, _ digits: Int = 2) -> String {
        comparison.map { Show.signed($0.value, digits) } ?? "-"
    }

    static func interval(_ comparison: Comparison?, _ digits: Int = 3) -> String? {
        guard let low = comparison?.low, let high = comparison?.high else { return nil }
        return "\(Show.number(low, digits)), \(Show.number(high, digits))"
    }
}

/// The report as Markdown.
package struct MarkdownTable: Sendable {
    let data: ReportData
    let table: ResultTable

    /// - Parameter table: Made from `data`.
    package init(_ data: ReportData, _ table: ResultTable) {
        (self.data, self.table) = (data, table)
    }

    /// The whole file, headings and notes included.
    package var text: String {
        var text = "# \(Escape.markdown(data.plan.name))\n\n"
        for sentence in Findings.sentences(data, table) { text += "- \(Escape.markdown(sentence.text))\n" }
        for (place, set) in table.sets.enumerated() {
            text += "\n## Table I: \(Escape.markdown(set.name))\n\n"
            text += differences(set)
            text += main(set, published: Published.belong(to: place, of: table.sets))
            text += "\nFurther measures:\n\n" + further(set)
            let problems = set.lines.flatMap(\.problems)
            if !problems.isEmpty {
                text += "\nMissing:\n\n" + problems.map { "- \(Escape.markdown($0))\n" }.joined()
            }
        }
        if let check = data.check { text += self.check(check) }
        if let lint = data.lint { text += self.lint(lint) }
        text += "\n" + Footnotes.reading.map { Escape.markdown($0) + "\n" }.joined(separator: "\n")
        text += "\n## Made with\n\n"
        text += "The commands of each row; a run that is done is skipped at once.\n\n"
        for row in data.rows {
            text += "- \(Escape.markdown(row.title(in: data)))\n"
            for run in row.runs { text += "  - \(Self.code(run.plan.command))\n" }
        }
        for reference in data.references {
            guard let command = data.plan.referenceCommands[reference.agent.rawValue] else { continue }
            text += "- \(reference.agent.rawValue)\n  - \(Self.code(command))\n"
        }
        let notes = Footnotes(data, table)
        text += "\n## What was done\n\n| | |\n|---|---|\n"
        for fact in notes.facts { text += "| \(Escape.markdown(fact.name)) | \(Escape.markdown(fact.value)) |\n" }
        text += "\n## Deviations from the paper and from SPRINT\n\n"
        for (number, deviation) in notes.deviations.enumerated() {
            text += "\(number + 1). \(Escape.markdown(deviation))\n"
        }
        return text
    }

    private func lint(_ lint: LintResult) -> String {
        var text = "\n## Lint of the labels\n\n\(Escape.markdown(Plain.text(lint.headline)))\n\n"
        text += "| Check | Value | Wanted | |\n|---|--:|--:|---|\n"
        for check in lint.checks {
            let cells = [check.shownName, check.shownValue, check.limit, check.shownVerdict]
            text += "| " + cells.map(Escape.markdown).joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// Rows less sparse, and less sparse + RG-VLM: what the experiment is about.
    private func differences(_ set: ResultTable.TaskSet) -> String {
        guard !set.differences.isEmpty || !set.differencesToCombined.isEmpty else { return "" }
        let rows = TableLayout.groups(set).flatMap(\.lines).compactMap { line -> [String]? in
            let (first, second) = (line.difference, set.differencesToCombined.of(line.name))
            guard first != nil || second != nil else { return nil }
            return [Escape.markdown(line.title), difference(first), difference(second)]
        }
        return Self.table(["Proportion completed", "less sparse", "less sparse + RG-VLM"], rows) + "\n"
    }

    private func difference(_ comparison: Comparison?) -> String {
        guard let comparison else { return "-" }
        let interval = TableLayout.interval(comparison).map { " [\($0)]" } ?? ""
        return "\(TableLayout.difference(comparison))\(interval) \(comparison.verdict.rawValue)"
    }

    private func check(_ check: DataCheck) -> String {
        let (lines, rows) = (CheckTable.leverage(check), CheckTable.rows(check, table))
        return "\n## Checks before training\n\n"
            + Self.table(lines.header.map(Escape.markdown), lines.rows.map { $0.map(Escape.markdown) }) + "\n"
            + Self.table(rows.header.map(Escape.markdown), rows.rows.map { $0.map(Escape.markdown) }) + "\n"
            + Escape.markdown(CheckTable.reading) + "\n"
    }

    private func main(_ set: ResultTable.TaskSet, published: Bool) -> String {
        let masked = table.masked(set)
        let header =
            ["", "Seeds", "Return"] + ["Completed"] + Measure.lengths.map(String.init) + ["Difference to sparse"]
            + (masked == nil ? [] : ["Completed, masked"])
        let counts =
            ["tasks", "", "\(set.tasks)", "\(set.tasks)"]
            + Measure.lengths.map { "\(set.counts[Measure.proportionOf($0).name] ?? 0)" } + [""]
            + (masked.map { ["\($0.tasks)"] } ?? [])
        var rows = [counts]
        for group in TableLayout.groups(set) {
            rows.append(["**\(group.title)**"] + [String](repeating: "", count: header.count - 1))
            for line in group.lines {
                let cells = TableLayout.main.map { cell(line.cell($0)) }
                rows.append(
                    [Escape.markdown(line.title), TableLayout.seeds(line)] + cells + [difference(line.difference)]
                        + (masked.map { [cell($0.line(line.name)?.cell(.proportion))] } ?? []))
            }
        }
        if published {
            rows.append(["**\(Published.mark)**"] + [String](repeating: "", count: header.count - 1))
            for row in Published.rows {
                rows.append(
                    [Escape.markdown(row.title), "", "", ""] + row.proportions.map { Show.number($0) } + [""]
                        + (masked == nil ? [] : [""]))
            }
        }
        return Self.table(header, rows)
    }

    private func further(_ set: ResultTable.TaskSet) -> String {
        let header = ["", "Seeds"] + TableLayout.further.map(\.title) + ["IQM", "P(better than sparse)"]
        var rows = [
            ["tasks", ""] + TableLayout.further.map { "\(set.counts[$0.name] ?? 0)" } + [
                "\(set.tasks)", "\(set.tasks)",
            ]
        ]
        for group in TableLayout.groups(set) {
            rows.append(["**\(group.title)**"] + [String](repeating: "", count: header.count - 1))
            for line in group.lines {
                let cells = TableLayout.further.map { cell(line.cell($0)) }
                rows.append(
                    [Escape.markdown(line.title), TableLayout.seeds(line)] + cells
                        + [cell(line.iqm), cell(line.improvement)])
            }
        }
        return Self.table(header, rows)
    }

    private func cell(_ cell: ResultTable.Cell?) -> String {
        TableLayout.value(cell) + (TableLayout.interval(cell).map { " [\($0)]" } ?? "")
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
        return ([header, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// Code in as many backticks as it needs.
    private static func code(_ text: String) -> String {
        let plain = Plain.text(text)
        var (longest, run) = (0, 0)
        for character in plain {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let ticks = String(repeating: "`", count: longest + 1)
        return longest > 0 ? "\(ticks) \(plain) \(ticks)" : ticks + plain + ticks
    }
}

/// The numbers as CSV, a line a cell.
enum CSVTable {
    static func text(_ table: ResultTable) -> String {
        var lines = [
            """
            set,row,title,kind,measure,tasks,seeds,planned_seeds,value,low,high,drawn_over,stratified_low,\
            stratified_high
            """
        ]
        func add(_ set: ResultTable.TaskSet, _ line: ResultTable.Line, _ measure: String, _ cell: ResultTable.Cell?) {
            let fields =
                [set.name, line.name, line.title, line.kind, measure].map(Escape.csv)
                + [
                    "\(cell?.tasks ?? set.counts[measure] ?? 0)", "\(cell?.seeds ?? 0)", "\(line.planned)",
                    Show.machine(cell?.value), Show.machine(cell?.low), Show.machine(cell?.high), cell?.over ?? "",
                    Show.machine(cell?.stratifiedLow), Show.machine(cell?.stratifiedHigh),
                ]
            lines.append(fields.joined(separator: ","))
        }
        for (place, set) in table.sets.enumerated() {
            for line in TableLayout.groups(set).flatMap(\.lines) {
                for measure in Measure.all { add(set, line, measure.name, line.cell(measure)) }
                add(set, line, "iqm", line.iqm)
                guard line.kind != "reference" else { continue }
                add(set, line, "probability_of_improvement", line.improvement)
                add(set, line, "difference_to_sparse", line.difference.map(ResultTable.Cell.init))
                add(
                    set, line, "difference_to_sparse_rgvlm",
                    set.differencesToCombined.of(line.name).map(ResultTable.Cell.init))
            }
            guard Published.belong(to: place, of: table.sets) else { continue }
            for row in Published.rows {
                for (length, value) in zip(Measure.lengths, row.proportions) {
                    let fields = [set.name, "", row.title, Published.mark, Measure.proportionOf(length).name].map(
                        Escape.csv)
                    lines.append(
                        (fields + ["", "", "", Show.machine(value), "", "", "", "", ""]).joined(separator: ","))
                }
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

/// The table as LaTeX: a `tabular` a task set, for `booktabs`.
enum LaTeXTable {
    static func text(_ data: ReportData, _ table: ResultTable) -> String {
        var text = "% \(Plain.text(data.plan.name)). Needs \\usepackage{booktabs}.\n"
        for (place, set) in table.sets.enumerated() {
            text += tabular(set, masked: table.masked(set), published: Published.belong(to: place, of: table.sets))
        }
        return text
    }

    private static func tabular(
        _ set: ResultTable.TaskSet, masked: ResultTable.TaskSet?, published: Bool
    ) -> String {
        let columns = TableLayout.main.count + 2 + (masked == nil ? 0 : 1)
        func ending(_ text: String?) -> [String] { masked == nil ? [] : [text ?? ""] }
        func span(_ text: String) -> String { "\\multicolumn{\(columns)}{l}{\\emph{\(text)}} \\\\\n" }
        var text =
            "% \(Plain.text(set.name))\n\\begin{tabular}{l\(String(repeating: "r", count: columns - 1))}\n\\toprule\n"
        let titles =
            ["Return", "Completed"] + Measure.lengths.map(String.init) + ["$\\Delta$ sparse"]
            + ending("Masked")
        text += "\(Escape.latex(set.name)) & " + titles.joined(separator: " & ") + " \\\\\n"
        let counts = TableLayout.main.map { "{\\scriptsize $n$=\(set.counts[$0.name] ?? 0)}" }
        let size = masked.map { " & {\\scriptsize $n$=\($0.tasks)}" } ?? ""
        text += " & " + counts.joined(separator: " & ") + " &\(size) \\\\\n"
        for group in TableLayout.groups(set) {
            text += "\\midrule\n" + span(Escape.latex(group.title))
            for line in group.lines {
                var title = Escape.latex(line.title)
                if line.kind != "reference", line.seeds < line.planned {
                    title += " (\(TableLayout.seeds(line)) seeds)"
                }
                let cells = TableLayout.main.map { cell(line.cell($0)) }
                let maskedCell = ending(cell(masked?.line(line.name)?.cell(.proportion)))
                text += ([title] + cells + [difference(line)] + maskedCell).joined(separator: " & ") + " \\\\\n"
            }
        }
        if published {
            text += "\\midrule\n" + span(Escape.latex(Published.mark))
            for row in Published.rows {
                let values = ["", ""] + row.proportions.map { Show.number($0) } + [""] + ending("")
                text += ([Escape.latex(row.title)] + values).joined(separator: " & ") + " \\\\\n"
            }
        }
        return text + "\\bottomrule\n\\end{tabular}\n\n"
    }

    private static func cell(_ cell: ResultTable.Cell?) -> String {
        guard let cell else { return "--" }
        let value = Escape.latex(Show.number(cell.value))
        return TableLayout.interval(cell).map { "\(value) {\\scriptsize [\(Escape.latex($0))]}" } ?? value
    }

    private static func difference(_ line: ResultTable.Line) -> String {
        guard let difference = line.difference else { return line.kind == "reference" ? "" : "--" }
        let mark = line.isTold ? "$^{*}$" : ""
        let value = Escape.latex(Show.signed(difference.value)) + mark
        return TableLayout.interval(difference).map { "\(value) {\\scriptsize [\(Escape.latex($0))]}" } ?? value
    }
}
