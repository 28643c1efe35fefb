/// A limit on requests per minute: a bucket that fills evenly and holds a second's worth, at least one.
struct RequestQuota {
    private let perSecond: Double
    private let capacity: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant

    init(perMinute: Int, at now: ContinuousClock.Instant) {
        precondition(perMinute > 0)
        perSecond = Double(perMinute) / 60
        capacity = max(1, perSecond)
        tokens = capacity
        filled = now
    }

    /// Nil where the request may pass, else how long until one may.
    mutating func admit(at now: ContinuousClock.Instant) -> Duration? {
        if now > filled {
            tokens = min(capacity, tokens + (now - filled) / .seconds(1) * perSecond)
            filled = now
        }
        guard tokens >= 1 else { return .seconds((1 - tokens) / perSecond) }
        tokens -= 1
        return nil
    }
}
