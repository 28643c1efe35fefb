internal import Foundation
internal import Ground

extension EpisodeDetail {
    /// The episode for people: its place, its sentences, and tables of sub-tasks and steps.
    package var text: String {
        var text = TextTable.printable("episode \(id)  \(split)/\(key)") + "\n"
        let place = TextTable.printable([taskType, floorPlan, room].compactMap { $0 }.joined(separator: ", "))
        text += "\(place); \(steps.count) steps, \(subtasks.count) sub-tasks\n"
        if let policy {
            let end = success.map { $0 ? ", goal reached" : ", goal not reached" } ?? ""
            text += "behaviour: \(TextTable.printable(policy))\(end)\n"
        }
        let kinds = ["task", "primitive", "composite"].compactMap { kind in instructions[kind].map { "\($0) \(kind)" } }
        if !kinds.isEmpty { text += "instructions: \(kinds.joined(separator: ", "))\n" }
        if let features { text += "features: \(TextTable.printable(features))\n" }
        for annotation in annotations {
            let marks = [
                annotation.inSplit ? nil : "not in the split", annotation.aligned == false ? "not aligned" : nil,
            ]
            .compactMap { $0 }
            text += "\n[\(annotation.repeatIdx)] \(TextTable.printable(annotation.goal))"
            text += marks.isEmpty ? "\n" : "  (\(marks.joined(separator: ", ")))\n"
            for (index, sentence) in annotation.sentences.enumerated() {
                text += "    \(index + 1). \(TextTable.printable(sentence))\n"
            }
        }
        guard !steps.isEmpty else { return text + "\nThis split comes without a plan.\n" }
        return text + "\n" + subtaskTable.text + "\n" + stepTable.text
    }

    private var subtaskTable: TextTable {
        let isFailed = subtasks.contains { !$0.done }
        let columns: [(name: String, alignment: TextTable.Alignment)] =
            [("sub-task", .right), ("kind", .left), ("steps", .left), ("object", .left), ("with", .left)]
            + (isFailed ? [("done", .left)] : [])
        var table = TextTable(columns)
        for subtask in subtasks {
            let steps = "\(subtask.firstStep)-\(subtask.firstStep + subtask.stepCount - 1)"
            table.add(
                [
                    String(subtask.index), subtask.kind, subtask.stepCount == 0 ? "never begun" : steps,
                    subtask.objectID ?? "", subtask.receptacleID ?? "",
                ] + (isFailed ? [subtask.done ? "yes" : "no"] : []))
        }
        return table
    }

    private var stepTable: TextTable {
        let hasRecorded = steps.contains { $0.recordedReward != nil }
        let columns: [(name: String, alignment: TextTable.Alignment)] =
            [
                ("t", .right), ("sub-task", .right), ("action", .left), ("object", .left), ("task reward", .right),
                ("sub-task reward", .right),
            ] + (hasRecorded ? [("recorded", .right)] : []) + [("frame before", .left)]
        var table = TextTable(columns)
        for step in steps {
            let recorded = hasRecorded ? [step.recordedReward.map { String(format: "%g", $0) } ?? ""] : []
            table.add(
                [
                    String(step.t), String(step.subtask), step.action,
                    step.objectID ?? "", step.sparseReward > 0 ? "1" : "0",
                    step.subtaskReward > 0 ? "1" : "0",
                ] + recorded
                    + [step.frame.map { ($0 as NSString).lastPathComponent } ?? step.frameStatus])
        }
        return table
    }
}
