internal import Statistics

/// What a row completes of tasks less what another does, in pairs of one seed and one task.
struct Comparison: Sendable, Equatable, Encodable {
    /// By name, and as shown.
    var row: String
    var title: String
    var kind: String
    /// The other row's name.
    var against: String
    /// The difference of proportions completed.
    var value: Double
    /// Ends of the interval, corrected by Holm for all rows compared with `against`; nil where there is too little to
    /// tell.
    var low: Double?
    var high: Double?
    /// By itself, and corrected.
    var p: Double?
    var adjustedP: Double?
    /// The interval leaves out the true difference with this probability.
    var level: Double
    var verdict: Verdict
    /// With the spread of seeds that all rows share, and by the row's own alone.
    var standardError: Double?
    var ownStandardError: Double?
    var components: VarianceComponents
    /// Pairs of runs.
    var seeds: Int
    var tasks: Int
    var trajectories: Int
}

/// What an experiment's seeds and tasks can find on one set.
struct Detectable: Sendable, Equatable, Encodable {
    var seeds: Int
    var tasks: Int
    var trajectories: Int
    /// Rows compared.
    var comparisons: Int
    /// The difference found in 80 % of repetitions, as expected of so many seeds and tasks by variances of a pilot: by
    /// itself, and among all comparisons.
    var predicted: Double
    var predictedCorrected: Double
    /// Likewise by the rows' own variances.
    var observed: Double
    var observedCorrected: Double
    /// The rows' mean variances, of which the next experiment can be planned.
    var components: VarianceComponents
}

extension [Comparison] {
    /// The comparisons, whose spread of seeds is shared, with intervals and verdicts corrected for their number. One
    /// seed tells nothing of others: such a comparison keeps its own interval, over trajectories, and is no verdict.
    static func corrected(_ found: [(row: ResultTable.Line, against: String, difference: PairedDifference)])
        -> [Comparison]
    {
        let shared = PairedDifference.sharingSpread(found.map(\.difference))
        let tested = found.indices.filter { shared[$0].seeds > 1 && shared[$0].p != nil }
        let holm = Holm(tested.map { shared[$0].p ?? 1 }, alpha: 1 - Bootstrap.level)
        var comparisons: [Comparison] = []
        for (place, entry) in found.enumerated() {
            let rank = tested.firstIndex(of: place)
            let (difference, alpha) = (shared[place], rank.map { holm.levels[$0] } ?? 1 - Bootstrap.level)
            let interval = difference.interval(alpha: alpha)
            let isTold = rank != nil && (interval?.excludes(0) ?? false)
            comparisons.append(
                Comparison(
                    row: entry.row.name, title: entry.row.title, kind: entry.row.kind, against: entry.against,
                    value: difference.value, low: interval?.low, high: interval?.high, p: difference.p,
                    adjustedP: rank.map { holm.adjusted[$0] }, level: 1 - alpha,
                    verdict: Verdict(difference.value, isTold: isTold), standardError: difference.standardError,
                    ownStandardError: entry.difference.standardError,
                    components: difference.components, seeds: difference.seeds, tasks: difference.tasks,
                    trajectories: difference.trajectories))
        }
        return comparisons
    }

    /// What could have been found; nil without two seeds of any row.
    var detectable: Detectable? {
        let paired = filter { $0.seeds > 1 }
        guard let error = Power.pooled(paired.compactMap(\.ownStandardError)),
            let components = VarianceComponents.mean(paired.map(\.components)),
            let most = paired.max(by: { $0.seeds < $1.seeds })
        else { return nil }
        let planned = VarianceComponents.pilot.standardError(
            seeds: most.seeds, tasks: most.tasks, trajectories: most.trajectories)
        return Detectable(
            seeds: most.seeds, tasks: most.tasks, trajectories: most.trajectories, comparisons: paired.count,
            predicted: Power.detectable(standardError: planned),
            predictedCorrected: Power.detectable(standardError: planned, comparisons: paired.count),
            observed: Power.detectable(standardError: error),
            observedCorrected: Power.detectable(standardError: error, comparisons: paired.count),
            components: components)
    }

    /// That of a row; nil where it was not compared.
    func of(_ row: String) -> Comparison? { first { $0.row == row } }
}
