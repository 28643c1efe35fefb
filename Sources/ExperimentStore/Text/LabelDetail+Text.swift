internal import Foundation
internal import Ground

extension LabelDetail {
    /// A span for people: the answers, and a table of its scores.
    ///
    /// - Parameter prompts: Whether the questions are shown too.
    package func text(prompts: Bool) -> String {
        let shown = control == "none" ? "" : ", shown as \(control)"
        var text = TextTable.printable("\(run): \(kind)\(shown): \(goal)") + "\n"
        if let failure { text += TextTable.printable("\(status), failed by \(failure): \(message ?? "")") + "\n" }
        if failure == nil, status != "scored" { text += TextTable.printable("\(status) \(message ?? "")") + "\n" }
        for call in calls where call.stage == 1 || prompts || call.failure != nil {
            text += "\n" + block(call, prompts)
        }
        return text + "\n" + table.text
    }

    private func block(_ call: Call, _ prompts: Bool) -> String {
        let sample = calls.contains { $0.sample > 0 } ? ", sample \(call.sample + 1)" : ""
        let name = call.stage == 1 ? "analysis \(call.window + 1)" : call.ask == 0 ? "scoring" : "scoring, asked again"
        var text = "[\(name)\(sample)] \(call.model ?? "")".trimmingCharacters(in: .whitespaces) + "\n"
        if prompts { text += indented(call.prompt) + "    --\n" }
        if let answer = call.answer { text += indented(answer) }
        if let failure = call.failure {
            text += "    failed by \(failure): \(TextTable.printable(call.message ?? ""))\n"
        }
        return text
    }

    private func indented(_ text: String) -> String {
        TextTable.printable(text, keepingLines: true).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
    }

    /// Whole scores as whole numbers.
    private static func text(_ score: Double) -> String {
        Int(exactly: score).map(String.init) ?? String(format: "%.2f", score)
    }

    private var table: TextTable {
        let hasExpected = steps.contains { $0.expected != nil }
        let hasAgreement = steps.contains { $0.agreement != nil }
        var columns: [(name: String, alignment: TextTable.Alignment)] = [
            ("step", .right), ("t", .right), ("action", .left), ("object", .left), ("score", .right), ("", .left),
        ]
        if hasExpected { columns.append(("expected", .right)) }
        if hasAgreement { columns.append(("agreement", .right)) }
        columns.append(("sparse", .right))
        var table = TextTable(columns)
        for step in steps {
            var cells = [
                String(step.position + 1), String(step.t), step.action, step.object ?? "",
                step.score.map(Self.text) ?? "-",
                String(repeating: "#", count: step.score.map { Int($0.rounded()) } ?? 0),
            ]
            if hasExpected { cells.append(step.expected.map { String(format: "%.2f", $0) } ?? "-") }
            if hasAgreement { cells.append(step.agreement.map { String(format: "%.2f", $0) } ?? "-") }
            table.add(cells + [step.sparseReward > 0 ? "1" : "0"])
        }
        return table
    }
}
