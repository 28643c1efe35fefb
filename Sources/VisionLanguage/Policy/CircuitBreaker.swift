/// Stops asking a server that does not answer: waits, tries with single calls, and gives the run up when these fail
/// too.
package struct CircuitBreaker: Sendable, Equatable {
    /// When it opens, and how it looks for the server.
    package struct Settings: Sendable, Equatable {
        /// Attempts in a row that met no server. Fewer than a call has attempts, so that a server that is away for a
        /// while costs no call its last one.
        package var failuresToOpen: Int
        /// Failed probes after which the server counts as dead.
        package var maxProbes: Int
        /// The same for a server that has not served a single call: as a rule its address is wrong.
        package var maxProbesAtStart: Int
        /// Requests in a row that a server refuses as wrong before it has served any: as a rule all others are wrong as
        /// well.
        package var maxRefusalsAtStart = 5
        /// Before the first probe; doubled before each further one, to at most ``longestInterval``. With 6 probes a
        /// dead server is noticed after about a minute.
        package var firstInterval: Duration
        /// Between probes, the longest.
        package var longestInterval: Duration

        /// Settings by their parts.
        package init(
            failuresToOpen: Int = 5, maxProbes: Int = 6, maxProbesAtStart: Int = 3,
            firstInterval: Duration = .seconds(1),
            longestInterval: Duration = .seconds(30)
        ) {
            precondition(failuresToOpen > 0 && maxProbes > 0 && maxProbesAtStart > 0)
            self.failuresToOpen = failuresToOpen
            self.maxProbes = maxProbes
            self.maxProbesAtStart = maxProbesAtStart
            self.firstInterval = firstInterval
            self.longestInterval = longestInterval
        }

        func interval(failedProbes: Int) -> Duration {
            var interval = firstInterval
            for _ in 0..<min(failedProbes, 64) where interval < longestInterval { interval += interval }
            return min(interval, longestInterval)
        }
    }

    /// Whether a call may be sent.
    package enum Admission: Sendable, Equatable {
        case pass
        /// This one call, to see whether the server is back.
        case probe
        case wait(until: Duration)
        /// Until the probe under way is decided.
        case waitForProbe
        case dead(message: String)
    }

    private enum State: Equatable {
        case closed(failures: Int)
        case open(until: Duration, failedProbes: Int, message: String)
        case probing(failedProbes: Int, message: String)
        case dead(message: String)
    }

    private let settings: Settings
    private var state = State.closed(failures: 0)
    private(set) var hasServed = false
    private var refusals = 0

    /// Closed.
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Calls are sent as they come.
    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Why the run ends, nil as long as there is hope.
    package var deathMessage: String? { if case .dead(let message) = state { message } else { nil } }

    /// What a call may do now. Changes nothing: a call that goes on with a probe says so with ``beginProbe()``.
    package func admission(at now: Duration) -> Admission {
        switch state {
        case .closed: .pass
        case .open(let until, _, _): now >= until ? .probe : .wait(until: until)
        case .probing: .waitForProbe
        case .dead(let message): .dead(message: message)
        }
    }

    /// Notes that a probe is sent.
    package mutating func beginProbe() {
        guard case .open(_, let failed, let message) = state else { return }
        state = .probing(failedProbes: failed, message: message)
    }

    /// The probe was not sent after all.
    package mutating func abandonProbe(at now: Duration) {
        guard case .probing(let failed, let message) = state else { return }
        state = .open(until: now, failedProbes: failed, message: message)
    }

    /// An attempt of a call ended.
    ///
    /// - Parameters:
    ///   - isProbe: It was admitted as the probe.
    package mutating func ended(
        _ result: Result<VLMAnswer, CallFailure>, isProbe: Bool, at now: Duration
    ) {
        let health = Health(result)
        if case .up = health { hasServed = true }
        if case .refusing(let message) = health, !hasServed {
            refusals += 1
            if refusals >= settings.maxRefusalsAtStart { state = Self.dead(message) }
        }
        switch state {
        case .dead: break
        case .closed(let failures):
            switch health {
            case .up, .refusing: state = .closed(failures: 0)
            case .unknown: break
            case .down(let message):
                let count = failures + 1
                state = count >= settings.failuresToOpen ? opened(0, message, now) : .closed(failures: count)
            case .barred(let message): state = Self.dead(message)
            }
        case .open:
            // Calls sent before the breaker opened are still coming back.
            switch health {
            case .up, .refusing: state = .closed(failures: 0)
            case .barred(let message): state = Self.dead(message)
            case .down, .unknown: break
            }
        case .probing(let failed, let earlier):
            switch health {
            case .up, .refusing: state = .closed(failures: 0)
            case .unknown:
                if isProbe {
                    state = .open(
                        until: now + settings.interval(failedProbes: failed), failedProbes: failed, message: earlier)
                }
            case .barred(let message): state = Self.dead(message)
            case .down(let message):
                guard isProbe else { return }
                let most = hasServed ? settings.maxProbes : min(settings.maxProbes, settings.maxProbesAtStart)
                state = failed + 1 >= most ? Self.dead(message) : opened(failed + 1, message, now)
            }
        }
    }

    private func opened(_ failedProbes: Int, _ message: String, _ now: Duration) -> State {
        .open(
            until: now + settings.interval(failedProbes: failedProbes), failedProbes: failedProbes, message: message)
    }

    private static func dead(_ message: String) -> State { .dead(message: "the server does not serve us: \(message)") }

    /// What an attempt says about the server.
    private enum Health {
        case up, unknown
        /// It lives, but calls this request wrong.
        case refusing(String)
        case down(String)
        /// No right or no money: all other calls will meet the same.
        case barred(String)

        init(_ result: Result<VLMAnswer, CallFailure>) {
            switch result {
            case .success: self = .up
            case .failure(let failure):
                if failure.isQuota || (failure.isServerDown && failure.kind == .http) {
                    self = .barred(failure.message)
                } else if failure.kind == .transport || (failure.kind == .http && failure.status ?? 500 >= 500) {
                    self = .down(failure.message)
                } else if failure.kind == .http, let status = failure.status, status != 429 {
                    self = .refusing(failure.message)
                } else {
                    // Without a status it may never have been sent; 429 tells of load, not of health.
                    self = failure.status == nil || failure.status == 429 ? .unknown : .up
                }
            }
        }
    }
}
