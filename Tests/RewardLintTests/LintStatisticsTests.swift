import ALFRED
import ExperimentStore
import Ground
import RewardLabeling
import RewardLint
import Rooms
import Statistics
import Testing
import VisionLanguage

@testable import RewardLint

@Suite struct LintStatisticsTests {
    private func span(
        _ scores: [Int?], completions: [Bool]? = nil, progress: [Double]? = nil, control: LabelControl? = nil,
        episode: Int64 = 1, instruction: Int64 = 1, isFulfilled: Bool = true
    ) -> LintSpan {
        LintSpan(
            episodeID: episode, instructionID: instruction, name: "", control: control, goal: "",
            isFulfilled: isFulfilled, scores: scores,
            completions: completions ?? scores.map { _ in false }, progress: progress)
    }

    /// All lists of `count` of the values 0..<base.
    private func lists(_ count: Int, of base: Int) -> [[Int]] {
        (0..<count).reduce([[]]) { lists, _ in lists.flatMap { list in (0..<base).map { list + [$0] } } }
    }

    @Test func tiesAndEntropyCountPairsAndValues() {
        for scores in lists(4, of: 3) {
            let distribution = ScoreDistribution([span(scores), span([nil])])
            let pairs = (0..<4).flatMap { a in (0..<4).filter { $0 > a }.map { (a, $0) } }
            #expect(distribution.tieRate == Double(pairs.count { scores[$0.0] == scores[$0.1] }) / 6)
            #expect(distribution.mean == Double(scores.reduce(0, +)) / 4)
            #expect((distribution.entropyBits == 0) == (Set(scores).count == 1))
        }
        let all = ScoreDistribution((0...10).map { span([$0, $0]) })
        #expect(abs((all.normalizedEntropy ?? 0) - 1) < 1e-12 && all.tieRate == 1 && all.topShare == 3.0 / 11)
        let none = ScoreDistribution([span([nil, nil])])
        #expect(none.entropyBits == nil && none.tieRate == nil && none.mean == nil && none.topShare == nil)
    }

    @Test func coverageKeepsFailuresApart() {
        var failed = span([nil, nil, nil])
        failed.failure = .refusal
        let coverage = LabelCoverage([span([1, 2]), failed, span([3, nil])])
        #expect(coverage.transitions == 7 && coverage.scored == 3)
        #expect(
            coverage.missing == [
                LabelCoverage.Missing(reason: "refusal", spans: 1, transitions: 3),
                LabelCoverage.Missing(reason: "unknown", spans: 1, transitions: 1),
            ])
        #expect(LabelCoverage([]).share == nil)
    }

    @Test func scoresOutsideOfTheScaleAreNone() {
        #expect(span([11, -1, 0, 10, nil]).scores == [nil, nil, 0, 10, nil])
        #expect(span([1], progress: [0, .nan]).progress == nil)
    }

    @Test func constantScoresHaveNoOrder() {
        for score in 0...10 {
            for centre in [0.0, 1.5, 7] {
                #expect(OrderCorrelation.valueOrder(Array(repeating: score, count: 6), centre: centre) == nil)
            }
            #expect(OrderCorrelation.trend(span(Array(repeating: score, count: 6))) == nil)
        }
        #expect(OrderCorrelation.valueOrder([5, 6], centre: 1) == nil)
        #expect(OrderCorrelation.valueOrder([5, 6, nil, 9], centre: 1) == 1)
        #expect(OrderCorrelation.valueOrder([5, 6, 4], centre: 7) == -1)
    }

    @Test func orderIsCentredOnStandingStill() {
        let frozen = (0..<10).map { span([2, 2, 2], control: .frozen, episode: $0) }
        let genuine = (0..<10).map { span([6, 7, 6], episode: $0) }
        let bootstrap = GroupBootstrap(0..<10, seed: 1)
        let order = OrderCorrelation(genuine, frozen: frozen, minSpans: 10, bootstrap: bootstrap)
        #expect(order.centre == .frozenControl && order.centreScore == 2 && order.fulfilled.mean == 1)
        let few = OrderCorrelation(genuine, frozen: Array(frozen.dropLast()), minSpans: 10, bootstrap: bootstrap)
        #expect(few.centre == .genuineMean)
    }

    @Test(arguments: [-2, -1, 0, 1, 2]) func alignmentFindsTheShift(_ shift: Int) throws {
        var random = SeededGenerator(3)
        let spans = (0..<40).map { episode -> LintSpan in
            var progress = [0.0]
            for _ in 0..<20 { progress.append((progress.last ?? 0) + Double(random.unit())) }
            let changes = zip(progress.dropFirst(), progress).map { $0 - $1 }
            let scores = changes.indices.map { t -> Int? in
                changes.indices ~= t + shift ? Int(changes[t + shift] * 10) : nil
            }
            return span(scores, progress: progress, episode: Int64(episode))
        }
        let alignment = ScoreAlignment(spans, bootstrap: GroupBootstrap(0..<40, seed: 1))
        let best = try #require(alignment.best)
        #expect(best.lag == shift && best.bestShare == 1 && (best.correlation ?? 0) > 0.9)
        #expect(((alignment.margin ?? 0) > 0) == (shift == 0))
    }

    @Test func alignmentFindsReversal() {
        var random = SeededGenerator(4)
        let spans = (0..<40).map { episode -> LintSpan in
            let completions = (0..<15).map { _ in random.chance(0.3) }
            return span(completions.reversed().map { $0 ? 9 : 3 }, completions: completions, episode: Int64(episode))
        }
        let alignment = ScoreAlignment(spans, bootstrap: GroupBootstrap(0..<40, seed: 1))
        #expect(alignment.best != nil && alignment.best?.lag == nil)
    }

    @Test func correlationWithinSpansIgnoresTheirLevels() throws {
        // Higher scores in spans of greater changes, but against them within.
        let spans = (0..<4).map { level -> LintSpan in
            let changes = [0.0, 0.1, 0.2].map { Double(level) + $0 }
            var progress = [0.0]
            for change in changes { progress.append((progress.last ?? 0) + change) }
            return span([2, 1, 0].map { $0 + 2 * level }, progress: progress, episode: Int64(level))
        }
        let correlation = ProgressCorrelation(spans, bootstrap: GroupBootstrap(0..<4, seed: 1))
        #expect(try #require(correlation.pooled.value) > 0.5)
        #expect(try #require(correlation.within.value) < -0.9)
    }

    @Test func completionsAreComparedWithinSpans() {
        let spans = [
            span([9, 1, 1], completions: [true, false, false]),
            span([4, 5], completions: [true, false], episode: 2), span([3, 3], episode: 3),
        ]
        let auc = ProgressCorrelation(spans, bootstrap: GroupBootstrap(1...3, seed: 1)).completionAUC
        #expect(auc.value == 2.0 / 3 && auc.spans == 2)
    }

    @Test func controlsAreComparedWithTheSameInstructions() {
        let spans = [
            span([5, 6, 7], instruction: 1), span([0, 0, 0], instruction: 2),
            span([6, 6, 8, 2], control: .mismatched, instruction: 1),
        ]
        let genuine = spans.filter { $0.control == nil }
        let bootstrap = GroupBootstrap([1], seed: 1)
        let separation = ControlSeparation(.mismatched, [spans[2]], genuine: genuine, bootstrap: bootstrap)
        #expect(separation.genuineMean == 6 && separation.genuineMedian == 6 && separation.genuineSpans == 1)
        #expect(separation.falsePositiveRate == 0.5 && separation.highShare == 0.25)
        var other = spans[2]
        other.instructionID = 3
        #expect(ControlSeparation(.mismatched, [other], genuine: genuine, bootstrap: bootstrap).genuineSpans == 2)
    }

    @Test func successNeedsBothKinds() {
        let bootstrap = GroupBootstrap(0..<4, seed: 1)
        let good = (0..<2).map { span([8, 9], episode: $0) }
        let bad = (2..<4).map { span([1, 9], episode: $0, isFulfilled: false) }
        #expect(SuccessSeparation(good, bootstrap: bootstrap).meanAUC == nil)
        let both = SuccessSeparation(good + bad, bootstrap: bootstrap)
        #expect(both.meanAUC == 1 && both.finalAUC == 0.5)
    }

}
