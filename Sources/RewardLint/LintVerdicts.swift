internal import ExperimentStore
internal import Pages
internal import RewardLabeling
internal import Statistics

// The checks one by one, with their words.
extension LintMeasures {
    func coverageCheck(_ thresholds: LintThresholds) -> LintCheck {
        let worst = coverage.missing.max { $0.transitions < $1.transitions }
        let advice =
            switch worst?.reason {
            case "refusal": "The model declined most of them: look at its refusals and at the safety settings."
            case "truncation": "Most answers were cut off: raise the limit of tokens or shorten the windows."
            case "invalid": "Most answers were not what was asked for: look at them, and use a JSON schema."
            case "transport", "http": "Most calls had no good reply: run retry when the server is well."
            default: "Run the labelling to its end."
            }
        return judged(
            .coverage, coverage.share, nil, .atLeast, thresholds.minCoverage, isRequired: true, spans: scoredSpans,
            minSpans: coverage.share == 0 ? 0 : thresholds.minSpans, missing: "There are no genuine spans.",
            pass: "Nearly every transition has a score.",
            fail: "\(Show.percent(1 - (coverage.share ?? 0))) of the transitions have no score. \(advice)")
    }

    func entropyCheck(_ thresholds: LintThresholds) -> LintCheck {
        let fail =
            onlyScore.map { "Every score is \($0): the scores carry no information. Do not train on them." }
            ?? "A few values take nearly all transitions, so that the scores carry little information. \(Self.prompt)"
        return judged(
            .entropy, distribution.entropyBits, nil, .atLeast, thresholds.minEntropy, isRequired: true,
            spans: scoredSpans, minSpans: thresholds.minSpans, missing: "There are no scores.",
            pass: "The scores make use of the scale.", fail: fail)
    }

    func tieCheck(_ thresholds: LintThresholds) -> LintCheck {
        let fail =
            onlyScore == nil
            ? "Most transitions of a span have the same score as the others, so that it can hardly tell them apart. "
                + "\(Self.prompt)"
            : "All transitions of a span are tied: one cannot be told from another."
        return judged(
            .ties, distribution.tieRate, nil, .atMost, thresholds.maxTieRate, isRequired: true, spans: scoredSpans,
            minSpans: thresholds.minSpans, missing: "No span has two scores.",
            pass: "Transitions of a span are told apart.", fail: fail)
    }

    private static let prompt = "Expected scores from log-probabilities, or a prompt with a rubric, spread them."

    func topCheck(_ thresholds: LintThresholds) -> LintCheck {
        judged(
            .topCompression, distribution.topShare, nil, .atMost, thresholds.maxTopShare, isRequired: true,
            spans: scoredSpans, minSpans: thresholds.minSpans, missing: "There are no scores.",
            pass: "The top of the scale is kept for some transitions.",
            fail: "Most scores lie at the top of the scale: the annotator is lenient, and bad steps will be rewarded. "
                + "Say in the prompt what earns 8 and more.")
    }

    func progressCheck(_ thresholds: LintThresholds) -> LintCheck {
        judged(
            .progressCorrelation, progress.within.value, progress.within.interval, .atLeast,
            thresholds.minProgressCorrelation,
            isRequired: progress.within.spans > 0 || progress.completionAUC.spans == 0,
            spans: progress.within.spans, minSpans: thresholds.minSpans,
            missing: progress.within.spans == 0
                ? "The true progress is not known for these episodes." : Self.noSpread,
            pass: "Steps that move towards the goal are scored higher than the other steps of their span.",
            fail: relation("how much a step moves towards the goal"))
    }

    func completionCheck(_ thresholds: LintThresholds) -> LintCheck {
        let auc = progress.completionAUC
        return judged(
            .completionAUC, auc.value, auc.interval, .atLeast, thresholds.minCompletionAUC,
            isRequired: progress.within.spans == 0, spans: auc.spans, minSpans: thresholds.minSpans,
            missing: "No scored span has both a step that completes a sub-task and one that does not.",
            pass: "Steps that complete a sub-task are scored above the others of their span.",
            fail: relation("whether a step completes a sub-task"))
    }

    private static let noSpread = "The scores or the true progress do not vary, so that there is no correlation."

    /// Why scores do not follow `truth`.
    private func relation(_ truth: String) -> String {
        if onlyScore != nil { return "All scores are equal: they cannot follow \(truth)." }
        if isBackwards {
            return "The scores contradict \(truth), and fit when read backwards: the order of pictures or of scores is "
                + "reversed."
        }
        if let shift {
            return "The scores do not follow \(truth) where they are: each belongs to "
                + "\(LintFormat.transition(shift))."
        }
        return "The scores have no relation, or the wrong one, to \(truth): they would steer learning no better than "
            + "noise. Try another model, or read some of its analyses."
    }

    func alignmentCheck(_ thresholds: LintThresholds) -> LintCheck {
        let best = alignment.best
        let zero = alignment.lags.first { $0.lag == 0 }
        var check = LintCheck(
            name: .alignment, value: best?.lag.map(Double.init), interval: nil, threshold: 0, bound: .equal,
            verdict: .notMeasured, isRequired: true, reason: "")
        if let shift {
            check.verdict = .fail
            check.reason =
                "The scores fit the recording best when each is given to \(LintFormat.transition(shift)): look for an "
                + "off-by-one between pictures, actions and scores."
        } else if isBackwards {
            check.verdict = .fail
            check.reason =
                "The scores fit the recording best when read backwards: the order of pictures or of scores is reversed."
        } else if alignment.spans < thresholds.minSpans {
            check.reason =
                "It rests on \(alignment.spans) spans and \(thresholds.minSpans) are needed. Label more spans."
        } else if let best, let zero, best.lag == 0, zero.interval?.low ?? best.correlation.map({ $0 - 0.1 }) ?? 0 > 0 {
            check.verdict = .pass
            check.reason =
                "The scores fit the recording best where they are, in \(Show.percent(zero.bestShare)) of "
                + "resamples."
        } else if onlyScore != nil || best == nil {
            check.value = nil
            check.reason = "The scores do not vary, so that no lag is better than another."
        } else {
            check.value = nil
            check.reason =
                "At no lag do the scores fit the recording clearly better than at the others. The scores say too "
                + "little "
                + "to tell."
        }
        return check
    }

    func orderCheck(_ thresholds: LintThresholds) -> LintCheck {
        let isMeasured = order.centre == .frozenControl
        return judged(
            .orderCorrelation, isMeasured ? order.fulfilled.mean : nil, order.fulfilled.interval, .atLeast,
            thresholds.minOrderCorrelation, isRequired: false, spans: order.fulfilled.defined,
            minSpans: thresholds.minSpans,
            missing: isMeasured
                ? "No fulfilled span has scores that differ."
                : "It needs frozen controls, which say what standing still is scored.",
            pass: "On the way to a goal that is reached, scores add up to more than those of standing still.",
            fail: "On the way to goals that are reached, scores add up to no more than those of standing still.")
    }

    func trendCheck(_ thresholds: LintThresholds) -> LintCheck {
        let isMeasured = order.trueTrend ?? 0 >= 0
        return judged(
            .timeTrend, isMeasured ? order.trend.mean : nil, order.trend.interval, .atLeast,
            thresholds.minTimeTrend, isRequired: false, spans: order.trend.defined, minSpans: thresholds.minSpans,
            missing: isMeasured
                ? "No span has scores that differ."
                : "Here true progress is made early in spans, so that falling scores would be right.",
            pass: "Scores do not fall along spans.",
            fail: isBackwards
                ? "Scores fall along spans while true progress does not: time is reversed."
                : "Scores fall along spans while true progress does not: the annotator may favour early steps, or time "
                    + "is reversed.")
    }

    func successCheck(_ thresholds: LintThresholds) -> LintCheck {
        judged(
            .successAUC, success.meanAUC, success.meanInterval, .atLeast, thresholds.minSuccessAUC,
            isRequired: false, spans: min(success.fulfilled, success.unfulfilled), minSpans: thresholds.minSpans,
            missing: success.unfulfilled == 0
                ? "Every span reaches its goal, so that there is nothing to tell apart."
                : "No span reaches its goal, so that there is nothing to tell apart.",
            pass: "Spans that reach their goal are scored above those that do not.",
            fail: "Spans that reach their goal are scored no higher than those that do not.")
    }

    func controlCheck(_ control: LabelControl, _ thresholds: LintThresholds) -> LintCheck {
        let measured = controls.first { $0.control == control }
        let (shown, cause) = LintFormat.words(control)
        let name = LintCheck.Name(control)
        let isRequired = thresholds.requiredControls.contains(control)
        let spans = min(measured?.spans ?? 0, measured?.genuineSpans ?? 0)
        func judge(_ value: Double?, _ interval: Interval?, _ bound: LintCheck.Bound, _ limit: Double) -> LintCheck {
            judged(
                name, value, interval, bound, limit, isRequired: isRequired, spans: spans,
                minSpans: thresholds.minSpans,
                missing: measured == nil
                    ? "No span was labelled with \(shown). Label this control to know."
                    : "No fulfilled genuine span has scores to compare it with.",
                pass: "Spans with \(shown) are scored below genuine ones.",
                fail: "Spans with \(shown) are scored \(measured.map(Self.comparison) ?? ""). \(cause)")
        }
        var check = judge(
            measured?.falsePositiveRate, measured?.falsePositiveInterval, .atMost,
            thresholds.maxFalsePositiveRate[control] ?? 1)
        // Where most genuine scores are equal, only the order tells that the control is scored alike.
        let byOrder = judge(measured?.auc, measured?.aucInterval, .atLeast, thresholds.minControlAUC)
        if byOrder.verdict == .fail || (byOrder.verdict == .notMeasured && check.verdict == .pass) {
            (check.verdict, check.reason) = (byOrder.verdict, byOrder.reason)
        }
        return check
    }

    private static func comparison(_ control: ControlSeparation) -> String {
        let (low, high) = (Show.number(control.mean, 1), Show.number(control.genuineMean, 1))
        let isAlike = (control.auc ?? 0.5) < 0.6
        return isAlike
            ? "as high as genuine ones (\(low) and \(high))" : "too close to genuine ones (\(low) and \(high))"
    }

    func agreementCheck(_ thresholds: LintThresholds) -> LintCheck {
        judged(
            .selfConsistency, agreement.mean, agreement.interval, .atLeast, thresholds.minAgreement,
            isRequired: false, spans: agreement.spans, minSpans: thresholds.minSpans,
            missing: "Each transition was scored once. Ask for more samples to know.",
            pass: "Samples of the same transition mostly agree.",
            fail: "Samples of the same transition disagree: a single score is mostly chance. Lower the temperature, or "
                + "average samples.")
    }
}
