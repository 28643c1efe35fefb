extension VLMClient {
    /// How fast, how patiently and for how much.
    package struct Options: Sendable {
        /// Calls in flight at most.
        package var maxConcurrency: Int
        /// Of one attempt.
        package var timeout: Duration
        /// Which failures are tried again, and when.
        package var retry: RetryPolicy
        /// What the provider allows in a minute.
        package var rate: RateLimit
        /// When the server counts as away.
        package var breaker: CircuitBreaker.Settings
        /// Nanodollars and what earlier runs spent of them.
        package var budget: Budget
        /// Nil for a model that costs nothing, or not known what.
        package var price: PriceTable.Entry?
        /// A call without an answer for so long is sent a second time; the first answer counts, both are paid. Nil for
        /// never.
        package var hedgeAfter: Duration?

        /// Options by their parts.
        package init(
            maxConcurrency: Int = 64, timeout: Duration = .seconds(120), retry: RetryPolicy = RetryPolicy(),
            rate: RateLimit = RateLimit(), breaker: CircuitBreaker.Settings = CircuitBreaker.Settings(),
            budget: Budget = Budget(limit: nil), price: PriceTable.Entry? = nil, hedgeAfter: Duration? = nil
        ) {
            self.maxConcurrency = maxConcurrency
            self.timeout = timeout
            self.retry = retry
            self.rate = rate
            self.breaker = breaker
            self.budget = budget
            self.price = price
            self.hedgeAfter = hedgeAfter
        }
    }

    /// What is told of each call, so that none is lost when the process ends.
    package struct Hooks: Sendable {
        /// Before a call's first attempt, with the nanodollars set aside for it. When it throws, nothing is sent.
        package var beforeDispatch: @Sendable (VLMRequest, Int64) async throws -> Void
        /// Before ``ask(_:)`` returns a record.
        package var didFinish: @Sendable (VLMRequest, CallRecord) async -> Void
        /// A hedge lost: its tokens and their cost came after the call's record.
        package var billedLate: @Sendable (VLMRequest, TokenUsage, Int64?) async -> Void

        /// Nobody is told, as it is.
        package init(
            beforeDispatch: @escaping @Sendable (VLMRequest, Int64) async throws -> Void = { _, _ in },
            didFinish: @escaping @Sendable (VLMRequest, CallRecord) async -> Void = { _, _ in },
            billedLate: @escaping @Sendable (VLMRequest, TokenUsage, Int64?) async -> Void = { _, _, _ in }
        ) {
            self.beforeDispatch = beforeDispatch
            self.didFinish = didFinish
            self.billedLate = billedLate
        }
    }
}
