internal import Episodes
internal import ExperimentStore
internal import Pages

/// What the numbers may owe to the data rather than to the reward.
extension Findings {
    static func ofData(_ data: ReportData) -> [Sentence] {
        data.labels.compactMap { unscored($0, data) }
            + [dawdling(data), otherData(data), flags(data)].compactMap { $0 }
    }

    private static func unscored(_ labels: ReportData.Labels, _ data: ReportData) -> Sentence? {
        let all = labels.scored + labels.unscored
        let users = names(
            data.rows.filter { row in row.runs.contains { $0.training?.run.identity.labelRunID == labels.id } }
                .map(\.plan.name))
        let name = Plain.text(labels.name)
        if labels.scored == 0 {
            return Sentence(
                tone: .bad,
                text:
                    """
                    No transition of label run \(name) has a score (0 of \(Show.count(all))): what \(users) learned \
                    from has no generated reward in it.
                    """
            )
        }
        guard labels.unscored > 0 else { return nil }
        return Sentence(
            tone: .note,
            text:
                """
                \(Show.count(labels.unscored)) of \(Show.plural(all, "transition")) of label run \(name) \
                \(labels.unscored == 1 ? "has" : "have") no score; the generated reward of \(users) is left out there.
                """
        )
    }

    /// Methods for which going on for ever as failures do is worth more than finishing.
    private static func dawdling(_ data: ReportData) -> Sentence? {
        let found = data.rows.compactMap { row -> String? in
            guard row.plan.kind != .control, let settings = row.settings, settings.hasCritic,
                let value = settings.summary?.dawdling, value > 0, value >= settings.reward.sparseWeight
            else { return nil }
            let finishing = Show.number(Double(settings.reward.sparseWeight), 2)
            return "\(Plain.text(row.plan.name)) (\(Show.number(Double(value), 2)), finishing \(finishing))"
        }
        guard !found.isEmpty else { return nil }
        return Sentence(
            tone: .bad,
            text:
                """
                The reward pays for dawdling: to go on for ever as failures do is worth more than finishing for \
                \(Show.list(found)). What such a row shows is the form of its reward, not its scores.
                """
        )
    }

    /// What training runs with the same hash of their data have in common. The hash is of the rewards too.
    private struct DataKey: Hashable {
        var dataset: Int64
        var encoder: String
        var isFulfilledOnly: Bool
        var isWeighing: Bool
        /// Of the sparse reward alone: its weight and what follows a failed end only.
        var reward: RewardMix
        var labelRunID: Int64?
        /// It shapes rewards that are made from potentials.
        var discount: Float?

        init(_ training: ReportData.Training) {
            let (identity, settings) = (training.run.identity, training.settings)
            dataset = identity.datasetID
            encoder = settings.encoder
            isFulfilledOnly = settings.algorithm == Algorithm.filteredBC.rawValue
            isWeighing = settings.algorithm == Algorithm.raBC.rawValue
            let isSparse = !settings.hasGeneratedReward || settings.reward.source == .zero
            reward =
                isSparse
                ? RewardMix(sparseWeight: settings.reward.sparseWeight, ends: settings.reward.ends) : settings.reward
            labelRunID = isSparse ? nil : identity.labelRunID
            discount = isSparse ? nil : settings.learning?.iql.discount
        }
    }

    /// Runs whose rewards are the same, but not their data.
    private static func otherData(_ data: ReportData) -> Sentence? {
        var groups: [DataKey: [(run: String, hash: String)]] = [:]
        var order: [DataKey] = []
        for run in data.rows.flatMap(\.runs) {
            guard let training = run.training, let hash = training.settings.learning?.dataSHA256, !hash.isEmpty
            else { continue }
            let key = DataKey(training)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append((run.plan.name, hash))
        }
        let parts = order.compactMap { key -> String? in
            let runs = groups[key] ?? []
            var hashes: [String] = []
            for run in runs where !hashes.contains(run.hash) { hashes.append(run.hash) }
            guard hashes.count > 1 else { return nil }
            return hashes.map { hash in
                "\(names(runs.filter { $0.hash == hash }.map(\.run))) (\(Plain.text(String(hash.prefix(8)))))"
            }.joined(separator: " against ")
        }
        guard !parts.isEmpty else { return nil }
        return Sentence(
            tone: .bad,
            text:
                """
                Training runs of the same reward learned from different data, by the hash of it: \
                \(parts.joined(separator: "; ")). Episodes or scores were added, changed or flagged between them, and \
                differences between rows may come from that.
                """
        )
    }

    /// Flags that only some of the training runs could know of.
    private static func flags(_ data: ReportData) -> Sentence? {
        let runs = data.rows.flatMap(\.runs).compactMap { run in
            run.training.map { (name: run.plan.name, start: $0.run.startedAt) }
        }
        // The dates are in one form and one time zone, so that their order is that of the text.
        let between = data.facts.flaggedAt.filter { flag in
            runs.contains { $0.start < flag } && runs.contains { $0.start > flag }
        }
        guard let first = between.min(), let last = between.max() else { return nil }
        let (before, after) = (runs.filter { $0.start < first }, runs.filter { $0.start > last })
        return Sentence(
            tone: .bad,
            text:
                """
                \(Show.plural(between.count, "flag")) on the episodes learned from \
                \(between.count == 1 ? "was" : "were") set between training runs: \(names(before.map(\.name))) began \
                before, \(names(after.map(\.name))) after. What is flagged is not learned from, so that differences \
                between rows may come from that.
                """
        )
    }

    /// The first six of them.
    private static func names(_ all: [String]) -> String {
        let shown = all.prefix(6).map { Plain.text($0) }
        return Show.list(all.count > 6 ? shown + ["\(Show.count(all.count - 6)) more"] : shown)
    }
}
