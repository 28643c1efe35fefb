/// Statistics of order. What has no answer (too few points, no spread, one class) is nil and never a number.
package enum RankStatistics {
    /// Ranks from 1, equal values sharing the mean of theirs.
    package static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for index in order[start..<end] { ranks[index] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    /// Pearson's correlation; nil with fewer than three pairs or without spread in either.
    package static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
        var moments = Moments()
        for (x, y) in zip(x, y) { moments.add(x, y) }
        return moments.correlation
    }

    /// Spearman's correlation: that of the ranks, ties averaged.
    package static func spearman(_ x: [Double], _ y: [Double]) -> Double? { correlation(ranks(x), ranks(y)) }

    /// Area under the ROC curve: the probability that a value of `positive` exceeds one of `negative`, ties counting
    /// half. Exact, from how often each of the values 0, 1, 2, ... occurs.
    package static func auc(positive: [Double], negative: [Double]) -> Double? {
        let pairs = positive.reduce(0, +) * negative.reduce(0, +)
        guard pairs > 0 else { return nil }
        var below = 0.0
        var wins = 0.0
        for (positive, negative) in zip(positive, negative) {
            wins += positive * (below + negative / 2)
            below += negative
        }
        return wins / pairs
    }

    /// The lowest value at or below which at least half the weight lies, of values 0, 1, 2, ...
    package static func median(_ histogram: [Double]) -> Int? {
        let half = histogram.reduce(0, +) / 2
        guard half > 0 else { return nil }
        var below = 0.0
        return histogram.indices.first { index in
            below += histogram[index]
            return below >= half
        }
    }

    /// The value below which the share `q` of the sorted values lies, linear between neighbours.
    package static func quantile(_ sorted: [Double], _ q: Double) -> Double? {
        guard let last = sorted.last else { return nil }
        let place = q * Double(sorted.count - 1)
        let low = Int(place)
        guard low + 1 < sorted.count else { return last }
        return sorted[low] + (place - Double(low)) * (sorted[low + 1] - sorted[low])
    }
}

/// Sums that make a correlation, and that can be added and weighted.
package struct Moments: Sendable {
    /// How many sums there are.
    package static let width = 6

    /// Pairs added.
    package private(set) var count = 0.0
    private var (x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)

    /// Of no pairs.
    package init() {}

    /// From ``values`` at an offset of a longer list.
    package init(_ sums: [Double], at start: Int = 0) {
        (count, x, y) = (sums[start], sums[start + 1], sums[start + 2])
        (xx, yy, xy) = (sums[start + 3], sums[start + 4], sums[start + 5])
    }

    /// Number of pairs, sums of x, y, x x, y y and x y: `[width]`.
    package var values: [Double] { [count, x, y, xx, yy, xy] }

    /// Adds a pair.
    package mutating func add(_ x: Double, _ y: Double) {
        count += 1
        self.x += x
        self.y += y
        xx += x * x
        yy += y * y
        xy += x * y
    }

    /// The sums of deviations from the means in place of the raw ones: added over spans they give the correlation
    /// within spans.
    package var centered: Moments {
        guard count > 0 else { return self }
        var moments = Moments()
        moments.count = count
        (moments.xx, moments.yy, moments.xy) = (xx - x * x / count, yy - y * y / count, xy - x * y / count)
        return moments
    }

    /// Nil with fewer than three pairs or without spread.
    package var correlation: Double? {
        let sums = centered
        // Rounding leaves a trace of spread where there is none.
        guard count >= 3, sums.xx > 1e-9 * xx, sums.yy > 1e-9 * yy else { return nil }
        return min(1, max(-1, sums.xy / (sums.xx * sums.yy).squareRoot()))
    }
}
