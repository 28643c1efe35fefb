import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct LabelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Scores of one episode's transitions, and the texts they come from.",
        discussion: "Controls are left out unless --controls is given.")

    @Argument(
        help: ArgumentHelp("The episode: its number, its key <task>/<trial>, or the trial's name.", valueName: "id"))
    var id: String

    @Option(help: ArgumentHelp("Only this label run (default: all).", valueName: "name"))
    var run: String?

    @Flag(help: "Show the spans that were shown as controls too.")
    var controls = false

    @Flag(help: "Show the questions as well as the answers.")
    var prompts = false

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let episode = try store.episodeNumber(id)
            let runID = try run.map { name in
                guard let run = try store.read({ try LabelRun.named(name, $0) }) else {
                    throw StageError(.inputMissing, "\(store.path): has no label run \(name)")
                }
                return run.id
            }
            let details = try store.read { try LabelDetail.spans(episode: episode, run: runID, $0) }.filter {
                controls || $0.control == "none"
            }
            if common.json {
                try printJSON(details)
            } else if details.isEmpty {
                try writeToStandardOutput("Episode \(episode) has no labels; rgvlm-label run makes some.\n")
            } else {
                try writeToStandardOutput(details.map { $0.text(prompts: prompts) }.joined(separator: "\n"))
            }
            return .done
        }
    }
}

extension LabelDetail {
    func text(prompts: Bool) -> String {
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
                step.score.map(String.init) ?? "-", String(repeating: "#", count: step.score ?? 0),
            ]
            if hasExpected { cells.append(step.expected.map { String(format: "%.2f", $0) } ?? "-") }
            if hasAgreement { cells.append(step.agreement.map { String(format: "%.2f", $0) } ?? "-") }
            table.add(cells + [step.sparseReward > 0 ? "1" : "0"])
        }
        return table
    }
}
