/// Decides which attempt is sent next: first come, first served, retries before new calls, as concurrency, breaker,
/// budget and rate allow. A value without clock or tasks.
struct ClientGate: Sendable {
    /// A permission to send one attempt. It must come back through ``end(_:_:actual:at:)`` or ``abandon(_:at:)``.
    struct Pass: Sendable {
        let tokens: Int
        let nanodollars: Int64
        let isProbe: Bool
        fileprivate let ticket: AdaptiveConcurrency.Ticket
    }

    enum Verdict: Sendable {
        case go(Pass)
        case no(Stop)
    }

    private struct Waiter {
        let id: Int
        let tokens: Int
        let nanodollars: Int64
    }

    private(set) var concurrency: AdaptiveConcurrency
    private(set) var breaker: CircuitBreaker
    private(set) var budget: Budget
    private var rate: RateLimit
    private(set) var isStopped = false
    private var retries = FIFO<Waiter>()
    private var calls = FIFO<Waiter>()
    private var waiting: Set<Int> = []

    init(concurrency: AdaptiveConcurrency, breaker: CircuitBreaker, budget: Budget, rate: RateLimit) {
        self.concurrency = concurrency
        self.breaker = breaker
        self.budget = budget
        self.rate = rate
    }

    var waitingCount: Int { waiting.count }

    /// Why nothing will ever be sent again.
    var stop: Stop? {
        isStopped ? .stopped : breaker.deathMessage.map { .breaker(message: $0) }
    }

    /// - Parameter tokens: The most it can use, and `nanodollars` what these would cost.
    mutating func join(_ id: Int, tokens: Int, nanodollars: Int64, isRetry: Bool) {
        let waiter = Waiter(id: id, tokens: tokens, nanodollars: nanodollars)
        if isRetry { retries.append(waiter) } else { calls.append(waiter) }
        waiting.insert(id)
    }

    /// Whether `id` was still waiting.
    mutating func leave(_ id: Int) -> Bool { waiting.remove(id) != nil }

    mutating func stopAll() { isStopped = true }

    /// Lets go whoever can go.
    ///
    /// - Returns: Verdicts in order, and when to come again if nothing else happens before.
    mutating func advance(at now: Duration) -> (verdicts: [(id: Int, Verdict)], wakeAt: Duration?) {
        var verdicts: [(id: Int, Verdict)] = []
        while let (waiter, isRetry) = head() {
            if let stop {
                verdicts.append((waiter.id, .no(stop)))
            } else {
                guard concurrency.mayBegin else { return (verdicts, nil) }
                let isProbe: Bool
                switch breaker.admission(at: now) {
                case .pass: isProbe = false
                case .probe: isProbe = true
                case .wait(let until): return (verdicts, until)
                case .waitForProbe, .dead: return (verdicts, nil)
                }
                if !budget.canReserve(waiter.nanodollars) {
                    // Calls in flight may turn out cheaper than what was reserved for them.
                    guard budget.reserved == 0 else { return (verdicts, nil) }
                    verdicts.append((waiter.id, .no(.budget)))
                } else {
                    let wait = rate.reserve(tokens: waiter.tokens, at: now)
                    guard wait <= .zero else { return (verdicts, now + wait) }
                    _ = budget.reserve(waiter.nanodollars)
                    if isProbe { breaker.beginProbe() }
                    let pass = Pass(
                        tokens: waiter.tokens, nanodollars: waiter.nanodollars, isProbe: isProbe,
                        ticket: concurrency.begin())
                    verdicts.append((waiter.id, .go(pass)))
                }
            }
            waiting.remove(waiter.id)
            if isRetry { retries.removeFirst() } else { calls.removeFirst() }
        }
        return (verdicts, nil)
    }

    /// The next attempt, past those that left.
    private mutating func head() -> (Waiter, isRetry: Bool)? {
        while let waiter = retries.first {
            if waiting.contains(waiter.id) { return (waiter, true) }
            retries.removeFirst()
        }
        while let waiter = calls.first {
            if waiting.contains(waiter.id) { return (waiter, false) }
            calls.removeFirst()
        }
        return nil
    }

    /// An attempt ended.
    ///
    /// - Parameters:
    ///   - actual: Tokens it used, nil where the server does not say, and what they cost.
    mutating func end(
        _ pass: Pass, _ result: Result<VLMAnswer, CallFailure>, actual: (tokens: Int?, nanodollars: Int64),
        at now: Duration
    ) {
        concurrency.end(pass.ticket, AdaptiveConcurrency.Ending(result))
        breaker.ended(result, isProbe: pass.isProbe, at: now)
        budget.settle(reserved: pass.nanodollars, actual: actual.nanodollars)
        rate.settle(reserved: pass.tokens, actual: actual.tokens ?? pass.tokens)
    }

    /// An attempt that was let go but not sent.
    mutating func abandon(_ pass: Pass, at now: Duration) {
        concurrency.end(pass.ticket, .neutral)
        if pass.isProbe { breaker.abandonProbe(at: now) }
        budget.release(pass.nanodollars)
        rate.release(tokens: pass.tokens)
    }
}

/// A queue over an array: what was taken from its front is dropped now and then.
struct FIFO<Element: Sendable>: Sendable {
    private var items: [Element] = []
    private var start = 0

    var first: Element? { start < items.count ? items[start] : nil }

    mutating func append(_ element: Element) { items.append(element) }

    mutating func removeFirst() {
        start += 1
        if start >= 64, start * 2 >= items.count {
            items.removeFirst(start)
            start = 0
        }
    }
}
