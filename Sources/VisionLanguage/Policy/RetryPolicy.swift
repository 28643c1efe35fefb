/// Whether and when a failed call is tried again.
package struct RetryPolicy: Sendable, Equatable {
    /// Attempts of one call, the first included.
    package var maxAttempts: Int
    /// Before the second attempt; doubled for each further one.
    package var baseDelay: Duration
    /// Between attempts, the longest.
    package var maxDelay: Duration
    /// A server that asks for a longer wait is not waited for.
    package var longestServerWait: Duration
    /// Since a call's first attempt began: later, no further one is begun.
    package var deadline: Duration

    /// A policy by its parts.
    package init(
        maxAttempts: Int = 6, baseDelay: Duration = .milliseconds(500), maxDelay: Duration = .seconds(8),
        longestServerWait: Duration = .seconds(120), deadline: Duration = .seconds(600)
    ) {
        precondition(maxAttempts > 0)
        self.maxAttempts = maxAttempts
        self.baseDelay = baseDelay
        self.maxDelay = maxDelay
        self.longestServerWait = longestServerWait
        self.deadline = deadline
    }

    /// What becomes of a call after a failure.
    package enum Decision: Sendable, Equatable {
        case retry(after: Duration)
        /// With the reason where the failure itself does not say it.
        case giveUp(reason: String?)
    }

    /// - Parameters:
    ///   - attempt: How many attempts there were.
    ///   - elapsed: Since the first one began.
    ///   - random: Of 0..<1; spreads the calls that failed together.
    package func decision(
        after failure: CallFailure, attempt: Int, elapsed: Duration, random: Double
    ) -> Decision {
        guard isRetryable(failure) else { return .giveUp(reason: nil) }
        guard attempt < maxAttempts else {
            return .giveUp(reason: maxAttempts > 1 ? "gave up after \(maxAttempts) attempts" : nil)
        }
        let delay: Duration
        if let wait = failure.retryAfter, wait >= .zero {
            guard wait <= longestServerWait else {
                return .giveUp(
                    reason: "the server asks to wait \(wait.wholeSeconds) s, longer than "
                        + "\(longestServerWait.wholeSeconds) s")
            }
            delay = wait
        } else {
            delay = backoff(attempt: attempt) * (0.75 + 0.25 * min(max(random, 0), 1))
        }
        guard elapsed + delay < deadline else {
            return .giveUp(reason: "the deadline of \(deadline.wholeSeconds) s leaves no time for another attempt")
        }
        return .retry(after: delay)
    }

    private func backoff(attempt: Int) -> Duration {
        var delay = baseDelay
        for _ in 1..<max(1, min(attempt, 64)) where delay < maxDelay { delay += delay }
        return min(delay, maxDelay)
    }

    /// By status (openai-python's table and 425), unless the server itself says what it wants. A reply that cannot be
    /// understood counts as a server's error; without a status it never was a reply.
    private func isRetryable(_ failure: CallFailure) -> Bool {
        if failure.isQuota { return false }
        switch failure.kind {
        case .refusal, .truncation: return false
        case .transport: return failure.shouldRetry ?? true
        case .invalid: return failure.shouldRetry ?? (failure.status != nil)
        case .http:
            guard let status = failure.status else { return failure.shouldRetry ?? false }
            return failure.shouldRetry ?? ([408, 409, 425, 429].contains(status) || status >= 500)
        }
    }
}

extension Duration {
    /// Rounded up.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }

    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
