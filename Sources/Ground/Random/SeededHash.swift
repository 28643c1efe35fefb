/// Numbers that depend on a seed and two indices only, so that any of them is known without those before it.
package struct SeededHash: Sendable {
    private let seed: UInt64

    /// - Parameter purpose: Keeps the uses of one seed apart.
    package init(seed: UInt64, purpose: UInt64) {
        self.seed = Self.mixed(Self.mixed(seed) ^ purpose &* Self.second)
    }

    package func callAsFunction(_ a: UInt64, _ b: UInt64 = 0) -> UInt64 {
        Self.mixed(Self.mixed(seed &+ a &* SplitMix64.step) ^ b &* Self.second)
    }

    /// Uniform in `0 ..< bound`; `bound` is at least 1 and far below 2^64.
    package func below(_ bound: Int, _ a: UInt64, _ b: UInt64 = 0) -> Int {
        Int(callAsFunction(a, b).multipliedFullWidth(by: UInt64(bound)).high)
    }

    private static let second: UInt64 = 0xD1B5_4A32_D192_ED03

    private static func mixed(_ value: UInt64) -> UInt64 { SplitMix64.finalized(value &+ SplitMix64.step) }
}

/// A pseudo-random order of `0 ..< count`, of which each place is computed by itself: a Feistel network over the next
/// even power of two, walked until it falls inside.
package struct SeededPermutation: Sendable {
    private let count: UInt64
    private let halfBits: UInt64
    private let hash: SeededHash

    package init(count: Int, hash: SeededHash) {
        self.count = UInt64(count)
        self.hash = hash
        let bits = UInt64(Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
        halfBits = max(1, (bits + 1) / 2)
    }

    /// What stands at `place` in the order numbered `epoch`.
    package func callAsFunction(_ place: Int, epoch: Int) -> Int {
        precondition(place >= 0 && place < count, "place \(place) of \(count)")
        let mask = (UInt64(1) << halfBits) - 1
        var value = UInt64(place)
        repeat {
            var (left, right) = (value >> halfBits, value & mask)
            for round in 0..<6 as Range<UInt64> {
                (left, right) = (right, left ^ (hash(UInt64(epoch), right << 3 | round) & mask))
            }
            value = left << halfBits | right
        } while value >= count
        return Int(value)
    }
}
