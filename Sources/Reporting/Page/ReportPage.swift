internal import ExperimentStore
internal import Foundation

/// The report as one HTML file that needs nothing else. Words from outside stand in it escaped, or in the script's data,
/// from where they are put into text nodes only.
enum ReportPage {
    /// - Parameters:
    ///   - figures: SVG by name, with captions, in the order shown.
    ///   - notes: What the reader has to know of the page itself, such as figures that could not be drawn.
    static func html(
        _ data: ReportData, _ table: ResultTable, _ content: PageData,
        figures: [(caption: String, svg: Data)], notes: [String]
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = Escape.script(String(decoding: try encoder.encode(content), as: UTF8.self))
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="color-scheme" content="light dark">
            <title>\(Escape.html(data.plan.name))</title>
            <style>\(ReportPageStyle.text)</style>
            </head>
            <body>
            <main id="report">
            \(header(data, table))
            \(figures.prefix(1).map(figure).joined())
            \(table.sets.enumerated().map { set($0.offset, $0.element, table, data) }.joined())
            <p class="muted reading">\(Footnotes.reading.map(Escape.html).joined(separator: " "))</p>
            \(figures.dropFirst().map(figure).joined())
            \(notes.isEmpty ? "" : "<ul class=\"notes\">" + notes.map { "<li>\(Escape.html($0))</li>" }.joined() + "</ul>")
            \(lint(data))
            \(commands(data))
            \(footnotes(data, table))
            </main>
            <aside id="panel" role="dialog" aria-modal="false" aria-labelledby="panel-title" tabindex="-1" hidden>
            <header><nav id="crumbs" aria-label="Where this is"></nav>
            <button id="close" type="button" aria-label="Close">\u{2715}</button></header>
            <h2 id="panel-title"></h2>
            <div id="panel-body"></div>
            </aside>
            <script type="application/json" id="data">\(json)</script>
            <script>\(ReportPageScript.text)</script>
            </body>
            </html>

            """
    }

    private static func header(_ data: ReportData, _ table: ResultTable) -> String {
        let sentences = Findings.sentences(data, table)
        var html = "<header><p class=\"kicker\">RG-VLM · report</p><h1>\(Escape.html(data.plan.name))</h1>"
        if let first = sentences.first {
            let mark = ["good": "\u{2713}", "bad": "\u{2715}"][first.tone.rawValue] ?? "?"
            html +=
                "<div class=\"verdict \(first.tone.rawValue)\"><span class=\"seal\" aria-hidden=\"true\">\(mark)</span><p>\(Escape.html(first.text))</p></div>"
        }
        html += "<ul class=\"findings\">"
        for sentence in sentences.dropFirst() {
            html += "<li class=\"\(sentence.tone.rawValue)\">\(Escape.html(sentence.text))</li>"
        }
        return html + "</ul></header>"
    }

    private static func figure(_ figure: (caption: String, svg: Data)) -> String {
        let caption = Escape.html(figure.caption)
        return
            "<figure><img class=\"plot\" alt=\"\(caption)\" src=\"data:image/svg+xml;base64,\(figure.svg.base64EncodedString())\">"
            + "<figcaption>\(caption).</figcaption></figure>"
    }

    private static func set(
        _ place: Int, _ set: ResultTable.TaskSet, _ table: ResultTable, _ data: ReportData
    ) -> String {
        var html = "<section><h2>Table I · \(Escape.html(set.name))</h2>"
        html +=
            "<p class=\"muted\">Every number opens its runs, their tasks, the steps taken, and the episodes they come from.</p>"
        html += block(
            place, set, TableLayout.main, data, isMain: true, published: Published.belong(to: place, of: table.sets))
        html += block(place, set, TableLayout.further, data, isMain: false, published: false)
        let problems = set.lines.flatMap(\.problems)
        if !problems.isEmpty {
            html +=
                "<details class=\"missing\"><summary>\(Show.plural(problems.count, "remark")) on missing runs</summary><ul>"
            html += problems.map { "<li>\(Escape.html($0))</li>" }.joined() + "</ul></details>"
        }
        return html + "</section>"
    }

    private static func block(
        _ place: Int, _ set: ResultTable.TaskSet, _ measures: [Measure], _ data: ReportData, isMain: Bool,
        published: Bool
    ) -> String {
        let extra = isMain ? ["Difference to sparse"] : ["IQM", "P(better than sparse)"]
        let width = measures.count + extra.count + 2
        var html =
            "<div class=\"scroll\"><table class=\"results\"><thead><tr><th scope=\"col\">\(isMain ? "" : "Further measures")</th><th scope=\"col\">Seeds</th>"
        for measure in measures {
            html +=
                "<th scope=\"col\" title=\"\(Escape.html(measure.explanation))\">\(Escape.html(measure.title))<small>\(Show.plural(set.counts[measure.name] ?? 0, "task"))</small></th>"
        }
        html += extra.map {
            "<th scope=\"col\">\(Escape.html($0))<small>\(Show.plural(set.tasks, "task"))</small></th>"
        }.joined()
        html += "</tr></thead>"
        for group in TableLayout.groups(set) {
            html +=
                "<tbody><tr class=\"group\"><th colspan=\"\(width)\" scope=\"rowgroup\">\(Escape.html(group.title))</th></tr>"
            for line in group.lines {
                // Rows of the script's data: those of the table, then the references, all in their order.
                let row =
                    data.rows.firstIndex { line.kind != "reference" && $0.plan.name == line.name }
                    ?? data.references.firstIndex { $0.agent.rawValue == line.name }.map { $0 + data.rows.count } ?? 0
                let seeds = TableLayout.seeds(line)
                html +=
                    "<tr><th scope=\"row\">\(Escape.html(line.title))</th><td class=\"seeds\(line.seeds < line.planned ? " few" : "")\">\(Escape.html(seeds))</td>"
                for measure in measures {
                    html += cell(line.cell(measure), "#/cell/\(place)/\(row)/\(measure.name)", title: command(line))
                }
                let target = "#/cell/\(place)/\(row)/\(Measure.proportion.name)"
                if isMain {
                    html += cell(
                        line.difference, target, digits: 3, signed: true, mark: line.isTold, title: command(line))
                } else {
                    html +=
                        cell(line.iqm, target, title: command(line))
                        + cell(line.improvement, target, title: command(line))
                }
                html += "</tr>"
            }
            html += "</tbody>"
        }
        if published {
            html +=
                "<tbody class=\"published\"><tr class=\"group\"><th colspan=\"\(width)\" scope=\"rowgroup\">\(Escape.html(Published.mark))</th></tr>"
            for row in Published.rows {
                html += "<tr><th scope=\"row\">\(Escape.html(row.title))</th><td></td><td></td><td></td>"
                html += row.proportions.map { "<td>\(Show.number($0))</td>" }.joined() + "<td></td></tr>"
            }
            html += "</tbody>"
        }
        return html + "</table></div>"
    }

    /// On hover: the first command; the panel has all.
    private static func command(_ line: ResultTable.Line) -> String {
        guard let first = line.runs.first, !first.command.isEmpty else { return "" }
        let more = line.runs.count > 1 ? "\n(and \(Show.plural(line.runs.count - 1, "more seed")): open the cell)" : ""
        return first.command + more
    }

    private static func cell(
        _ cell: ResultTable.Cell?, _ target: String, digits: Int = 2, signed: Bool = false, mark: Bool = false,
        title: String
    ) -> String {
        guard let cell else { return "<td class=\"none\">-</td>" }
        let value = signed ? Show.signed(cell.value, digits) : Show.number(cell.value, digits)
        let interval = TableLayout.interval(cell, digits).map { "<small>\($0)</small>" } ?? ""
        let star = mark ? "<b class=\"star\" title=\"the interval excludes zero\">*</b>" : ""
        return
            "<td><a href=\"\(target)\" title=\"\(Escape.html(title))\"><span>\(value)\(star)</span>\(interval)</a></td>"
    }

    private static func lint(_ data: ReportData) -> String {
        guard let lint = data.lint else { return "" }
        var html = "<section><h2>Lint of the labels</h2><p>\(Escape.html(Plain.text(lint.headline)))</p>"
        html += "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Value</th>"
        html += "<th scope=\"col\">Wanted</th><th scope=\"col\"></th></tr></thead><tbody>"
        for check in lint.checks {
            html +=
                "<tr title=\"\(Escape.html(Plain.text(check.reason)))\"><th scope=\"row\">\(Escape.html(check.title))</th>"
            html += [check.shownValue, check.limit, check.shownVerdict].map { "<td>\(Escape.html($0))</td>" }.joined()
            html += "</tr>"
        }
        return html + "</tbody></table></div></section>"
    }

    private static func commands(_ data: ReportData) -> String {
        var html = "<section><h2>Made with</h2><p class=\"muted\">A run that is done is skipped at once.</p>"
        var entries = data.rows.map { ($0.title(in: data), $0.runs.map(\.plan.command)) }
        entries += data.references.map { reference in
            (reference.agent.rawValue, [data.plan.referenceCommands[reference.agent.rawValue] ?? ""])
        }
        for (title, commands) in entries where commands.contains(where: { !$0.isEmpty }) {
            html += "<details><summary>\(Escape.html(title))</summary><pre>"
            html += commands.map(Escape.html).joined(separator: "\n") + "</pre></details>"
        }
        return html + "</section>"
    }

    private static func footnotes(_ data: ReportData, _ table: ResultTable) -> String {
        let notes = Footnotes(data, table)
        var html = "<section class=\"footnotes\"><div><h2>What was done</h2><dl>"
        html += notes.facts.map { "<dt>\(Escape.html($0.name))</dt><dd>\(Escape.html($0.value))</dd>" }.joined()
        html += "</dl></div><div><h2>Deviations from the paper and from SPRINT</h2><ol>"
        html += notes.deviations.map { "<li>\(Escape.html($0))</li>" }.joined()
        return html + "</ol></div></section>"
    }
}
