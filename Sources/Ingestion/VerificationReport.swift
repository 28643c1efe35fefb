package import ExperimentStore
internal import Ground

/// Whether a store is sound: its file, what its rows say of each other, and its frames.
package struct VerificationReport: Encodable, Sendable {
    private struct Check: Encodable {
        var name: String
        var purpose: String
        var findings: [Verification.Finding]
    }

    private var checks: [Check]
    private var framesChecked = 0
    /// Whether no check found anything.
    package private(set) var holds: Bool

    private static let frames = "frame hashes"

    /// Makes all checks.
    ///
    /// - Parameters:
    ///   - withFrames: Whether pictures and frame stores are read too.
    ///   - progress: Called with the pictures done and the total.
    /// - Throws: `StoreError`.
    package init(_ store: ExperimentStore, withFrames: Bool, progress: (Int, Int) -> Void) throws {
        checks = [
            Check(
                name: "file", purpose: "SQLite's structure and all foreign keys are sound",
                findings: try store.read { try Verification.fileFindings($0) })
        ]
        for check in Verification.checks {
            checks.append(
                Check(
                    name: check.name, purpose: check.purpose,
                    findings: try store.read { try Verification.findings(of: check, $0) }))
        }
        if withFrames {
            let result = try FrameVerification.run(store, progress: progress)
            framesChecked = result.checked
            checks.append(
                Check(
                    name: Self.frames,
                    purpose: "pictures are those that were ingested, frame-store records are whole",
                    findings: result.findings))
        }
        holds = checks.allSatisfy(\.findings.isEmpty)
    }

    /// A line a check, and a line a finding.
    ///
    /// - Parameter limit: Findings of a check to show; 0 for all.
    package func text(limit: Int) -> String {
        var lines: [String] = []
        for check in checks {
            let count =
                check.name == Self.frames ? " (\(framesChecked == 0 ? "no" : framesChecked.grouped) pictures)" : ""
            lines.append("\(check.findings.isEmpty ? "ok  " : "FAIL")  \(check.name)\(count): \(check.purpose)")
            for finding in limit == 0 ? check.findings[...] : check.findings.prefix(limit) {
                lines.append("      " + TextTable.printable("\(finding.place): \(finding.message)"))
            }
            let hidden = limit == 0 ? 0 : check.findings.count - limit
            if hidden > 0 { lines.append("      and \(hidden.grouped) more; --limit 0 shows all") }
        }
        lines += ["", holds ? "Everything holds." : "Not everything holds."]
        return lines.joined(separator: "\n") + "\n"
    }
}
