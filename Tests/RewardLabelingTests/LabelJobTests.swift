import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import VisionLanguage

@testable import ExperimentStore
@testable import RewardLabeling

/// Runs from the dataset to the scores, against a model that answers by script.
@Suite struct LabelJobTests {
    @Test func scoresAreThoseOfTheAnswers() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        let model = FakeVLM()
        #expect(try await world.label(run, model) == nil)
        #expect(try world.counts(run) == [.scored: 4])
        #expect(Set(model.references).count == model.calls.count)
        for (reference, answers) in model.answers where reference.stage == .scoring {
            let rows = try world.store.read { try LabelRun.scores(spanID: reference.spanID, $0) }
            #expect(rows.map(\.score) == listedScores(answers[0]).map(Double.init))
            #expect(rows.map(\.t) == Array(rows.indices) && rows.map(\.position) == rows.map(\.t))
            #expect(rows.map(\.window) == rows.indices.map { $0 / 4 })
            #expect(rows.allSatisfy { $0.samples == 1 && $0.agreement == nil && $0.expected == nil })
        }
        // Every call is there with both texts, the raw reply and its tokens.
        let stored = try world.rows(
            "SELECT reference, prompt, answer, raw, prompt_tokens, cached_tokens, completion_tokens, attempts, source, "
                + "model_answered, finish_reason FROM label_calls ORDER BY id")
        #expect(stored.count == model.calls.count)
        let expected = model.calls.map { call in
            let answer = FakeVLM.goodAnswer(call.request.texts)
            return "\(call.reference) \(call.request.text) \(answer) raw \(answer) 100 10 20 1 live fake-1-0 stop"
        }
        #expect(stored.sorted() == expected.sorted())
        #expect(try world.number("SELECT count(*) FROM label_in_flight") == 0)
        #expect(try world.isSound())
    }

    @Test func eachKindOfFailureIsKeptApart() async throws {
        let world = try LabelWorld(episodes: 7)
        let run = try #require(try world.run())
        let model = FakeVLM { call in
            switch (call.reference.spanID, call.reference.stage) {
            // Between others that work, so that the server does not count as dead.
            case (1, .scoring): FakeVLM.failed(.transport, "the line is cut")
            case (2, .analysis): FakeVLM.failed(.http, "HTTP 400: too large", status: 400)
            case (3, .scoring): FakeVLM.failed(.refusal, "the model declines: no")
            case (4, .analysis): FakeVLM.failed(.truncation, "the answer ends at the limit of tokens")
            case (5, .scoring): FakeVLM.failed(.invalid, "the reply is not JSON")
            case (6, .scoring): FakeVLM.answered("I would say {\"scores\": [11]}")
            default: call.good
            }
        }
        let client = world.client(run, model, concurrency: 1)
        #expect(try await world.job(run, client: client, concurrency: 1).run() == nil)
        let ends = try world.rows("SELECT id, status, failure, message FROM label_spans ORDER BY id")
        #expect(
            ends == [
                "1 unscored transport the line is cut; gave up after 3 attempts",
                "2 unscored http HTTP 400: too large",
                "3 unscored refusal the model declines: no",
                "4 unscored truncation the answer ends at the limit of tokens",
                "5 unscored invalid the reply is not JSON",
                "6 unscored invalid entry 1 of the list is 11, not between 0 and 10",
                "7 scored NULL NULL",
            ])
        #expect(try world.number("SELECT count(*) FROM label_scores WHERE span_id < 7") == 0)
        // A reply that is none is not asked about again, bad scores are asked about once.
        #expect(model.references.count { $0.spanID == 5 && $0.ask > 0 } == 0)
        #expect(model.references.filter { $0.spanID == 6 && $0.stage == .scoring }.map(\.ask) == [0, 1])
        let status = try world.store.read { try LabelStatus.of(run, $0) }
        #expect(status.spans == [.scored: 1, .unscored: 6])
        #expect(
            Dictionary(uniqueKeysWithValues: status.failures.map { ($0.kind, $0.spans) })
                == [.transport: 1, .http: 1, .refusal: 1, .truncation: 1, .invalid: 2])
        #expect(status.calls.map(\.attempts).reduce(0, +) == model.calls.count)
    }

    @Test(arguments: [SpanConversation.Layout.span, .window])
    func aSecondAskingMendsBadScores(_ layout: SpanConversation.Layout) async throws {
        let world = try LabelWorld()
        var settings = LabelWorld.settings
        settings.layout = layout
        let run = try #require(try world.run("r", settings))
        let model = FakeVLM { call in
            call.reference.stage == .scoring && call.reference.ask == 0
                ? FakeVLM.answered("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]") : call.good
        }
        #expect(try await world.label(run, model, settings) == nil)
        #expect(try world.counts(run) == [.scored: 4])
        for call in model.calls where call.reference.ask == 1 {
            let complaint = try #require(call.request.texts.last)
            #expect(complaint.contains("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]"))
            #expect(complaint.contains("the list has 12 scores, but there are"))
            let rows = try world.store.read { try LabelRun.scores(spanID: call.reference.spanID, $0) }
            let given = listedScores(model.answers[call.reference]?.first ?? "")
            let own = layout == .span ? rows : rows.filter { $0.window == call.reference.window }
            #expect(own.map(\.score) == given.map(Double.init) && !given.isEmpty)
        }
        let askings = Dictionary(grouping: model.references.filter { $0.stage == .scoring }, by: \.ask)
        #expect(askings[0]?.count == askings[1]?.count)
    }

    @Test func eachWindowIsScoredForItself() async throws {
        let world = try LabelWorld(episodes: 2, steps: 9)
        var settings = LabelWorld.settings
        settings.layout = .window
        let run = try #require(try world.run("r", settings))
        // The second window of the first span fails: its other windows keep their scores.
        let model = FakeVLM { call in
            call.reference.spanID == 1 && call.reference.window == 1
                ? FakeVLM.failed(.refusal, "the model declines: no") : call.good
        }
        #expect(try await world.label(run, model, settings) == nil)
        #expect(try world.counts(run) == [.scored: 1, .unscored: 1])
        let rows = try world.store.read { try LabelRun.scores(spanID: 1, $0) }
        #expect(rows.map(\.position) == [0, 1, 2, 3, 8])
        for window in [0, 2] {
            let reference = CallReference(runID: run.id, spanID: 1, stage: .scoring, window: window)
            #expect(
                rows.filter { $0.window == window }.map(\.score)
                    == listedScores(try #require(model.answers[reference]?.first)).map(Double.init))
        }
    }

    @Test func samplesGiveTheirMedianAndAgreement() async throws {
        let world = try LabelWorld(episodes: 2)
        var settings = LabelWorld.settings
        settings.samples = 3
        settings.seed = 40
        let run = try #require(try world.run("r", settings))
        let given = [[3, 4, 5, 6, 7], [3, 9, 5, 1, 0], [3, 4, 10, 2, 9]]
        let model = FakeVLM { call in
            if call.reference.stage == .analysis { return call.good }
            if call.reference.spanID == 2 {
                // One of three may fail.
                return call.reference.sample == 1 ? FakeVLM.failed(.refusal, "no") : call.good
            }
            return FakeVLM.answered("{\"scores\": \(given[call.reference.sample])}")
        }
        #expect(try await world.label(run, model, settings) == nil)
        #expect(try world.counts(run) == [.scored: 2])
        let rows = try world.store.read { try LabelRun.scores(spanID: 1, $0) }
        #expect(rows.map(\.score) == [3, 4, 5, 2, 7] && rows.allSatisfy { $0.samples == 3 })
        let agreement: [Double?] = [3, 2, 2, 1, 1].map { $0 / 3 }
        #expect(rows.map(\.agreement) == agreement)
        #expect(try world.store.read { try LabelRun.scores(spanID: 2, $0) }.allSatisfy { $0.samples == 2 })
        // Each sample is asked with a seed of its own.
        #expect(model.calls.allSatisfy { $0.request.sampling.seed == 40 + $0.reference.sample })
        #expect(try world.number("SELECT count(DISTINCT request_sha256) FROM label_calls") == model.calls.count)
    }

    // MARK: Going on

    @Test(arguments: 0..<12) func aRunThatWasStoppedGoesOnWhereItWas(_ calls: Int) async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        let job = Mutex<LabelJob?>(nil)
        let model = FakeVLM { call in
            if call.number == calls { job.withLock { $0 }?.stop() }
            return call.good
        }
        let first = world.job(run, client: world.client(run, model))
        job.withLock { $0 = first }
        let stop = try await first.run()
        let pending = try world.counts(run)[.pending] ?? 0
        #expect((stop == .stopped) == (pending > 0), "\(pending) pending, but \(String(describing: stop))")
        #expect(model.calls.count < 12 || calls > 7)
        // What was under way was waited for.
        #expect(try world.number("SELECT count(*) FROM label_in_flight") == 0)
        #expect(try await world.label(run, model) == nil)
        #expect(try world.counts(run) == [.scored: 4])
        // No question was asked twice.
        #expect(Set(model.references).count == model.calls.count)
        let whole = try LabelWorld()
        let other = try #require(try whole.run())
        try await whole.label(other, FakeVLM())
        #expect(try world.scores(run) == whole.scores(other))
    }

    @Test func aJobStoppedBeforeItBeginsAsksNothing() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        let model = FakeVLM()
        let job = world.job(run, client: world.client(run, model))
        job.stop()
        #expect(try await job.run() == .stopped)
        #expect(model.calls.isEmpty)
        #expect(try world.counts(run) == [.pending: 4])
    }

    @Test func aSittingMayBeLimited() async throws {
        let world = try LabelWorld(episodes: 5)
        let run = try #require(try world.run())
        let model = FakeVLM()
        for left in [3, 1] {
            let job = world.job(run, client: world.client(run, model), spanLimit: 2)
            #expect(try await job.run() == nil)
            #expect(job.progress.done == 2 && job.progress.total == 2 && job.progress.scored == 2)
            #expect(try world.counts(run) == [.scored: 5 - left, .pending: left])
        }
    }

    @Test func anotherRunFindsTheAnswersOfTheFirst() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        let model = FakeVLM()
        try await world.label(run, model)
        let asked = model.calls.count
        let second = try #require(try world.run("s"))
        #expect(try await world.label(second, model) == nil)
        #expect(model.calls.count == asked)
        #expect(try world.counts(second) == [.scored: 4])
        #expect(try world.scores(run) == world.scores(second))
        #expect(try world.number("SELECT count(*) FROM label_calls") == asked)
        // And without any model.
        let replayed = try #require(try world.run("t"))
        #expect(try await world.job(replayed, client: nil).run() == nil)
        #expect(try world.scores(run) == world.scores(replayed))
        // Other words, other model, other sampling: other questions.
        var settings = LabelWorld.settings
        settings.temperature = 0.5
        let other = try #require(try world.run("u", settings))
        #expect(try await world.job(other, settings, client: nil).run() == nil)
        #expect(try world.counts(other) == [.blocked: 4])
        #expect(
            try world.rows("SELECT message FROM label_spans WHERE run_id = \(other.id) ORDER BY id LIMIT 1")
                == ["the store has no answer to question r\(other.id)-s13-p1-w0-n0-a0"])
    }

    @Test func failuresOfAnotherRunAreNoAnswers() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        try await world.label(run, FakeVLM { _ in FakeVLM.failed(.refusal, "no") })
        #expect(try world.counts(run) == [.unscored: 4])
        let second = try #require(try world.run("s"))
        try await world.label(second, FakeVLM())
        #expect(try world.counts(second) == [.scored: 4])
    }

    @Test func anEpisodeThatIsReplacedCostsNothingAgain() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run("r", selection: SpanSelection(controlCount: 2)))
        let model = FakeVLM()
        try await world.label(run, model)
        let (before, asked) = (try world.scores(run), model.calls.count)
        let spans = try world.number("SELECT count(*) FROM label_spans")
        try await world.store.write { db in
            var writer = try EpisodeWriter(db, datasetID: world.dataset.id)
            try writer.apply(.write(try LabelWorld.record(1, steps: 6, nil), replacing: 2))
        }
        #expect(try world.number("SELECT count(*) FROM label_spans") < spans)
        #expect(try world.number("SELECT count(*) FROM label_calls") == asked)
        #expect(try world.isSound())
        let again = try #require(try world.run("r", selection: SpanSelection(controlCount: 2)))
        #expect(again.id == run.id)
        try await world.label(again, model)
        #expect(model.calls.count == asked)
        #expect(try world.scores(again) == before)
    }

    @Test func requeuedSpansAskOnlyWhatFailed() async throws {
        let world = try LabelWorld(episodes: 3, steps: 9)
        var settings = LabelWorld.settings
        settings.layout = .window
        let run = try #require(try world.run("r", settings))
        let isBroken = Mutex(true)
        // The first window's scores come at the second asking, the second window is refused.
        let model = FakeVLM { call in
            guard isBroken.withLock({ $0 }) else { return call.good }
            switch (call.reference.window, call.reference.stage, call.reference.ask) {
            case (0, .scoring, 0): return FakeVLM.answered("good, good, good")
            case (1, .scoring, _): return FakeVLM.failed(.refusal, "no")
            default: return call.good
            }
        }
        try await world.label(run, model, settings)
        #expect(try world.counts(run) == [.unscored: 3])
        let asked = model.calls.count
        isBroken.withLock { $0 = false }
        #expect(try await world.store.write { try run.requeue(failures: [.http], $0) } == 0)
        #expect(try await world.store.write { try run.requeue(failures: [.refusal, .http], $0) } == 3)
        #expect(try world.counts(run) == [.pending: 3])
        try await world.label(run, model, settings)
        #expect(try world.counts(run) == [.scored: 3])
        let again = model.references.dropFirst(asked)
        #expect(again.count == 3 && again.allSatisfy { $0.window == 1 && $0.stage == .scoring && $0.ask == 0 })
        // The failed answers stay in the list of calls.
        #expect(try world.number("SELECT count(*) FROM label_calls WHERE failure = 'refusal'") == 3)
    }

    // MARK: Ends before the end

    @Test func theBudgetIsKept() async throws {
        let world = try LabelWorld(episodes: 6)
        let run = try #require(try world.run())
        let price = PriceTable.Entry(model: "fake-1", input: 1, output: 10)
        let each = price.cost(FakeVLM.usage)
        let model = FakeVLM()
        // Enough for the reservation of a call and what some cost.
        let most = try await {
            let client = world.client(run, model, price: price)
            let estimate = try await self.greatestCost(world, run, client)
            return estimate
        }()
        let limit = most + 4 * each
        let client = world.client(run, model, budget: Budget(limit: limit), price: price)
        #expect(try await world.job(run, client: client).run() == .budget)
        let spent = try world.store.read { try run.spent($0) }
        #expect(spent == Int64(model.calls.count) * each && spent <= limit && model.calls.count >= 4)
        #expect(client.statistics.nanodollars == spent && client.statistics.reservedNanodollars == 0)
        let pending = try #require(try world.counts(run)[.pending])
        #expect(pending > 0)
        #expect(try world.number("SELECT count(*) FROM label_in_flight") == 0)
        // With more it goes on.
        let more = world.client(run, model, budget: Budget(limit: limit * 100, spent: spent), price: price)
        #expect(try await world.job(run, client: more).run() == nil)
        #expect(try world.counts(run) == [.scored: 6])
        #expect(Set(model.references).count == model.calls.count)
        let status = try world.store.read { try LabelStatus.of(run, $0) }
        #expect(abs(status.dollars - Double(Int64(model.calls.count) * each) / 1e9) < 1e-12)
    }

    private func greatestCost(_ world: LabelWorld, _ run: LabelRun, _ client: VLMClient) async throws -> Int64 {
        let labeler = world.labeler(run, client: client)
        var most: Int64 = 0
        for row in try world.store.read({ try run.pendingSpans(after: 0, limit: 100, $0) }) {
            guard case .open(let questions) = try await labeler.openQuestions(of: row) else { continue }
            for question in questions { most = max(most, try #require(client.greatestCost(question.request))) }
        }
        return most
    }

    @Test(arguments: [true, false]) func aServerThatIsAwayLeavesSpansPending(_ isBarred: Bool) async throws {
        let world = try LabelWorld(episodes: 6)
        let run = try #require(try world.run())
        let isAway = Mutex(true)
        let model = FakeVLM { call in
            guard call.number > 2, isAway.withLock({ $0 }) else { return call.good }
            return isBarred
                ? FakeVLM.failed(.http, "HTTP 401: no such key", status: 401, isServerDown: true)
                : FakeVLM.failed(.transport, "no connection", isServerDown: true)
        }
        let stop = try await world.job(run, client: world.client(run, model, attempts: 10)).run()
        guard case .breaker(let message) = stop else {
            Issue.record("ended with \(String(describing: stop))")
            return
        }
        #expect(message.contains(isBarred ? "HTTP 401: no such key" : "no connection"))
        let counts = try world.counts(run)
        #expect(counts[.unscored] == nil && counts[.pending] ?? 0 >= 3)
        isAway.withLock { $0 = false }
        #expect(try await world.label(run, model) == nil)
        #expect(try world.counts(run) == [.scored: 6])
        #expect(model.answers.values.allSatisfy { $0.count == 1 })
    }

    @Test func spansThatCannotBeShownAreBlocked() async throws {
        let world = try LabelWorld(hasPictures: true)
        var settings = LabelWorld.settings
        settings.pictures.layout = .frames
        let run = try #require(try world.run("r", settings))
        let path = world.folder("train/task/trial_2/3.jpg")
        try FileManager.default.moveItem(atPath: path, toPath: path + "x")
        let model = FakeVLM()
        let job = world.job(run, settings, client: world.client(run, model))
        #expect(try await job.run() == nil)
        #expect(job.progress.blocked == 1)
        let message = try #require(job.progress.firstBlock)
        #expect(message.hasPrefix("observation 3: ") && message.contains("trial_2/3.jpg: cannot be read"))
        #expect(try world.counts(run) == [.scored: 3, .blocked: 1])
        #expect(try world.store.read { try LabelStatus.of(run, $0) }.block == message)
        try FileManager.default.moveItem(atPath: path + "x", toPath: path)
        try await world.store.write { try run.unblock($0) }
        #expect(try await world.label(run, model, settings) == nil)
        #expect(try world.counts(run) == [.scored: 4])
        #expect(Set(model.references).count == model.calls.count)
        // The list of labels leads to the pictures that were shown.
        let listed = try world.rows("SELECT frame_before, frame_after, analysis FROM label_list ORDER BY span_id, t")
        #expect(listed.count == 5 + 6 + 7 + 5 && !listed.contains { $0.contains("NULL") })
        let shown = try world.number("SELECT count(DISTINCT hex(sha256)) FROM label_pictures")
        #expect(shown == 6 + 7 + 8 + 6)
        #expect(try world.isSound())
    }

    @Test func aSpanWithoutAllItsFramesIsBlocked() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        try await world.store.write { try $0.execute(sql: "DELETE FROM frames WHERE episode_id = 2 AND t = 2") }
        try await world.label(run, FakeVLM())
        #expect(try world.counts(run) == [.scored: 3, .blocked: 1])
    }

    @Test func aCallThatCannotBeNotedIsNotMade() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        let model = FakeVLM()
        struct Full: Error {}
        let client = VLMClient(
            model, hooks: VLMClient.Hooks(beforeDispatch: { _, _ in throw Full() }))
        guard case .unrecorded = try await world.job(run, client: client).run() else {
            Issue.record("it went on")
            return
        }
        #expect(model.calls.isEmpty)
        #expect(try world.counts(run) == [.pending: 4])
    }

    /// What a killed process leaves: a call that was noted and never came back.
    @Test func callsUnderWayAtAKillCountAsLost() async throws {
        let world = try LabelWorld()
        let run = try #require(try world.run())
        try await world.store.write {
            try run.noteDispatch(
                reference: "r1-s1-p1-w0-n0-a0", spanID: 1, reserved: 5_000_000, $0)
        }
        let before = try world.store.read { try LabelStatus.of(run, $0) }
        #expect(before.lostCalls == 1 && before.lostDollars == 0.005)
        #expect(try await world.store.write { try run.settleInterruptedCalls($0) } == 1)
        #expect(try await world.store.write { try run.settleInterruptedCalls($0) } == 0)
        try await world.label(run, FakeVLM())
        #expect(try world.counts(run) == [.scored: 4])
        let after = try world.store.read { try LabelStatus.of(run, $0) }
        #expect(after.lostCalls == 1 && after.lostDollars == 0.005)
        #expect(try world.store.read { try run.spent($0) } == 5_000_000)
    }

    @Test func anAnswerThatEndedOddlyIsTreatedTheSameAfterAResume() async throws {
        // An invalid reply that nevertheless holds text.
        let failure = CallFailure(.invalid, "the answer ended for an unknown reason: x", text: "{\"scores\": [1")
        let live = SpanConversation.Outcome(.failure(failure))
        let question = LabelQuestion(stage: .scoring, window: 0, sample: 0)
        let row = LabelQuestionRow(
            stage: .scoring, window: 0, sample: 0, ask: 0, answer: failure.text, failure: .invalid,
            message: failure.message)
        #expect(row.question == question && row.outcome == live)
    }
}
