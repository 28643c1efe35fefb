internal import ALFRED
internal import Ground
internal import Rooms

/// A 95 % interval.
package struct LintInterval: Sendable, Equatable, Encodable {
    package var low: Double
    package var high: Double

    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }
}

/// Resamples episodes with replacement: transitions of one episode are too alike to count as independent.
///
/// A statistic is written as a function of sums over episodes, so that a resample costs as many additions as there are
/// groups. Beyond ``groupLimit`` episodes, episodes are dealt at random into that many groups, which are resampled in
/// their stead: nothing is left out, and the interval is the same but for its own noise. Ranks are those of the full
/// data in every resample.
struct EpisodeBootstrap {
    static let groupLimit = 1000
    static let resamples = 600
    /// With fewer episodes an interval would be far too narrow.
    static let minEpisodes = 5

    let groupCount: Int
    private let groups: [Int64: Int]
    /// How often each resample drew each group.
    private let draws: [[Double]]

    init(episodes: some Sequence<Int64>, seed: UInt64) {
        var random = SeededGenerator(seed, 0xB007)
        let episodes = random.shuffled(Set(episodes).sorted())
        let count = min(episodes.count, Self.groupLimit)
        groups = Dictionary(uniqueKeysWithValues: episodes.enumerated().map { ($1, $0 % max(1, count)) })
        groupCount = count
        draws = (0..<Self.resamples).map { _ in
            var drawn = [Double](repeating: 0, count: count)
            for _ in 0..<count { drawn[random.below(count)] += 1 }
            return drawn
        }
    }

    /// Sums of `width` numbers for each group, all 0.
    func sums(_ width: Int) -> GroupSums { GroupSums(width: width, count: groupCount) }

    func group(_ episodeID: Int64) -> Int { groups[episodeID] ?? 0 }

    /// `statistic` of each resample's sums, nil ones included.
    func replicates<T>(_ sums: GroupSums, _ statistic: ([Double]) -> T) -> [T] {
        draws.map { statistic(sums.total($0)) }
    }

    /// The middle 95 % of the resamples; nil with fewer than ``minEpisodes``, or where a tenth of the
    /// resamples or more has no value.
    func interval(_ sums: GroupSums, _ statistic: ([Double]) -> Double?) -> LintInterval? {
        interval(replicates(sums, statistic))
    }

    /// The same for a statistic of weights by group.
    func interval(weights statistic: ([Double]) -> Double?) -> LintInterval? { interval(draws.map(statistic)) }

    func interval(_ replicates: [Double?]) -> LintInterval? {
        let values = replicates.compactMap { $0 }.sorted()
        guard groupCount >= Self.minEpisodes, values.count * 10 > replicates.count * 9,
            let low = RankStatistics.quantile(values, 0.025), let high = RankStatistics.quantile(values, 0.975)
        else { return nil }
        return LintInterval(low: low, high: high)
    }
}

/// A few sums for each group of episodes.
struct GroupSums {
    let width: Int
    private(set) var values: [Double]

    init(width: Int, count: Int) {
        self.width = width
        values = Array(repeating: 0, count: width * count)
    }

    mutating func add(_ value: Double, _ index: Int, group: Int) { values[group * width + index] += value }

    mutating func add(_ added: [Double], at start: Int = 0, group: Int) {
        for (offset, value) in added.enumerated() { values[group * width + start + offset] += value }
    }

    /// The sums over all groups, each as often as `weights` says.
    func total(_ weights: [Double]? = nil) -> [Double] {
        var total = [Double](repeating: 0, count: width)
        for group in 0..<(width > 0 ? values.count / width : 0) {
            let weight = weights?[group] ?? 1
            if weight == 0 { continue }
            for index in 0..<width { total[index] += weight * values[group * width + index] }
        }
        return total
    }
}
