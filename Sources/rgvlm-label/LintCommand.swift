import ArgumentParser
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import RewardLabeling
internal import RewardLint
internal import ScriptedAnnotator
internal import StageSupport

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Tells without training whether the scores deserve trust.",
        discussion: """
            The exit code is 0 when the scores pass and 65 when they fail or when too little was labelled to tell. \
            Progress is the simulator's where the recordings are there and can be replayed, else only the ends of \
            sub-tasks count.
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
        try await runStage { try await lint() }
    }

    private func lint() async throws -> StageExit {
        let configuration = try common.configuration()
        let store = try ExperimentStore(configuration.store, access: .read)
        let run = try store.labelRun(named: self.run ?? configuration.label.runName)
        let progress = common.progress("rgvlm-label")
        let potential = SpanProgress(store)
        let truth: LintReader.Progress? = noReplay ? nil : { @Sendable span in try await potential.of(span) }
        let reader = LintReader(store, run, progress: truth)
        let spans = try await reader.spans { done, total in
            progress.show("spans", done: done, of: total, unit: "")
        }
        progress.clear()
        if let message = reader.replayProblem { common.say(.warning, "note: \(message)") }
        let lint = RewardLint(thresholds: thresholds(configuration.label.lint), seed: configuration.seed)
        let report = lint.report(spans)
        if common.json { try printJSON(report) } else { try writeToStandardOutput(report.text) }
        if let results { try AtomicFile.write(Array(try jsonText(report).utf8), to: results) }
        if let page {
            let who = run.annotator == "vlm" ? run.model : "\(run.model) (scripted, not a VLM)"
            let html = try LintPage.html(
                report, examples: LintExample.telling(spans, report), subject: "\(run.name): \(who)")
            try AtomicFile.write(Array(html.utf8), to: page)
            common.say(.info, "the page is \(page)")
        }
        return report.verdict == .pass ? .done : .badInput
    }

    private func thresholds(_ section: Configuration.Lint) -> LintThresholds {
        var thresholds = LintThresholds()
        func set<T>(_ threshold: WritableKeyPath<LintThresholds, T>, _ value: T?) {
            if let value { thresholds[keyPath: threshold] = value }
        }
        set(\.minCoverage, section.minCoverage)
        set(\.minEntropy, section.minEntropy)
        set(\.maxTieRate, section.maxTieRate)
        set(\.maxTopShare, section.maxTopShare)
        set(\.minProgressCorrelation, section.minProgressCorrelation)
        set(\.minCompletionAUC, section.minCompletionAUC)
        set(\.minOrderCorrelation, section.minOrderCorrelation)
        set(\.minTimeTrend, section.minTimeTrend)
        set(\.minSuccessAUC, section.minSuccessAUC)
        set(
            \.maxFalsePositiveRate,
            section.maxFalsePositiveRate.map { rate in
                Dictionary(uniqueKeysWithValues: LabelControl.allCases.map { ($0, rate) })
            })
        set(\.minControlAUC, section.minControlAUC)
        set(\.minAgreement, section.minAgreement)
        set(\.minSpans, section.minSpans.map { max(1, Int(min($0, 1e9))) })
        return thresholds
    }
}
