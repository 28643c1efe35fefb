import Foundation
import Ground
import Synchronization
import Testing

@testable import VisionLanguage

/// 1 dollar per million tokens of the question, 10 of the answer: an answer of ``testUsage`` costs 200,000 nanodollars.
private let price = PriceTable.Entry(model: "fake-1", input: 1, output: 10, tokensPerPicture: .fixed(10))
private let answerCost: Int64 = 200_000

private func question(_ number: Int, maxTokens: Int = 20) -> VLMRequest {
    VLMRequest(parts: [.text("How much?")], sampling: .init(maxTokens: maxTokens), reference: "q\(number)")
}

extension Outcome {
    fileprivate var record: CallRecord? { if case .finished(let record) = self { record } else { nil } }
    fileprivate var stop: Stop? { if case .notAsked(let stop) = self { stop } else { nil } }
}

@Suite struct ClientTests {
    private let clock = TestClock()

    private func client(
        _ model: FakeModel, _ hooks: VLMClient.Hooks = .init(), configure: (inout VLMClient.Options) -> Void = { _ in }
    ) -> VLMClient {
        var options = VLMClient.Options()
        configure(&options)
        return VLMClient(model, options: options, hooks: hooks, clock: clock.client, random: { 1 })
    }

    private func askAll(_ client: VLMClient, _ count: Int) async -> [Int: Outcome] {
        await withTaskGroup { group in
            for number in 0..<count { group.addTask { (number, await client.ask(question(number))) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    @Test func anAnswerAtOnce() async throws {
        let model = FakeModel(clock) { _ in (.seconds(2), answered()) }
        let client = client(model) { $0.price = price }
        let record = try #require(await clock.run { await client.ask(question(1)) }.record)
        #expect(record.result == answered() && record.attempts == 1 && record.latency == .seconds(2))
        #expect(record.billed == testUsage && record.cost == answerCost && record.interruption == nil)
        #expect(record.startedAt == Date(timeIntervalSince1970: 1e9))
        var expected = ClientStatistics()
        expected.finished = 1
        expected.answered = 1
        expected.attempts = 1
        expected.hasServed = true
        expected.tokens = testUsage
        expected.nanodollars = answerCost
        expected.concurrencyLimit = client.statistics.concurrencyLimit
        #expect(client.statistics == expected && expected.retries == 0)
    }

    @Test func retryAfterIsHonoured() async throws {
        let model = FakeModel(clock) { call in
            (.seconds(1), call.attempt < 2 ? failed(.http, 429, retryAfter: .seconds(30)) : answered())
        }
        let client = client(model)
        let record = try #require(await clock.run { await client.ask(question(1)) }.record)
        #expect(record.attempts == 3 && record.cost == nil)
        #expect(model.calls.map(\.at) == [.zero, .seconds(31), .seconds(62)])
        #expect(client.statistics.retries == 2)
    }

    @Test func backoffAndTheLastFailure() async throws {
        let model = FakeModel(clock) { _ in (.zero, failed(.http, 429)) }
        let record = try #require(await clock.run { await client(model).ask(question(1)) }.record)
        #expect(record.result.failure?.message == "http; gave up after 6 attempts" && record.attempts == 6)
        #expect(
            model.calls.map(\.at)
                == [0, 500, 1500, 3500, 7500, 15_500].map { Duration.milliseconds($0) })
    }

    @Test(arguments: [
        failed(.http, 400), failed(.http, 401), failed(.refusal, 200), failed(.truncation, 200), failed(.invalid),
        failed(.http, 429, isQuota: true), failed(.http, 429, retryAfter: .seconds(3600)),
    ])
    func someFailuresAreFinal(_ result: Result<VLMAnswer, CallFailure>) async throws {
        let model = FakeModel(clock) { _ in (.zero, result) }
        let record = try #require(await clock.run { await client(model).ask(question(1)) }.record)
        #expect(record.attempts == 1 && record.result.failure?.kind == result.failure?.kind)
        #expect(model.calls.count == 1)
    }

    /// Garbage is paid for: its tokens stay in the account though the next attempt succeeds.
    @Test func allAttemptsAreBilled() async throws {
        let model = FakeModel(clock) { call in
            (.zero, call.attempt == 0 ? failed(.invalid, 200, usage: testUsage) : answered())
        }
        let client = client(model) { $0.price = price }
        let record = try #require(await clock.run { await client.ask(question(1)) }.record)
        #expect(record.billed == testUsage + testUsage && record.cost == 2 * answerCost)
        #expect(client.statistics.nanodollars == 2 * answerCost)
    }

    @Test func answersOfUncountedTokensArePaidByEstimate() async throws {
        let model = FakeModel(clock) { _ in (.zero, .success(VLMAnswer(text: "12345"))) }
        let client = client(model) { $0.price = price }
        let record = try #require(await clock.run { await client.ask(question(1)) }.record)
        let prompt = TokenEstimate(pictures: nil).prompt(question(1))
        #expect(record.billed == TokenUsage() && record.cost == Int64(prompt * 1000 + 2 * 10_000))
    }

    /// OpenGVL ends the run at one bad example, ERL-VLM drops what does not divide: here every call has its one
    /// outcome.
    @Test(arguments: 0..<6) func noCallIsLostOrDoubled(_ seed: UInt64) async throws {
        let random = Mutex(SplitMix64(seed: seed))
        let model = FakeModel(clock) { call in
            random.withLock { random in
                let time = Duration.milliseconds(100 * Int.random(in: 0...5, using: &random))
                let results = [
                    answered(), answered(), answered(), answered(), failed(.http, 429), failed(.transport),
                    failed(.http, 500), failed(.invalid, 200, usage: testUsage),
                    failed(.refusal, 200, usage: testUsage),
                    failed(.truncation, 200, usage: testUsage), failed(.http, 400),
                ]
                return (time, results.randomElement(using: &random)!)
            }
        }
        let finished = Mutex<[String]>([])
        let begun = Mutex<[String]>([])
        let hooks = VLMClient.Hooks(
            beforeDispatch: { request, _ in begun.withLock { $0.append(request.reference) } },
            didFinish: { request, _ in finished.withLock { $0.append(request.reference) } })
        let client = client(model, hooks) {
            $0.price = price
            $0.maxConcurrency = 50
            $0.retry.maxAttempts = 20
        }
        let count = 300
        let outcomes = await clock.run { await askAll(client, count) }
        #expect(outcomes.count == count && outcomes.values.allSatisfy { $0.record != nil })
        let names = Set((0..<count).map { "q\($0)" })
        for list in [begun.withLock { $0 }, finished.withLock { $0 }] {
            #expect(list.count == count && Set(list) == names)
        }
        let calls = Dictionary(grouping: model.calls, by: \.reference)
        for (number, outcome) in outcomes { #expect(outcome.record?.attempts == calls["q\(number)"]?.count) }
        #expect(model.mostInFlight <= 50)
        let statistics = client.statistics
        #expect(statistics.finished == count && statistics.attempts == model.calls.count)
        #expect(statistics.answered + statistics.failures.values.reduce(0, +) == count)
        let billed = outcomes.values.reduce(TokenUsage()) { $0 + ($1.record?.billed ?? TokenUsage()) }
        #expect(statistics.tokens == billed)
        #expect(statistics.nanodollars == outcomes.values.reduce(0) { $0 + ($1.record?.cost ?? 0) })
        #expect(statistics.nanodollars == Int64(billed.prompt / 100) * answerCost)
        #expect(statistics.inFlight == 0 && statistics.waiting == 0 && statistics.reservedNanodollars == 0)
    }

    @Test func theBudgetHolds() async throws {
        let model = FakeModel(clock) { _ in (.seconds(1), answered()) }
        // The last answer must be paid in full before it is asked for.
        let limit = answerCost * 24 + price.cost(TokenEstimate(pictures: nil).greatestUsage(question(1)))
        let client = client(model) {
            $0.price = price
            $0.budget = Budget(limit: limit, spent: answerCost * 5)
        }
        let outcomes = await clock.run { await askAll(client, 60) }
        #expect(outcomes.values.count { $0.record != nil } == 20 && model.calls.count == 20)
        #expect(outcomes.values.count { $0.stop == .budget } == 40)
        #expect(client.statistics.nanodollars == answerCost * 25)
    }

    @Test func callsAreSentInTheOrderTheyCame() async throws {
        let model = FakeModel(clock) { _ in (.seconds(1), answered()) }
        let client = client(model) { $0.maxConcurrency = 1 }
        // Without a driver the clock stands still until all are in line.
        var tasks: [Task<Outcome, Never>] = []
        for number in 0..<30 {
            tasks.append(Task { await client.ask(question(number)) })
            while client.statistics.waiting + client.statistics.inFlight < number + 1 { await Task.yield() }
        }
        await clock.run { for task in tasks { _ = await task.value } }
        #expect(model.calls.map(\.reference) == (0..<30).map { "q\($0)" })
        #expect(model.mostInFlight == 1)
    }

    @Test func stopDrains() async throws {
        let model = FakeModel(clock) { call in (.seconds(call.reference == "q0" ? 5 : 10), answered()) }
        let client = client(model) { $0.maxConcurrency = 4 }
        let outcomes = await clock.run {
            async let outcomes = askAll(client, 100)
            while client.statistics.inFlight + client.statistics.waiting < 100 { await Task.yield() }
            client.stop()
            #expect(client.statistics.waiting == 0)
            await client.drain()
            #expect(client.statistics.inFlight == 0)
            #expect(await client.ask(question(1000)).stop == .stopped)
            return await outcomes
        }
        #expect(outcomes.values.count { $0.record?.result == answered() } == 4 && model.calls.count == 4)
        #expect(outcomes.values.count { $0.stop == .stopped } == 96)
    }

    @Test func stopCutsTheWaitBetweenAttempts() async throws {
        let model = FakeModel(clock) { _ in (.zero, failed(.http, 429, retryAfter: .seconds(100))) }
        let client = client(model)
        // Without a driver the clock stands still: only stop ends the wait.
        async let outcome = client.ask(question(1))
        while client.statistics.attempts < 1 { await Task.yield() }
        client.stop()
        let record = try #require(await outcome.record)
        #expect(record.interruption == .stopped && record.attempts == 1 && record.result.failure?.status == 429)
    }

    @Test func cancelledCallsLeaveTheQueue() async throws {
        let model = FakeModel(clock) { _ in (.seconds(10), answered()) }
        let client = client(model) { $0.maxConcurrency = 1 }
        let first = Task { await client.ask(question(0)) }
        while client.statistics.inFlight < 1 { await Task.yield() }
        let waiting = (1...20).map { number in Task { await client.ask(question(number)) } }
        while client.statistics.waiting < 20 { await Task.yield() }
        for task in waiting.prefix(19) { task.cancel() }
        for task in waiting.prefix(19) { #expect(await task.value.stop == .stopped) }
        #expect(client.statistics.waiting == 1)
        await clock.run {
            _ = await first.value
            #expect(await waiting[19].value.record?.result == answered())
        }
        #expect(model.calls.map(\.reference) == ["q0", "q20"])
        // A task that is cancelled before it asks.
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return await client.ask(question(99))
        }
        late.cancel()
        #expect(await late.value.stop == .stopped)
    }

    @Test func theBreakerEndsTheRun() async throws {
        let model = FakeModel(clock) { _ in (.seconds(1), failed(.http, 401, isServerDown: true)) }
        let client = client(model) { $0.maxConcurrency = 4 }
        let outcomes = await clock.run { await askAll(client, 100) }
        // Those that were in flight when the first came back.
        #expect(model.calls.count == 4)
        #expect(outcomes.values.count { $0.record?.result.failure?.status == 401 } == 4)
        let dead = Stop.breaker(message: "the server does not serve us: http")
        #expect(outcomes.values.count { $0.stop == dead } == 96)
        #expect(await client.ask(question(1)).stop == dead)
    }

    /// No call takes the blame for a server that is away: all can be asked again.
    @Test(arguments: [1, 4, 64]) func aServerThatIsAwayFailsNoCall(_ concurrency: Int) async throws {
        let clock = clock
        let model = FakeModel(clock) { _ in (.zero, failed(.transport, isServerDown: true)) }
        let client = client(model) { $0.maxConcurrency = concurrency }
        let outcomes = await clock.run { await askAll(client, 100) }
        #expect(outcomes.values.allSatisfy { $0.stop != nil || $0.record?.interruption != nil })
    }

    @Test func aServerThatComesBackIsServed() async throws {
        let clock = clock
        let model = FakeModel(clock) { call in
            call.at < .seconds(40) ? (.zero, failed(.transport, isServerDown: true)) : (.zero, answered())
        }
        let client = client(model) {
            $0.maxConcurrency = 4
            $0.retry.maxAttempts = 2
            $0.breaker.maxProbesAtStart = 6
        }
        let outcomes = await clock.run { await askAll(client, 100) }
        #expect(outcomes.values.allSatisfy { $0.record != nil })
        #expect(outcomes.values.allSatisfy { $0.record?.result == answered() })
        #expect(!client.statistics.isBreakerOpen)
    }

    @Test func ratesAreKept() async throws {
        let model = FakeModel(clock) { _ in (.zero, answered()) }
        let client = client(model) {
            $0.rate = RateLimit(requests: TokenBucket(perMinute: 60, burst: 2), tokens: nil)
            $0.maxConcurrency = 50
        }
        _ = await clock.run { await askAll(client, 20) }
        let times = model.calls.map(\.at)
        #expect(times == times.sorted() && times.last == .seconds(18))
        #expect(times == [0, 0].map { .seconds($0) } + (1...18).map { Duration.seconds($0) })
    }

    @Test func whatCannotBeNotedIsNotSent() async throws {
        struct DiskFull: Error {}
        let model = FakeModel(clock) { _ in (.zero, answered()) }
        let hooks = VLMClient.Hooks(beforeDispatch: { request, reserved in
            #expect(reserved > 0)
            if request.reference != "q7" { throw DiskFull() }
        })
        let client = client(model, hooks) {
            $0.price = price
            $0.budget = Budget(limit: 10 * answerCost)
            $0.maxConcurrency = 2
        }
        let outcomes = await clock.run { await askAll(client, 30) }
        for (number, outcome) in outcomes {
            #expect(number == 7 ? outcome.record != nil : outcome.stop == .unrecorded(message: "DiskFull()"))
        }
        #expect(model.calls.count == 1 && client.statistics.nanodollars == answerCost)
        #expect(client.statistics.inFlight == 0 && client.statistics.reservedNanodollars == 0)
    }

    @Test func aThousandCallsAtOnce() async throws {
        let model = FakeModel(clock) { _ in (.zero, answered()) }
        let client = client(model) { $0.maxConcurrency = 256 }
        let outcomes = await clock.run { await askAll(client, 5000) }
        #expect(outcomes.values.allSatisfy { $0.record?.result == answered() } && model.calls.count == 5000)
        #expect(model.mostInFlight <= 256)
    }

    // MARK: Hedging

    @Test func aHedgeOvertakesASlowCall() async throws {
        let late = Mutex<[TokenUsage]>([])
        let lateCost = Mutex<Int64>(0)
        let hooks = VLMClient.Hooks(billedLate: { _, usage, cost in
            late.withLock { $0.append(usage) }
            lateCost.withLock { $0 += cost ?? 0 }
        })
        let model = FakeModel(clock) { call in
            call.attempt == 0 ? (.seconds(60), answered("slow")) : (.seconds(1), answered("fast"))
        }
        let client = client(model, hooks) {
            $0.price = price
            $0.hedgeAfter = .seconds(5)
        }
        let record = try #require(
            await clock.run {
                let outcome = await client.ask(question(1))
                #expect(client.statistics.inFlight == 1)
                await client.drain()
                while late.withLock({ $0.isEmpty }) { await Task.yield() }
                return outcome
            }.record)
        #expect(record.result.value?.text == "fast" && record.latency == .seconds(6) && record.attempts == 1)
        #expect(
            record.cost == answerCost && late.withLock { $0 } == [testUsage] && lateCost.withLock { $0 } == answerCost)
        #expect(client.statistics.nanodollars == 2 * answerCost && client.statistics.attempts == 2)
    }

    @Test func fastCallsAreNotHedged() async throws {
        let model = FakeModel(clock) { _ in (.seconds(1), answered()) }
        let client = client(model) { $0.hedgeAfter = .seconds(5) }
        let outcomes = await clock.run { await askAll(client, 20) }
        #expect(outcomes.values.allSatisfy { $0.record?.result == answered() } && model.calls.count == 20)
    }

    /// A copy that fails leaves the other one its time; only when both failed has the attempt failed.
    @Test(arguments: [true, false]) func aFailedCopyWaitsForTheOther(_ isFirstFailing: Bool) async throws {
        let model = FakeModel(clock) { call in
            let isFirst = call.attempt == 0
            return (
                .seconds(10),
                isFirst == isFirstFailing
                    ? failed(.invalid, 200, usage: testUsage) : answered(isFirst ? "first" : "second")
            )
        }
        let client = client(model) {
            $0.price = price
            $0.hedgeAfter = .seconds(5)
        }
        let record = try #require(
            await clock.run {
                let outcome = await client.ask(question(1))
                await client.drain()
                return outcome
            }.record)
        #expect(record.result.value?.text == (isFirstFailing ? "second" : "first"))
        #expect(record.billed == (isFirstFailing ? testUsage + testUsage : testUsage))
        #expect(client.statistics.nanodollars == 2 * answerCost && client.statistics.inFlight == 0)
    }

    @Test func failuresOfBothCopiesAreRetried() async throws {
        let model = FakeModel(clock) { call in
            (.seconds(10), call.attempt < 2 ? failed(.http, 500, usage: testUsage) : answered())
        }
        let client = client(model) {
            $0.price = price
            $0.hedgeAfter = .seconds(5)
            $0.retry.maxAttempts = 2
        }
        let record = try #require(
            await clock.run {
                let outcome = await client.ask(question(1))
                await client.drain()
                return outcome
            }.record)
        #expect(record.result == answered() && record.attempts == 2)
        #expect(record.cost.map { $0 <= client.statistics.nanodollars && $0 >= 3 * answerCost } == true)
    }

    @Test func cancellingEndsBothCopies() async throws {
        let model = FakeModel(clock) { _ in (.seconds(1000), answered()) }
        let client = client(model) {
            $0.hedgeAfter = .zero
            $0.retry.maxAttempts = 1
        }
        let task = Task { await client.ask(question(1)) }
        while model.calls.count < 2 { await Task.yield() }
        task.cancel()
        let record = try #require(await task.value.record)
        #expect(record.result.failure?.message == "cancelled" && record.interruption == .stopped)
        await client.drain()
        #expect(client.statistics.inFlight == 0)
    }
}
