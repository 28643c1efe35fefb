/// What a comparison says.
package enum Verdict: String, Sendable, Codable, CaseIterable {
    case better, worse
    /// The interval holds zero: nothing was found, which is not that nothing is there.
    case cannotTell = "cannot tell"

    /// - Parameters:
    ///   - value: The difference.
    ///   - isTold: Whether it is told from none.
    package init(_ value: Double, isTold: Bool) {
        self = !isTold ? .cannotTell : value > 0 ? .better : .worse
    }
}

/// Holm's step-down correction (1979): among several comparisons, the probability that any is told that is none stays
/// below `alpha`.
package struct Holm: Sendable, Equatable {
    /// `[comparisons]`: the smallest `alpha` at which each is told.
    package let adjusted: [Double]
    /// `[comparisons]`: the level at which each is tested; an interval of that level leaves out zero exactly where the
    /// comparison is told. From the first one in rising order of p that is not told, all have its level.
    package let levels: [Double]

    /// - Parameters:
    ///   - ps: `[comparisons]`, the p of each by itself.
    ///   - alpha: For all of them together.
    package init(_ ps: [Double], alpha: Double = 0.05) {
        let order = ps.indices.sorted { ps[$0] != ps[$1] ? ps[$0] < ps[$1] : $0 < $1 }
        var adjusted = [Double](repeating: 1, count: ps.count)
        var levels = [Double](repeating: alpha, count: ps.count)
        var highest = 0.0
        var stopped: Double?
        for (rank, place) in order.enumerated() {
            let left = Double(ps.count - rank)
            highest = max(highest, min(1, left * ps[place]))
            adjusted[place] = highest
            levels[place] = stopped ?? alpha / left
            if highest >= alpha, stopped == nil { stopped = alpha / left }
        }
        (self.adjusted, self.levels) = (adjusted, levels)
    }
}
