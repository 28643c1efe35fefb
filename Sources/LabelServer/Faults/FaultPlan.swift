internal import Ground

/// Which request meets which fault. A pure function of the seed, the request's reference and how often the server has
/// seen that reference: the same run meets the same faults in whatever order its requests arrive.
package struct FaultPlan: Sendable, Equatable {
    /// How often a fault happens.
    package struct Rate: Sendable, Equatable {
        /// What happens.
        package var fault: Fault
        /// Share of all requests, 0 to 1.
        package var rate: Double

        /// A fault and its share of the calls.
        package init(_ fault: Fault, _ rate: Double) {
            self.fault = fault
            self.rate = rate
        }
    }

    /// Together at most 1.
    package var rates: [Rate]
    /// Met by the first requests, one each, before ``rates`` count.
    package var first: [Fault]
    /// Mean time before an answer; half to one and a half times that, evenly.
    package var latency: Duration
    /// Of the choice which calls are hit.
    package var seed: UInt64

    /// A plan by its parts; as it is, nothing goes wrong.
    package init(rates: [Rate] = [], first: [Fault] = [], latency: Duration = .zero, seed: UInt64 = 0) {
        precondition(rates.allSatisfy { $0.rate >= 0 } && rates.reduce(0) { $0 + $1.rate } <= 1 + 1e-9)
        self.rates = rates
        self.first = first
        self.latency = latency
        self.seed = seed
    }

    /// The fault of a request, nil for none.
    ///
    /// - Parameters:
    ///   - reference: The request's name.
    ///   - attempt: How many requests of that name came before.
    ///   - ordinal: How many requests came before.
    package func fault(reference: String, attempt: Int, ordinal: Int) -> Fault? {
        if first.indices.contains(ordinal) { return first[ordinal] }
        guard !rates.isEmpty else { return nil }
        var draw = draw(reference, attempt, purpose: 1)
        for rate in rates {
            if draw < rate.rate { return rate.fault }
            draw -= rate.rate
        }
        return nil
    }

    /// How long to wait before an answer.
    package func delay(reference: String, attempt: Int) -> Duration {
        latency == .zero ? .zero : latency * (0.5 + draw(reference, attempt, purpose: 2))
    }

    /// Evenly from 0 to below 1.
    private func draw(_ reference: String, _ attempt: Int, purpose: UInt64) -> Double {
        var hash = Hash64(seed)
        hash.combine(purpose)
        hash.combine(UInt64(truncatingIfNeeded: attempt))
        for byte in reference.utf8 { hash.combine(UInt64(byte)) }
        return Double(hash.value >> 11) * 0x1p-53
    }
}

/// A hash that is the same in every process. Not for secrets.
struct Hash64 {
    private var state: UInt64

    init(_ seed: UInt64 = 0) {
        state = seed &+ SplitMix64.step
    }

    mutating func combine(_ word: UInt64) {
        state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
        state ^= state >> 32
    }

    mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        combine(UInt64(bytes.count))
        var place = 0
        while place + 8 <= bytes.count {
            combine(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        for byte in bytes[place...] { combine(UInt64(byte)) }
    }

    var value: UInt64 { SplitMix64.finalized(state) }
}
