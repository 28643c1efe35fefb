internal import Foundation
internal import Ground

extension DataCheck {
    /// The check as tables and sentences.
    package var text: String {
        var text = ""
        for (place, selection) in selections.enumerated() {
            text += "data\(selections.count > 1 ? " \(place + 1)" : ""): \(selection.text)\n"
        }
        var leverages = TextTable(
            [("leverage: share of steps where another episode did something else", .left)]
                + (selections.first?.leverage ?? []).map {
                    ("\($0.window) picture\($0.window == 1 ? "" : "s")", .right)
                })
        for (place, selection) in selections.enumerated() {
            leverages.add(
                ["data\(selections.count > 1 ? " \(place + 1)" : "")"] + selection.leverage.map { Self.percent($0) })
        }
        text += "\n" + leverages.text + "\n"
        var table = TextTable(
            [("row", .left), ("learner", .left), ("data", .right), ("dawdling", .right), ("finishing", .right)]
                + windows.flatMap { window in
                    let name = window == 1 ? "no memory" : "window \(window)"
                    return [(name: "proxy, \(name), best", alignment: TextTable.Alignment.right), ("drawn", .right)]
                })
        for row in rows {
            table.add(
                [
                    row.name, row.algorithm, "\(row.selection + 1)", row.dawdling.map { Self.number($0.forEver) } ?? "",
                    row.dawdling.map { Self.number($0.finishing) } ?? "",
                ]
                    + windows.flatMap { window in
                        [Acting.best, .drawn].map { row.completed(window: window, $0).map(Self.number) ?? "" }
                    })
        }
        return text + table.text + "\n" + sentences.map { $0 + "\n" }.joined()
    }

    /// What follows from the numbers, in short.
    package var sentences: [String] {
        var sentences = [
            "predicted order, actions \(acting == .best ? "the likeliest" : "drawn"): "
                + order.map { "\($0.name) \(Self.number(completed($0) ?? 0))" }.joined(separator: ", ")
        ]
        if !canTell {
            sentences.append(
                """
                leverage is below \(Int(Leverage.fewest * 100)) % with \(window) pictures: these data cannot tell; \
                a difference that is not found on them says nothing of the reward
                """)
        }
        for row in dawdlers {
            guard let dawdling = row.dawdling else { continue }
            sentences.append(
                """
                \(row.name): its reward pays for dawdling: bad steps for ever are worth \
                \(Self.number(dawdling.forEver)), finishing \(Self.number(dawdling.finishing))
                """)
        }
        return sentences
    }

    /// The check in three lines, for a plan.
    package var shortText: [String] {
        let leverages = selections.compactMap { $0.leverage(window: window) }.map(Self.percent)
        return ["leverage with \(window) pictures: \(leverages.joined(separator: ", "))"] + sentences
    }

    static func percent(_ leverage: Leverage) -> String { String(format: "%.1f %%", leverage.percent) }

    static func number(_ value: Double) -> String {
        let text = String(format: "%.2f", value)
        return text == "-0.00" ? "0.00" : text
    }
}

extension DataCheck.Selection {
    var text: String {
        """
        \(episodes.grouped) episodes, \(instructions.grouped) instructions, \(unfulfilled.grouped) of them not \
        fulfilled, \(steps.grouped) steps
        """
    }
}
