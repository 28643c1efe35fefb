import Testing

@testable import Episodes

@Suite struct MinimumDistanceTests {
    private func scores(
        _ spans: [(text: Int, records: [Int], isDemonstration: Bool)], look: (Int) -> [Float]? = { [Float($0), 0] }
    ) -> [Float] {
        MinimumDistance.scores(
            spans.map { MinimumDistance.Span(text: $0.text, records: $0.records, isDemonstration: $0.isDemonstration) },
            look: look)
    }

    /// The distance is to the nearest state of any demonstration with the same text; half the full score at the mean.
    @Test func nearnessIsToTheNearestDemonstration() {
        let found = scores([
            (0, [10, 11, 12], true), (0, [20, 21], true), (0, [12, 14, 18, 11], false), (1, [11, 12], false),
        ])
        // Records 14 and 18 differ by 2 from 12 and 20, in one of two numbers: a distance of 1 each, the mean.
        #expect(found.prefix(6) == [10, 10, 10, 5, 5, 10])
        // Nobody has shown text 1.
        #expect(found[6].isNaN)
    }

    /// All small cases against the definition.
    @Test func theDefinitionHolds() {
        for code in 0..<243 {
            let records = (0..<5).map { code / [1, 3, 9, 27, 81][$0] % 3 * 4 + $0 }
            let demonstration = Array(records[0..<2])
            let other = Array(records[2...])
            let distances = other.dropFirst().map { record in
                demonstration.map { abs(Float(record - $0)) / 2 }.min() ?? 0
            }
            let away = distances.filter { $0 > 0 }
            let usual = away.isEmpty ? 1 : away.reduce(0, +) / Float(away.count)
            let found = scores([(7, demonstration, true), (7, other, false)])
            #expect(found[0] == 10)
            for (score, distance) in zip(found.dropFirst(), distances) {
                #expect(abs(score - 10 / (1 + distance / usual)) < 1e-5)
            }
        }
    }

    /// Pictures that cannot be read have no score, and do not stand for a demonstration.
    @Test func whatCannotBeSeenHasNoScore() {
        let found = scores([(0, [1, 2], true), (0, [5, 6, 7], false)]) { $0 == 6 ? nil : $0 == 2 ? [] : [Float($0)] }
        #expect(found[0] == 10 && found[1].isNaN && found[2] == 5)
        #expect(scores([(0, [1, 2], false)])[0].isNaN)
    }
}
