import Episodes
import ExperimentStore
import Foundation
import Ground
import RewardLabeling
import Rooms
import ScriptedAnnotator
@testable import Simulation
import Testing
import VisionLanguage

@testable import ALFRED
@testable import ScriptedAnnotator

@Suite struct ScriptedAnnotatorTests {
    private func expert() throws -> ScriptedEpisode {
        try #require(try ScriptedEpisode.all.get().first { $0.policy == .expert })
    }

    /// What a strict reader of a scoring accepts.
    private func valid(_ text: String, count: Int) -> [Int]? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let values = object["scores"] as? [Any], values.count == count
        else { return nil }
        let numbers = values.compactMap { value -> Int? in
            guard let number = value as? NSNumber, let score = Int(exactly: number.doubleValue) else { return nil }
            return (0...10).contains(score) ? score : nil
        }
        return numbers.count == count ? numbers : nil
    }

    private func text(_ answer: ScriptedAnswer) -> String? { if case .text(let text) = answer { text } else { nil } }

    // MARK: Determinism

    @Test func theSameQueryGetsTheSameAnswer() throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        let settings = AnnotatorSettings(
            wrongScores: 0.5, refusals: 0.1, malformed: 0.2, truncations: 0.1, seed: 7)
        let annotator = ScriptedAnnotator(settings)
        var different = [0, 0, 0]
        for id in 1...60 as ClosedRange<Int64> {
            for stage in [LabelStage.analysis, .scoring] {
                let query = episode.query(goal, span: id, stage: stage)
                let answer = annotator.answer(query, truth: episode.truth, goal: goal)
                #expect(ScriptedAnnotator(settings).answer(query, truth: episode.truth, goal: goal) == answer)
                // In another store, or a shard of this one, the same question has other ids.
                let elsewhere = episode.query(goal, span: id + 7, stage: stage, run: 3, words: id)
                #expect(annotator.answer(elsewhere, truth: episode.truth, goal: goal) == answer)
                let others = [
                    episode.query(goal, span: id, stage: stage, sample: 1),
                    episode.query(goal, span: id, stage: stage, ask: 1),
                    episode.query(goal, span: id + 1000, stage: stage),
                ]
                for (index, other) in others.enumerated()
                where annotator.answer(other, truth: episode.truth, goal: goal) != answer {
                    different[index] += 1
                }
            }
        }
        #expect(different.allSatisfy { $0 > 100 })
    }

    // MARK: Rates

    /// Within five standard deviations.
    private func isAbout(_ count: Int, of total: Int, _ rate: Double) -> Bool {
        abs(Double(count) - Double(total) * rate) <= 5 * (Double(total) * rate * (1 - rate)).squareRoot()
    }

    @Test(arguments: [0, 0.05, 0.3, 1])
    func wrongScoresComeAtTheirRate(rate: Double) throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        let right = ScriptedAnnotator(AnnotatorSettings(wrongScores: 0))
            .scores(for: episode.query(goal), truth: episode.truth, goal: goal)
        let annotator = ScriptedAnnotator(AnnotatorSettings(wrongScores: rate))
        var differing = 0
        var total = 0
        for id in 0..<200 as Range<Int64> {
            let scores = annotator.scores(
                for: episode.query(goal, span: id), truth: episode.truth, goal: goal)
            differing += zip(scores, right).count { $0 != $1 }
            total += scores.count
        }
        // One in eleven of the wrong ones is right by chance.
        #expect(isAbout(differing, of: total, rate * 10 / 11))
    }

    @Test func faultyAnswersComeAtTheirRates() throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        let annotator = ScriptedAnnotator(
            AnnotatorSettings(kind: .constant, refusals: 0.1, malformed: 0.2, truncations: 0.05))
        let count = 4000
        for stage in [LabelStage.analysis, .scoring] {
            var (refusals, truncations, malformed, mended) = (0, 0, 0, 0)
            for id in 0..<Int64(count) {
                let query = episode.query(goal, span: id, stage: stage)
                switch annotator.answer(query, truth: nil, goal: nil) {
                case .refusal(let text):
                    refusals += 1
                    #expect(!text.isEmpty)
                case .truncated: truncations += 1
                case .text(let answer):
                    guard stage == .scoring, valid(answer, count: query.actions.count) == nil else { continue }
                    malformed += 1
                    let again = episode.query(goal, span: id, stage: stage, ask: 1)
                    let second = text(annotator.answer(again, truth: nil, goal: nil))
                    if second.flatMap({ valid($0, count: query.actions.count) }) != nil { mended += 1 }
                }
            }
            #expect(isAbout(refusals, of: count, 0.1))
            #expect(isAbout(truncations, of: count, 0.05))
            #expect(isAbout(malformed, of: count, stage == .scoring ? 0.2 : 0))
            #expect(isAbout(mended, of: malformed, 0.65))
        }
    }

    /// Every kind of malformed answer, for spans of all lengths: none is a scoring by accident.
    @Test(arguments: FaultyAnswer.Fault.allCases)
    func malformedAnswersAreNeverValid(fault: FaultyAnswer.Fault) {
        for count in 0...12 {
            for seed in 0..<50 as Range<UInt64> {
                var random = SeededGenerator(seed, UInt64(count))
                let scores = (0..<count).map { _ in random.below(11) }
                #expect(valid(ScriptedAnnotator.text(scores), count: count) == scores)
                let text = FaultyAnswer.malformed(scores, fault, &random)
                #expect(valid(text, count: count) == nil, "\(text)")
            }
        }
    }

    @Test func truncatedScoringsAreNeverValid() throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        let annotator = ScriptedAnnotator(AnnotatorSettings(truncations: 1))
        for id in 0..<200 as Range<Int64> {
            let query = episode.query(goal, span: id)
            guard case .truncated(let text) = annotator.answer(query, truth: episode.truth, goal: goal) else {
                Issue.record("not truncated")
                return
            }
            #expect(valid(text, count: query.actions.count) == nil)
        }
    }

    @Test func compressionPushesScoresToTheTop() throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        func scores(_ compression: Double) -> [Int] {
            ScriptedAnnotator(AnnotatorSettings(wrongScores: 0, compression: compression))
                .scores(for: episode.query(goal), truth: episode.truth, goal: goal)
        }
        let plain = scores(0)
        #expect(Set(plain).count >= 5)
        #expect(scores(1).allSatisfy { $0 == 10 })
        #expect(zip(scores(0.5), plain).allSatisfy { $0 == 10 - Int((Double(10 - $1) / 2).rounded()) })
    }

    // MARK: Kinds

    @Test func kindsDoWhatTheyAreCalled() throws {
        let episode = try expert()
        let (goal, other) = (try episode.goal(.task), try episode.goal(.primitive, 0..<1))
        func scores(
            _ kind: AnnotatorSettings.Kind, _ query: ScriptedQuery? = nil, _ asked: ScriptedGoal? = nil
        ) -> [Int] {
            ScriptedAnnotator(AnnotatorSettings(kind: kind, wrongScores: 0))
                .scores(for: query ?? episode.query(goal), truth: episode.truth, goal: asked ?? goal)
        }
        let scripted = scores(.scripted)
        #expect(scores(.reversedTime) == scripted.reversed() && scripted != scripted.reversed())
        #expect(Set(scores(.constant)).count == 1)
        #expect(scores(.goalBlind) == scores(.goalBlind, nil, other))
        #expect(scripted != scores(.scripted, nil, other))
        #expect(scores(.goalBlind).allSatisfy { (7...9).contains($0) })
        #expect(scores(.goalBlind, episode.query(goal, control: .frozen)).allSatisfy { $0 <= 2 })
        var counts = [Int](repeating: 0, count: 11)
        for id in 0..<200 as Range<Int64> {
            for score in scores(.random, episode.query(goal, span: id)) { counts[score] += 1 }
        }
        let total = counts.reduce(0, +)
        #expect(counts.allSatisfy { isAbout($0, of: total, 1.0 / 11) })
    }

    // MARK: Texts

    @Test func analysesHaveALineAStepAndAClosingSentence() throws {
        for episode in try ScriptedEpisode.all.get() {
            let goal = try episode.goal(.task)
            for kind in AnnotatorSettings.Kind.allCases {
                let annotator = ScriptedAnnotator(AnnotatorSettings(kind: kind))
                let steps = 0..<min(8, episode.actions.count)
                for missing in 0...1 {
                    var query = episode.query(goal, steps: steps, stage: .analysis)
                    query.observations.removeFirst(missing)
                    query.firstStep = 1 + 8 * missing
                    let answer = text(annotator.answer(query, truth: episode.truth, goal: goal))
                    let lines = try #require(answer).split(separator: "\n")
                    #expect(lines.count == steps.count + 1)
                    for (index, line) in lines.dropLast().enumerated() {
                        let start = "- Step \(query.firstStep + index) (\(query.actions[index].text)): "
                        #expect(line.hasPrefix(start) && line.count > start.count + 10, "\(line)")
                    }
                    #expect(lines.last?.contains("do it") == true)
                }
            }
        }
    }

    @Test func namesAreWords() {
        #expect(AnalysisText.words("CounterTop") == "counter top")
        #expect(AnalysisText.words("CD") == "cd")
        #expect(AnalysisText.words("TVStand") == "tv stand")
        #expect(AnalysisText.words("Mug") == "mug")
    }

    // MARK: Probabilities

    @Test func logprobsBelongToTheText() throws {
        let episode = try expert()
        let goal = try episode.goal(.task)
        let annotator = ScriptedAnnotator(AnnotatorSettings(malformed: 0.3))
        for id in 0..<40 as Range<Int64> {
            for stage in [LabelStage.analysis, .scoring] {
                let query = episode.query(goal, span: id, stage: stage)
                let reply = annotator.reply(to: query, truth: episode.truth, goal: goal, topLogprobs: 11)
                let answer = try #require(text(reply.answer))
                #expect(reply.logprobs.map(\.token).joined() == answer)
                #expect(reply.answer == annotator.answer(query, truth: episode.truth, goal: goal))
                #expect(reply.logprobs.allSatisfy { $0.logprob <= 0 && $0.top.first?.token == $0.token })
            }
        }
    }

    @Test func everyScoreIsTheMostProbableOfItsDistribution() {
        let tokens = AnswerTokens.ofScores(Array(0...10), top: 11).filter { Int($0.token) != nil }
        #expect(tokens.map(\.token) == (0...10).map(String.init))
        var last = -1.0
        for token in tokens {
            let sum = token.top.reduce(0) { $0 + exp($1.logprob) }
            #expect(abs(sum - 1) < 1e-12)
            #expect(zip(token.top, token.top.dropFirst()).allSatisfy { $0.logprob >= $1.logprob })
            let expected = token.top.reduce(0) { $0 + exp($1.logprob) * (Double($1.token) ?? .nan) }
            #expect(expected > last && abs(expected - (Double(token.token) ?? .nan)) < 0.5)
            last = expected
        }
        #expect(AnswerTokens.ofScores([5], top: 3).filter { $0.token == "5" }.allSatisfy { $0.top.count == 3 })
    }
}
