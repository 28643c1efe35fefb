internal import Instrument
internal import Pages

/// What was told before training, beside what came of it.
enum CheckTable {
    /// A table's words; the first column names the line.
    struct Words {
        var header: [String]
        var rows: [[String]]
    }

    /// The share of contested steps of each selection of data, by window.
    static func leverage(_ check: DataCheck) -> Words {
        let windows = check.selections.first?.leverage.map(\.window) ?? []
        return Words(
            header: ["Leverage"] + windows.map { Show.plural($0, "picture") },
            rows: check.selections.enumerated().map { place, selection in
                let name =
                    """
                    \(check.selections.count > 1 ? "Data \(place + 1): " : "")\
                    \(Show.plural(selection.episodes, "episode")), \
                    \(Show.plural(selection.instructions, "instruction")), \
                    \(Show.count(selection.unfulfilled)) not fulfilled
                    """
                return [name] + selection.leverage.map { "\(Show.number($0.percent, 1)) %" }
            })
    }

    /// Each row's proxy, its place by it, what was completed on the first set of tasks, and the place by that.
    static func rows(_ check: DataCheck, _ table: ResultTable) -> Words {
        let order = check.order.map(\.name)
        let completed = check.rows.map { table.sets.first?.line($0.name)?.cell(.proportion)?.value }
        let learned = check.rows.indices.filter { completed[$0] != nil }
            .sorted { (completed[$0] ?? 0, $1) > (completed[$1] ?? 0, $0) }
        func place(_ place: Int?) -> String { place.map { "\($0 + 1)" } ?? "-" }
        return Words(
            header: ["Row"]
                + check.windows.flatMap {
                    [$0 == 1 ? "Proxy, no memory" : "Proxy, window \($0)", "Drawn"]
                }
                + ["Predicted place", "Completed", "Place", "Dawdling for ever", "Finishing"],
            rows: check.rows.enumerated().map { index, row in
                [Plain.text(row.title)]
                    + check.windows.flatMap { window in
                        [DataCheck.Acting.best, .drawn].map {
                            row.completed(window: window, $0).map { Show.number($0) } ?? "-"
                        }
                    }
                    + [
                        place(order.firstIndex(of: row.name)), completed[index].map { Show.number($0) } ?? "-",
                        place(learned.firstIndex(of: index)), row.dawdling.map { Show.number($0.forEver) } ?? "-",
                        row.dawdling.map { Show.number($0.finishing) } ?? "-",
                    ]
            })
    }

    /// What the numbers mean.
    static let reading = """
        Leverage: the share of training steps in whose context (sentence, pictures, the actions between) another \
        episode did something else; below 10 % nothing can be told of rewards. Proxy: what a learner with a table of \
        contexts completes of the fulfilled instructions, from their recorded starts, taking the likeliest action, and \
        drawing actions by its probabilities. Dawdling: what bad steps for \
        ever are worth; a reward whose dawdling is not below finishing pays for staying.
        """
}
