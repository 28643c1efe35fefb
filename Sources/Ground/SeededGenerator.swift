/// SplitMix64: the source of every seeded choice. The same seeds give the same numbers on every machine.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Independent sequences for different lists of seeds.
    package init(_ seeds: UInt64...) {
        state = 0
        for seed in seeds { state = next() ^ seed }
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of 0..<bound; 0 when there is none.
    package mutating func below(_ bound: Int) -> Int {
        bound > 1 ? Int(next().multipliedFullWidth(by: UInt64(bound)).high) : 0
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    package mutating func unit() -> Float { Float(next() >> 40) / 16_777_216 }

    /// A multiple of 5 cm in the range.
    package mutating func length(_ low: Float, _ high: Float) -> Float {
        let steps = Int(((high - low) / 0.05).rounded())
        return low + Float(int(0...max(0, steps))) * 0.05
    }

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

    /// One seed from several.
    package static func mixed(_ seeds: UInt64...) -> UInt64 {
        seeds.reduce(0x5EED) { mixed, seed in
            var generator = SeededGenerator(mixed, seed)
            return generator.next()
        }
    }
}
