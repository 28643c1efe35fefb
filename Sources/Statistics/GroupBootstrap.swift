internal import Ground

/// Resamples groups with replacement, for observations that come in groups too alike to count as independent: the
/// transitions of an episode.
///
/// A statistic is written as a function of sums over groups, so that a resample costs as many additions as there are
/// groups. Beyond ``groupLimit`` of them, they are dealt at random into that many larger ones, which are resampled in
/// their stead: nothing is left out, and the interval is the same but for its own noise. Ranks are those of the full
/// data in every resample.
package struct GroupBootstrap: Sendable {
    /// Groups that are drawn at most.
    package static let groupLimit = 1000
    /// How many resamples there are.
    package static let resamples = 600
    /// With fewer groups an interval would be far too narrow.
    package static let fewestGroups = 5

    /// How many groups are drawn in each resample.
    package let groupCount: Int
    private let groups: [Int64: Int]
    /// How often each resample drew each group.
    private let draws: [[Double]]

    /// - Parameters:
    ///   - keys: The groups' numbers, in any order and as often as they occur.
    ///   - seed: Of the resamples.
    package init(_ keys: some Sequence<Int64>, seed: UInt64) {
        var random = SeededGenerator(seed, 0xB007)
        let keys = random.shuffled(Set(keys).sorted())
        let count = min(keys.count, Self.groupLimit)
        groups = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0 % max(1, count)) })
        groupCount = count
        draws = (0..<Self.resamples).map { _ in
            var drawn = [Double](repeating: 0, count: count)
            for _ in 0..<count { drawn[random.below(count)] += 1 }
            return drawn
        }
    }

    /// Sums of `width` numbers for each group, all 0.
    package func sums(_ width: Int) -> GroupSums { GroupSums(width: width, count: groupCount) }

    /// The place in ``GroupSums`` of the group with this number; 0 for one that is not known.
    package func group(_ key: Int64) -> Int { groups[key] ?? 0 }

    /// `statistic` of each resample's sums, nil ones included.
    package func replicates<T>(_ sums: GroupSums, _ statistic: ([Double]) -> T) -> [T] {
        draws.map { statistic(sums.total($0)) }
    }

    /// The interval of a statistic of sums; see ``interval(_:)``.
    package func interval(_ sums: GroupSums, _ statistic: ([Double]) -> Double?) -> Interval? {
        interval(replicates(sums, statistic))
    }

    /// The interval of a statistic of weights by group; see ``interval(_:)``.
    package func interval(weights statistic: ([Double]) -> Double?) -> Interval? { interval(draws.map(statistic)) }

    /// The middle 95 % of the replicates; nil with fewer than ``fewestGroups``, or where a tenth of the replicates or
    /// more has no value.
    package func interval(_ replicates: [Double?]) -> Interval? {
        let values = replicates.compactMap { $0 }.sorted()
        guard groupCount >= Self.fewestGroups, values.count * 10 > replicates.count * 9,
            let low = RankStatistics.quantile(values, 0.025), let high = RankStatistics.quantile(values, 0.975)
        else { return nil }
        return Interval(low: low, high: high)
    }
}

/// A few sums for each group.
package struct GroupSums: Sendable {
    /// How many sums a group has.
    package let width: Int
    /// `[groups, width]`.
    private var values: [Double]

    init(width: Int, count: Int) {
        self.width = width
        values = Array(repeating: 0, count: width * count)
    }

    /// Adds to one of a group's sums.
    package mutating func add(_ value: Double, _ index: Int, group: Int) { values[group * width + index] += value }

    /// Adds to several of a group's sums, from `start` on.
    package mutating func add(_ added: [Double], at start: Int = 0, group: Int) {
        for (offset, value) in added.enumerated() { values[group * width + start + offset] += value }
    }

    /// The sums over all groups, each as often as `weights` says; `[width]`.
    package func total(_ weights: [Double]? = nil) -> [Double] {
        var total = [Double](repeating: 0, count: width)
        for group in 0..<(width > 0 ? values.count / width : 0) {
            let weight = weights?[group] ?? 1
            if weight == 0 { continue }
            for index in 0..<width { total[index] += weight * values[group * width + index] }
        }
        return total
    }
}
