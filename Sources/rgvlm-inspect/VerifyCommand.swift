import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Ingestion
internal import StageSupport

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks foreign keys, alignment, and the hash of every frame.",
        discussion: "The exit code is 65 when something does not hold.")

    @Flag(help: "Do not read the dataset's pictures and frame store.")
    var noFrames = false

    @Option(help: "How many findings of a check to show; 0 shows all.")
    var limit = 10

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    struct Report: Encodable {
        struct Check: Encodable {
            var name: String
            var purpose: String
            var findings: [Verification.Finding]
        }
        var checks: [Check]
        var framesChecked: Int
        var holds: Bool
    }

    func validate() throws {
        if limit < 0 { throw ValidationError("--limit \(limit): expected 0 or more.") }
    }

    func run() async throws {
        try await runStage {
            let store = try ExperimentStore(try common.configuration().store, access: .read)
            let report = try verify(store)
            if common.json { try printJSON(report) } else { try show(report) }
            return report.holds ? .done : .badInput
        }
    }

    private func verify(_ store: ExperimentStore) throws -> Report {
        var checks = [
            Report.Check(
                name: "file", purpose: "SQLite's structure and all foreign keys are sound",
                findings: try store.read { try Verification.fileFindings($0) })
        ]
        for check in Verification.checks {
            checks.append(
                Report.Check(
                    name: check.name, purpose: check.purpose,
                    findings: try store.read { try Verification.findings(of: check, $0) }))
        }
        var framesChecked = 0
        if !noFrames {
            let progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-inspect"))
            let result = try FrameVerification.run(store) { done, total in
                progress.show("frames", done: done, of: total, unit: "pictures")
            }
            progress.clear()
            framesChecked = result.checked
            checks.append(
                Report.Check(
                    name: "frame hashes",
                    purpose: "pictures are those that were ingested, frame-store records are whole",
                    findings: result.findings))
        }
        return Report(checks: checks, framesChecked: framesChecked, holds: checks.allSatisfy(\.findings.isEmpty))
    }

    private func show(_ report: Report) throws {
        var lines: [String] = []
        for check in report.checks {
            let count =
                check.name == "frame hashes"
                ? " (\(report.framesChecked == 0 ? "no" : report.framesChecked.grouped) pictures)" : ""
            lines.append("\(check.findings.isEmpty ? "ok  " : "FAIL")  \(check.name)\(count): \(check.purpose)")
            for finding in limit == 0 ? check.findings[...] : check.findings.prefix(limit) {
                lines.append("      " + TextTable.printable("\(finding.place): \(finding.message)"))
            }
            let hidden = limit == 0 ? 0 : check.findings.count - limit
            if hidden > 0 { lines.append("      and \(hidden.grouped) more; --limit 0 shows all") }
        }
        lines += ["", report.holds ? "Everything holds." : "Not everything holds."]
        try writeToStandardOutput(lines.joined(separator: "\n") + "\n")
    }
}
