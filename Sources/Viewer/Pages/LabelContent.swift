internal import Pages
internal import ExperimentStore

/// A span as the page of one of its transitions shows it.
struct LabelContent {
    let values: [String: Any]

    init(_ detail: EpisodeDetail, _ t: Int, _ label: TransitionLabel, isOpen: Bool) {
        let number = (label.position ?? (label.control == "none" ? t - label.steps.lowerBound : nil)).map { $0 + 1 }
        let analyses = label.calls.filter { $0.stage == 1 }
        let scorings = label.calls.filter { $0.stage == 2 }
        values = [
            "isOpen": isOpen, "kind": label.kind, "isControl": label.control != "none", "control": label.control,
            "goal": label.goal, "annotation": label.annotation, "span": label.span,
            "range": "steps \(label.steps.lowerBound)–\(label.steps.upperBound - 1)",
            "number": number.map(String.init) ?? "",
            "place": number.map { "step \($0) of \(label.steps.count) as shown" } ?? "",
            "chip": ScoreChip.values(label.score.map(Float.init)),
            "expected": label.expected.map { Show.number($0, 2) } ?? "", "hasExpected": label.expected != nil,
            "notes": Self.notes(label), "hasCalls": !label.calls.isEmpty,
            "analyses": analyses.map { Self.call($0, marking: number) },
            "scorings": scorings.map { Self.call($0, marking: nil) },
            "hasAnalyses": !analyses.isEmpty, "hasScorings": !scorings.isEmpty,
        ]
    }

    /// What went otherwise than planned.
    static func notes(_ label: TransitionLabel) -> [[String: Any]] {
        var notes: [String] = []
        switch label.status {
        case "pending": notes.append("Not labelled yet.")
        case "blocked": notes.append("Could not be shown: \(label.message ?? "no reason is noted").")
        case "unscored":
            notes.append("Unscored, \(label.failure ?? "failed"): \(label.message ?? "no reason is noted").")
        default: break
        }
        for call in label.calls where call.ask > 0 {
            notes.append("\(stage(call.stage)) was asked again (\(call.ask + 1)): the first answer could not be used.")
        }
        for call in label.calls {
            if let failure = call.failure {
                notes.append("\(stage(call.stage)) failed, \(failure): \(call.message ?? "no reason is noted").")
            } else if let message = call.message, !message.isEmpty {
                notes.append("\(stage(call.stage)): \(message)")
            }
        }
        return notes.map { ["text": $0] }
    }

    private static func stage(_ stage: Int) -> String { stage == 1 ? "The analysis" : "The scoring" }

    private static func call(_ call: TransitionLabel.Call, marking number: Int?) -> [String: Any] {
        [
            "again": call.ask > 0, "lines": lines(call.answer ?? "", marking: number), "hasAnswer": call.answer != nil,
            "failure": call.failure ?? "", "hasFailure": call.failure != nil, "about": about(call),
            "prompt": call.prompt,
        ]
    }

    private static func about(_ call: TransitionLabel.Call) -> String {
        var parts = [
            call.model, "\(Show.count(call.promptTokens)) + \(Show.count(call.completionTokens)) tokens",
            Show.dollars(call.nanodollars),
            Show.time(milliseconds: call.latencyMilliseconds),
        ]
        if call.sample > 0 { parts.append("sample \(call.sample + 1)") }
        if call.attempts > 1 { parts.append("\(call.attempts) attempts") }
        if let finish = call.finish, finish != "stop" { parts.append(finish) }
        return (parts + [call.startedAt, call.reference]).joined(separator: " · ")
    }

    /// An answer by lines; the one about step `number` is marked.
    static func lines(_ answer: String, marking number: Int?) -> [[String: Any]] {
        answer.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            ["text": String(line), "isMarked": number.map { isAbout($0, line) } ?? false]
        }
    }

    static func isAbout(_ number: Int, _ line: Substring) -> Bool {
        let words = line.prefix(40).lowercased().drop { !$0.isLetter }
        guard words.hasPrefix("step ") else { return false }
        return words.dropFirst(5).prefix { $0.isNumber } == String(number)
    }
}
