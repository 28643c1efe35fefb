internal import ExperimentStore
internal import Foundation
internal import Instrument
internal import Pages
internal import Statistics

/// The report as one HTML file that needs nothing else. Words from outside stand in it escaped, or in the script's
/// data, from where they are put into text nodes only.
struct ReportPage {
    let data: ReportData
    let table: ResultTable

    private static let templates = [
        "report": PackageResources.report_mustache, "figure": PackageResources.figure_mustache,
    ]

    /// - Parameters:
    ///   - content: What the panel shows.
    ///   - figures: SVG with captions, in the order shown.
    ///   - notes: What the reader has to know of the page itself, such as figures that could not be drawn.
    /// - Throws: What JSON or Mustache say; neither depends on data of a store.
    func html(_ content: PageData, figures: [(caption: String, svg: Data)], notes: [String]) throws -> String {
        let shown = figures.map { ["caption": $0.caption, "base64": $0.svg.base64EncodedString()] }
        let sentences = Findings.sentences(data, table)
        let footnotes = Footnotes(data, table)
        var values: [String: Any] = [
            "title": data.plan.name, "findings": sentences.dropFirst().map(finding),
            "firstFigure": Array(shown.prefix(1)), "figures": Array(shown.dropFirst()),
            "sets": table.sets.enumerated().map { set($0.offset, $0.element) },
            "reading": Footnotes.reading.joined(separator: " "), "notes": notes, "hasNotes": !notes.isEmpty,
            "commands": commands, "facts": footnotes.facts.map { ["name": $0.name, "value": $0.value] },
            "deviations": footnotes.deviations,
        ]
        if let first = sentences.first { values["verdict"] = finding(first) }
        if let lint = data.lint { values["lint"] = self.lint(lint) }
        if let check = data.check { values["check"] = self.check(check) }
        let shell = PageShell(
            title: "\(data.plan.name) - report", home: "#", links: links, subject: data.plan.name,
            footer: "Made by rgvlm-report. This file is the whole page: it fetches nothing.",
            parts: .embedded(
                style: String(decoding: PackageResources.report_css, as: UTF8.self),
                script: String(decoding: PackageResources.report_js, as: UTF8.self), data: try Escape.json(content)))
        return try PageTemplates(Self.templates).page("report", values, in: shell)
    }

    private var links: [PageShell.Link] {
        table.sets.enumerated().map { .init(table.sets.count == 1 ? "Table" : $1.name, "#set-\($0)") }
            + (data.check == nil ? [] : [.init("Checks", "#check")])
            + (data.lint == nil ? [] : [.init("Lint of the labels", "#lint")])
            + [.init("Made with", "#commands"), .init("What was done", "#notes")]
    }

    private func finding(_ sentence: Findings.Sentence) -> [String: String] {
        let mark =
            switch sentence.tone {
            case .good: "\u{2713}"
            case .bad: "\u{2715}"
            case .open, .note: "?"
            }
        return ["tone": sentence.tone.rawValue, "mark": mark, "text": sentence.text]
    }

    // MARK: Tables

    private func set(_ place: Int, _ set: ResultTable.TaskSet) -> [String: Any] {
        let isPublished = Published.belong(to: place, of: table.sets)
        let problems = set.lines.flatMap(\.problems)
        return [
            "place": place, "name": set.name,
            "blocks": [
                block(place, set, TableLayout.main, isMain: true, isPublished: isPublished),
                block(place, set, TableLayout.further, isMain: false, isPublished: false),
            ],
            "problems": problems, "hasProblems": !problems.isEmpty,
            "problemCount": Show.plural(problems.count, "remark"),
        ]
    }

    private func block(
        _ place: Int, _ set: ResultTable.TaskSet, _ measures: [Measure], isMain: Bool, isPublished: Bool
    ) -> [String: Any] {
        let extra = isMain ? ["Difference to sparse"] : ["IQM", "P(better than sparse)"]
        let columns =
            measures.map { ($0.title, $0.explanation, set.counts[$0.name] ?? 0) } + extra.map { ($0, "", set.tasks) }
        var groups = TableLayout.groups(set).map { group -> [String: Any] in
            [
                "title": group.title, "isPublished": false,
                "lines": group.lines.map { line(place, $0, measures, isMain: isMain) },
            ]
        }
        if isPublished {
            let lines = Published.rows.map { row -> [String: Any] in
                let values = ["", ""] + row.proportions.map { Show.number($0) } + [""]
                return [
                    "title": row.title, "isFew": false, "seeds": "",
                    "cells": values.map { ["isLink": false, "value": $0] as [String: Any] },
                ]
            }
            groups.append(["title": Published.mark, "isPublished": true, "lines": lines])
        }
        return [
            "head": isMain ? "" : "Further measures", "width": columns.count + 2, "groups": groups,
            "columns": columns.map { ["title": $0.0, "explanation": $0.1, "tasks": Show.plural($0.2, "task")] },
        ]
    }

    private func line(
        _ place: Int, _ line: ResultTable.Line, _ measures: [Measure], isMain: Bool
    ) -> [String: Any] {
        // Rows of the script's data: those of the table, then the references, all in their order.
        let row =
            data.rows.firstIndex { line.kind != "reference" && $0.plan.name == line.name }
            ?? data.references.firstIndex { $0.agent.rawValue == line.name }.map { $0 + data.rows.count } ?? 0
        func address(_ measure: Measure) -> String { "#/cell/\(place)/\(row)/\(measure.name)" }
        var cells = measures.map { cell(line.cell($0), address($0)) }
        if isMain {
            cells.append(difference(line.difference, address(.proportion)))
        } else {
            cells += [line.iqm, line.improvement].map { cell($0, address(.proportion)) }
        }
        return [
            "title": line.title, "isFew": line.seeds < line.planned, "seeds": TableLayout.seeds(line), "cells": cells,
            "command": command(line),
        ]
    }

    /// On hover: the first command; the panel has all.
    private func command(_ line: ResultTable.Line) -> String {
        guard let first = line.runs.first, !first.command.isEmpty else { return "" }
        let more = line.runs.count > 1 ? "\n(and \(Show.plural(line.runs.count - 1, "more seed")): open the cell)" : ""
        return first.command + more
    }

    private func cell(
        _ cell: ResultTable.Cell?, _ address: String
    ) -> [String: Any] {
        guard let cell else { return ["isLink": false, "value": "-"] }
        let interval = TableLayout.interval(cell)
        return [
            "isLink": true, "address": address, "value": Show.number(cell.value), "interval": interval ?? "",
            "hasInterval": interval != nil, "hasVerdict": false,
        ]
    }

    /// A difference with its verdict in words and colour; what cannot be told is grey.
    private func difference(_ comparison: Comparison?, _ address: String) -> [String: Any] {
        guard let comparison else { return ["isLink": false, "value": "-"] }
        let interval = TableLayout.interval(comparison)
        return [
            "isLink": true, "address": address, "value": TableLayout.difference(comparison, 3),
            "interval": interval ?? "", "hasInterval": interval != nil, "hasVerdict": true,
            "verdict": comparison.verdict.rawValue,
            "verdictClass": comparison.verdict == .cannotTell ? "untold" : comparison.verdict.rawValue,
        ]
    }

    // MARK: Below the tables

    private func check(_ check: DataCheck) -> [String: Any] {
        func block(_ words: CheckTable.Words) -> [String: Any] {
            [
                "header": words.header,
                "rows": words.rows.map { ["name": $0.first ?? "", "cells": Array($0.dropFirst())] as [String: Any] },
            ]
        }
        return [
            "tables": [block(CheckTable.leverage(check)), block(CheckTable.rows(check, table))],
            "reading": CheckTable.reading,
        ]
    }

    private func lint(_ lint: LintResult) -> [String: Any] {
        [
            "headline": lint.headline,
            "checks": lint.checks.map {
                [
                    "title": $0.shownName, "reason": $0.reason, "value": $0.shownValue, "limit": $0.limit,
                    "verdict": $0.shownVerdict,
                ]
            },
        ]
    }

    private var commands: [[String: String]] {
        var entries = data.rows.map { ($0.title(in: data), $0.runs.map(\.plan.command)) }
        entries += data.references.map { reference in
            (reference.agent.rawValue, [data.plan.referenceCommands[reference.agent.rawValue] ?? ""])
        }
        return entries.filter { _, lines in lines.contains { !$0.isEmpty } }.map {
            ["title": $0.0, "lines": $0.1.joined(separator: "\n")]
        }
    }
}
