/// Something a server does that a client must survive.
package struct Fault: Sendable, Hashable {
    /// The raw value is its name in a plan and in the ledger.
    package enum Kind: String, Sendable, CaseIterable {
        /// 429 that does not say how long to wait.
        case rateLimit = "429"
        /// 429 with `Retry-After` in seconds.
        case rateLimitAfter = "429-after"
        /// 429 with `retry-after-ms`.
        case rateLimitAfterMilliseconds = "429-after-ms"
        /// 429 because the money is spent: trying again does not help.
        case quota = "429-quota"
        case internalError = "500"
        case unavailable = "503"
        /// A good answer after a delay.
        case slow
        /// The connection is closed before anything is answered.
        case cutHead = "cut-head"
        /// The connection is closed in the middle of a good answer.
        case cutBody = "cut-body"
        /// 200 with text that is no JSON.
        case garbageText = "garbage-text"
        /// 200 with JSON of another shape.
        case garbageJSON = "garbage-json"
        /// 200 with nothing.
        case garbageEmpty = "garbage-empty"
        /// The model declines. Billed.
        case refusal
        /// The answer ends at the limit of tokens. Billed.
        case truncation
    }

    /// What happens.
    package var kind: Kind
    /// How long ``Kind/slow`` takes, or what the client is told to wait; for other kinds 0.
    package var duration: Duration

    /// - Parameter duration: Nil for 2 s of ``Kind/slow``, 1 s and 50 ms to wait where a header says it.
    package init(_ kind: Kind, duration: Duration? = nil) {
        self.kind = kind
        self.duration = duration ?? Self.defaultDurations[kind] ?? .zero
    }

    static let defaultDurations: [Kind: Duration] = [
        .slow: .seconds(2), .rateLimitAfter: .seconds(1), .rateLimitAfterMilliseconds: .milliseconds(50),
    ]
}
