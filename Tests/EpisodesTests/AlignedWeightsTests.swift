import Ground
import Testing

@testable import Episodes

@Suite struct AlignedWeightsTests {
    /// Equations 8 and 9 in double precision, over drawn gains of all kinds.
    @Test func weightsAreThePublishedOnes() {
        let hash = SeededHash(seed: 3, purpose: 0)
        for sample in 0..<200 as Range<UInt64> {
            let scale = [0.002, 0.02, 0.5][hash.below(3, sample)]
            let shift = Double(hash.below(3, sample, 1)) - 1
            let gains = (0..<UInt64(1 + hash.below(40, sample, 2))).map { place -> Float in
                let draw = Double(hash.below(1001, sample, 100 + place)) / 500 - 1
                return hash.below(10, sample, 200 + place) == 0 ? .nan : Float(scale * (draw + shift))
            }
            let known = gains.filter { !$0.isNaN }.map(Double.init)
            let count = Double(max(1, known.count))
            let average = known.reduce(0, +) / count
            let squares = known.map { gain -> Double in (gain - average) * (gain - average) }
            let sigma = max((squares.reduce(0, +) / count).squareRoot(), 1e-6)
            for (gain, weight) in zip(gains, AlignedWeights.weights(gains)) {
                let soft = (Double(gain) - (max(average, 0) - 2 * sigma)) / (4 * sigma + 1e-6)
                let expected = gain.isNaN || gain > 0.01 ? 1 : gain < 0 ? 0 : min(max(soft, 0), 1)
                #expect(abs(Double(weight) - expected) < 1e-3, "\(gain)")
                #expect((0...1).contains(weight))
            }
        }
    }

    @Test func moreGainIsNeverWorthLess() {
        let gains = (-50...50).map { Float($0) / 2500 }
        let weights = AlignedWeights.weights(gains)
        #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(weights.first == 0 && weights.last == 1 && weights.contains { $0 > 0 && $0 < 1 })
    }

    @Test func withoutScoresAllWeighTheSame() {
        #expect(AlignedWeights.weights([.nan, .nan]) == [1, 1])
        #expect(AlignedWeights.weights([]).isEmpty)
    }
}
