import ExperimentStore
import Foundation
import Ground
import Testing
import VisionLanguage

@testable import RewardLabeling

/// Random conversations against a model of what they have to do.
@Suite struct SpanConversationTests {
    typealias Outcome = SpanConversation.Outcome

    struct Setup {
        var actionCount, window, samples: Int
        var layout: SpanConversation.Layout

        init(_ random: inout SeededGenerator) {
            actionCount = 1 + random.below(20)
            window = 1 + random.below(8)
            samples = 1 + random.below(4)
            layout = random.chance(0.5) ? .span : .window
        }

        var conversation: SpanConversation {
            SpanConversation(
                transitions: Array(10..<10 + actionCount), windowing: Windowing(size: window), layout: layout,
                samples: samples)
        }
        var windowCount: Int { (actionCount + window - 1) / window }
        var unitCount: Int { layout == .span ? 1 : windowCount }
        func actions(_ unit: Int) -> Range<Int> {
            layout == .span ? 0..<actionCount : unit * window..<min(actionCount, (unit + 1) * window)
        }
        var mostQuestions: Int { samples * (windowCount + 2 * unitCount) }
    }

    private func json(_ scores: [Int]) -> String { "{\"scores\":\(scores)}" }

    private func outcome(_ question: LabelQuestion, _ setup: Setup, _ random: inout SeededGenerator) -> Outcome {
        let kinds = LabelFailure.allCases
        if random.chance(0.12) {
            let kind = kinds[random.below(kinds.count)]
            return .failed(kind, message: "\(kind) of \(question)", text: nil)
        }
        guard question.stage == .scoring else { return .answered("analysis \(question)", logprobs: nil) }
        let count = setup.actions(question.window).count
        var scores = (0..<count).map { _ in random.below(11) }
        if random.chance(0.3) { scores.append(0) }
        return .answered(json(scores), logprobs: nil)
    }

    /// Asks in random order until nothing is open, and checks each step.
    private func talk(
        _ setup: Setup, _ random: inout SeededGenerator
    ) throws -> (SpanConversation, [(LabelQuestion, Outcome)]) {
        var conversation = setup.conversation
        var log: [(LabelQuestion, Outcome)] = []
        var seen: [LabelQuestion: Outcome] = [:]
        while !conversation.isDone {
            let open = conversation.open
            #expect(Set(open).count == open.count)
            for question in open {
                #expect(seen[question] == nil, "\(question) was opened again")
                guard question.stage == .scoring else {
                    #expect(question.ask == 0)
                    continue
                }
                let needed = setup.layout == .span ? 0..<setup.windowCount : question.window..<question.window + 1
                for window in needed {
                    let analysis = LabelQuestion(stage: .analysis, window: window, sample: question.sample)
                    guard case .answered = seen[analysis] else {
                        Issue.record("\(question) before its analysis")
                        continue
                    }
                }
                let analyses = conversation.analyses(question.window, question.sample)
                #expect(analyses?.count == needed.count)
                guard question.ask == 1 else {
                    #expect(conversation.complaint(of: question) == nil)
                    continue
                }
                var first = question
                first.ask = 0
                guard case .answered(let text, _) = seen[first] else {
                    Issue.record("\(question) after no answer")
                    continue
                }
                let complaint = try #require(conversation.complaint(of: question))
                #expect(complaint.answer == text)
                guard case .failure(let problem) = ScoreParser.parse(text, count: setup.actions(first.window).count)
                else {
                    Issue.record("\(question) after a valid answer")
                    continue
                }
                #expect(complaint.problem == problem.description)
            }
            let question = try #require(open.isEmpty ? nil : open[random.below(open.count)])
            let outcome = outcome(question, setup, &random)
            conversation.take(outcome, for: question)
            #expect(conversation.isAnswered(question))
            seen[question] = outcome
            log.append((question, outcome))
            try #require(log.count <= setup.mostQuestions)
        }
        return (conversation, log)
    }

    /// The scores a unit got from each sample, out of the log alone.
    private func values(_ setup: Setup, _ unit: Int, _ log: [(LabelQuestion, Outcome)]) -> [[Int]] {
        (0..<setup.samples).compactMap { sample in
            for ask in 0...1 {
                let question = LabelQuestion(stage: .scoring, window: unit, sample: sample, ask: ask)
                guard case .answered(let text, _)? = log.first(where: { $0.0 == question })?.1 else { continue }
                let scores = text.split { !$0.isNumber }.compactMap { Int($0) }
                if scores.count == setup.actions(unit).count { return scores }
            }
            return nil
        }
    }

    @Test(arguments: 0..<6) func conversationsEndAsTheyShould(_ seed: UInt64) throws {
        var random = SeededGenerator(seed, 3)
        var (complete, incomplete) = (0, 0)
        for _ in 0..<150 {
            let setup = Setup(&random)
            let (conversation, log) = try talk(setup, &random)
            let result = conversation.result
            var expected: [LabelScoreRow] = []
            for unit in 0..<setup.unitCount {
                let samples = values(setup, unit, log)
                guard !samples.isEmpty, samples.count * 2 >= setup.samples else { continue }
                for (offset, position) in setup.actions(unit).enumerated() {
                    let sorted = samples.map { $0[offset] }.sorted()
                    let most = sorted.map { value in sorted.count { $0 == value } }.max() ?? 0
                    expected.append(
                        LabelScoreRow(
                            position: position, t: 10 + position, window: position / setup.window,
                            score: Double(sorted[(sorted.count - 1) / 2]), samples: sorted.count,
                            agreement: sorted.count > 1 ? Double(most) / Double(sorted.count) : nil))
                }
            }
            #expect(result.scores == expected)
            if expected.count == setup.actionCount {
                complete += 1
                #expect(result.failure == nil)
            } else {
                incomplete += 1
                let failure = try #require(result.failure)
                let failures = log.compactMap { question, outcome in
                    if case .failed(let kind, let message, _) = conversation.judged(question, outcome) {
                        (kind, message)
                    } else {
                        nil
                    }
                }
                #expect(failures.contains { $0.0 == failure.kind && $0.1 == failure.message })
            }
        }
        #expect(complete > 10 && incomplete > 10)
    }

    /// Cut at any place and taken up again from the outcomes in any order, it goes on as if nothing had been.
    @Test(arguments: 0..<4) func aResumedConversationIsTheSame(_ seed: UInt64) throws {
        var random = SeededGenerator(seed, 4)
        for _ in 0..<100 {
            let setup = Setup(&random)
            let (_, log) = try talk(setup, &random)
            let part = log.prefix(random.below(log.count + 1))
            var straight = setup.conversation
            for (question, outcome) in part { straight.take(outcome, for: question) }
            var resumed = setup.conversation
            for (question, outcome) in random.shuffled(Array(part)) {
                // As the store returns it.
                resumed.take(straight.judged(question, outcome), for: question)
            }
            #expect(resumed.open == straight.open)
            #expect(resumed.result.scores == straight.result.scores)
            #expect(resumed.result.failure?.kind == straight.result.failure?.kind)
            #expect(resumed.result.failure?.message == straight.result.failure?.message)
        }
    }

    @Test func theSecondAskingCounts() throws {
        var conversation = SpanConversation(transitions: [0, 1], windowing: Windowing(), layout: .span)
        conversation.take(.answered("seen", logprobs: nil), for: LabelQuestion(stage: .analysis, window: 0, sample: 0))
        let first = LabelQuestion(stage: .scoring, window: 0, sample: 0)
        conversation.take(.answered("[1]", logprobs: nil), for: first)
        let second = LabelQuestion(stage: .scoring, window: 0, sample: 0, ask: 1)
        #expect(conversation.open == [second])
        var again = conversation
        conversation.take(.answered("[1,2]", logprobs: nil), for: second)
        #expect(conversation.isDone && conversation.result.scores.map(\.score) == [1, 2])
        #expect(conversation.result.failure == nil)
        // There is no third.
        again.take(.answered("[1,2,3]", logprobs: nil), for: second)
        #expect(again.isDone && again.result.scores.isEmpty && again.result.failure?.kind == .invalid)
        #expect(again.result.failure?.message == "the list has 3 scores, but there are 2 actions")
    }

    @Test func expectedScoresAreTheMeanOverSamplesThatAllHaveOne() {
        func tokens(_ seven: Double) -> [TokenLogprob] {
            [
                TokenLogprob(token: "[", logprob: 0, top: []),
                TokenLogprob(
                    token: "7", logprob: 0,
                    top: [.init(token: "7", logprob: log(seven)), .init(token: "9", logprob: log(1 - seven))]),
                TokenLogprob(token: "]", logprob: 0, top: []),
            ]
        }
        for isComplete in [true, false] {
            var conversation = SpanConversation(transitions: [0], windowing: Windowing(), layout: .span, samples: 2)
            for sample in 0...1 {
                conversation.take(
                    .answered("seen", logprobs: nil), for: LabelQuestion(stage: .analysis, window: 0, sample: sample))
                conversation.take(
                    .answered("[7]", logprobs: sample == 0 ? tokens(0.5) : isComplete ? tokens(0.75) : nil),
                    for: LabelQuestion(stage: .scoring, window: 0, sample: sample))
            }
            let score = conversation.result.scores.first
            #expect(score?.score == 7 && score?.samples == 2 && score?.agreement == 1)
            if isComplete {
                #expect(score?.expected.map { abs($0 - (8 + 7.5) / 2) < 1e-9 } == true)
            } else {
                #expect(score?.expected == nil)
            }
        }
    }
}
