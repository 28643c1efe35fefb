internal import Foundation

extension ExperimentPlan {
    /// What a pool of jobs works on.
    package enum Work: String, Sendable {
        case cells, evaluations
    }

    /// The updates done of all that are planned.
    package func updatesDone(_ facts: ExperimentFacts) -> Int {
        cells.map { cell in
            let step = facts.trainings[cell.run]?.step ?? 0
            return min(step, cell.updates ?? step)
        }.reduce(0, +)
    }

    /// Where the cells are, as in `cells 2/6 done, 2 running (a-s1 40 %, b-s1 35 %), 12/s, 3 min left`.
    ///
    /// - Parameters:
    ///   - running: The names of the jobs that run.
    ///   - seconds: Since the work began.
    ///   - before: ``updatesDone(_:)`` at that time.
    package func progress(
        _ work: Work, _ facts: ExperimentFacts, running: [String], seconds: Double, before: Int
    ) -> String {
        var done = 0
        var left = 0
        var names: [String] = []
        for cell in cells {
            let state = state(of: cell, facts)
            if state == .evaluated || work == .cells && state == .trained { done += 1 }
            let step = facts.trainings[cell.run]?.step ?? 0
            let updates = cell.updates ?? 0
            if state == .open || state == .begun { left += max(0, updates - step) }
            guard running.contains(cell.run) else { continue }
            let share = work == .cells && updates > 0 ? " \(min(step, updates) * 100 / updates) %" : ""
            names.append(cell.run + share)
        }
        var line = "\(work.rawValue) \(done)/\(cells.count) done, \(running.count) running"
        if !names.isEmpty { line += " (\(names.joined(separator: ", ")))" }
        let rate = seconds > 0 ? Double(updatesDone(facts) - before) / seconds : 0
        guard work == .cells, rate > 0 else { return line }
        line += rate >= 10 ? ", \(Int(rate))/s" : String(format: ", %.1f/s", rate)
        guard cells.allSatisfy({ $0.updates != nil }) else { return line }
        let time = Double(left) / rate
        switch time {
        case 3600...: line += ", \(Int(time) / 3600) h \(Int(time) % 3600 / 60) min left"
        case 60...: line += ", \(Int(time / 60 + 0.5)) min left"
        default: line += ", \(Int(time + 0.5)) s left"
        }
        return line
    }
}
