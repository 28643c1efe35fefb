internal import Pages
internal import Statistics

extension LintReport {
    /// For a terminal: the verdict, a line for each check, and the reasons of what did not pass.
    package var text: String {
        let rows = checks.map { check in
            [
                check.verdict.word, check.title, LintFormat.value(check),
                check.bound.sign + LintFormat.threshold(check),
                LintFormat.interval(check.interval),
            ]
        }
        let header = ["", "check", "value", "threshold", "95 % interval"]
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 2 || column == 3 ? space + cells[column] : cells[column] + space
            }
            let text = padded.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        var lines = ["\(verdict.word): \(headline)", "", line(header)]
        lines += rows.map(line)
        let open = checks.filter { $0.verdict == .fail || ($0.isRequired && $0.verdict == .notMeasured) }
        if !open.isEmpty { lines.append("") }
        lines += open.map { "\($0.title): \($0.reason)" }
        lines += ["", summary]
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the report rests on.
    var summary: String {
        "\(Show.count(counts.genuineSpans)) spans and \(Show.count(counts.controlSpans)) control spans of "
            + "\(Show.count(counts.episodes)) episodes; \(Show.count(coverage.scored)) of "
            + "\(Show.count(counts.transitions)) transitions scored."
    }
}

extension LintReport.Verdict {
    var word: String {
        switch self {
        case .pass: "PASS"
        case .fail: "FAIL"
        case .undecided: "UNDECIDED"
        }
    }
}

extension LintCheck.Verdict {
    var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "FAIL"
        case .notMeasured: "not measured"
        }
    }
}

extension LintCheck.Bound {
    var sign: String {
        switch self {
        case .atLeast: "\u{2265} "
        case .atMost: "\u{2264} "
        case .equal: "= "
        }
    }
}

extension LintFormat {
    static func value(_ check: LintCheck) -> String { Show.number(check.value, digits(check)) }

    static func threshold(_ check: LintCheck) -> String { Show.number(check.threshold, digits(check)) }

    private static func digits(_ check: LintCheck) -> Int { check.name == .alignment ? 0 : 2 }
}
