import ArgumentParser
internal import ExperimentStore
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
            let text = report.text(
                model: plan.identity.model, isScripted: plan.settings.annotator != nil, isServed: setup.api != nil)
            if common.json { try printJSON(report) } else { try writeToStandardOutput(text) }
            return .done
        }
    }
}
