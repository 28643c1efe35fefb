import CKernels
import Ground
import Testing

struct Generator {
    private var random: SplitMix64

    init(_ seed: Int) {
        random = SplitMix64(seed: UInt64(seed) &* SplitMix64.step)
    }

    mutating func next() -> UInt64 { random.next() }

    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// In -1 ..< 1.
    mutating func float() -> Float {
        Float(next() >> 40) / Float(1 << 23) - 1
    }

    mutating func floats(_ count: Int, scale: Float = 1, shift: Float = 0) -> [Float] {
        (0..<count).map { _ in float() * scale + shift }
    }
}

/// Rows and columns of the matrices: none, one, a tail alone, whole vectors, both; groups of rows and what is left of
/// them.
let shapes: [(rows: Int, columns: Int)] = [
    (0, 16), (1, 1), (3, 1), (1, 16), (2, 13), (5, 17), (8, 32), (9, 82), (13, 128), (21, 100), (67, 48), (130, 19),
]

let none = CKDropout(key: 0, threshold: 0, scale: 1)
let third = CKDropout(key: 77, threshold: UInt32.max / 3, scale: 1.5)

/// What dropout multiplies each element by.
func mask(_ count: Int, _ dropout: CKDropout, from first: UInt64) -> [Float] {
    var out = [Float](repeating: 1, count: count)
    ck_dropout_backward([Float](repeating: 1, count: count), &out, count, dropout, first)
    return out
}

func expectClose(
    _ values: [Float], _ expected: [Double], within tolerance: Double = 2e-6, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count, sourceLocation: sourceLocation)
    let largest = expected.reduce(1) { max($0, abs($1)) }
    for (i, (value, right)) in zip(values, expected).enumerated() {
        let far = abs(Double(value) - right) / largest
        if !(far <= tolerance) {
            Issue.record("\(what)[\(i)] is \(value), not \(right)", sourceLocation: sourceLocation)
            return
        }
    }
}

func bits(_ values: [Float]) -> [UInt32] {
    values.map(\.bitPattern)
}
