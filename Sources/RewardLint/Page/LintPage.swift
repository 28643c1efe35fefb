internal import Pages
internal import Statistics

/// The lint's report as one HTML file that needs nothing else: styles and plots are in it, and there are no scripts.
package enum LintPage {
    private static let templates = ["lint": PackageResources.lint_mustache]

    /// - Parameters:
    ///   - subject: What was linted: the run, the model.
    ///   - examples: Shown in this order; see ``LintExample/telling(_:_:)``.
    /// - Throws: What the template engine says of a template it cannot read.
    package static func html(_ report: LintReport, examples: [LintExample], subject: String) throws -> String {
        let links = [PageShell.Link("Checks", "#checks"), .init("Scores", "#scores")]
        let shell = PageShell(
            title: "Reward lint - \(subject)", home: "#",
            links: links + (examples.isEmpty ? [] : [.init("Telling spans", "#spans")]), subject: subject,
            footer: "Made by rgvlm-label lint. This file is the whole page: it fetches nothing.",
            parts: .embedded(style: String(decoding: PackageResources.lint_css, as: UTF8.self)))
        return try PageTemplates(templates).page("lint", content(report, examples, subject), in: shell)
    }

    private static func content(_ report: LintReport, _ examples: [LintExample], _ subject: String) -> [String: Any] {
        let changes = LintPlots.changes(report.progress)
        return [
            "subject": subject,
            "tone": report.verdict.tone, "mark": mark(report.verdict), "word": word(report.verdict),
            "headline": report.headline, "summary": report.summary,
            "checks": report.checks.map(row),
            "histogram": LintPlots.histogram(report.distribution),
            "distribution": figures(report.distribution),
            "changes": changes ?? "", "hasChanges": changes != nil,
            "completions": LintPlots.completions(report.progress),
            "progress": progress(report.progress),
            "lags": LintPlots.lags(report.alignment),
            "controls": LintPlots.controls(report.controls), "hasControls": !report.controls.isEmpty,
            "order": LintPlots.order(report.order), "orderWords": order(report.order),
            "coverage": coverage(report), "policies": report.success.policies.map(policy),
            "hasPolicies": !report.success.policies.isEmpty, "success": success(report.success),
            "examples": examples.map(example), "hasExamples": !examples.isEmpty,
        ]
    }

    private static func mark(_ verdict: LintReport.Verdict) -> String {
        switch verdict {
        case .pass: "\u{2713}"
        case .fail: "\u{2715}"
        case .undecided: "?"
        }
    }

    private static func word(_ verdict: LintReport.Verdict) -> String {
        switch verdict {
        case .pass: "Pass"
        case .fail: "Fail"
        case .undecided: "Undecided"
        }
    }

    private static func row(_ check: LintCheck) -> [String: Any] {
        [
            "tone": check.verdict.tone,
            "mark": check.verdict == .pass ? "\u{2713}" : check.verdict == .fail ? "\u{2715}" : "\u{2013}",
            "word": check.verdict == .pass ? "pass" : check.verdict == .fail ? "fail" : "not measured",
            "title": check.title, "tag": check.isRequired ? "required" : "not required",
            "hasTag": check.verdict == .notMeasured, "reason": check.reason,
            "bullet": LintPlots.bullet(check), "value": LintFormat.value(check),
            "interval": LintFormat.interval(check.interval),
            "threshold": check.bound.sign + LintFormat.threshold(check),
        ]
    }

    private static func figures(_ distribution: ScoreDistribution) -> String {
        "Mean \(Show.number(distribution.mean)), median \(distribution.median.map(String.init) ?? "-"), entropy "
            + "\(Show.number(distribution.entropyBits)) bits "
            + "(\(Show.percent(distribution.normalizedEntropy)) of the most possible), "
            + "\(Show.percent(distribution.tieRate)) of pairs within spans tied."
    }

    private static func progress(_ progress: ProgressCorrelation) -> String {
        func number(_ value: Double?) -> String { value == nil ? "undefined" : Show.number(value) }
        var text =
            "Correlation within spans \(number(progress.within.value)), over all transitions "
            + "\(number(progress.pooled.value)). "
        if let expected = progress.expectedWithin.value {
            text += "With expected scores from log-probabilities \(Show.number(expected)) within spans. "
        }
        return text
    }

    private static func order(_ order: OrderCorrelation) -> String {
        let centre =
            order.centre == .frozenControl
            ? "the mean score of the frozen control" : "the mean genuine score, for want of frozen controls"
        let undefined = order.fulfilled.undefined + order.unfulfilled.undefined
        return "Scores are summed after \(centre) (\(Show.number(order.centreScore))) is taken from each. "
            + "Undefined in \(Show.count(undefined)) spans, which are left out."
    }

    private static func coverage(_ report: LintReport) -> [[String: Any]] {
        [("Genuine", report.coverage), ("Controls", report.controlCoverage)].filter { $0.1.transitions > 0 }.map {
            name, coverage in
            [
                "name": name, "bar": LintPlots.coverage(coverage), "share": Show.percent(coverage.share),
                "missing": coverage.missing.map { missing in
                    [
                        "reason": missing.reason, "spans": Show.count(missing.spans),
                        "transitions": Show.count(missing.transitions),
                    ]
                },
            ]
        }
    }

    private static func policy(_ policy: SuccessSeparation.Policy) -> [String: Any] {
        [
            "name": policy.name, "spans": Show.count(policy.spans),
            "fulfilled": Show.percent(policy.fulfilledShare), "mean": Show.number(policy.meanScore),
        ]
    }

    private static func success(_ success: SuccessSeparation) -> String {
        "AUC of fulfilled against other spans: \(Show.number(success.meanAUC)) by mean score, "
            + "\(Show.number(success.finalAUC)) by the last score."
    }

    private static func example(_ example: LintExample) -> [String: Any] {
        let title =
            switch example.kind {
            case .best: "Rises as it should"
            case .worst: "Rises least"
            case .falsePositive: "False positive"
            }
        let what =
            switch example.span.control {
            case .some(let control): "\(LintPlots.name(control)), mean score \(Show.number(example.value, 1))"
            case nil: "value order \(Show.number(example.value))"
            }
        return [
            "title": title, "what": what, "goal": example.span.goal,
            "name": example.span.name, "plot": LintExamplePlot.svg(example),
            "isBad": example.kind != .best,
        ]
    }
}
