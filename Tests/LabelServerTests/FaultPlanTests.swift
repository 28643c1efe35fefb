import Testing

@testable import LabelServer

@Suite struct FaultPlanTests {
    @Test func textIsRead() throws {
        let plan = try FaultPlan(
            "429:0.05, 429-after:0.04@3s,slow:0.02@250ms,cut:0.03,garbage:0.03,"
                + "first:3=cut,first:1=slow@0.5s,latency:20ms",
            seed: 5)
        #expect(plan.seed == 5)
        #expect(plan.latency == .milliseconds(20))
        #expect(
            plan.first == [
                Fault(.cutHead), Fault(.cutBody), Fault(.cutHead), Fault(.slow, duration: .milliseconds(500)),
            ])
        #expect(
            plan.rates.map(\.fault) == [
                Fault(.rateLimit), Fault(.rateLimitAfter, duration: .seconds(3)),
                Fault(.slow, duration: .milliseconds(250)),
                Fault(.cutHead), Fault(.cutBody), Fault(.garbageText), Fault(.garbageJSON), Fault(.garbageEmpty),
            ])
        #expect(abs(plan.rates.reduce(0) { $0 + $1.rate } - 0.17) < 1e-12)
        #expect(try FaultPlan("") == FaultPlan())
    }

    @Test(arguments: Fault.Kind.allCases) func everyKindHasItsName(_ kind: Fault.Kind) throws {
        let plan = try FaultPlan("\(kind.rawValue):1,first:1=\(kind.rawValue)")
        #expect(plan.rates == [.init(Fault(kind), 1)])
        #expect(plan.first == [Fault(kind)])
    }

    @Test(arguments: [
        "500", "500:", "500:x", "500:-0.1", "500:1.1", "500:nan", "teapot:0.1", "500:0.6,503:0.5", "500:0.1@2s",
        "slow:0.1@2", "slow:0.1@-2s", "slow:0.1@2h", "first:0=500", "first:500", "first:2=teapot", "latency:fast",
        "latency:inf s", ":0.1",
    ]) func wrongTextIsRefused(_ text: String) {
        #expect(throws: FaultPlanError.self) { try FaultPlan(text) }
    }

    @Test func unknownFaultsAreAnsweredWithTheKnown() {
        let error = #expect(throws: FaultPlanError.self) { try FaultPlan("429-aftr:0.1") }
        #expect(error?.message.contains("429-aftr") == true)
        #expect(error?.message.contains("429-after-ms") == true)
    }

    @Test func sharesAreMet() {
        let kinds: [Fault.Kind] = [.internalError, .cutBody, .refusal]
        let plan = FaultPlan(rates: zip(kinds, [0.2, 0.05, 0.01]).map { .init(Fault($0), $1) }, seed: 1)
        let count = 50_000
        var met: [Fault.Kind: Int] = [:]
        for index in 0..<count {
            let fault = plan.fault(reference: "r1-s\(index / 2)-p1-w0-n0-a0", attempt: index % 2, ordinal: index)
            if let fault { met[fault.kind, default: 0] += 1 }
        }
        for rate in plan.rates {
            let expected = rate.rate * Double(count)
            #expect(
                abs(Double(met[rate.fault.kind, default: 0]) - expected) < 5 * (expected * (1 - rate.rate)).squareRoot()
            )
        }
    }

    /// The chance of a fault on the next attempt does not depend on this one.
    @Test func attemptsAreIndependent() {
        let plan = FaultPlan(rates: [.init(Fault(.internalError), 0.5)], seed: 2)
        let both = (0..<10_000).count { index in
            (0..<2).allSatisfy { plan.fault(reference: "s\(index)", attempt: $0, ordinal: index) != nil }
        }
        #expect(abs(both - 2500) < 220)
    }

    @Test func onlyReferenceAttemptAndSeedDecide() {
        let plan = FaultPlan(rates: [.init(Fault(.internalError), 0.5)], seed: 2)
        for index in 0..<200 {
            #expect(
                plan.fault(reference: "s\(index)", attempt: 1, ordinal: index)
                    == plan.fault(reference: "s\(index)", attempt: 1, ordinal: 1000 - index))
        }
        var other = plan
        other.seed = 3
        #expect(
            (0..<200).contains {
                plan.fault(reference: "s\($0)", attempt: 0, ordinal: 0)
                    != other.fault(reference: "s\($0)", attempt: 0, ordinal: 0)
            })
    }

    @Test func theFirstComeBeforeShares() {
        let plan = FaultPlan(rates: [.init(Fault(.refusal), 1)], first: [Fault(.internalError), Fault(.cutHead)])
        #expect(
            (0..<4).map { plan.fault(reference: "a", attempt: 0, ordinal: $0)?.kind } == [
                .internalError, .cutHead, .refusal, .refusal,
            ])
    }

    @Test func latencyIsAroundItsMean() {
        let plan = FaultPlan(latency: .milliseconds(100), seed: 4)
        let delays = (0..<2000).map { plan.delay(reference: "s\($0)", attempt: 0) / .milliseconds(1) }
        #expect(delays.allSatisfy { $0 >= 50 && $0 < 150 })
        #expect(abs(delays.reduce(0, +) / 2000 - 100) < 4)
    }
}
