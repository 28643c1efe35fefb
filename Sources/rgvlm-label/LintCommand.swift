import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import RewardLabeling
internal import RewardLint
internal import StageSupport

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Tells without training whether the scores deserve trust.",
        discussion: """
            The exit code is 0 when the scores pass and 65 when they fail or when too little was labelled to tell. Progress \
            is the simulator's where the recordings are there and can be replayed, else only the ends of sub-tasks count.
            """)

    @Option(help: ArgumentHelp("The label run (default: the only one).", valueName: "name"))
    var run: String?

    @Option(help: ArgumentHelp("Write a page with plots.", valueName: "file.html"))
    var page: String?

    @Option(help: ArgumentHelp("Write the results as JSON, for rgvlm-report make --lint.", valueName: "file.json"))
    var results: String?

    @Flag(help: "Do not replay recordings for their true progress.")
    var noReplay = false

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore.forStage(configuration.store, access: .read)
            let run = try store.labelRun(named: self.run ?? configuration.label.runName)
            let progress = ProgressLine(quiet: common.quiet || common.json, logger: common.logger("rgvlm-label"))
            let reader = LintReader(store, run)
            let spans: [LintSpan]
            do {
                spans = try await reader.spans(replaying: !noReplay) { done, total in
                    progress.show("spans", done: done, of: total, unit: "")
                }
            } catch let error as StoreError {
                throw StageError(error)
            }
            progress.clear()
            if let message = reader.replayProblem { common.say(.warning, "note: \(message)") }
            let lint = RewardLint(thresholds: thresholds(configuration.label.lint), seed: configuration.seed)
            let report = lint.report(spans)
            if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text) }
            if let results { try write(try jsonText(report), to: results) }
            if let page {
                let who = run.annotator == "vlm" ? run.model : "\(run.model) (scripted, not a VLM)"
                let html = try LintPage.html(
                    report, examples: LintExample.telling(spans, report), subject: "\(run.name): \(who)")
                try write(html, to: page)
                common.say(.info, "the page is \(page)")
            }
            return report.verdict == .pass ? .done : .badInput
        }
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw StageError(.cannotWrite, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    private func thresholds(_ section: Configuration.Lint) -> LintThresholds {
        var thresholds = LintThresholds()
        for (name, value) in section.thresholds {
            switch name {
            case "min_coverage": thresholds.minCoverage = value
            case "min_entropy": thresholds.minEntropy = value
            case "max_tie_rate": thresholds.maxTieRate = value
            case "max_top_share": thresholds.maxTopShare = value
            case "min_progress_correlation": thresholds.minProgressCorrelation = value
            case "min_completion_auc": thresholds.minCompletionAUC = value
            case "min_order_correlation": thresholds.minOrderCorrelation = value
            case "min_time_trend": thresholds.minTimeTrend = value
            case "min_success_auc": thresholds.minSuccessAUC = value
            case "max_false_positive_rate":
                for control in LabelControl.allCases { thresholds.maxFalsePositiveRate[control] = value }
            case "min_control_auc": thresholds.minControlAUC = value
            case "min_agreement": thresholds.minAgreement = value
            case "min_spans": thresholds.minSpans = max(1, Int(min(value, 1e9)))
            default: break
            }
        }
        return thresholds
    }
}
