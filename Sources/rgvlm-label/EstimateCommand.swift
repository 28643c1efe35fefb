import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import StageSupport
internal import VisionLanguage

struct EstimateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "How many calls and tokens a run takes and what it costs; nothing is asked.")

    @OptionGroup(title: "What to label")
    var options: LabelOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration(options.overrides)
            let setup = try LabelSetup(configuration, shard: options.shard, needsKey: false)
            var plan = setup.plan
            let store = try ExperimentStore(configuration.store, access: .read)
            let dataset = try plan.settle(in: store)
            let candidates = try plan.candidates(dataset, in: store)
            let estimate = RunEstimate(
                settings: plan.settings.label, prompts: plan.prompts, price: setup.price,
                pictures: PictureSource(dataset, in: store, settings: plan.settings.label.pictures))
            let report = try await estimate.report(
                plan.selection.spans(of: candidates), stepCounts: candidates, in: store)
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text(setup)) }
            return .done
        }
    }
}

extension RunEstimate.Report {
    func text(_ setup: LabelSetup) -> String {
        let who =
            setup.plan.settings.annotator == nil
            ? setup.plan.identity.model : "\(setup.plan.identity.model) (scripted, not a VLM)"
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
        if expectedDollars == nil, setup.api != nil {
            text += "No price of this model is known; give one with label.prices, as in Pipelines/prices.yaml.\n"
        }
        if unshownSpans > 0 {
            text += "\(unshownSpans.grouped) of the spans looked at cannot be shown: \(firstProblem ?? "")\n"
        }
        return text
    }
}
