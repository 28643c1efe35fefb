internal import Episodes
internal import ExperimentStore
internal import Frames

/// How often a row's training sees each value of the generated reward, before its weight, over all transitions of the
/// instructions it learns from: those of the row's first training run, as the trainer itself makes them.
package struct RewardUse: Sendable, Equatable, Encodable {
    var row: String
    /// Shares of the transitions that have one, by value in tenths: key 3 is what rounds to 0.3.
    var shares: [Int: Double]
    var transitions: Int
    /// Transitions with a generated term.
    var generated: Int
}

extension RewardUse {
    /// - Parameter series: What the row's run is rewarded with; fails where no transition has a generated term.
    init?(row: String, _ series: RewardSeries) {
        let terms = series.terms.filter { !$0.isNaN }
        guard !terms.isEmpty else { return nil }
        let counts = Dictionary(terms.map { (Int(($0 * 10).rounded()), 1) }, uniquingKeysWith: +)
        self.init(
            row: row, shares: counts.mapValues { Double($0) / Double(terms.count) }, transitions: series.terms.count,
            generated: terms.count)
    }

    /// Of the rows whose learner reads a generated reward.
    static func read(_ data: ReportData, from store: ExperimentStore) throws -> [RewardUse] {
        try data.rows.compactMap { row in
            guard let training = row.runs.lazy.compactMap(\.training).first, training.settings.usesReward,
                training.settings.reward.source != .none
            else { return nil }
            return RewardUse(row: row.plan.name, try series(training, data.plan, from: store))
        }
    }

    /// What a training run is rewarded with.
    static func series(
        _ training: ReportData.Training, _ plan: ReportPlan, from store: ExperimentStore
    ) throws -> RewardSeries {
        let (identity, settings) = (training.run.identity, training.settings)
        let selection =
            settings.learning?.selection
            ?? DataSelection(splits: plan.splits, kinds: plan.kinds, episodes: plan.episodeLimit)
        let filter = TrainingEpisode.Filter(
            datasetID: identity.datasetID, splits: selection.splits, kinds: selection.kinds,
            labelRunID: identity.labelRunID, behaviours: selection.behaviours, episodeLimit: selection.episodes)
        return try store.read { db in
            let dataset = try DatasetRow.all(db).first { $0.id == identity.datasetID }
            // Where the frame store is not at hand, the records it is said to have.
            let frames = dataset.flatMap { try? FrameStore(store.frameStorePath(dataset: $0.name)) }
            var maker = RewardMaker(
                settings.reward, gamma: (settings.learning?.iql ?? IQL()).discount,
                isWeighing: settings.algorithm == Algorithm.raBC.rawValue
            ) { [frames] record in frames?.look(at: record) }
            try TrainingEpisode.forEach(filter, db) { episode in
                let choice = episode.choice(
                    fulfilledOnly: settings.algorithm == Algorithm.filteredBC.rawValue,
                    recordCount: frames?.count ?? .max)
                maker.add(choice.instructions, of: episode)
            }
            return maker.series()
        }
    }
}
