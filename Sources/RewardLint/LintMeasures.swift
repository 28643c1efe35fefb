internal import ExperimentStore
internal import RewardLabeling
internal import Statistics

/// The figures, and what becomes of them under thresholds.
///
/// A figure on the wrong side of its threshold fails when its interval lies there as well; when the interval reaches
/// the threshold, or there is none, there is too little data to tell and the check is not measured. Coverage, entropy,
/// ties and compression describe the labels at hand rather than a sample, and fail by themselves.
struct LintMeasures {
    var coverage: LabelCoverage
    var distribution: ScoreDistribution
    var scoredSpans: Int
    var progress: ProgressCorrelation
    var alignment: ScoreAlignment
    var order: OrderCorrelation
    var success: SuccessSeparation
    var controls: [ControlSeparation]
    var agreement: LintReport.Agreement

    func checks(_ thresholds: LintThresholds) -> [LintCheck] {
        var checks = [
            coverageCheck(thresholds), entropyCheck(thresholds), tieCheck(thresholds), topCheck(thresholds),
            progressCheck(thresholds), completionCheck(thresholds), alignmentCheck(thresholds),
            orderCheck(thresholds), trendCheck(thresholds), successCheck(thresholds),
        ]
        checks += LabelControl.allCases.map { controlCheck($0, thresholds) }
        checks.append(agreementCheck(thresholds))
        return checks
    }

    /// The one score there is, where there is only one.
    var onlyScore: Int? {
        let used = distribution.histogram.indices.filter { distribution.histogram[$0] > 0 }
        return used.count == 1 ? used[0] : nil
    }

    /// Whether the scores laid on backwards fit the truth better than forwards.
    var isBackwards: Bool {
        guard let best = alignment.best, best.lag == nil, best.interval != nil, (best.correlation ?? 0) > 0.1
        else { return false }
        return best.bestShare >= 0.95
    }

    /// Whether the scores fit the truth better some places off.
    var shift: Int? {
        guard let best = alignment.best, let lag = best.lag, lag != 0, best.interval != nil,
            (best.correlation ?? 0) > 0.1,
            alignment.lags.first(where: { $0.lag == 0 })?.bestShare ?? 0 <= 0.05
        else { return nil }
        return lag
    }

    /// Judges `value` by its threshold. `reasons` has the words for pass and fail.
    func judged(
        _ name: LintCheck.Name, _ value: Double?, _ interval: Interval?, _ bound: LintCheck.Bound,
        _ threshold: Double, isRequired: Bool, spans: Int, minSpans: Int, missing: String,
        pass: String, fail: String
    ) -> LintCheck {
        var check = LintCheck(
            name: name, value: value, interval: interval, threshold: threshold, bound: bound, verdict: .notMeasured,
            isRequired: isRequired, reason: missing)
        guard let value else { return check }
        let isGood = bound == .atLeast ? value >= threshold : value <= threshold
        let reaches = interval.map { bound == .atLeast ? $0.high >= threshold : $0.low <= threshold } ?? true
        if spans < minSpans {
            check.reason = "It rests on \(spans) spans and \(minSpans) are needed. Label more spans."
        } else if isGood {
            (check.verdict, check.reason) = (.pass, pass)
        } else if reaches, ![.coverage, .entropy, .ties, .topCompression].contains(name) {
            check.reason =
                "It is on the wrong side of the threshold, but \(spans) spans of these episodes are too few to be "
                + "sure. Label more."
        } else {
            (check.verdict, check.reason) = (.fail, fail)
        }
        return check
    }
}
