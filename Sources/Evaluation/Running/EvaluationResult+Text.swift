internal import ExperimentStore
internal import Foundation
internal import Ground

extension [EvaluationResult] {
    /// For people: a table a result, by the number of sub-tasks.
    package var text: String {
        var text = ""
        for result in self {
            let lengths = result.summary.byLength.sorted { $0.key < $1.key }
            var table = TextTable([
                ("sub-tasks", .right), ("tasks", .right), ("return", .right), ("proportion", .right),
                ("success", .right), ("path-weighted success", .right),
            ])
            for (length, row) in lengths { table.add([String(length)] + cells(row)) }
            table.add(["all"] + cells(result.summary.all))
            let at = result.checkpointStep.map { " after \($0.grouped) updates" } ?? ""
            text += "\(text.isEmpty ? "" : "\n")\(result.name)\(at)\n\(table.text)"
            text +=
                "goal conditions \(percent(result.summary.goalConditions)), whole goals "
                + "\(percent(result.summary.goals))"
            if result.summary.notSetUp > 0 {
                text += "; \(result.summary.notSetUp) tasks could not be set up and count as nothing done"
            }
            let rate = result.seconds > 0 ? Double(result.steps) / result.seconds : 0
            text +=
                result.isNew
                ? "\n\(result.steps.grouped) steps in \(fixed(result.seconds, 1)) s (\(Int(rate).grouped)/s)\n"
                : "\nevaluated before\n"
        }
        return text
    }

    private func cells(_ row: RolloutSummary.Row) -> [String] {
        [
            String(row.tasks), fixed(row.meanReturn, 2), fixed(row.proportion, 3), fixed(row.success, 3),
            fixed(row.weightedSuccess, 3),
        ]
    }

    private func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    private func percent(_ value: Double) -> String { "\(fixed(100 * value, 1)) %" }
}
