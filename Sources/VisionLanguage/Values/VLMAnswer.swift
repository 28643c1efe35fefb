/// An answer that a model gave in full: neither refused nor cut off.
package struct VLMAnswer: Sendable, Equatable {
    /// What the model says.
    package var text: String
    /// The model that answered, as the server names it.
    package var model: String?
    /// `system_fingerprint` or what the provider has in its place.
    package var fingerprint: String?
    /// As the provider words it: `stop`, `STOP`, `end_turn`.
    package var finishReason: String?
    /// The server's name for the call.
    package var id: String?
    /// As billed.
    package var usage: TokenUsage
    /// Token by token; nil where the server reports none.
    package var logprobs: [TokenLogprob]?
    /// The reply's body.
    package var raw: [UInt8]

    /// An answer by its parts.
    package init(
        text: String, model: String? = nil, fingerprint: String? = nil, finishReason: String? = nil, id: String? = nil,
        usage: TokenUsage = TokenUsage(), logprobs: [TokenLogprob]? = nil, raw: [UInt8] = []
    ) {
        self.text = text
        self.model = model
        self.fingerprint = fingerprint
        self.finishReason = finishReason
        self.id = id
        self.usage = usage
        self.logprobs = logprobs
        self.raw = raw
    }
}

/// Tokens as the server counted them. All 0 where it does not say.
package struct TokenUsage: Sendable, Hashable, Codable {
    /// Of the request, cached ones included.
    package var prompt: Int
    /// Those of the request that came from the provider's cache.
    package var cached: Int
    /// Of the answer, thinking included.
    package var completion: Int

    /// Counts of tokens; `cached` are part of `prompt`.
    package init(prompt: Int = 0, cached: Int = 0, completion: Int = 0) {
        self.prompt = prompt
        self.cached = cached
        self.completion = completion
    }

    /// The sum of each of the three.
    package static func + (a: TokenUsage, b: TokenUsage) -> TokenUsage {
        TokenUsage(prompt: a.prompt + b.prompt, cached: a.cached + b.cached, completion: a.completion + b.completion)
    }
}

/// A token of an answer with what could have stood in its place.
package struct TokenLogprob: Sendable, Equatable, Codable {
    /// Another token that was likely at this place.
    package struct Alternative: Sendable, Equatable, Codable {
        /// Its text.
        package var token: String
        /// Natural logarithm of its probability.
        package var logprob: Double

        /// A token and the natural logarithm of its probability.
        package init(token: String, logprob: Double) {
            self.token = token
            self.logprob = logprob
        }
    }

    /// Its text.
    package var token: String
    /// The natural logarithm of its probability.
    package var logprob: Double
    /// The most probable tokens at this place, as a rule the token itself among them.
    package var top: [Alternative]

    /// A token by its parts.
    package init(token: String, logprob: Double, top: [Alternative]) {
        self.token = token
        self.logprob = logprob
        self.top = top
    }
}

/// Why there is no answer. None of the five kinds ever becomes a number.
package struct CallFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// No reply came: no connection, a cut one, or no time left.
        case transport
        /// A reply with an error status.
        case http
        /// The model or a filter declined.
        case refusal
        /// The answer ended at the limit of tokens.
        case truncation
        /// A reply that cannot be understood, or an answer that is not what was asked for.
        case invalid
    }

    /// What went wrong.
    package var kind: Kind
    /// What happened, without keys.
    package var message: String
    /// Of the HTTP reply.
    package var status: Int?
    /// How long the server asks to wait before the next try.
    package var retryAfter: Duration?
    /// Whether the server says itself that trying again helps (`x-should-retry`); nil where it says nothing.
    package var shouldRetry: Bool?
    /// The account has no money or no right left: trying again does not help.
    package var isQuota: Bool
    /// The server cannot be reached, or not with these credentials: other calls will fare no better.
    package var isServerDown: Bool
    /// No reply came in time: the server has too much to do, or the answer takes longer than it may.
    package var isTimeout: Bool
    /// What was billed nevertheless.
    package var usage: TokenUsage
    /// What the model said as far as it came.
    package var text: String?
    /// As the server named it.
    package var model: String?
    /// The server's name for the call.
    package var id: String?
    /// The reply's body as far as it came.
    package var raw: [UInt8]

    /// A failure by its parts.
    package init(
        _ kind: Kind, _ message: String, status: Int? = nil, retryAfter: Duration? = nil, shouldRetry: Bool? = nil,
        isQuota: Bool = false, isServerDown: Bool = false, isTimeout: Bool = false, usage: TokenUsage = TokenUsage(),
        text: String? = nil, model: String? = nil, id: String? = nil, raw: [UInt8] = []
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
        self.shouldRetry = shouldRetry
        self.isQuota = isQuota
        self.isServerDown = isServerDown
        self.isTimeout = isTimeout
        self.usage = usage
        self.text = text
        self.model = model
        self.id = id
        self.raw = raw
    }

    package var description: String { "\(kind.rawValue): \(message)" }
}
