internal import Foundation
internal import Synchronization

/// Asks a model many questions at once, at the pace the server carries, within budget, and as often as it takes.
///
/// Any number of tasks may call ``ask(_:)``; those beyond the limits wait in the order in which they came.
package final class VLMClient: Sendable {
    /// Who is asked.
    package let model: any VisionLanguageModel
    let options: Options
    let hooks: Hooks
    let clock: ClientClock
    private let random: @Sendable () -> Double
    private let estimate: TokenEstimate
    private let state: Mutex<State>

    private struct State {
        var gate: ClientGate
        var nextID = 0
        var admissions: [Int: CheckedContinuation<ClientGate.Verdict, Never>] = [:]
        /// Waits between attempts.
        var pauses: [Int: Task<Void, any Error>] = [:]
        var drains: [CheckedContinuation<Void, Never>] = []
        /// When the timer that wakes the gate goes off.
        var alarm: Duration?
        var statistics = ClientStatistics()
    }

    /// - Parameter random: Of 0..<1.
    package init(
        _ model: any VisionLanguageModel, options: Options = Options(), hooks: Hooks = Hooks(),
        clock: ClientClock = .system(), random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.model = model
        self.options = options
        self.hooks = hooks
        self.clock = clock
        self.random = random
        estimate = TokenEstimate(pictures: options.price?.tokensPerPicture)
        let gate = ClientGate(
            concurrency: AdaptiveConcurrency(max: options.maxConcurrency), breaker: CircuitBreaker(options.breaker),
            budget: options.budget, rate: options.rate)
        state = Mutex(State(gate: gate))
    }

    // MARK: Asking

    /// Asks until there is an answer, or a failure that trying again does not mend.
    package func ask(_ request: VLMRequest) async -> Outcome {
        let need = Need(request, estimate: estimate, price: options.price)
        var call = CallInProgress()
        while true {
            let pass: ClientGate.Pass
            switch await admit(need, isRetry: call.attempts > 0) {
            case .go(let granted): pass = granted
            case .no(let stop):
                guard let failure = call.failure else { return .notAsked(stop) }
                return await finish(request, call, .failure(failure), interruption: stop)
            }
            if call.attempts == 0 {
                do {
                    try await hooks.beforeDispatch(request, pass.nanodollars)
                } catch {
                    abandon(pass)
                    return .notAsked(.unrecorded(message: "\(error)"))
                }
                call.begin(clock)
            }
            call.attempts += 1
            let last = await attempt(request, need, pass)
            call.billed = call.billed + last.earlierUsage
            call.cost = call.cost.addingClamped(last.earlierCost)
            let usage = Self.usage(last.result)
            let cost = self.cost(last.result, need)
            call.billed = call.billed + usage
            call.cost = call.cost.addingClamped(cost)

            guard case .failure(let failure) = last.result else {
                settle(last.pass, last.result, need)
                return await finish(request, call, last.result)
            }
            let now = clock.now()
            switch options.retry.decision(
                after: failure, attempt: call.attempts, elapsed: now - call.begunAt, random: random())
            {
            case .giveUp(let reason):
                settle(last.pass, last.result, need)
                // Attempts are up, but the server is away: whether it comes back is not this call's fault.
                if reason != nil, isServerAway(failure) {
                    call.failure = failure
                    continue
                }
                // The connection was cut by the task's end and not by the server.
                let isCut = failure.kind == .transport && Task.isCancelled
                return await finish(
                    request, call, .failure(failure.adding(reason)), interruption: isCut ? .stopped : nil)
            case .retry(let delay):
                settle(last.pass, last.result, need)
                call.failure = failure
                if let stop = await pause(until: now + delay) {
                    return await finish(request, call, last.result, interruption: stop)
                }
            }
        }
    }

    private func isServerAway(_ failure: CallFailure) -> Bool {
        guard failure.kind == .transport || failure.status ?? 0 >= 500 else { return false }
        return state.withLock { !$0.gate.breaker.isClosed }
    }

    private func finish(
        _ request: VLMRequest, _ call: CallInProgress, _ result: Result<VLMAnswer, CallFailure>,
        interruption: Stop? = nil
    ) async -> Outcome {
        let record = CallRecord(
            result: result, attempts: call.attempts, startedAt: call.startedAt, latency: clock.now() - call.begunAt,
            billed: call.billed, cost: options.price == nil ? nil : call.cost, interruption: interruption)
        state.withLock { state in
            state.statistics.finished += 1
            switch result {
            case .success: state.statistics.answered += 1
            case .failure(let failure): state.statistics.failures[failure.kind, default: 0] += 1
            }
        }
        await hooks.didFinish(request, record)
        return .finished(record)
    }

    /// What a call may use at most.
    struct Need {
        var usage: TokenUsage
        var nanodollars: Int64

        init(_ request: VLMRequest, estimate: TokenEstimate, price: PriceTable.Entry?) {
            usage = estimate.greatestUsage(request)
            nanodollars = price?.cost(usage) ?? 0
        }

        var tokens: Int { usage.prompt + usage.completion }
    }

    private struct CallInProgress {
        var attempts = 0
        var begunAt = Duration.zero
        var startedAt = Date(timeIntervalSince1970: 0)
        var billed = TokenUsage()
        var cost: Int64 = 0
        var failure: CallFailure?

        mutating func begin(_ clock: ClientClock) {
            begunAt = clock.now()
            startedAt = clock.date()
        }
    }

    /// One attempt or, with a hedge, two of which one counts.
    struct Attempt {
        var result: Result<VLMAnswer, CallFailure>
        /// Not yet settled.
        var pass: ClientGate.Pass
        /// Of a copy that failed before the other one ended; settled.
        var earlierUsage = TokenUsage()
        var earlierCost: Int64 = 0
    }

    private func attempt(_ request: VLMRequest, _ need: Need, _ pass: ClientGate.Pass) async -> Attempt {
        guard let delay = options.hedgeAfter else {
            return Attempt(result: await model.answer(request, timeout: options.timeout), pass: pass)
        }
        return await Hedge(self, request, need).run(pass, after: delay)
    }

    // MARK: Accounts

    static func usage(_ result: Result<VLMAnswer, CallFailure>) -> TokenUsage {
        switch result {
        case .success(let answer): answer.usage
        case .failure(let failure): failure.usage
        }
    }

    /// In nanodollars. An answer whose tokens the server does not count is paid by estimate; a failure without tokens
    /// is free.
    func cost(_ result: Result<VLMAnswer, CallFailure>, _ need: Need) -> Int64 {
        guard let price = options.price else { return 0 }
        if case .success(let answer) = result, answer.usage == TokenUsage() {
            return price.cost(TokenUsage(prompt: need.usage.prompt, completion: TokenEstimate.text(answer.text)))
        }
        return price.cost(Self.usage(result))
    }

    func settle(
        _ pass: ClientGate.Pass, _ result: Result<VLMAnswer, CallFailure>, _ need: Need
    ) {
        let usage = Self.usage(result)
        let tokens = usage.prompt + usage.completion
        let cost = cost(result, need)
        change { state, now in
            state.gate.end(
                pass, result, actual: (tokens > 0 ? tokens : nil, cost), at: now)
            state.statistics.tokens = state.statistics.tokens + usage
            state.statistics.attempts += 1
        }
    }

    func abandon(_ pass: ClientGate.Pass) {
        change { state, now in state.gate.abandon(pass, at: now) }
    }

    /// What a call may cost at most, in nanodollars; nil where the model has no price.
    package func greatestCost(_ request: VLMRequest) -> Int64? {
        options.price.map { $0.cost(estimate.greatestUsage(request)) }
    }

    /// May be asked at any time.
    package var statistics: ClientStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.nanodollars = state.gate.budget.spent
            statistics.reservedNanodollars = state.gate.budget.reserved
            statistics.inFlight = state.gate.concurrency.inFlight
            statistics.waiting = state.gate.waitingCount
            statistics.concurrencyLimit = state.gate.concurrency.limit
            statistics.isBreakerOpen = !state.gate.breaker.isClosed
            statistics.hasServed = state.gate.breaker.hasServed
            return statistics
        }
    }

    // MARK: Waiting

    func admit(_ need: Need, isRetry: Bool) async -> ClientGate.Verdict {
        let id = newID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A task cancelled after this test finds the id in its handler, which waits for the lock.
                let isJoined = change { state, _ in
                    guard !Task.isCancelled else { return false }
                    state.admissions[id] = continuation
                    state.gate.join(id, tokens: need.tokens, nanodollars: need.nanodollars, isRetry: isRetry)
                    return true
                }
                if !isJoined { continuation.resume(returning: .no(.stopped)) }
            }
        } onCancel: {
            let waiting = change { state, _ in
                state.gate.leave(id) ? state.admissions.removeValue(forKey: id) : nil
            }
            waiting?.resume(returning: .no(.stopped))
        }
    }

    private func newID() -> Int {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Sleeps between two attempts.
    ///
    /// - Returns: Why it was cut short, nil when it was not.
    private func pause(until: Duration) async -> Stop? {
        let id = newID()
        let sleep = Task { [clock] in try await clock.sleep(until) }
        let stop = state.withLock { state -> Stop? in
            if state.gate.stop == nil { state.pauses[id] = sleep }
            return state.gate.stop
        }
        if let stop {
            sleep.cancel()
            return stop
        }
        let isOver = await withTaskCancellationHandler {
            (try? await sleep.value) != nil
        } onCancel: {
            sleep.cancel()
        }
        return state.withLock { state in
            state.pauses[id] = nil
            return isOver ? nil : state.gate.stop ?? .stopped
        }
    }

    /// Changes the state, then lets go whoever can go.
    @discardableResult
    private func change<R: Sendable>(_ body: (inout State, Duration) -> R) -> R {
        let (result, go, drained) = state.withLock { state in
            let now = clock.now()
            let result = body(&state, now)
            let (verdicts, wakeAt) = state.gate.advance(at: now)
            let go = verdicts.compactMap { id, verdict in
                state.admissions.removeValue(forKey: id).map { ($0, verdict) }
            }
            if state.gate.stop != nil {
                for pause in state.pauses.values { pause.cancel() }
            }
            if let wakeAt { setAlarm(&state, at: wakeAt) }
            var drained: [CheckedContinuation<Void, Never>] = []
            if state.gate.concurrency.inFlight == 0 { swap(&drained, &state.drains) }
            return (result, go, drained)
        }
        for (continuation, verdict) in go { continuation.resume(returning: verdict) }
        for continuation in drained { continuation.resume() }
        return result
    }

    private func setAlarm(_ state: inout State, at time: Duration) {
        if let alarm = state.alarm, alarm <= time { return }
        state.alarm = time
        Task { [weak self, clock] in
            try? await clock.sleep(time)
            self?.change { state, _ in
                if state.alarm == time { state.alarm = nil }
            }
        }
    }

    // MARK: Ending

    /// Sends no more: calls in flight go on to their end, waiting ones return ``Outcome/notAsked(_:)``, and waits
    /// between attempts end at once.
    package func stop() {
        change { state, _ in state.gate.stopAll() }
    }

    /// Returns when no attempt is in flight.
    package func drain() async {
        await withCheckedContinuation { continuation in
            change { state, _ in state.drains.append(continuation) }
        }
    }
}

extension CallFailure {
    fileprivate func adding(_ reason: String?) -> CallFailure {
        var failure = self
        if let reason { failure.message += "; \(reason)" }
        return failure
    }
}
