internal import ExperimentStore
internal import RewardLabeling
internal import Statistics

/// Tells, without any training, whether scores deserve trust.
///
/// Genuine spans are measured against what the recording knows, and against controls that must score low. Intervals are
/// those of a seeded bootstrap over episodes. The same spans in the same order give the same report.
package struct RewardLint: Sendable {
    /// What the figures must reach.
    package var thresholds: LintThresholds
    /// Of the bootstrap.
    package var seed: UInt64

    /// A lint with these bounds.
    package init(thresholds: LintThresholds = LintThresholds(), seed: UInt64 = 0) {
        self.thresholds = thresholds
        self.seed = seed
    }

    /// The figures of these spans, and what becomes of them.
    package func report(_ spans: [LintSpan]) -> LintReport {
        let genuine = spans.filter { $0.control == nil }
        let controls = Dictionary(grouping: spans.filter { $0.control != nil }, by: \.control)
        let bootstrap = GroupBootstrap(spans.lazy.map(\.episodeID), seed: seed)
        let distribution = ScoreDistribution(genuine)
        let measures = LintMeasures(
            coverage: LabelCoverage(genuine), distribution: distribution,
            scoredSpans: genuine.count { $0.meanScore != nil },
            progress: ProgressCorrelation(genuine, bootstrap: bootstrap),
            alignment: ScoreAlignment(genuine, bootstrap: bootstrap),
            order: OrderCorrelation(
                genuine, frozen: controls[.frozen] ?? [], minSpans: thresholds.minSpans, bootstrap: bootstrap),
            success: SuccessSeparation(genuine, bootstrap: bootstrap),
            controls: LabelControl.allCases.compactMap { control in
                controls[control].map { ControlSeparation(control, $0, genuine: genuine, bootstrap: bootstrap) }
            },
            agreement: Self.agreement(genuine, bootstrap))
        let checks = measures.checks(thresholds)
        let verdict = Self.verdict(checks)
        return LintReport(
            verdict: verdict, headline: measures.headline(verdict, checks), checks: checks,
            counts: LintReport.Counts(
                episodes: Set(spans.lazy.map(\.episodeID)).count, genuineSpans: genuine.count,
                controlSpans: spans.count - genuine.count,
                transitions: genuine.reduce(0) { $0 + $1.scores.count }),
            coverage: measures.coverage, controlCoverage: LabelCoverage(spans.filter { $0.control != nil }),
            distribution: distribution, progress: measures.progress, alignment: measures.alignment,
            order: measures.order, success: measures.success, controls: measures.controls,
            agreement: measures.agreement)
    }

    static func verdict(_ checks: [LintCheck]) -> LintReport.Verdict {
        if checks.contains(where: { $0.verdict == .fail }) { return .fail }
        return checks.contains { $0.isRequired && $0.verdict == .notMeasured } ? .undecided : .pass
    }

    private static func agreement(_ spans: [LintSpan], _ bootstrap: GroupBootstrap) -> LintReport.Agreement {
        var sums = bootstrap.sums(2)
        var count = 0
        for span in spans {
            let values = span.agreement.compactMap { $0 }
            if values.isEmpty { continue }
            count += 1
            sums.add([Double(values.count), values.reduce(0, +)], group: bootstrap.group(span.episodeID))
        }
        let mean = { (sums: [Double]) in sums[0] > 0 ? sums[1] / sums[0] : nil }
        return LintReport.Agreement(
            spans: count, transitions: Int(sums.total()[0]), mean: mean(sums.total()),
            interval: bootstrap.interval(sums, mean))
    }
}
