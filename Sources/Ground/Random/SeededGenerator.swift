/// Seeded choices: the stream of ``SplitMix64`` that belongs to a list of seeds.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    @usableFromInline var random: SplitMix64

    /// Independent sequences for different lists of seeds.
    package init(_ seeds: UInt64...) {
        random = SplitMix64(seed: 0)
        for seed in seeds { random = SplitMix64(seed: random.next() ^ seed) }
    }

    /// One seed from several.
    package static func mixed(_ seeds: UInt64...) -> UInt64 {
        seeds.reduce(0x5EED) { mixed, seed in
            var generator = SeededGenerator(mixed, seed)
            return generator.next()
        }
    }

    @inlinable
    package mutating func next() -> UInt64 { random.next() }

    /// Uniform in `0 ..< bound`; 0, without drawing, where there is no choice.
    @inlinable
    package mutating func below(_ bound: Int) -> Int { bound > 1 ? random.below(bound) : 0 }

    /// 0 ..< 1, in steps of 2^-24.
    @inlinable
    package mutating func unit() -> Float { random.unit() }

    /// 0 ..< 1, in steps of 2^-53.
    @inlinable
    package mutating func fraction() -> Double { random.fraction() }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    package mutating func chance(_ probability: Float) -> Bool { unit() < probability }

    package mutating func pick<T>(_ values: [T]) -> T? { values.isEmpty ? nil : values[below(values.count)] }

    package mutating func shuffled<T>(_ values: [T]) -> [T] {
        var values = values
        for last in values.indices.reversed() where last > 0 { values.swapAt(last, below(last + 1)) }
        return values
    }

    /// An index with a probability in proportion to its weight; nil when no weight is positive.
    package mutating func weighted(_ weights: [Float]) -> Int? {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        var left = unit() * total
        for (index, weight) in weights.enumerated() where weight > 0 {
            left -= weight
            if left < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 }
    }
}
