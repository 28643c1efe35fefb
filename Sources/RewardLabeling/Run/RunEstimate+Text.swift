internal import Foundation
internal import Ground
internal import VisionLanguage

extension RunEstimate.Report {
    /// The counts and prices as a table, for people.
    ///
    /// - Parameter isServed: Whether a server is asked, whose calls cost money.
    package func text(model: String, isScripted: Bool, isServed: Bool) -> String {
        let who = isScripted ? "\(model) (scripted, not a VLM)" : model
        var text = TextTable.printable(who) + "\n\n"
        var table = TextTable([("", .left), ("expected", .right), ("at most", .right)])
        table.add(["spans", spans.grouped, ""])
        table.add(["  of them controls", controlSpans.grouped, ""])
        table.add(["transitions", transitions.grouped, ""])
        table.add(["analysis calls", analysisCalls.grouped, ""])
        table.add(["scoring calls", scoringCalls.grouped, (scoringCalls * 2).grouped])
        table.add(["pictures sent", picturesSent.grouped, ""])
        table.add(["tokens in", expected.prompt.grouped, greatest.prompt.grouped])
        table.add(["tokens out", expected.completion.grouped, greatest.completion.grouped])
        func dollars(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "-" }
        table.add(["dollars, single calls", dollars(expectedDollars), dollars(greatestDollars)])
        table.add(["dollars, as a batch", dollars(expectedBatchDollars), dollars(greatestBatchDollars)])
        text += table.text
        text += "\nTokens are estimated from \(sampledSpans.grouped) spans: 4 bytes of text count as one.\n"
        if expectedDollars == nil, isServed {
            text += "No price of this model is known; give one with label.prices, as in Pipelines/prices.yaml.\n"
        }
        if unshownSpans > 0 {
            text += "\(unshownSpans.grouped) of the spans looked at cannot be shown: \(firstProblem ?? "")\n"
        }
        return text
    }
}
