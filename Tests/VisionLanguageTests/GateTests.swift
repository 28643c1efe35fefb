import Ground
import Testing

@testable import VisionLanguage

/// The gate in a simulated world: arrivals, durations and results at random, time in steps of events.
@Suite struct GateTests {
    private struct World {
        var random: SplitMix64
        var gate: ClientGate
        var now = Duration.zero
        var inFlight: [(end: Duration, id: Int, sent: Int, pass: ClientGate.Pass)] = []
        /// First attempts in the order they were let go.
        var begun: [Int] = []
        var verdicts: [Int: Int] = [:]
        var refused: [Int: Stop] = [:]
        var wakeAt: Duration?
        var paid: Int64 = 0
        /// When each attempt was let go, nil for those that were not sent after all.
        var sent: [Double?] = []

        mutating func advance(isRetry: (Int) -> Bool) {
            let (verdicts, wakeAt) = gate.advance(at: now)
            self.wakeAt = wakeAt
            for (id, verdict) in verdicts {
                self.verdicts[id, default: 0] += 1
                switch verdict {
                case .no(let stop): refused[id] = stop
                case .go(let pass):
                    if !isRetry(id) { begun.append(id) }
                    let duration = Duration.milliseconds(Int.random(in: 0...3000, using: &random))
                    inFlight.append((now + duration, id, sent.count, pass))
                    sent.append(now.seconds)
                }
            }
        }
    }

    @Test(arguments: 0..<30) func nothingIsLostDoubledOvertakenOrOverspent(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = 400
        let limit = Bool.random(using: &random) ? Int64.random(in: 1000...60_000, using: &random) : nil
        let perMinute = Bool.random(using: &random) ? Double.random(in: 60...6000, using: &random) : nil
        let stopAfter = Bool.random(using: &random) ? Int.random(in: 0...count, using: &random) : nil
        let isDown = Int.random(in: 0..<4, using: &random) == 0
        let gate = ClientGate(
            concurrency: AdaptiveConcurrency(max: .random(in: 1...40, using: &random)),
            breaker: CircuitBreaker(.init(failuresToOpen: 5, maxProbes: 3, firstInterval: .seconds(5))),
            budget: Budget(limit: limit), rate: RateLimit(requestsPerMinute: perMinute))
        var world = World(random: random, gate: gate)
        var attempts: [Int: Int] = [:]
        var done: Set<Int> = []
        var joined = 0
        var steps = 0
        while done.count + world.refused.count < count {
            steps += 1
            guard steps < 200_000 else {
                Issue.record("stuck with \(world.gate.waitingCount) waiting")
                return
            }
            if joined < count {
                joined += 1
                world.gate.join(joined, tokens: 10, nanodollars: 100, isRetry: false)
                if joined == stopAfter { world.gate.stopAll() }
            }
            world.advance { (attempts[$0] ?? 0) > 0 }
            #expect(world.inFlight.count == world.gate.concurrency.inFlight)
            if let limit { #expect(world.gate.budget.spent + world.gate.budget.reserved <= limit) }
            #expect(world.gate.budget.spent == world.paid)
            // The next event: an end, or the alarm.
            let next = world.inFlight.indices.min { world.inFlight[$0].end < world.inFlight[$1].end }
            if let next, world.wakeAt ?? .seconds(1 << 40) >= world.inFlight[next].end {
                let (end, id, sent, pass) = world.inFlight.remove(at: next)
                world.now = max(world.now, end)
                attempts[id, default: 0] += 1
                let isOver = attempts[id] == 3
                let cost = Int64.random(in: 0...100, using: &world.random)
                let isFailure = isDown || Int.random(in: 0..<4, using: &world.random) == 0
                let result = isFailure ? failed(.http, 503) : answered()
                let isFinal = !isFailure || isOver
                if Int.random(in: 0..<20, using: &world.random) == 0 {
                    world.gate.abandon(pass, at: world.now)
                    world.sent[sent] = .none
                    done.insert(id)
                    continue
                }
                world.gate.end(pass, result, actual: (nil, cost), at: world.now)
                world.paid += cost
                if isFinal {
                    done.insert(id)
                } else {
                    world.gate.join(id, tokens: 10, nanodollars: 100, isRetry: true)
                }
            } else if let wakeAt = world.wakeAt {
                #expect(wakeAt > world.now)
                world.now = max(world.now, wakeAt)
            }
        }
        #expect(done.isDisjoint(with: world.refused.keys) && done.union(world.refused.keys).count == count)
        #expect(world.gate.concurrency.inFlight == 0 && world.gate.budget.reserved == 0 && world.gate.waitingCount == 0)
        #expect(world.begun == world.begun.sorted() && Set(world.begun).count == world.begun.count)
        #expect(world.verdicts.allSatisfy { $1 <= 3 })
        if let perMinute {
            let sent = world.sent.compactMap { $0 }
            for (index, first) in sent.enumerated() {
                let inWindow = sent[index...].prefix { $0 < first + 60 }.count
                #expect(Double(inWindow) <= perMinute + max(1, perMinute / 10) + 1e-6)
            }
        }
        if isDown, stopAfter == nil, limit == nil {
            #expect(world.refused.values.contains(.breaker(message: "the server does not serve us: http")))
        }
        for stop in world.refused.values {
            switch stop {
            case .budget: #expect(limit != nil)
            case .stopped: #expect(stopAfter != nil)
            case .breaker: #expect(isDown)
            case .unrecorded: Issue.record("the gate records nothing")
            }
        }
    }

    private func gate(max: Int = 10, budget: Int64? = nil, rate: RateLimit = RateLimit()) -> ClientGate {
        ClientGate(
            concurrency: AdaptiveConcurrency(max: max, start: max), breaker: CircuitBreaker(),
            budget: Budget(limit: budget), rate: rate)
    }

    private func passes(_ verdicts: [(id: Int, ClientGate.Verdict)]) -> [(id: Int, pass: ClientGate.Pass)] {
        verdicts.compactMap { id, verdict in if case .go(let pass) = verdict { (id, pass) } else { nil } }
    }

    @Test func retriesComeFirstAndThoseWhoLeftAreSkipped() throws {
        var gate = gate(max: 1)
        gate.join(0, tokens: 0, nanodollars: 0, isRetry: false)
        let first = passes(gate.advance(at: .zero).verdicts)
        for id in 1...4 { gate.join(id, tokens: 0, nanodollars: 0, isRetry: id > 2) }
        #expect([1, 3, 3, 0].map { gate.leave($0) } == [true, true, false, false])
        var order: [Int] = []
        var pass = try #require(first.first).pass
        for _ in 0..<2 {
            gate.end(pass, answered(), actual: (nil, 0), at: .zero)
            let next = passes(gate.advance(at: .zero).verdicts)
            #expect(next.count == 1)
            order += next.map(\.id)
            pass = try #require(next.first).pass
        }
        #expect(order == [4, 2] && gate.waitingCount == 0)
    }

    /// A reservation that may still shrink holds the next call back; only when nothing is reserved is the budget at its
    /// end.
    @Test func theBudgetIsUsedUp() throws {
        var gate = gate(budget: 150)
        for id in 1...3 { gate.join(id, tokens: 0, nanodollars: 100, isRetry: false) }
        let first = gate.advance(at: .zero)
        #expect(first.verdicts.count == 1 && first.wakeAt == nil)
        gate.end(
            try #require(passes(first.verdicts).first).pass, answered(), actual: (nil, 50), at: .zero)
        let second = gate.advance(at: .zero)
        #expect(passes(second.verdicts).map(\.id) == [2] && second.verdicts.count == 1)
        gate.end(
            try #require(passes(second.verdicts).first).pass, answered(), actual: (nil, 60), at: .zero)
        let third = gate.advance(at: .zero)
        guard case .no(.budget)? = third.verdicts.first?.1 else {
            Issue.record("the third call must be refused")
            return
        }
        #expect(gate.budget.spent == 110)
    }

    @Test func ratesSetTheAlarm() {
        var gate = gate(rate: RateLimit(requests: TokenBucket(perMinute: 60, burst: 1), tokens: nil))
        for id in 1...3 { gate.join(id, tokens: 5, nanodollars: 0, isRetry: false) }
        for step in 0..<3 {
            let (verdicts, wakeAt) = gate.advance(at: .seconds(step))
            #expect(verdicts.map(\.id) == [step + 1])
            #expect(wakeAt == (step < 2 ? .seconds(step + 1) : nil))
        }
    }
}
