import Foundation
import Ground
import JSON
import TestSupport
import Testing

@testable import VisionLanguage

@Suite struct RateLimitTests {
    /// What is taken in any 60 s, counted by brute force, against the limit and one burst (or one request larger than
    /// that).
    @Test(arguments: 0..<20) func noWindowHoldsMoreThanLimitAndBurst(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let perMinute = Double.random(in: 10...2000, using: &random)
        let burst = Double.random(in: 1...300, using: &random)
        let greatest = Double.random(in: 1...500, using: &random)
        var bucket = TokenBucket(perMinute: perMinute, burst: burst)
        var now = Duration.seconds(Int.random(in: 0...1000, using: &random))
        var taken: [(at: Double, amount: Double)] = []
        for _ in 0..<600 {
            if Int.random(in: 0..<10, using: &random) == 0 {
                now += .milliseconds(Int.random(in: 0...20_000, using: &random))
            }
            let amount = Double.random(in: 0...greatest, using: &random)
            let wait = bucket.wait(for: amount, at: now)
            #expect(wait >= .zero)
            now += wait
            #expect(bucket.wait(for: amount, at: now) == .zero)
            bucket.take(amount)
            taken.append((now.seconds, amount))
        }
        for (index, first) in taken.enumerated() {
            let sum = taken[index...].prefix { $0.at < first.at + 60 }.reduce(0) { $0 + $1.amount }
            #expect(sum <= perMinute + max(burst, greatest) + 1e-6 * perMinute)
        }
        // And it is no slower than it must be.
        let elapsed = (taken.last?.at ?? 0) - (taken.first?.at ?? 0)
        let total = taken.reduce(0) { $0 + $1.amount }
        #expect(total <= perMinute / 60 * elapsed + burst + greatest)
    }

    @Test func waitsAreExact() {
        var bucket = TokenBucket(perMinute: 60, burst: 2)
        for _ in 0..<2 {
            #expect(bucket.wait(for: 1, at: .seconds(5)) == .zero)
            bucket.take(1)
        }
        #expect(bucket.wait(for: 1, at: .seconds(5)) == .seconds(1))
        #expect(bucket.wait(for: 1, at: .milliseconds(5250)) == .milliseconds(750))
        #expect(bucket.wait(for: 1, at: .seconds(6)) == .zero)
        // A time before the last one changes nothing.
        #expect(bucket.wait(for: 2, at: .seconds(1)) == .seconds(1))
        // Larger than the bucket: when it is full.
        #expect(bucket.wait(for: 50, at: .seconds(6)) == .seconds(1))
        #expect(bucket.wait(for: 50, at: .seconds(7)) == .zero)
        bucket.take(50)
        #expect(bucket.wait(for: 1, at: .seconds(7)) == .seconds(49))
        bucket.settle(taken: 50, actual: 10)
        #expect(bucket.wait(for: 1, at: .seconds(7)) == .seconds(9))
        // Nothing can be put back beyond a full bucket.
        bucket.settle(taken: 1000, actual: 0)
        #expect(bucket.wait(for: 2, at: .seconds(7)) == .zero)
        bucket.take(2)
        #expect(bucket.wait(for: 1, at: .seconds(7)) == .seconds(1))
    }

    @Test func bothBucketsMustHaveIt() {
        var rate = RateLimit(
            requests: TokenBucket(perMinute: 60, burst: 1), tokens: TokenBucket(perMinute: 600, burst: 100))
        #expect(rate.reserve(tokens: 100, at: .zero) == .zero)
        #expect(rate.reserve(tokens: 50, at: .zero) == .seconds(5))
        #expect(rate.reserve(tokens: 0, at: .zero) == .seconds(1))
        rate.settle(reserved: 100, actual: 20)
        // Waiting took nothing.
        #expect(rate.reserve(tokens: 80, at: .seconds(1)) == .zero)
        rate.release(tokens: 80)
        #expect(rate.reserve(tokens: 90, at: .seconds(1)) == .zero)
        var none = RateLimit()
        for _ in 0..<1000 { #expect(none.reserve(tokens: .max, at: .zero) == .zero) }
    }
}

@Suite struct AdaptiveConcurrencyTests {
    /// A round: as many calls as are allowed, begun together, all ending the same way.
    private func round(_ control: inout AdaptiveConcurrency, _ ending: AdaptiveConcurrency.Ending) {
        var tickets: [AdaptiveConcurrency.Ticket] = []
        while control.mayBegin { tickets.append(control.begin()) }
        for ticket in tickets { control.end(ticket, ending) }
    }

    @Test func doublesThenGrowsByOneAndHalvesOnceARound() {
        var control = AdaptiveConcurrency(max: 256)
        var limits = [control.limit]
        for _ in 0..<3 {
            round(&control, .success)
            limits.append(control.limit)
        }
        // The last calls of a round end with few in flight: they no longer prove the limit.
        #expect(limits[0] == 8 && zip(limits, limits.dropFirst()).allSatisfy { $1 > $0 && $1 <= 2 * $0 })
        #expect(limits[3] >= 20)
        let before = control.limit
        round(&control, .overload)
        #expect(control.limit == before / 2)
        for _ in 0..<4 {
            let before = control.limit
            for _ in 0..<2 { round(&control, .success) }
            #expect(control.limit >= before && control.limit <= before + 2)
        }
        round(&control, .neutral)
        for _ in 0..<20 { round(&control, .overload) }
        #expect(control.limit == 1)
        for _ in 0..<2000 { round(&control, .success) }
        #expect(control.limit > 30)
    }

    /// A server that carries so many calls and turns the rest away is found out; one that turns a few away by chance is
    /// not taken for full.
    @Test(arguments: [4, 20, 100]) func findsWhatTheServerCarries(_ capacity: Int) {
        var control = AdaptiveConcurrency(max: 256)
        var limits: [Int] = []
        for _ in 0..<3000 {
            var tickets: [AdaptiveConcurrency.Ticket] = []
            while control.mayBegin { tickets.append(control.begin()) }
            for (index, ticket) in tickets.enumerated() { control.end(ticket, index < capacity ? .success : .overload) }
            limits.append(control.limit)
        }
        let settled = limits.suffix(1000)
        #expect(settled.max()! <= capacity * 2 + 2 && settled.reduce(0, +) / settled.count >= capacity / 2)
        var chance = AdaptiveConcurrency(max: 256)
        var random = SplitMix64(seed: 7)
        for _ in 0..<1000 { round(&chance, Int.random(in: 0..<20, using: &random) == 0 ? .neutral : .success) }
        for _ in 0..<20_000 {
            while chance.mayBegin, chance.inFlight < 64 { _ = chance.begin() }
            let ticket = chance.begin()
            chance.end(ticket, Int.random(in: 0..<20, using: &random) == 0 ? .overload : .success)
        }
        #expect(chance.limit >= 64)
    }

    @Test(arguments: 1...20) func startAndMaximum(_ max: Int) {
        var control = AdaptiveConcurrency(max: max)
        #expect(control.limit == min(8, max))
        for _ in 0..<100 { round(&control, .success) }
        #expect(control.limit == max)
    }

    @Test(arguments: 0..<10) func limitsHoldInAnyOrder(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var control = AdaptiveConcurrency(max: 40)
        var open: [AdaptiveConcurrency.Ticket] = []
        for _ in 0..<5000 {
            if control.mayBegin, Bool.random(using: &random) {
                open.append(control.begin())
                #expect(open.count <= control.limit)
            } else if !open.isEmpty {
                let ending: AdaptiveConcurrency.Ending = [.success, .success, .success, .neutral, .overload]
                    .randomElement(using: &random)!
                let before = control.limit
                control.end(open.remove(at: .random(in: 0..<open.count, using: &random)), ending)
                #expect(control.limit >= max(1, before / 2) && control.limit <= before + 1)
                if ending == .neutral { #expect(control.limit == before) }
            }
            #expect(control.inFlight == open.count && (1...40).contains(control.limit))
        }
    }

    @Test func whatCountsAsOverload() {
        #expect(AdaptiveConcurrency.Ending(answered()) == .success)
        for status in [408, 429, 503, 504, 529] {
            #expect(AdaptiveConcurrency.Ending(failed(.http, status)) == .overload)
        }
        for status in [400, 401, 404, 500, 502] {
            #expect(AdaptiveConcurrency.Ending(failed(.http, status)) == .neutral)
        }
        #expect(AdaptiveConcurrency.Ending(failed(.transport)) == .neutral)
        #expect(AdaptiveConcurrency.Ending(.failure(CallFailure(.transport, "late", isTimeout: true))) == .overload)
        for kind in [CallFailure.Kind.refusal, .truncation, .invalid] {
            #expect(AdaptiveConcurrency.Ending(failed(kind, 200)) == .success)
        }
    }
}

@Suite struct CircuitBreakerTests {
    private let settings = CircuitBreaker.Settings(
        failuresToOpen: 3, maxProbes: 2, firstInterval: .seconds(10), longestInterval: .seconds(10))

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker(settings)
        breaker.ended(answered(), isProbe: false, at: .zero)
        for _ in 0..<3 { breaker.ended(failed(.transport), isProbe: false, at: .zero) }
        return breaker
    }

    @Test func opensAfterFailuresInARow() {
        for result in [
            failed(.transport), failed(.http, 500), failed(.http, 503), failed(.transport, isServerDown: true),
        ] {
            var breaker = CircuitBreaker(settings)
            for _ in 0..<2 { breaker.ended(result, isProbe: false, at: .zero) }
            breaker.ended(answered(), isProbe: false, at: .zero)
            for _ in 0..<2 { breaker.ended(result, isProbe: false, at: .zero) }
            #expect(breaker.isClosed)
            breaker.ended(result, isProbe: false, at: .seconds(1))
            #expect(breaker.admission(at: .seconds(2)) == .wait(until: .seconds(11)))
        }
    }

    @Test func otherFailuresDoNotOpen() {
        for result in [
            failed(.http, 400), failed(.http, 429), failed(.refusal, 200), failed(.truncation, 200),
            failed(.invalid, 200),
            failed(.invalid),
        ] {
            var breaker = CircuitBreaker(settings)
            breaker.ended(answered(), isProbe: false, at: .zero)
            for _ in 0..<100 { breaker.ended(result, isProbe: false, at: .zero) }
            #expect(breaker.isClosed)
        }
    }

    @Test func diesAtOnceWhereNoCallCanFareBetter() {
        for result in [failed(.http, 401, isServerDown: true), failed(.http, 429, isQuota: true)] {
            var breaker = CircuitBreaker(settings)
            breaker.ended(result, isProbe: false, at: .zero)
            #expect(breaker.deathMessage == "the server does not serve us: http")
            breaker = opened()
            breaker.ended(result, isProbe: false, at: .zero)
            #expect(breaker.deathMessage != nil)
        }
    }

    @Test func oneProbeAtATimeThenDeath() {
        var breaker = opened()
        #expect(breaker.admission(at: .seconds(9)) == .wait(until: .seconds(10)))
        #expect(breaker.admission(at: .seconds(10)) == .probe)
        breaker.beginProbe()
        #expect(breaker.admission(at: .seconds(10)) == .waitForProbe)
        // Late calls' failures are no probes.
        breaker.ended(failed(.transport), isProbe: false, at: .seconds(11))
        #expect(breaker.admission(at: .seconds(11)) == .waitForProbe)
        breaker.ended(failed(.http, 500), isProbe: true, at: .seconds(12))
        #expect(breaker.admission(at: .seconds(12)) == .wait(until: .seconds(22)))
        breaker.beginProbe()
        breaker.ended(failed(.transport), isProbe: true, at: .seconds(22))
        #expect(breaker.deathMessage == "the server does not serve us: transport")
        breaker.ended(answered(), isProbe: false, at: .seconds(23))
        #expect(breaker.admission(at: .seconds(1000)) == .dead(message: "the server does not serve us: transport"))
    }

    @Test func aServerThatRefusesEverythingIsGivenUp() {
        var breaker = CircuitBreaker(settings)
        for _ in 0..<4 { breaker.ended(failed(.http, 400), isProbe: false, at: .zero) }
        #expect(breaker.isClosed)
        breaker.ended(failed(.http, 422), isProbe: false, at: .zero)
        #expect(breaker.deathMessage != nil)
        // One that has served a call may call any number of others wrong.
        breaker = CircuitBreaker(settings)
        breaker.ended(answered(), isProbe: false, at: .zero)
        for _ in 0..<100 { breaker.ended(failed(.http, 400), isProbe: false, at: .zero) }
        #expect(breaker.isClosed)
    }

    @Test func aServerThatNeverServedIsGivenUpSooner() {
        for probesAtStart in 1...4 {
            var breaker = CircuitBreaker(.init(failuresToOpen: 1, maxProbes: 3, maxProbesAtStart: probesAtStart))
            breaker.ended(failed(.transport), isProbe: false, at: .zero)
            for probe in 1...min(3, probesAtStart) {
                #expect(breaker.deathMessage == nil)
                breaker.beginProbe()
                breaker.ended(failed(.transport), isProbe: true, at: .seconds(probe))
            }
            #expect(breaker.deathMessage != nil)
        }
    }

    @Test func anyReplyOfALivingServerCloses() {
        for result in [answered(), failed(.refusal, 200), failed(.invalid, 200), failed(.http, 400)] {
            var breaker = opened()
            breaker.beginProbe()
            breaker.ended(result, isProbe: true, at: .seconds(10))
            #expect(breaker.isClosed)
            breaker = opened()
            breaker.ended(result, isProbe: false, at: .seconds(1))
            #expect(breaker.isClosed)
        }
    }

    @Test func anAbandonedProbeIsMadeUpFor() {
        var breaker = opened()
        breaker.beginProbe()
        breaker.abandonProbe(at: .seconds(10))
        #expect(breaker.admission(at: .seconds(10)) == .probe)
        // A probe that says nothing counts neither way.
        for step in 1...10 {
            breaker.beginProbe()
            breaker.ended(failed(.http, 429), isProbe: true, at: .seconds(step * 10))
            #expect(breaker.admission(at: .seconds(step * 10)) == .wait(until: .seconds(step * 10 + 10)))
        }
    }

    @Test func byDefaultAServerIsGivenAMinute() {
        let settings = CircuitBreaker.Settings()
        let intervals = (0..<settings.maxProbes).map { settings.interval(failedProbes: $0) }
        #expect(intervals == [1, 2, 4, 8, 16, 30].map { .seconds($0) })
        #expect(settings.failuresToOpen < RetryPolicy().maxAttempts)
    }
}

@Suite struct BudgetTests {
    @Test(arguments: 0..<20) func spentAndReservedStayWithinTheLimit(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limit = Int64.random(in: 0...10_000, using: &random)
        var budget = Budget(limit: limit, spent: limit / 3)
        var (open, spent): ([Int64], Int64) = ([], limit / 3)
        for _ in 0..<3000 {
            if Bool.random(using: &random) {
                let estimate = Int64.random(in: 0...600, using: &random)
                let fits = spent + open.reduce(0, +) + estimate <= limit
                let isReserved = budget.reserve(estimate)
                #expect(isReserved == fits)
                if fits { open.append(estimate) }
            } else if let index = open.indices.randomElement(using: &random) {
                let reserved = open.remove(at: index)
                if Bool.random(using: &random) {
                    let actual = Int64.random(in: 0...reserved, using: &random)
                    budget.settle(reserved: reserved, actual: actual)
                    spent += actual
                } else {
                    budget.release(reserved)
                }
            }
            #expect(budget.spent == spent && budget.reserved == open.reduce(0, +))
            #expect(budget.spent + budget.reserved <= limit)
        }
    }

    @Test func whatCostsMoreThanReservedIsCountedAndBlocks() {
        var budget = Budget(limit: 100)
        #expect([budget.reserve(90), budget.reserve(11)] == [true, false])
        budget.settle(reserved: 90, actual: 150)
        #expect(budget.spent == 150 && budget.reserved == 0)
        #expect([budget.reserve(1), budget.reserve(0)] == [false, true])
    }

    @Test func extremesDoNotOverflow() {
        var budget = Budget(limit: .max)
        #expect([budget.reserve(.max), budget.reserve(1)] == [true, false])
        budget.settle(reserved: .max, actual: .max)
        budget.settle(reserved: 0, actual: .max)
        #expect(budget.spent == .max)
        var free = Budget(limit: nil)
        #expect((0..<3).map { _ in free.reserve(.max) } == [true, true, true])
        #expect(!Budget(limit: 10, spent: 20).canReserve(1))
    }
}

@Suite struct PriceTests {
    /// The cost by decimal arithmetic.
    private func expected(_ entry: PriceTable.Entry, _ usage: TokenUsage, _ isBatch: Bool) -> Int64 {
        let dollars =
            Decimal(usage.prompt - usage.cached) * Decimal(string: "\(entry.input)")!
            + Decimal(usage.cached) * Decimal(string: "\(entry.cachedInput ?? entry.input)")!
            + Decimal(usage.completion) * Decimal(string: "\(entry.output)")!
        var cost = dollars * 1000 * (isBatch ? Decimal(string: "\(entry.batchFactor ?? 0.5)")! : 1)
        var rounded = Decimal()
        NSDecimalRound(&rounded, &cost, 0, .up)
        return Int64(truncating: rounded as NSDecimalNumber)
    }

    @Test func costsAreExact() {
        var random = SplitMix64(seed: 5)
        for entry in PriceTable.builtIn.entries + [.init(model: "x", input: 0.0375, output: 0.0001, batchFactor: 0.3)] {
            for _ in 0..<300 {
                let prompt = Int.random(in: 0...2_000_000, using: &random)
                let usage = TokenUsage(
                    prompt: prompt, cached: .random(in: 0...prompt, using: &random),
                    completion: .random(in: 0...100_000, using: &random))
                for isBatch in [false, true] {
                    #expect(entry.cost(usage, isBatch: isBatch) == expected(entry, usage, isBatch))
                }
            }
        }
        #expect(PriceTable.Entry(model: "x", input: 1e-9, output: 0).cost(TokenUsage(prompt: 1)) == 1)
        #expect(PriceTable.Entry(model: "x", input: 0, output: 0).cost(TokenUsage(prompt: .max)) == 0)
        #expect(PriceTable.Entry(model: "x", input: 1e300, output: .nan).cost(TokenUsage(prompt: .max)) == .max)
        #expect(PriceTable.Entry(model: "x", input: -1, output: -1).cost(TokenUsage(prompt: 5, cached: 9)) == 0)
    }

    @Test func theMostSpecificEntryCounts() {
        func entry(_ model: String, _ provider: String? = nil, _ price: Double) -> PriceTable.Entry {
            .init(provider: provider, model: model, input: price, output: 0)
        }
        let table = PriceTable(entries: [
            entry("gpt-4o-mini", nil, 1), entry("*", nil, 2), entry("gpt-*", nil, 3), entry("gpt-4o*", nil, 4),
            entry("gpt-4o*", "openai", 5), entry("gpt-4o-x", nil, 6), entry("gpt-4o-x", nil, 7),
        ])
        func price(_ model: String, _ provider: String = "other") -> Double? {
            table.entry(for: ModelIdentity(provider: provider, baseURL: "", model: model))?.input
        }
        #expect(price("gpt-4o-mini") == 1 && price("gpt-4o-mini", "openai") == 1)
        #expect(price("gpt-4o-2024") == 4 && price("gpt-4o-2024", "openai") == 5)
        #expect(price("gpt-5") == 3 && price("llama") == 2 && price("gpt-4o-x") == 7)
        #expect(PriceTable(entries: []).entry(for: ModelIdentity(provider: "", baseURL: "", model: "m")) == nil)
        let mine = PriceTable(entries: table.entries + [entry("gpt-*", nil, 9)])
        #expect(mine.entry(for: ModelIdentity(provider: "", baseURL: "", model: "gpt-5"))?.input == 9)
    }

    @Test func aFileComesBeforeTheBuiltInPrices() throws {
        let folder = try TemporaryFolder()
        let text = """
            - {model: m*, input: 1, output: 2, tokens_per_picture: {patchSide: 28}}
            - {provider: openai, model: gpt-4.1-mini*, input: 3, output: 4, cached_input: 0.5, batch_factor: 0.25}
            """
        let table = try PriceTable(file: try folder.write(text, to: "prices.yaml"))
        func entry(_ model: String) -> PriceTable.Entry? {
            table.entry(for: ModelIdentity(provider: "openai", baseURL: "", model: model))
        }
        #expect(entry("m1") == .init(model: "m*", input: 1, output: 2, tokensPerPicture: .patchSide(28)))
        #expect(
            entry("gpt-4.1-mini")
                == .init(
                    provider: "openai", model: "gpt-4.1-mini*", input: 3, output: 4, cachedInput: 0.5, batchFactor: 0.25
                ))
        #expect(try entry("gpt-4o") == PriceTable(file: nil).entries.first)
    }

    @Test(arguments: [
        ("{patchSide: 0}", "row 1: tokens_per_picture: patchSide: a number above 0"), ("{fixed: -1}", "above 0"),
        ("{}", "one of fixed"), ("{fixed: 1, patchSide: 2}", "one of fixed"), ("{other: 1}", "one of fixed"),
    ])
    func badPriceFilesAreRefused(_ rule: String, _ problem: String) throws {
        let folder = try TemporaryFolder()
        func refused(_ text: String) throws -> PriceFileError? {
            let file = try folder.write(text, to: "prices.yaml")
            return #expect(throws: PriceFileError.self) { try PriceTable(file: file) }
        }
        let error = try refused("- {model: m, input: 1, output: 2, tokens_per_picture: \(rule)}")
        #expect(
            error?.exit == .badInput && error?.description.contains(problem) == true, "\(error?.description ?? "")")
        #expect(try refused("- {model: m, input: 1}")?.description.contains("row 1 has no output") == true)
        #expect(try refused("- {model: m, input: -1, output: 2}")?.description.contains("a price of m") == true)
        #expect(try refused("{[")?.description.contains("YAML") == true)
        let missing = #expect(throws: PriceFileError.self) { try PriceTable(file: folder("no.yaml")) }
        #expect(missing?.exit == .inputMissing)
    }

    @Test func pictures() {
        #expect(PictureTokens.fixed(85).count(width: 1, height: 9999) == 85)
        #expect(PictureTokens.pixelsPerToken(750).count(width: 300, height: 300) == 120)
        #expect(PictureTokens.pixelsPerToken(750).count(width: 1, height: 1) == 1)
        for side in 1...5 {
            for width in 0...12 {
                let count = stride(from: 0, to: width, by: side).reduce(0) { sum, _ in sum + 1 }
                #expect(PictureTokens.patchSide(side).count(width: width, height: 12) == count * ((11 + side) / side))
            }
        }
    }

    @Test func estimatesCountTextPicturesAndOverhead() {
        for count in 0...9 {
            #expect(TokenEstimate.text(String(repeating: "x", count: count)) == (count + 3) / 4)
        }
        let estimate = TokenEstimate(pictures: .fixed(100))
        let request = testRequest(format: .json(testSchema))
        let texts =
            TokenEstimate.text("You judge.") + TokenEstimate.text("Before \"x\"\n\\:") + TokenEstimate.text("After")
        #expect(estimate.prompt(request) == 200 + texts + TokenEstimate.text(testSchema.json) + 6 * 4)
        #expect(estimate.greatestUsage(request).completion == 256)
        #expect(TokenEstimate(pictures: nil).prompt(request) == estimate.prompt(request) - 200 + 121 + 2)
    }
}

@Suite struct RequestHashTests {
    @Test func everyFieldCountsExceptTheReference() {
        let identity = ModelIdentity(provider: "p", baseURL: "b", model: "m")
        let base = testRequest(format: .json(testSchema))
        let changes: [(inout VLMRequest) -> Void] = [
            { $0.system = nil }, { $0.system = "" }, { $0.system = "You judge!" }, { $0.parts.removeLast() },
            { $0.parts.swapAt(0, 2) }, { $0.parts.swapAt(1, 3) }, { $0.parts[2] = .text("after") },
            { $0.parts[1] = .text("image/jpeg") }, { $0.parts.append(.text("")) },
            { $0.parts[0] = .text("Before \"x\"\n\\:After") },
            {
                $0.parts[1] = .picture(
                    EncodedPicture(file: (0..<100).map { UInt8($0) }, mediaType: .png, width: 300, height: 300))
            },
            { $0.format = .text }, { $0.format = .json(JSONSchema(name: "b", json: testSchema.json)) },
            { $0.format = .json(JSONSchema(name: testSchema.name, json: "{}")) }, { $0.sampling.temperature = 0.1 },
            { $0.sampling.seed = nil }, { $0.sampling.seed = 8 }, { $0.sampling.maxTokens = 257 },
            { $0.sampling.topLogprobs = nil }, { $0.sampling.topLogprobs = 0 }, { $0.sample = 1 },
        ]
        var hashes: Set<RequestHash> = [RequestHash(base, identity: identity)]
        for (index, change) in changes.enumerated() {
            var request = base
            change(&request)
            #expect(hashes.insert(RequestHash(request, identity: identity)).inserted, "change \(index)")
        }
        for other in [
            ModelIdentity(provider: "q", baseURL: "b", model: "m"),
            ModelIdentity(provider: "p", baseURL: "c", model: "m"),
            ModelIdentity(provider: "p", baseURL: "b", model: "n"),
            ModelIdentity(provider: "pb", baseURL: "", model: "m"),
        ] {
            #expect(hashes.insert(RequestHash(base, identity: other)).inserted)
        }
        #expect(hashes.insert(RequestHash(base, identity: identity, settings: "x")).inserted)
        var renamed = base
        renamed.reference = "other"
        #expect(RequestHash(renamed, identity: identity) == RequestHash(base, identity: identity))
        let text = RequestHash(base, identity: identity).description
        #expect(text.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func settingsAreThoseOfTheAnswer() {
        var options = ProviderOptions(baseURL: "https://h", model: "m", extraBody: ["b": 1, "a": ["d": 1, "c": 2]])
        let settings = options.answerSettings
        options.extraBody = ["a": ["c": 2, "d": 1], "b": 1]
        options.extraHeaders = ["X": "y"]
        #expect(options.answerSettings == settings)
        for change in [{ $0.detail = .low }, { $0.sendsSchema = false }, { $0.extraBody = [:] }]
            as [(inout ProviderOptions) -> Void]
        {
            var other = options
            change(&other)
            #expect(other.answerSettings != settings)
        }
    }
}

@Suite struct APIKeyTests {
    @Test func sourcesAndErrors() throws {
        #expect(try APIKey(" secret-1\n").secret == "secret-1")
        #expect(try APIKey(environmentVariable: "K", in: ["K": "secret-1\n"]).secret == "secret-1")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("\tsecret-1\r\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try APIKey(file: path).secret == "secret-1")

        for text in [
            "", " \n", "two words", "line1\nline2", "pass\u{7}", "schlüssel", String(repeating: "x", count: 9000),
        ] {
            let fromVariable = #expect(throws: APIKey.LoadError.self) {
                try APIKey(environmentVariable: "K", in: ["K": text])
            }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let fromFile = #expect(throws: APIKey.LoadError.self) { try APIKey(file: path) }
            #expect(fromVariable?.description.contains("variable K ") == true)
            #expect(fromFile?.description.contains(path) == true)
            if text.count > 3 {
                #expect(
                    fromVariable?.description.contains(text) == false && fromFile?.description.contains(text) == false)
            }
        }
        let missing = #expect(throws: APIKey.LoadError.self) { try APIKey(environmentVariable: "K", in: [:]) }
        #expect(missing?.description.contains("K is not set") == true)
        #expect(throws: APIKey.LoadError.self) { try APIKey(file: path + "/none") }
        #expect(throws: APIKey.LoadError.self) { try APIKey(file: "/") }
    }

    @Test func keysAreNotShown() throws {
        let key = try APIKey("secret-123456")
        #expect("\(key)" == "***" && String(reflecting: key) == "***")
        var text = ""
        dump((key, Optional(key)), to: &text)
        #expect(!text.contains("secret") && Mirror(reflecting: key).children.isEmpty)
        #expect(!(key as Any is any Encodable))
    }
}
