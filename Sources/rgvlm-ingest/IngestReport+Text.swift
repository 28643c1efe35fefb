internal import Ingestion
internal import StageSupport

extension IngestReport {
    /// The report for people.
    func text(store: String) -> String {
        var table = TextTable([
            ("split", .left), ("trajectories", .right), ("new", .right), ("changed", .right), ("unchanged", .right),
            ("skipped", .right), ("not on disk", .right), ("transitions", .right),
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

    private static func unusable(_ count: Int) -> String {
        count == 1
            ? "1 file could not be used; it is named above.\n"
            : "\(count.grouped) files could not be used; they are named above.\n"
    }

    private func verdict(store: String) -> String {
        var text = ""
        let total = total
        if wasInterrupted {
            text += "Interrupted; give the same command again to go on.\n"
        } else if !isComplete {
            text += "Stopped at the first problem (--strict); what was read before it is kept.\n"
        } else if total.new + total.changed + total.unchanged == 0 {
            text += "Nothing was stored.\n"
        } else if total.new + total.changed == 0 {
            text += "Nothing changed: \(total.unchanged.grouped) trajectories are in \(store) already.\n"
        } else {
            text +=
                "Stored \((total.new + total.changed).grouped) trajectories with \(total.transitions.grouped) transitions "
                + "in \(store) in \(ProgressLine.duration(seconds)).\n"
        }
        if !problems.isEmpty { text += Self.unusable(problems.count) }
        if total.gone > 0 {
            text += "\(total.gone.grouped) trajectories in the store are no longer on disk; they stay.\n"
        }
        return text
    }
}
