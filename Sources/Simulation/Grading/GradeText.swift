internal import ALFRED
internal import Episodes
internal import Foundation
internal import Ground

/// What was graded, for people and as JSON.
package struct GradeText {
    private let report: GradeRun.Report
    private let out: String
    private let seconds: Double
    /// Names of a kind that the text lists.
    private static let listed = 10

    /// - Parameters:
    ///   - out: The dataset's folder.
    ///   - seconds: How long it took.
    package init(_ report: GradeRun.Report, out: String, seconds: Double) {
        self.report = report
        self.out = out
        self.seconds = seconds
    }

    private var splits: [String] {
        var splits: [String] = []
        for outcome in report.outcomes where !splits.contains(outcome.split) { splits.append(outcome.split) }
        return splits
    }

    private func rows(_ split: String, _ behaviour: Behaviour) -> [GradeRun.Outcome] {
        report.outcomes.filter { $0.split == split && $0.behaviour == behaviour }
    }

    /// A table of episodes by split and behaviour, what was left out, and what was done.
    package var text: String {
        var table = TextTable([
            ("split", .left), ("behaviour", .left), ("episodes", .right), ("goal reached", .right),
            ("sub-tasks done", .right), ("of those asked", .right), ("steps", .right),
        ])
        for split in splits {
            for behaviour in Behaviour.allCases {
                let rows = rows(split, behaviour)
                guard !rows.isEmpty else { continue }
                table.add([
                    split, behaviour.rawValue, rows.count.grouped, rows.count(where: \.isSuccess).grouped,
                    rows.reduce(0) { $0 + $1.done }.grouped, rows.reduce(0) { $0 + $1.asked }.grouped,
                    rows.reduce(0) { $0 + $1.steps }.grouped,
                ])
            }
        }
        var text = report.outcomes.isEmpty ? "" : table.text + "\n"
        text += list(report.skipped, "of \(report.sources.grouped) trajectories are skipped")
        text += list(report.unplayable, "episodes were left out")
        let kept = report.outcomes.count(where: \.isKept)
        text += MadeText.ending(
            isComplete: report.isComplete, made: report.outcomes.count - kept, kept: kept, out: out, seconds: seconds)
        return text
    }

    private func list(_ names: [String], _ what: String) -> String {
        guard !names.isEmpty else { return "" }
        var text = "\(names.count.grouped) \(what):\n"
        for name in names.prefix(Self.listed) { text += "  " + TextTable.printable(name) + "\n" }
        let rest = names.count - Self.listed
        if rest > 0 { text += "  and \(rest.grouped) more; --json lists all\n" }
        return text
    }

    /// For `--json`.
    package struct JSONReport: Encodable {
        struct Group: Encodable {
            var split, behaviour: String
            var episodes, goalsReached, asked, begun, done, steps: Int
        }
        var root: String
        var groups: [Group]
        var sources, made, kept: Int
        var skipped, unplayable, problems: [String]
        var seconds: Double
        var complete: Bool
    }

    package var encodable: JSONReport {
        let groups = splits.flatMap { split in
            Behaviour.allCases.compactMap { behaviour -> JSONReport.Group? in
                let rows = rows(split, behaviour)
                guard !rows.isEmpty else { return nil }
                func sum(_ path: KeyPath<GradeRun.Outcome, Int>) -> Int { rows.reduce(0) { $0 + $1[keyPath: path] } }
                return .init(
                    split: split, behaviour: behaviour.rawValue, episodes: rows.count,
                    goalsReached: rows.count(where: \.isSuccess), asked: sum(\.asked), begun: sum(\.begun),
                    done: sum(\.done), steps: sum(\.steps))
            }
        }
        let kept = report.outcomes.count(where: \.isKept)
        return JSONReport(
            root: out, groups: groups, sources: report.sources, made: report.outcomes.count - kept, kept: kept,
            skipped: report.skipped, unplayable: report.unplayable, problems: report.problems, seconds: seconds,
            complete: report.isComplete)
    }
}
