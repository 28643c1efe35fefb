internal import Foundation
internal import Ground

extension LabelStatus {
    /// A label run for people: spans, failures, calls, tokens and cost.
    package var text: String {
        let who = annotator == "vlm" ? "\(model) at \(baseURL)" : "\(model) (scripted, not a VLM)"
        var text = TextTable.printable("label run \(run): \(who), unit \(unit)") + "\n\n"
        var table = TextTable([
            ("spans", .left), ("scored", .right), ("unscored", .right), ("pending", .right), ("blocked", .right),
        ])
        func row(_ name: String, _ counts: [String: Int]) {
            table.add(
                [name] + ["scored", "unscored", "pending", "blocked"].map { (counts[$0] ?? 0).grouped })
        }
        row("genuine", spans)
        for control in controls.keys.sorted() { row("shown as \(control)", controls[control] ?? [:]) }
        text += table.text
        let share = transitions > 0 ? Double(scoredTransitions) / Double(transitions) * 100 : 0
        text += "\n\(scoredTransitions.grouped) of \(transitions.grouped) transitions have a score"
        text += String(format: " (%.1f %%)\n", share)
        for failure in failures {
            text += TextTable.printable(
                "failed by \(failure.kind): \(failure.spans.grouped) spans, as in: \(failure.example)")
            text += "\n"
        }
        if let block { text += TextTable.printable("cannot be shown: \(block)") + "\n" }
        if !calls.isEmpty { text += "\n" + callTable.text }
        if lostCalls > 0 {
            text += "\n\(lostCalls.grouped) calls were under way when a process was killed: they may have been billed"
            text += lostDollars > 0 ? String(format: ", $%.4f at most\n", lostDollars) : "\n"
        }
        for (file, count) in outstandingBatches.sorted(by: { $0.key < $1.key }) {
            text += TextTable.printable("\(count.grouped) answers are awaited from batch \(file)") + "\n"
        }
        if !modelsAnswered.isEmpty {
            text += "\nanswered by " + TextTable.printable(modelsAnswered.joined(separator: ", ")) + "\n"
        }
        return text
    }

    private var callTable: TextTable {
        var table = TextTable([
            ("calls", .left), ("answered", .right), ("failed", .right), ("attempts", .right), ("tokens in", .right),
            ("cached", .right), ("tokens out", .right), ("dollars", .right), ("mean s", .right),
        ])
        for call in calls {
            table.add([
                call.stage == 1 ? "analysis" : "scoring", (call.count - call.failed).grouped, call.failed.grouped,
                call.attempts.grouped, call.promptTokens.grouped, call.cachedTokens.grouped,
                call.completionTokens.grouped, call.dollars.map { String(format: "%.4f", $0) } ?? "-",
                call.meanLatencyMilliseconds.map { String(format: "%.2f", $0 / 1000) } ?? "-",
            ])
        }
        return table
    }
}
