import ExperimentStore
import Foundation
import RewardLabeling
import RewardLint
import Statistics
import Testing
import VisionLanguage

@testable import RewardLint

@Suite struct LintVerdictTests {
    private func report(_ labels: SyntheticLabels) -> LintReport {
        RewardLint(seed: labels.seed).report(labels.spans())
    }

    @Test func theCarefulAnnotatorPasses() {
        var (alarms, passes) = (0, 0)
        for seed in 0..<200 as Range<UInt64> {
            let report = report(SyntheticLabels(seed: seed, episodes: 30))
            if report.verdict == .fail { alarms += 1 }
            if report.verdict == .pass { passes += 1 }
        }
        #expect(alarms == 0 && passes >= 199)
    }

    @Test(arguments: [true, false]) func theCarefulAnnotatorIsNotBlamedForSmallData(_ hasProgress: Bool) {
        var (alarms, passes) = (0, 0)
        for seed in 0..<200 as Range<UInt64> {
            let report = report(SyntheticLabels(seed: seed, limit: 20, hasProgress: hasProgress))
            if report.verdict == .fail { alarms += 1 }
            if report.verdict == .pass { passes += 1 }
        }
        #expect(alarms == 0 && passes >= 180)
    }

    @Test func withoutFailuresSuccessIsNotMeasured() {
        var alarms = 0
        for seed in 0..<200 as Range<UInt64> {
            let report = report(SyntheticLabels(seed: seed, episodes: 30, failing: 0))
            if report.verdict != .pass { alarms += 1 }
            #expect(report.check(.successAUC)?.verdict == .notMeasured && report.success.meanAUC == nil)
        }
        #expect(alarms <= 1)
    }

    /// Each of the checks must fail, with a reason that has the words.
    private func expectFailure(
        _ labels: SyntheticLabels, headline: String, _ checks: [LintCheck.Name: String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for seed in 0..<12 as Range<UInt64> {
            for hasProgress in [true, false] {
                var labels = labels
                labels.seed = seed
                labels.hasProgress = hasProgress
                labels.episodes = 40
                let report = report(labels)
                #expect(report.verdict == .fail, sourceLocation: sourceLocation)
                #expect(report.headline.contains(headline), "\(report.text)", sourceLocation: sourceLocation)
                for (name, words) in checks where hasProgress || name != .progressCorrelation {
                    let check = report.check(name)
                    #expect(check?.verdict == .fail, "seed \(seed): \(report.text)", sourceLocation: sourceLocation)
                    #expect(check?.reason.contains(words) == true, sourceLocation: sourceLocation)
                }
            }
        }
    }

    @Test func constantScoresCarryNoInformation() {
        expectFailure(
            SyntheticLabels(annotator: .constant(7)), headline: "carry no information, every one is 7",
            [
                .entropy: "no information", .ties: "tied", .completionAUC: "All scores are equal",
                .mismatchedControl: "as high as genuine",
            ])
    }

    @Test func randomScoresHaveNoRelation() {
        expectFailure(
            SyntheticLabels(annotator: .random), headline: "no relation to what happens",
            [
                .progressCorrelation: "no relation", .completionAUC: "no relation",
                .frozenControl: "as high as genuine", .mismatchedControl: "blind to the goal",
            ])
        let auc = report(SyntheticLabels(annotator: .random)).progress.completionAUC
        #expect(abs((auc.value ?? 0) - 0.5) < 0.08)
    }

    @Test func reversedScoresAreReadBackwards() {
        expectFailure(
            SyntheticLabels(annotator: .reversedTime), headline: "read backwards",
            [
                .alignment: "reversed", .progressCorrelation: "fit when read backwards",
                .completionAUC: "fit when read backwards",
            ])
        for seed in 0..<12 as Range<UInt64> {
            let report = report(SyntheticLabels(annotator: .reversedTime, seed: seed))
            #expect((report.order.trend.mean ?? 0) < 0 && report.check(.timeTrend)?.verdict != .pass)
        }
    }

    @Test func blindnessToTheGoalIsSeenInTheControl() {
        expectFailure(
            SyntheticLabels(annotator: .goalBlind), headline: "do not depend on the goal",
            [.mismatchedControl: "blind to the goal", .reversedControl: "direction of time"])
        expectFailure(
            SyntheticLabels(annotator: .goalDeaf), headline: "do not depend on the goal",
            [.mismatchedControl: "blind to the goal"])
        let others = report(SyntheticLabels(annotator: .goalDeaf)).checks.filter { $0.verdict == .fail }
        #expect(others.map(\.name) == [.mismatchedControl])
    }

    @Test(arguments: [(1, "before (lag \u{2212}1)"), (-1, "after (lag +1)")])
    func shiftedScoresAreFound(_ places: Int, _ words: String) {
        for seed in 0..<12 as Range<UInt64> {
            let report = report(SyntheticLabels(annotator: .late(places), seed: seed))
            #expect(report.verdict == .fail)
            #expect(report.check(.alignment)?.verdict == .fail)
            #expect(report.check(.alignment)?.value == Double(-places))
            #expect(report.check(.alignment)?.reason.contains(words) == true && report.headline.contains(words))
        }
    }

    @Test func severeCompressionFails() {
        expectFailure(
            SyntheticLabels(annotator: .compressed(0.8)), headline: "top of the scale",
            [.topCompression: "lenient"])
        #expect(report(SyntheticLabels(annotator: .compressed(0.1))).verdict == .pass)
    }

    @Test func withoutControlsNothingIsDecided() {
        for controls in [[], [LabelControl.frozen], [.frozen, .reversed, .shuffled]] as [[LabelControl]] {
            let report = report(SyntheticLabels(controls: controls))
            #expect(report.verdict == .undecided)
            let missing = report.checks.filter { $0.isRequired && $0.verdict == .notMeasured }.count
            #expect(missing == 4 - controls.count)
        }
        var lint = RewardLint()
        lint.thresholds.requiredControls = []
        #expect(lint.report(SyntheticLabels(controls: []).spans()).verdict == .pass)
        // Nothing is said of a control beside spans that miss their goals.
        let missed = SyntheticLabels(failing: 0).spans().map { span in
            var span = span
            span.isFulfilled = false
            return span
        }
        #expect(RewardLint().report(missed).check(.frozenControl)?.verdict == .notMeasured)
        // Random scores fail by themselves.
        #expect(report(SyntheticLabels(annotator: .random, controls: [])).verdict == .fail)
    }

    @Test func tooLittleDataDecidesNothing() {
        for limit in [0, 1, 3] {
            let report = report(SyntheticLabels(limit: limit))
            #expect(report.verdict == .undecided)
            #expect(report.checks.allSatisfy { $0.verdict == .notMeasured })
        }
        // Nor does it let random scores pass.
        for seed in 0..<100 as Range<UInt64> {
            #expect(report(SyntheticLabels(annotator: .random, seed: seed, limit: 12)).verdict != .pass)
        }
    }

    @Test func missingScoresFailCoverageAndAreNeverNumbers() {
        var spans = SyntheticLabels().spans()
        for index in spans.indices where spans[index].control == nil && spans[index].instructionID % 3 == 0 {
            spans[index].scores = spans[index].scores.map { _ in nil }
            spans[index].failure = .truncation
        }
        let report = RewardLint().report(spans)
        #expect(report.checks.filter { $0.verdict == .fail }.map(\.name) == [.coverage])
        #expect(report.check(.coverage)?.reason.contains("cut off") == true)
        #expect(report.distribution.histogram.reduce(0, +) == report.coverage.scored)
        let unscored = spans.map { span in
            var span = span
            span.scores = span.scores.map { _ in nil }
            return span
        }
        let none = RewardLint().report(unscored)
        #expect(none.verdict == .fail && none.checks.count { $0.verdict == .fail } == 1)
    }

    @Test func expectedScoresAndAgreementAreMeasured() {
        var spans = SyntheticLabels(annotator: .constant(7)).spans()
        for index in spans.indices {
            spans[index].expected = spans[index].truth.map { min(10, max(0, 5 + 20 * $0)) }
            spans[index].agreement = spans[index].scores.map { _ in 0.4 }
        }
        let report = RewardLint().report(spans)
        #expect((report.progress.expectedWithin.value ?? 0) > 0.9 && report.progress.within.value == nil)
        #expect(report.check(.selfConsistency)?.verdict == .fail)
    }

    @Test func theSameSpansGiveTheSameReport() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        let first = try encoder.encode(report(SyntheticLabels(seed: 3)))
        #expect(try encoder.encode(report(SyntheticLabels(seed: 3))) == first)
        let text = String(decoding: first, as: UTF8.self)
        #expect(text.contains("\"false_positive_rate\"") && text.contains("\"verdict\":\"pass\""))
    }
}
