/// Money in nanodollars, reserved before a call is sent and settled when its cost is known.
package struct Budget: Sendable, Equatable {
    /// Nil for no limit.
    package let limit: Int64?
    /// In nanodollars, earlier runs included.
    package private(set) var spent: Int64 = 0
    /// For calls in flight.
    package private(set) var reserved: Int64 = 0

    /// - Parameter spent: By earlier runs that count against the same limit.
    package init(limit: Int64?, spent: Int64 = 0) {
        precondition(limit ?? 0 >= 0 && spent >= 0)
        self.limit = limit
        self.spent = spent
    }

    /// Whether as many nanodollars are left.
    package func canReserve(_ estimate: Int64) -> Bool {
        guard let limit else { return true }
        // Each of the three may be near the end of Int64.
        return estimate <= limit - min(limit, spent.addingClamped(reserved))
    }

    /// Sets `estimate` aside if spent and reserved money then stay within the limit.
    package mutating func reserve(_ estimate: Int64) -> Bool {
        precondition(estimate >= 0)
        guard canReserve(estimate) else { return false }
        reserved = reserved.addingClamped(estimate)
        return true
    }

    /// The call cost `actual`. More than was reserved is spent all the same, and blocks later calls.
    package mutating func settle(reserved amount: Int64, actual: Int64) {
        release(amount)
        spent = spent.addingClamped(max(0, actual))
    }

    /// The call was not sent.
    package mutating func release(_ amount: Int64) { reserved -= min(reserved, amount) }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
