internal import Episodes
internal import Ground
internal import ALFRED
internal import Foundation

/// What was generated, for people and as JSON.
package struct GenerationText {
    private let report: GenerationRun.Report
    private let out: String
    private let seconds: Double

    /// - Parameters:
    ///   - out: The dataset's folder.
    ///   - seconds: How long it took.
    package init(_ report: GenerationRun.Report, out: String, seconds: Double) {
        self.report = report
        self.out = out
        self.seconds = seconds
    }

    private var splits: [String] {
        ["train", "valid_seen", "valid_unseen"].filter { split in report.outcomes.contains { $0.split == split } }
    }

    /// Tables of episodes by split and policy and by task type, and what was done.
    package var text: String {
        var table = TextTable([
            ("split", .left), ("policy", .left), ("episodes", .right), ("goal reached", .right), ("steps", .right),
        ])
        for split in splits {
            for policy in Behaviour.allCases {
                let rows = report.outcomes.filter { $0.split == split && $0.policy == policy }
                guard !rows.isEmpty else { continue }
                table.add([
                    split, policy.rawValue, rows.count.grouped, rows.count(where: \.isSuccess).grouped,
                    rows.reduce(0) { $0 + $1.steps }.grouped,
                ])
            }
        }
        var types = TextTable([("task type", .left), ("episodes", .right)])
        for type in TaskType.allCases {
            let count = report.outcomes.count { $0.taskType == type }
            if count > 0 { types.add([type.rawValue, count.grouped]) }
        }
        var text = table.text + "\n" + types.text + "\n"
        for split in splits {
            let numbers = (report.sceneNumbers[split] ?? []).map(String.init).joined(separator: " ")
            text += "rooms of \(split): \(numbers)\n"
        }
        let kept = report.outcomes.count(where: \.isKept)
        text += MadeText.ending(
            isComplete: report.isComplete, made: report.outcomes.count - kept, kept: kept, out: out, seconds: seconds)
        return text
    }

    /// For `--json`.
    package struct JSONReport: Encodable {
        struct Group: Encodable {
            var split, policy, taskType: String
            var episodes, goalsReached, steps: Int
        }
        var root: String
        var groups: [Group]
        var rooms: [String: [Int]]
        var made, kept: Int
        var problems: [String]
        var complete: Bool
    }

    package var encodable: JSONReport {
        var groups: [JSONReport.Group] = []
        for split in splits {
            for policy in Behaviour.allCases {
                for type in TaskType.allCases {
                    let rows = report.outcomes.filter {
                        $0.split == split && $0.policy == policy && $0.taskType == type
                    }
                    guard !rows.isEmpty else { continue }
                    groups.append(
                        .init(
                            split: split, policy: policy.rawValue, taskType: type.rawValue, episodes: rows.count,
                            goalsReached: rows.count(where: \.isSuccess), steps: rows.reduce(0) { $0 + $1.steps }))
                }
            }
        }
        let kept = report.outcomes.count(where: \.isKept)
        return JSONReport(
            root: out, groups: groups, rooms: report.sceneNumbers, made: report.outcomes.count - kept, kept: kept,
            problems: report.problems, complete: report.isComplete)
    }
}
