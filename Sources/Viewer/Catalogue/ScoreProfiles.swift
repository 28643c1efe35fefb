/// How the scores of a set of episodes run from start to end: mean and spread in each tenth of the way.
///
/// The anomaly of an episode is the root mean square, over the tenths, of the distance of its mean score from that of
/// all episodes there, in standard deviations over episodes (of at least half a point).
struct ScoreProfiles: Sendable {
    static let bins = 10
    private var means = [Double](repeating: 0, count: bins)
    private var spreads = [Double](repeating: 0.5, count: bins)

    init(_ episodes: [ArraySlice<Float>]) {
        var counts = [Double](repeating: 0, count: Self.bins)
        var squares = [Double](repeating: 0, count: Self.bins)
        for scores in episodes {
            for (bin, mean) in Self.profile(scores).enumerated() {
                guard let mean else { continue }
                counts[bin] += 1
                let distance = mean - means[bin]
                means[bin] += distance / counts[bin]
                squares[bin] += distance * (mean - means[bin])
            }
        }
        for bin in counts.indices where counts[bin] > 0 {
            spreads[bin] = max(0.5, (squares[bin] / counts[bin]).squareRoot())
        }
    }

    /// Nil without scores.
    func anomaly(_ scores: ArraySlice<Float>) -> Double? {
        var (sum, count) = (0.0, 0)
        for (bin, mean) in Self.profile(scores).enumerated() {
            guard let mean else { continue }
            let distance = (mean - means[bin]) / spreads[bin]
            sum += distance * distance
            count += 1
        }
        return count > 0 ? (sum / Double(count)).squareRoot() : nil
    }

    /// The mean score in each tenth; nil where no transition with a score begins.
    static func profile(_ scores: ArraySlice<Float>) -> [Double?] {
        var sums = [Double](repeating: 0, count: bins)
        var counts = [Int](repeating: 0, count: bins)
        for (t, score) in scores.enumerated() where !score.isNaN {
            let bin = t * bins / scores.count
            sums[bin] += Double(score)
            counts[bin] += 1
        }
        return (0..<bins).map { counts[$0] > 0 ? sums[$0] / Double(counts[$0]) : nil }
    }
}
