internal import Foundation
internal import Ground

extension BatchExport.Report {
    /// What was written, for people.
    package func text(folder: String) -> String {
        var text = ""
        for file in files {
            text += TextTable.printable("\(folder)/\(file.name)")
            text += ": \(file.requests.grouped) requests, \((file.bytes / 1_000_000).grouped) MB\n"
        }
        if files.isEmpty { text += "There is nothing to ask now.\n" }
        text += "\(analyses.grouped) analyses, \(scorings.grouped) scorings\n"
        if finishedSpans > 0 { text += "\(finishedSpans.grouped) spans were finished with answers the store had\n" }
        if blockedSpans > 0 { text += "\(blockedSpans.grouped) spans cannot be shown; rgvlm-label status says why\n" }
        if let greatestDollars { text += String(format: "at most $%.4f\n", greatestDollars) }
        return text
    }
}

extension BatchImport.Report {
    /// What was read, for people.
    package var text: String {
        var text = "\(lines.grouped) lines: \(answers.grouped) answers"
        for (kind, count) in failures.sorted(by: { $0.key < $1.key }) { text += ", \(count.grouped) failed by \(kind)" }
        if notRun > 0 { text += ", \(notRun.grouped) not run" }
        if repeated > 0 { text += ", \(repeated.grouped) imported before" }
        if unknown > 0 { text += ", \(unknown.grouped) unknown" }
        if unreadable > 0 { text += ", \(unreadable.grouped) unreadable" }
        text += "\n\(scoredSpans.grouped) spans are scored, \(unscoredSpans.grouped) failed\n"
        if let firstProblem { text += TextTable.printable("first problem: \(firstProblem)") + "\n" }
        if outstanding > 0 { text += "\(outstanding.grouped) answers are still awaited\n" }
        return text
    }
}
