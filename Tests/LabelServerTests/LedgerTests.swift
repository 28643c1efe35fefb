import Foundation
import Ground
import Testing
import VisionLanguage

@testable import LabelServer

@Suite struct LedgerTests {
    private func call(_ index: Int) -> ServerLedger.Call {
        .init(reference: "s\(index)", usage: TokenUsage(prompt: 10 + index, completion: 3), pictures: 2)
    }

    @Test func totalsAreThoseOfTheCalls() {
        var random = SplitMix64(seed: 1)
        var ledger = ServerLedger()
        for _ in 0..<500 {
            _ = ledger.enter(limit: nil)
            ledger.leave("200", fault: nil, call: call(random.below(20)))
            if random.below(4) == 0 { ledger.revoke(ledger.calls[random.below(ledger.calls.count)]) }
            let calls = ledger.calls
            let byReference = Dictionary(grouping: calls, by: \.reference)
            #expect(ledger.usage == calls.reduce(TokenUsage()) { $0 + $1.usage })
            #expect(ledger.pictures == 2 * calls.count)
            #expect(ledger.references == byReference.count)
            #expect(ledger.doubledReferences == byReference.values.count { $0.count > 1 })
            #expect(ledger.answers["200", default: 0] == calls.count)
        }
        #expect(ledger.maxConcurrency == 1)
    }

    @Test func attemptsAreCountedByReference() {
        var ledger = ServerLedger()
        for ordinal in 0..<30 {
            let (attempt, place) = ledger.attempt("s\(ordinal % 3)")
            #expect(attempt == ordinal / 3)
            #expect(place == ordinal)
        }
    }

    @Test func concurrencyIsLimited() {
        var ledger = ServerLedger()
        let entered = (0..<5).map { _ in ledger.enter(limit: 3) }
        #expect(entered == [true, true, true, false, false])
        ledger.leave("200", fault: nil)
        let isIn = ledger.enter(limit: 3)
        #expect(isIn)
        #expect(ledger.maxConcurrency == 3)
    }

    @Test func linesAreJSON() throws {
        var ledger = ServerLedger()
        for index in 0..<3 {
            _ = ledger.enter(limit: nil)
            var call = call(index)
            call.fault = .truncation
            ledger.leave("200", fault: .truncation, call: call)
        }
        let lines = ledger.callLines.split(separator: "\n")
        #expect(lines.count == 3)
        let line = try #require(try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        #expect(line["reference"] as? String == "s1")
        #expect(line["prompt_tokens"] as? Int == 11)
        #expect(line["fault"] as? String == "truncation")
        let totals = try #require(
            try JSONSerialization.jsonObject(with: Data(ledger.totalsJSON.utf8)) as? [String: Any])
        #expect(totals["billed_calls"] as? Int == 3)
        #expect(totals["prompt_tokens"] as? Int == 33)
        #expect((totals["faults"] as? [String: Int]) == ["truncation": 3])
    }

    /// In no stretch of time pass more requests than the rate and one second's worth, and who waits as told passes.
    @Test(arguments: [1, 30, 60, 600, 6000]) func quotaHolds(_ perMinute: Int) {
        let start = ContinuousClock.now
        var now = start
        var quota = RequestQuota(perMinute: perMinute, at: start)
        var random = SplitMix64(seed: 9)
        var passed = 0
        for _ in 0..<2000 {
            if let wait = quota.admit(at: now) {
                #expect(wait > .zero)
                if random.below(2) == 0 {
                    now += wait + .nanoseconds(1)
                    let again = quota.admit(at: now)
                    #expect(again == nil)
                    passed += 1
                }
            } else {
                passed += 1
            }
            now += .milliseconds(random.below(60_000 / perMinute))
        }
        let perSecond = Double(perMinute) / 60
        #expect(Double(passed) <= max(1, perSecond) + (now - start) / .seconds(1) * perSecond + 1e-6)
        #expect(passed > 100)
    }
}
