/// How many calls may be in flight: as many as the server carries, found as TCP finds its window (slow start, then
/// additive increase and multiplicative decrease).
///
/// A server that now and then turns a call away is not full: the limit is halved while the share of overloads among the
/// latest calls is above ``tolerance``.
package struct AdaptiveConcurrency: Sendable, Equatable {
    /// A call in flight.
    package struct Ticket: Sendable, Equatable {
        fileprivate let number: Int
    }

    /// How a call ended, as far as the load of the server is told by it.
    package enum Ending: Sendable, Equatable {
        /// The server did its work, whatever it answered.
        case success
        /// The server has too much to do: 429, 503, 529, a timeout.
        case overload
        /// Says nothing about the server's load.
        case neutral
    }

    /// The share of overloads that is taken for chance.
    static let tolerance = 0.15
    /// How much the latest call counts in the share: it remembers some 32 calls.
    private static let weight = 1.0 / 32

    /// Never more than so many.
    package let max: Int
    /// How many there may be now.
    package private(set) var limit: Int
    /// How many there are.
    package private(set) var inFlight = 0
    private var isSlowStart = true
    private var overloadShare = 0.0
    /// Successes since the limit last grew by one.
    private var successes = 0
    private var nextNumber = 0
    /// Calls begun earlier were under way when the limit was last halved: what they meet is no news.
    private var firstNumberOfRound = 0

    /// - Parameter start: The limit before anything is known.
    package init(max: Int, start: Int = 8) {
        precondition(max > 0 && start > 0)
        self.max = max
        limit = Swift.min(start, max)
    }

    /// Whether there is room for another.
    package var mayBegin: Bool { inFlight < limit }

    /// Takes a place.
    package mutating func begin() -> Ticket {
        defer { nextNumber += 1 }
        inFlight += 1
        return Ticket(number: nextNumber)
    }

    /// Gives the place back and learns from how it went.
    package mutating func end(_ ticket: Ticket, _ ending: Ending) {
        // A limit that is not used is not tested.
        let isUsed = inFlight * 2 >= limit
        inFlight -= 1
        switch ending {
        case .neutral: break
        case .success:
            overloadShare -= Self.weight * overloadShare
            guard isUsed, limit < max else { return }
            if isSlowStart {
                limit += 1
            } else {
                successes += 1
                if successes >= limit {
                    successes = 0
                    limit += 1
                }
            }
        case .overload:
            overloadShare += Self.weight * (1 - overloadShare)
            guard ticket.number >= firstNumberOfRound, overloadShare > Self.tolerance else { return }
            limit = Swift.max(1, limit / 2)
            isSlowStart = false
            successes = 0
            firstNumberOfRound = nextNumber
        }
    }
}

extension AdaptiveConcurrency.Ending {
    init(_ result: Result<VLMAnswer, CallFailure>) {
        switch result {
        case .success: self = .success
        case .failure(let failure):
            switch (failure.kind, failure.status) {
            case (.transport, _): self = failure.isTimeout ? .overload : .neutral
            case (_, 408?), (_, 429?), (_, 503?), (_, 504?), (_, 529?): self = .overload
            case (.refusal, _), (.truncation, _), (.invalid, _): self = .success
            case (.http, _): self = .neutral
            }
        }
    }
}
