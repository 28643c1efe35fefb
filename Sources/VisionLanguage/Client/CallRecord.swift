package import Foundation

/// A call as it went, all attempts together.
package struct CallRecord: Sendable {
    /// The answer, or the last failure.
    package var result: Result<VLMAnswer, CallFailure>
    /// How often it was sent.
    package var attempts: Int
    /// When the first attempt was sent.
    package var startedAt: Date
    /// From then to the result, waits between attempts included.
    package var latency: Duration
    /// What all attempts used, as the server counts.
    package var billed: TokenUsage
    /// In nanodollars; nil where the model has no price.
    package var cost: Int64?
    /// Set where another attempt was due when the run ended: the failure is not the last word.
    package var interruption: Stop?

    /// A record by its parts.
    package init(
        result: Result<VLMAnswer, CallFailure>, attempts: Int, startedAt: Date, latency: Duration, billed: TokenUsage,
        cost: Int64?, interruption: Stop? = nil
    ) {
        self.result = result
        self.attempts = attempts
        self.startedAt = startedAt
        self.latency = latency
        self.billed = billed
        self.cost = cost
        self.interruption = interruption
    }
}

/// Why a client asks no more.
package enum Stop: Sendable, Equatable {
    /// What is left of the budget does not pay for this call.
    case budget
    /// The server is dead, or does not accept us; with what it said.
    case breaker(message: String)
    /// By ``VLMClient/stop()`` or because the task was cancelled.
    case stopped
    /// The call could not be noted before it was to be sent.
    case unrecorded(message: String)
}

/// What ``VLMClient/ask(_:)`` came to.
package enum Outcome: Sendable {
    case finished(CallRecord)
    /// Nothing was sent.
    case notAsked(Stop)
}

/// How a client is doing.
package struct ClientStatistics: Sendable, Equatable {
    /// Calls that came to a result.
    package var finished = 0
    /// Calls that got an answer.
    package var answered = 0
    /// Ended ones, hedges included.
    package var attempts = 0
    /// Calls that failed for good.
    package var failures: [CallFailure.Kind: Int] = [:]
    /// Of all attempts, as the server counts.
    package var tokens = TokenUsage()
    /// Spent by this client and, where the budget knows of them, by earlier runs.
    package var nanodollars: Int64 = 0
    /// Set aside for calls under way.
    package var reservedNanodollars: Int64 = 0
    /// Attempts under way.
    package var inFlight = 0
    /// Attempts that wait to be sent.
    package var waiting = 0
    /// How many there may be now.
    package var concurrencyLimit = 0
    /// The server did not serve the last calls: the client waits for it.
    package var isBreakerOpen = false
    /// The server has answered at least one call, be it with a refusal.
    package var hasServed = false

    /// Nothing has happened yet.
    package init() {}

    /// Attempts beyond the first of each call.
    package var retries: Int { max(0, attempts - finished) }
}
