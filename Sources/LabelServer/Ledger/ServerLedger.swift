package import VisionLanguage

/// What a server counts about chat requests.
package struct ServerLedger: Sendable, Equatable {
    /// A completion that was handed to its client in full, and is to be paid.
    package struct Call: Sendable, Equatable {
        /// The client's name of the call.
        package var reference: String
        /// As billed.
        package var usage: TokenUsage
        /// How many were sent.
        package var pictures: Int
        /// What was wrong with it.
        package var fault: Fault.Kind?

        /// A call by its parts.
        package init(reference: String, usage: TokenUsage, pictures: Int, fault: Fault.Kind? = nil) {
            self.reference = reference
            self.usage = usage
            self.pictures = pictures
            self.fault = fault
        }
    }

    /// That arrived, whatever became of them.
    package private(set) var requests = 0
    /// Of all bodies.
    package private(set) var requestBytes = 0
    /// By status, and under `cut-head`, `cut-body` and `abandoned` (the client left before the answer) those without
    /// one.
    package private(set) var answers: [String: Int] = [:]
    /// As far as they were met: a request that was turned away for another reason meets none.
    package private(set) var faults: [Fault.Kind: Int] = [:]
    /// In the order in which they were answered.
    package private(set) var calls: [Call] = []
    /// Of all ``calls``.
    package private(set) var usage = TokenUsage()
    /// Pictures of all ``calls``.
    package private(set) var pictures = 0
    /// References of more than one of the ``calls``.
    package private(set) var doubledReferences = 0
    /// The most requests that were being answered at a time.
    package private(set) var maxConcurrency = 0
    /// Calls that could not be written to the ledger's file.
    package var unwritten = 0

    private var concurrency = 0
    private var admitted = 0
    private var attempts: [String: Int] = [:]
    private var billed: [String: Int] = [:]

    /// Nothing has happened yet.
    package init() {}

    /// References among the ``calls``.
    package var references: Int { billed.count }

    mutating func arrive() { requests += 1 }

    mutating func receive(byteCount: Int) { requestBytes += byteCount }

    /// A request begins to be answered.
    ///
    /// - Returns: False beyond `limit` of them: the request is turned away.
    mutating func enter(limit: Int?) -> Bool {
        if let limit, concurrency >= limit { return false }
        concurrency += 1
        maxConcurrency = max(maxConcurrency, concurrency)
        return true
    }

    /// How many requests of that reference were admitted before this one, and how many requests at all.
    mutating func attempt(_ reference: String) -> (attempt: Int, ordinal: Int) {
        defer {
            attempts[reference, default: 0] += 1
            admitted += 1
        }
        return (attempts[reference, default: 0], admitted)
    }

    /// A request that was not entered is turned away.
    mutating func refuse(_ answer: String) { answers[answer, default: 0] += 1 }

    /// A request that was entered is done with.
    mutating func leave(_ answer: String, fault: Fault.Kind?, call: Call? = nil) {
        concurrency -= 1
        answers[answer, default: 0] += 1
        if let fault { faults[fault, default: 0] += 1 }
        guard let call else { return }
        calls.append(call)
        count(call, sign: 1)
    }

    /// The answer was counted, but its client was gone.
    mutating func revoke(_ call: Call) {
        guard let index = calls.lastIndex(of: call) else { return }
        calls.remove(at: index)
        count(call, sign: -1)
        let answered = answers["200", default: 0] - 1
        answers["200"] = answered == 0 ? nil : answered
        answers["abandoned", default: 0] += 1
    }

    private mutating func count(_ call: Call, sign: Int) {
        usage.prompt += sign * call.usage.prompt
        usage.cached += sign * call.usage.cached
        usage.completion += sign * call.usage.completion
        pictures += sign * call.pictures
        let before = billed[call.reference, default: 0]
        let after = before + sign
        billed[call.reference] = after == 0 ? nil : after
        if max(before, after) == 2, min(before, after) == 1 { doubledReferences += sign }
    }
}
