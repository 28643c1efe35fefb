/// A bucket that fills at a steady rate: in any span of 60 s no more than a minute's tokens and one burst are taken.
package struct TokenBucket: Sendable, Equatable {
    /// What comes back in a minute.
    package let perMinute: Double
    /// What a full bucket holds.
    package let burst: Double
    /// Negative after a request larger than the bucket, or one that cost more than was taken for it.
    private var level: Double
    private var time: Duration = .zero

    /// - Parameter burst: Nil for what a tenth of a minute brings, and at least 1.
    package init(perMinute: Double, burst: Double? = nil) {
        precondition(perMinute > 0 && perMinute.isFinite && burst ?? 1 > 0)
        self.perMinute = perMinute
        self.burst = burst ?? max(1, perMinute / 10)
        level = self.burst
    }

    /// How long until `amount` can be taken: zero for now. More than the bucket holds can be taken when it is full.
    ///
    /// - Parameter at: Since any fixed moment; never earlier than before.
    package mutating func wait(for amount: Double, at now: Duration) -> Duration {
        if now > time {
            level = min(burst, level + (now - time).seconds * perMinute / 60)
            time = now
        }
        let missing = min(max(amount, 0), burst) - level
        // Below what rounding of times can lose.
        guard missing > 1e-9 * burst else { return .zero }
        return .nanoseconds(Int64(min(missing * 60 / perMinute * 1e9, 1e18).rounded(.up)))
    }

    /// Takes `amount`, whatever is there.
    package mutating func take(_ amount: Double) { level -= max(amount, 0) }

    /// Puts back what was taken too much, or takes what was too little.
    package mutating func settle(taken: Double, actual: Double) { level = min(burst, level + taken - actual) }
}

/// Requests and tokens per minute, each unlimited where nil.
package struct RateLimit: Sendable, Equatable {
    private var requests: TokenBucket?
    private var tokens: TokenBucket?

    /// Limits a minute; nil for none.
    package init(requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil) {
        requests = requestsPerMinute.map { TokenBucket(perMinute: $0) }
        tokens = tokensPerMinute.map { TokenBucket(perMinute: $0) }
    }

    /// Limits by their buckets.
    package init(requests: TokenBucket?, tokens: TokenBucket?) {
        self.requests = requests
        self.tokens = tokens
    }

    /// Takes one request of `count` tokens when both buckets have it.
    ///
    /// - Returns: Zero when it was taken, otherwise how long until asking again helps.
    package mutating func reserve(tokens count: Int, at now: Duration) -> Duration {
        let wait = max(
            requests?.wait(for: 1, at: now) ?? .zero, tokens?.wait(for: Double(count), at: now) ?? .zero)
        guard wait <= .zero else { return wait }
        requests?.take(1)
        tokens?.take(Double(count))
        return .zero
    }

    /// Corrects the tokens of a request once they are known.
    package mutating func settle(reserved: Int, actual: Int) {
        tokens?.settle(taken: Double(reserved), actual: Double(actual))
    }

    /// Gives a request back that was never sent.
    package mutating func release(tokens count: Int) {
        requests?.settle(taken: 1, actual: 0)
        settle(reserved: count, actual: 0)
    }
}
