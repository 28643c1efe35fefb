/// SplitMix64 (Steele, Lea and Flood, 2014): the source of every seeded choice. A seed gives the same numbers on every
/// machine and in every version: recorded results depend on them.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @inlinable
    package init(seed: UInt64) { state = seed }

    @inlinable
    package mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.finalized(state)
    }

    /// Uniform in `0 ..< bound`, without bias (Lemire, 2019); `bound` is at least 1. Draws once or, rarely, more often.
    @inlinable
    package mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    @inlinable
    package mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// 0 ..< 1, in steps of 2^-24.
    @inlinable
    package mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// 0 ..< 1, in steps of 2^-53.
    @inlinable
    package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// 2^64 divided by the golden ratio, to the nearest odd number.
    @usableFromInline package static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The bits of `word` mixed so that each depends on all: what makes a counter into random numbers.
    @inlinable
    package static func finalized(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
