internal import Foundation
internal import Ground

extension IngestReport {
    /// The report for people.
    package func text(store: String) -> String {
        var table = TextTable([
            ("split", .left), ("trajectories", .right), ("new", .right), ("changed", .right), ("unchanged", .right),
            ("skipped", .right), ("not on disk", .right), ("transitions written", .right),
        ])
        let rows = splits.count > 1 ? splits + [Split(name: "total", counts: total)] : splits
        for split in rows {
            let counts = split.counts
            table.add(
                [split.name]
                    + [
                        counts.trajectories, counts.new, counts.changed, counts.unchanged, counts.skipped,
                        counts.absent,
                        counts.transitions,
                    ].map(\.grouped))
        }
        return table.text + "\n" + verdict(store: store)
    }

    private func verdict(store: String) -> String {
        var text = ""
        let total = total
        let stored = total.new + total.changed
        if wasInterrupted {
            text += "Interrupted; give the same command again to go on.\n"
        } else if !isComplete {
            text += "Stopped at the first problem (--strict); what was read before it is kept.\n"
        } else if stored + total.unchanged == 0 {
            text += "Nothing was stored.\n"
        } else if stored == 0 {
            text += "Nothing changed: \(Self.trajectories(total.unchanged, "is", "are")) in \(store) already.\n"
        } else {
            text +=
                "Stored \(Self.trajectories(stored)) with \(total.transitions.grouped) transitions in \(store) in "
                + "\(seconds < 10 ? String(format: "%.1f s", seconds) : seconds.durationText).\n"
        }
        if problems.count == 1 { text += "1 file could not be used; it is named above.\n" }
        if problems.count > 1 { text += "\(problems.count.grouped) files could not be used; they are named above.\n" }
        if total.gone > 0 {
            text += "\(Self.trajectories(total.gone)) of the store no longer on disk; what is stored stays.\n"
        }
        return text
    }

    private static func trajectories(_ count: Int, _ one: String = "", _ many: String = "") -> String {
        let verb = count == 1 ? one : many
        return "\(count.grouped) \(count == 1 ? "trajectory" : "trajectories")" + (verb.isEmpty ? "" : " " + verb)
    }
}
