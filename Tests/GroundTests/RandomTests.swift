import Testing

@testable import Ground

/// The first numbers of every stream, as they have been since results were recorded: rooms, tasks, weights, batches and
/// intervals depend on them.
@Suite struct RandomTests {
    @Test(
        arguments: [
            (0, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]),
            (1, [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E]),
            // The seed of the reference implementation's example.
            (1_234_567, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 0x883E_BCE5_A3F2_7C77]),
            (.max, [0xE4D9_7177_1B65_2C20, 0xE99F_F867_DBF6_82C9, 0x382F_F84C_B272_81E9]),
        ] as [(UInt64, [UInt64])])
    func splitMix(seed: UInt64, expected: [UInt64]) {
        var random = SplitMix64(seed: seed)
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func boundedNumbers() {
        var random = SplitMix64(seed: 5)
        #expect((0..<3).map { _ in random.below(1) } == [0, 0, 0])
        #expect((0..<8).map { _ in random.below(24) } == [2, 4, 9, 23, 12, 10, 14, 10])
        #expect(random.below(1 << 62 + 1 << 61) == 945_642_345_093_799_606)
        #expect(random.next() == 16_127_077_031_574_211_323)
    }

    /// What the standard library's generic functions make of the stream; test data depend on it.
    @Test func standardLibrary() {
        var (random, same) = (SplitMix64(seed: 7), SplitMix64(seed: 7))
        #expect((0..<8).map { _ in Int.random(in: 0...9, using: &random) } == [3, 0, 9, 5, 4, 2, 4, 3])
        #expect((0..<8).map { _ in same.below(10) } == [3, 0, 9, 5, 4, 2, 4, 3])
    }

    @Test func fractions() {
        var random = SplitMix64(seed: 5)
        let units = (0..<4).map { _ in random.unit().bitPattern }
        #expect(units == [1_053_165_174, 1_061_197_617, 1_047_415_628, 1_036_743_280])
        random = SplitMix64(seed: 5)
        // As the networks' first weights are drawn.
        let weights = (0..<4).map { _ in Float((random.fraction() * 2 - 1) * 0.1).bitPattern }
        #expect(weights == [3_166_274_796, 1_028_567_198, 3_176_855_283, 3_181_648_975])
    }

    @Test func boundedNumbersAreEven() {
        var random = SplitMix64(seed: 1)
        for bound in [1, 2, 3, 5, 7, 100] {
            var counts = [Int](repeating: 0, count: bound)
            for _ in 0..<20_000 { counts[random.below(bound)] += 1 }
            let expected = 20_000 / Double(bound)
            let square = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
            // Chi squared with bound - 1 degrees of freedom: its mean and five standard deviations.
            #expect(square < Double(bound - 1) + 5 * (2 * Double(bound)).squareRoot())
        }
        // Bounds that do not divide 2^64 by far: without rejection the lower half would be drawn twice as often.
        let bound = Int(1) << 62 + Int(1) << 61
        let low = (0..<20_000).count { _ in random.below(bound) < bound / 2 }
        #expect(abs(low - 10_000) < 400)
    }

    @Test func seededChoices() {
        var none = SeededGenerator()
        #expect([none.next(), none.next()] == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4])
        var one = SeededGenerator(7)
        #expect([one.next(), one.next()] == [0x64BF_61B5_12FF_ABE7, 0x365D_612F_A018_E7CF])
        var random = SeededGenerator(7, 0xE7A1)
        #expect([random.next(), random.next()] == [0xD7F3_A279_1644_E272, 0xDE15_1325_A43A_A1A6])
        #expect((0..<8).map { _ in random.below(10) } == [2, 6, 7, 6, 1, 0, 0, 6])
        // No choice, nothing drawn.
        #expect([random.below(1), random.below(0)] == [0, 0])
        #expect((0..<4).map { _ in random.int(3...6) } == [5, 5, 3, 5])
        #expect((0..<3).map { _ in random.unit().bitPattern } == [1_062_704_705, 1_009_279_296, 1_046_832_080])
        // Rooms draw four lengths here.
        #expect((0..<4).map { _ in random.int(0...15) } == [4, 0, 11, 0])
        #expect((0..<6).map { _ in random.chance(0.5) } == [false, false, true, false, true, false])
        #expect((0..<3).map { _ in random.pick([1, 2, 3, 4]) } == [1, 2, 4])
        #expect(random.pick([Int]()) == nil)
        #expect(random.shuffled(Array(0..<10)) == [6, 0, 2, 7, 3, 8, 1, 4, 9, 5])
        #expect((0..<6).map { _ in random.weighted([0, 1, 2.5, 0]) } == [2, 2, 2, 1, 2, 2])
        #expect(random.weighted([0, 0]) == nil)
        #expect(random.next() == 0xAFB6_F571_47B3_DFF1)
        #expect(SeededGenerator.mixed() == 0x5EED)
        #expect(SeededGenerator.mixed(1) == 0xE289_7FB8_7822_63FA)
        #expect(SeededGenerator.mixed(1, 2) == 0xD49D_FCC1_275A_9AD9)
    }

    @Test func hashes() {
        let hash = SeededHash(seed: 9, purpose: 3)
        #expect(
            [hash(0), hash(1), hash(1, 2)] == [0xCC31_3D3F_B995_5254, 0x7198_4524_AA29_F386, 0x7C76_3BD0_85F3_EA76])
        #expect((0..<6).map { hash.below(10, $0) } == [7, 4, 4, 2, 8, 5])
        let order = SeededPermutation(count: 10, hash: hash)
        #expect((0..<10).map { order($0, epoch: 0) } == [4, 5, 0, 2, 3, 6, 1, 8, 7, 9])
        #expect((0..<10).map { order($0, epoch: 1) } == [9, 1, 4, 5, 3, 8, 0, 7, 2, 6])
        // The keys of dropout.
        let keys = [(11, 1), (11, 2), (0, 1)].map { SplitMix64.finalized($0 &+ $1 &* SplitMix64.step) }
        #expect(keys == [0x50F5_647D_2380_309D, 0x432A_5CD2_7A6B_13A1, 0xE220_A839_7B1D_CDAF])
    }

    @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 100, 1025])
    func permutationsHoldEveryNumberOnce(count: Int) {
        for seed in 0..<4 as Range<UInt64> {
            let order = SeededPermutation(count: count, hash: SeededHash(seed: seed, purpose: 0))
            for epoch in 0..<3 { #expect(Set((0..<count).map { order($0, epoch: epoch) }).count == count) }
        }
    }
}
