import Ground

@testable import Statistics

/// Scores and numbers drawn for tests.
struct Scores {
    var random: SplitMix64

    init(_ seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    /// Nearly normal, mean 0 and variance 1.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

    mutating func matrix(_ runs: Int, _ tasks: Int) throws -> ScoreMatrix {
        try ScoreMatrix(runs: (0..<runs).map { _ in (0..<tasks).map { _ in normal() } })
    }

    /// Whole numbers below `levels`, so that there are ties.
    mutating func levels(_ levels: Int, _ runs: Int, _ tasks: Int) throws -> ScoreMatrix {
        try ScoreMatrix(runs: (0..<runs).map { _ in (0..<tasks).map { _ in Double(random.below(levels)) } })
    }
}

extension ScoreMatrix {
    var rows: [[Double]] { (0..<runs).map { Array(row($0)) } }

    func map(_ transform: (Double) -> Double) throws -> ScoreMatrix {
        try ScoreMatrix(runs: rows.map { $0.map(transform) })
    }
}

extension Aggregate {
    static let all: [Aggregate] = [.mean, .median, .iqm, .optimalityGap(target: 0.5)]
}

/// All lists of `length` numbers below `bound`.
func everyList(_ length: Int, below bound: Int) -> [[Int]] {
    (0..<length).reduce([[]]) { lists, _ in lists.flatMap { list in (0..<bound).map { list + [$0] } } }
}
