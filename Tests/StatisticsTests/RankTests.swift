import Ground
import Statistics
import Testing

@Suite struct RankTests {
    /// All lists of `count` of the values 0..<base.
    private func lists(_ count: Int, of base: Int) -> [[Int]] {
        (0..<count).reduce([[]]) { lists, _ in lists.flatMap { list in (0..<base).map { list + [$0] } } }
    }

    @Test func aucIsTheShareOfWonPairs() {
        for positive in lists(3, of: 4) {
            for negative in lists(2, of: 4) {
                let pairs = positive.flatMap { p in negative.map { p > $0 ? 1.0 : p == $0 ? 0.5 : 0 } }
                func counts(_ values: [Int]) -> [Double] { (0..<4).map { v in Double(values.count { $0 == v }) } }
                #expect(
                    RankStatistics.auc(positive: counts(positive), negative: counts(negative))
                        == pairs.reduce(0, +) / 6)
            }
        }
        #expect(RankStatistics.auc(positive: [0, 0], negative: [1, 2]) == nil)
    }

    @Test func ranksAreMeanPlaces() {
        for values in lists(5, of: 3) {
            let ranks = RankStatistics.ranks(values.map(Double.init))
            for (value, rank) in zip(values, ranks) {
                let (below, equal) = (values.count { $0 < value }, values.count { $0 == value })
                #expect(rank == Double(below) + Double(equal + 1) / 2)
            }
        }
    }

    @Test func spearmanWithoutTiesFollowsTheTextbook() throws {
        var random = SeededGenerator(5)
        for n in 3...12 {
            let x = random.shuffled(Array(0..<n)), y = random.shuffled(Array(0..<n))
            let squares = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let expected = 1 - 6 * Double(squares) / Double(n * (n * n - 1))
            let measured = try #require(RankStatistics.spearman(x.map(Double.init), y.map(Double.init)))
            #expect(abs(measured - expected) < 1e-12)
        }
        #expect(RankStatistics.spearman([1, 2], [1, 2]) == nil)
        #expect(RankStatistics.spearman([7, 7, 7, 7], [1, 2, 3, 4]) == nil)
        #expect(RankStatistics.spearman([0.1, 0.1, 0.1], [1, 2, 3]) == nil)
    }

    @Test func theGroupBootstrapIsSeededAndCoversTheMean() throws {
        var random = SeededGenerator(9)
        func interval(_ seed: UInt64, _ values: [Double]) -> Interval? {
            let bootstrap = GroupBootstrap(values.indices.map(Int64.init), seed: seed)
            var sums = bootstrap.sums(2)
            for (index, value) in values.enumerated() { sums.add([1, value], group: bootstrap.group(Int64(index))) }
            return bootstrap.interval(sums) { $0[1] / $0[0] }
        }
        // Sixty means of uniform numbers: a 95 % interval covers 1/2 in most; groups beyond the limit change nothing.
        for count in [60, 2500] {
            let covered = try (0..<60).count { _ in
                let interval = try #require(interval(1, (0..<count).map { _ in Double(random.unit()) }))
                return interval.low < 0.5 && interval.high > 0.5
            }
            #expect(covered >= 50 && covered < 60 + 1)
        }
        let values = (0..<50).map { _ in Double(random.unit()) }
        #expect(interval(3, values) == interval(3, values) && interval(3, values) != interval(4, values))
        #expect(interval(1, [1, 2, 3, 4]) == nil && interval(1, [1, 2, 3, 4, 5]) != nil)
    }
}
