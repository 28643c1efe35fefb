internal import Foundation
internal import Ground
package import StageSupport

extension ExperimentPlan {
    /// A table of the cells, a line a row and a column a seed, and what is left to do.
    ///
    /// - Parameter freeBytes: What the disk has left, if known.
    package func text(_ configuration: Configuration, _ facts: ExperimentFacts, jobs: Int, freeBytes: Double?) -> String
    {
        var table = TextTable(
            [("row", .left), ("kind", .left), ("updates", .right)] + seeds.map { ("seed \($0)", .left) })
        for row in rows {
            let own = cells.filter { $0.row.name == row.name }
            table.add(
                [row.name, row.kind.rawValue, own.first?.updates?.grouped ?? "by epochs"] + own.map { shown($0, facts) }
            )
        }
        let estimate = estimate(configuration, facts, jobs: jobs)
        return table.text + "\n" + estimate.lines(cells: cells.count, freeBytes: freeBytes).map { $0 + "\n" }.joined()
    }

    private func shown(_ cell: Cell, _ facts: ExperimentFacts) -> String {
        switch state(of: cell, facts) {
        case .open: return "-"
        case .begun:
            let step = facts.trainings[cell.run]?.step ?? 0
            guard let updates = cell.updates, updates > 0 else { return step.grouped }
            return "\(min(99, step * 100 / updates)) %"
        case .trained: return "trained"
        case .evaluated: return "done"
        case .failed: return "FAILED"
        case .longer: return "LONGER (\((facts.trainings[cell.run]?.step ?? 0).grouped))"
        }
    }

    /// A line a cell for scripts: run, state, updates done, updates in all (0 when not known), separated by tabs.
    package func stateLines(_ facts: ExperimentFacts) -> [String] {
        cells.map { cell in
            let step = facts.trainings[cell.run]?.step ?? 0
            return "\(cell.run)\t\(state(of: cell, facts).rawValue)\t\(step)\t\(cell.updates ?? 0)"
        }
    }
}

extension ExperimentPlan.Estimate {
    func lines(cells total: Int, freeBytes: Double?) -> [String] {
        let order: [ExperimentPlan.State] = [.evaluated, .trained, .begun, .open, .failed, .longer]
        let names = ["done", "trained", "begun", "not begun", "failed", "trained for longer than planned"]
        let states = zip(order, names).compactMap { state, name in cells[state.rawValue].map { "\($0.grouped) \(name)" }
        }
        return [
            "\(total.grouped) cells: \(states.joined(separator: ", "))",
            "time left for training and evaluation: \(time)", "cost: \(cost)",
            "disk: " + (bytes > 0 ? "about \(Self.megabytes(bytes)) more" : "no more")
                + (freeBytes.map { ", \(Self.megabytes($0)) are free" } ?? ""),
        ]
    }

    private var time: String {
        guard let secondsLeft else {
            return "not known, since epochs are counted; train.steps sets a number of updates"
        }
        guard secondsLeft > 0 else { return "none" }
        let speed =
            rate > 0
            ? " at \(String(format: "%.1f", rate)) updates/s a process, "
                + "\(isMeasured ? "as measured" : "assumed until some are measured")"
            : ""
        return "about \(secondsLeft.durationText), \(jobs) at a time\(speed)"
    }

    private var cost: String {
        guard isVLM else { return "none; the labels are the scripted annotator's, not a VLM's" }
        let spent = String(format: "%.2f dollars spent on labels", dollarsSpent)
        guard let dollars else {
            return spent + "; rgvlm-label estimate tells how many in all, label.budget bounds them"
        }
        return spent + String(format: ", about %.2f in all", dollars)
    }

    static func megabytes(_ bytes: Double) -> String {
        let megabytes = Int((bytes / 1e6).rounded(.up))
        return megabytes < 10_000 ? "\(megabytes.grouped) MB" : "\((megabytes / 1000).grouped) GB"
    }
}
