import ExperimentStore
import Foundation
import GRDB
import Ground
import Synchronization
import Testing
import VisionLanguage

@testable import RewardLabeling

/// What a stage does around a run: opens it, resumes it, keeps its budget, and says how it ended. Nothing here waits
/// for time: the model itself stops the session, and the clock moves when somebody sleeps.
@Suite struct LabelSessionTests {
    /// A clock on which sleeping takes no time.
    private final class JumpingClock: Sendable {
        private let time = Mutex(Duration.zero)

        var now: Duration { time.withLock { $0 } }

        var client: ClientClock {
            ClientClock(
                now: { self.now }, sleep: { until in self.time.withLock { $0 = max($0, until) } },
                date: { Date(timeIntervalSince1970: 1e9) })
        }
    }

    private func plan(
        _ world: LabelWorld, _ name: String = "r", _ settings: LabelSettings = LabelWorld.settings
    ) -> LabelPlan {
        LabelPlan(
            runName: name, settings: RunSettings(label: settings, provider: ""), prompts: world.prompts,
            identity: FakeVLM.identity)
    }

    private func session(
        _ world: LabelWorld, _ plan: LabelPlan, _ model: FakeVLM?, isRetry: Bool = false, limit: Int64? = nil,
        price: PriceTable.Entry? = nil, retry: RetryPolicy = RetryPolicy(maxAttempts: 3),
        clock: JumpingClock = JumpingClock()
    ) throws -> LabelSession {
        try LabelSession(
            plan, in: world.store, isRetry: isRetry, model: model,
            options: {
                VLMClient.Options(
                    maxConcurrency: 4, retry: retry,
                    breaker: CircuitBreaker.Settings(
                        failuresToOpen: 5, maxProbes: 2, firstInterval: .seconds(1), longestInterval: .seconds(2)),
                    budget: Budget(limit: limit, spent: $0), price: price)
            }, clock: clock.client)
    }

    @Test(arguments: [0, 1, 5, 11]) func aStoppedSessionIsResumedByTheNext(_ calls: Int) async throws {
        let world = try LabelWorld()
        let stop = Mutex<(@Sendable () -> Void)?>(nil)
        let model = FakeVLM { call in
            if call.number == calls { stop.withLock { $0 }?() }
            return call.good
        }
        let first = try session(world, plan(world), model)
        #expect(first.addedSpans == 4 && first.interruptedCalls == 0)
        stop.withLock { $0 = { first.job.stop() } }
        let end = try first.end(try await first.label())
        let pending = try first.status().spans[.pending] ?? 0
        #expect((end == .stopped) == (pending > 0))
        #expect(try world.number("SELECT count(*) FROM label_in_flight") == 0)
        let second = try session(world, plan(world), model)
        #expect(second.run.id == first.run.id && second.addedSpans == 0 && second.interruptedCalls == 0)
        #expect(try second.end(try await second.label()) == .done)
        #expect(try second.status().spans == [.scored: 4])
        #expect(Set(model.references).count == model.calls.count)
        // In one go it comes to the same.
        let whole = try LabelWorld()
        let other = try session(whole, plan(whole), FakeVLM())
        #expect(try other.end(try await other.label()) == .done)
        #expect(try world.scores(second.run) == whole.scores(other.run))
    }

    @Test func theBudgetIsThatOfAllSittings() async throws {
        let world = try LabelWorld(episodes: 6)
        let price = PriceTable.Entry(model: "fake-1", input: 1, output: 10)
        let model = FakeVLM()
        // Enough for the dearest question and what four answers cost.
        let probe = try session(world, plan(world), model, price: price)
        var limit: Int64 = 0
        for row in try world.store.read({ try probe.run.pendingSpans(after: 0, limit: 100, $0) }) {
            guard case .open(let questions) = try await probe.labeler.openQuestions(of: row) else { continue }
            for question in questions {
                limit = max(limit, price.cost(TokenEstimate(pictures: nil).greatestUsage(question.request)))
            }
        }
        limit += 4 * price.cost(FakeVLM.usage)
        let first = try session(world, plan(world), model, limit: limit, price: price)
        #expect(try first.end(try await first.label()) == .budget)
        let asked = model.calls.count
        let spent = try world.store.read { try first.run.spent($0) }
        #expect(asked > 0 && spent == Int64(asked) * price.cost(FakeVLM.usage) && spent <= limit)
        #expect(try first.status().spans[.pending] ?? 0 > 0)
        // The same budget has no more to give, even for less than it was.
        let again = try session(world, plan(world), model, limit: spent, price: price)
        #expect(try again.end(try await again.label()) == .budget)
        #expect(model.calls.count == asked)
        let more = try session(world, plan(world), model, limit: 1_000_000_000, price: price)
        #expect(try more.end(try await more.label()) == .done)
        #expect(try more.status().spans == [.scored: 6] && Set(model.references).count == model.calls.count)
    }

    @Test func callsOfAKilledProcessAreSaid() async throws {
        let world = try LabelWorld()
        let killed = try session(world, plan(world), FakeVLM())
        try await world.store.write {
            try killed.run.noteDispatch(reference: "r1-s1-p1-w0-n0-a0", spanID: 1, reserved: 7, $0)
        }
        let next = try session(world, plan(world), FakeVLM())
        #expect(next.interruptedCalls == 1)
        #expect(try next.end(try await next.label()) == .done)
        #expect(try next.status().lostCalls == 1)
        #expect(try session(world, plan(world), FakeVLM()).interruptedCalls == 0)
    }

    /// An hour between attempts is kept on the session's clock, not on ours; a deadline before it ends the span.
    @Test(arguments: [(2000, LabelSpanStatus.unscored), (7200, .scored)])
    func waitsAndDeadlinesAreThoseOfTheClock(_ deadline: Int, _ status: LabelSpanStatus) async throws {
        let world = try LabelWorld(episodes: 1)
        let clock = JumpingClock()
        let model = FakeVLM { call in
            call.attempt == 0 && call.reference.stage == .scoring
                ? FakeVLM.failed(.http, "HTTP 503: busy", status: 503) : call.good
        }
        let retry = RetryPolicy(
            maxAttempts: 2, baseDelay: .seconds(3600), maxDelay: .seconds(3600), deadline: .seconds(deadline))
        // Of 3600 s, at least three quarters are waited.
        let session = try session(world, plan(world), model, retry: retry, clock: clock)
        #expect(try session.end(try await session.label()) == .done)
        #expect(try session.status().spans == [status: 1])
        #expect((clock.now >= .seconds(2700)) == (status == .scored))
        let message = try session.status().failures.first?.example
        #expect(message?.contains("the deadline of 2000 s leaves no time") == (status == .scored ? nil : true))
    }

    @Test func aServerThatIsAwayEndsTheSitting() async throws {
        let world = try LabelWorld()
        let session = try session(
            world, plan(world),
            FakeVLM { _ in FakeVLM.failed(.http, "HTTP 401: no such key.", status: 401, isServerDown: true) })
        let stop = try await session.label()
        let error = #expect(throws: LabelError.self) { try session.end(stop) }
        #expect(error?.exit == .unreachable)
        #expect(error?.description.hasPrefix("none: ") == true)
        #expect(error?.description.contains("no such key. What was answered is kept") == true)
        #expect(try session.status().spans == [.pending: 4])
    }

    @Test func whatCannotBeShownIsSaid() async throws {
        let world = try LabelWorld()
        try await world.store.write { try $0.execute(sql: "DELETE FROM frames WHERE episode_id = 2 AND t = 2") }
        let session = try session(world, plan(world), FakeVLM())
        guard case .blocked(1, let first) = try session.end(try await session.label()) else {
            Issue.record("it was shown")
            return
        }
        #expect(first.contains("the store has not all of its steps and frames"))
    }

    @Test func failedSpansAreAskedAgain() async throws {
        let world = try LabelWorld()
        #expect(throws: LabelError.self) { try session(world, plan(world), FakeVLM(), isRetry: true) }
        let isBroken = Mutex(true)
        let model = FakeVLM { call in
            isBroken.withLock { $0 } ? FakeVLM.failed(.refusal, "no") : call.good
        }
        let first = try session(world, plan(world), model)
        #expect(try first.end(try await first.label()) == .done)
        #expect(try first.status().spans == [.unscored: 4])
        isBroken.withLock { $0 = false }
        let retry = try session(world, plan(world), model, isRetry: true)
        #expect(try retry.requeue([.http]) == 0 && retry.requeue([.refusal]) == 4 && retry.addedSpans == 0)
        #expect(try retry.end(try await retry.label()) == .done)
        #expect(try retry.status().spans == [.scored: 4])
    }

    @Test func aNameStandsForOneWayOfAsking() throws {
        let world = try LabelWorld()
        _ = try session(world, plan(world), FakeVLM())
        var settings = LabelWorld.settings
        settings.window = 3
        let error = #expect(throws: LabelError.self) { try session(world, plan(world, "r", settings), FakeVLM()) }
        #expect(error?.exit == .badInput && error?.description.contains("(label.window)") == true)
        var elsewhere = plan(world, "s")
        elsewhere.splits = ["test"]
        let none = #expect(throws: LabelError.self) { try session(world, elsewhere, FakeVLM()) }
        #expect(none?.exit == .inputMissing && none?.description.hasSuffix("instructions in test") == true)
    }

    @Test func aReplayTakesItsQuestionsFromTheRun() async throws {
        let world = try LabelWorld()
        var replay = LabelPlan(
            runName: "again", settings: RunSettings(label: LabelSettings()), prompts: world.prompts,
            identity: ModelIdentity(provider: "replay", baseURL: "", model: ""), answers: .replayed(nil))
        let nothing = #expect(throws: LabelError.self) { try session(world, replay, nil) }
        #expect(nothing?.exit == .usage && nothing?.description.hasSuffix("has no label run to replay") == true)
        let first = try session(world, plan(world), FakeVLM())
        #expect(try first.end(try await first.label()) == .done)
        let second = try session(world, replay, nil)
        #expect(try second.end(try await second.label()) == .done)
        #expect(second.plan.settings == first.plan.settings && second.run.provider == "replay")
        #expect(try world.scores(first.run) == world.scores(second.run))
        replay.answers = .replayed("nobody")
        let unknown = #expect(throws: LabelError.self) { try session(world, replay, nil) }
        #expect(unknown?.exit == .inputMissing && unknown?.description.contains("it has r") == true)
    }
}
