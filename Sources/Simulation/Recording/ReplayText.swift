internal import Ground
internal import ALFRED
internal import Foundation
internal import Household
internal import Rooms

/// What a replay found, for people and as JSON.
package struct ReplayText {
    private let report: ReplayRun.Report
    private let showsMasks: Bool
    private let failureLimit: Int

    /// - Parameters:
    ///   - showsMasks: Whether masks were measured.
    ///   - failureLimit: How many trajectories with refused actions the text lists.
    package init(_ report: ReplayRun.Report, showsMasks: Bool, failureLimit: Int) {
        self.report = report
        self.showsMasks = showsMasks
        self.failureLimit = failureLimit
    }

    /// Tables by task type and, with masks, by object, and what was refused.
    package var text: String {
        var table = TextTable([
            ("task type", .left), ("trajectories", .right), ("goal reached", .right), ("", .right),
            ("no action refused", .right),
        ])
        func add(_ name: String, _ row: ReplaySummary.Row) {
            table.add([
                name, row.trajectories.grouped, row.successes.grouped, Self.percent(row.successes, row.trajectories),
                row.withoutRefusal.grouped,
            ])
        }
        let summary = report.summary
        for type in TaskType.allCases { if let row = summary.byType[type] { add(type.rawValue, row) } }
        add("total", summary.total)
        var text = table.text
        text +=
            "\nGotoLocation ended as recorded: \(summary.gotosReached.grouped) of \(summary.gotos.grouped)"
            + " (\(Self.percent(summary.gotosReached, summary.gotos)))\n"
        text += "actions refused: \(summary.refusals.grouped) of \(summary.actions.grouped)\n"
        if showsMasks { text += "\n" + maskText }
        return text + failureText
    }

    private var failureText: String {
        let failed = report.entries.filter { $0.problem != nil || $0.replay?.divergences.isEmpty == false }
        guard !failed.isEmpty else { return "" }
        var text = "\n"
        for entry in failed.prefix(max(0, failureLimit)) {
            text += TextTable.printable("\(entry.split)/\(entry.key)") + "\n"
            if let problem = entry.problem { text += "  " + TextTable.printable(problem) + "\n" }
            guard let replay = entry.replay else { continue }
            for step in replay.divergences.prefix(3) {
                let object = step.recorded.objectID.map { " \($0)" } ?? ""
                text += TextTable.printable(
                    "  action \(step.index), \(step.recorded.action.releaseName)\(object): "
                        + "\(step.refusal?.message ?? "")"
                )
                text += "\n"
            }
            if replay.divergences.count > 3 { text += "  and \(replay.divergences.count - 3) more\n" }
            text += replay.isSuccess ? "  the goal is reached all the same\n" : "  the goal is not reached\n"
        }
        let rest = failed.count - max(0, failureLimit)
        if rest > 0 {
            text += "and \(rest.grouped) more trajectories; --failures \(failed.count) lists all, --json too\n"
        }
        return text
    }

    private var maskText: String {
        let fidelity = report.fidelity
        var table = TextTable([
            ("object", .left), ("interactions", .right), ("mask finds it", .right), ("", .right),
            ("median IoU", .right),
            ("taken instead", .left),
        ])
        func add(_ name: String, _ row: MaskFidelity.Row) {
            let instead = row.confusions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            table.add([
                name, row.interactions.grouped, row.resolved.grouped, Self.percent(row.resolved, row.interactions),
                String(format: "%.2f", row.medianOverlap),
                instead.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
            ])
        }
        let rows = fidelity.byClass.sorted {
            ($1.value.interactions, $0.key.rawValue) < ($0.value.interactions, $1.key.rawValue)
        }
        for (type, row) in rows { add(type.rawValue, row) }
        add("total", fidelity.total)
        return table.text + "\nmiddle of a picked object's mask: "
            + String(format: "%.1f px", fidelity.medianPickDistance) + " from the recorded one (median)\n"
    }

    /// Rounded down, so that 100 % means all.
    private static func percent(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let hundredths = part * 10_000 / whole
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10) %"
    }
}

extension ReplayText {
    /// For `--json`.
    package struct JSONReport: Encodable {
        struct Row: Encodable {
            var trajectories, goalsReached, withoutRefusal: Int
        }
        struct Refusal: Encodable {
            var index: Int
            var action: String
            var objectID: String?
            var error: String
        }
        struct Failure: Encodable {
            var split, key: String
            var goalReached: Bool
            var problem: String?
            var refusals: [Refusal]
        }
        struct Masks: Encodable {
            var interactions, resolved: Int
            var medianIou: Float
        }
        var total: Row
        var taskTypes: [String: Row]
        var gotos, gotosReached, actions, refused: Int
        var masks: [String: Masks]?
        var medianPickDistance: Float?
        var failures: [Failure]
    }

    package var encodable: JSONReport {
        let summary = report.summary
        func row(_ row: ReplaySummary.Row) -> JSONReport.Row {
            .init(trajectories: row.trajectories, goalsReached: row.successes, withoutRefusal: row.withoutRefusal)
        }
        func masks(_ row: MaskFidelity.Row) -> JSONReport.Masks {
            .init(interactions: row.interactions, resolved: row.resolved, medianIou: row.medianOverlap)
        }
        let failed = report.entries.filter { $0.problem != nil || $0.replay?.divergences.isEmpty == false }
        var byClass = Dictionary(
            uniqueKeysWithValues: report.fidelity.byClass.map { ($0.key.rawValue, masks($0.value)) })
        byClass["total"] = masks(report.fidelity.total)
        return JSONReport(
            total: row(summary.total),
            taskTypes: Dictionary(uniqueKeysWithValues: summary.byType.map { ($0.key.rawValue, row($0.value)) }),
            gotos: summary.gotos, gotosReached: summary.gotosReached, actions: summary.actions,
            refused: summary.refusals, masks: showsMasks ? byClass : nil,
            medianPickDistance: showsMasks ? report.fidelity.medianPickDistance : nil,
            failures: failed.map { entry in
                .init(
                    split: entry.split, key: entry.key, goalReached: entry.replay?.isSuccess ?? false,
                    problem: entry.problem,
                    refusals: (entry.replay?.divergences ?? []).map {
                        .init(
                            index: $0.index, action: $0.recorded.action.releaseName, objectID: $0.recorded.objectID,
                            error: $0.refusal?.message ?? "")
                    })
            })
    }
}
