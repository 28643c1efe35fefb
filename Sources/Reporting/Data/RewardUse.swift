internal import Episodes
internal import ExperimentStore
internal import GRDB

/// How often a row's training sees each value of the generated reward, before its weight, over all transitions of the
/// instructions it learns from.
///
/// Controls that draw scores count with the probabilities of what they draw. Rewards shaped by potentials are left out, and
/// rows that have no generated reward.
package struct RewardUse: Sendable, Equatable, Encodable {
    package var row: String
    /// Shares of the transitions that have one, by value in tenths: key 3 is 0.3.
    package var shares: [Int: Double]
    package var transitions: Int
    /// Transitions with a generated term.
    package var generated: Int
}

extension RewardUse {
    static func read(_ data: ReportData, from store: ExperimentStore) throws -> [RewardUse] {
        try store.read { db in
            var uses: [RewardUse] = []
            for row in data.rows {
                guard let settings = row.settings,
                    ["scaled", "centered"].contains(settings.transform) || settings.source == "zero",
                    settings.source != "none", settings.usesReward,
                    let identity = row.runs.lazy.compactMap({ $0.training?.run.identity }).first
                else { continue }
                let histogram = row.labels(in: data)?.histogram ?? []
                var counter = Counter(settings, histogram)
                let filter = TrainingEpisode.Filter(
                    datasetID: identity.datasetID, splits: data.plan.splits,
                    kinds: data.plan.kinds.compactMap(Instruction.Kind.init),
                    labelRunID: identity.labelRunID)
                try TrainingEpisode.forEach(filter, db) { counter.add($0) }
                guard counter.generated > 0 else { continue }
                let total = Double(counter.generated)
                uses.append(
                    RewardUse(
                        row: row.plan.name, shares: counter.counts.mapValues { $0 / total },
                        transitions: counter.transitions, generated: counter.generated))
            }
            return uses
        }
    }

    struct Counter {
        let settings: TrainingSettings
        /// Scores and their probabilities, of sources that draw.
        let drawn: [(score: Double, share: Double)]
        var counts: [Int: Double] = [:]
        var transitions = 0
        var generated = 0

        init(_ settings: TrainingSettings, _ histogram: [Int]) {
            self.settings = settings
            let total = Double(max(1, histogram.reduce(0, +)))
            drawn =
                settings.source == "random"
                ? (0...10).map { (Double($0), 1.0 / 11) }
                : histogram.enumerated().filter { $0.element > 0 }.map {
                    (Double($0.offset), Double($0.element) / total)
                }
        }

        mutating func add(_ episode: TrainingEpisode) {
            for instruction in episode.instructions {
                let scores = scores(of: instruction, in: episode)
                for place in 0..<instruction.steps.count { add(scores[place]) }
            }
        }

        /// - Parameter scores: What the score may be; empty where the transition has none.
        private mutating func add(_ scores: [(score: Double, share: Double)]) {
            transitions += 1
            guard !scores.isEmpty else { return }
            generated += 1
            for (score, share) in scores {
                var term = settings.transform == "centered" ? score / 10 - 0.5 : score / 10
                if settings.source == "negated" { term = -term }
                if settings.source == "zero" { term = 0 }
                count(term, share)
            }
        }

        private mutating func count(_ term: Double, _ share: Double) {
            counts[Int((term * 10).rounded()), default: 0] += share
        }

        private func scores(
            of instruction: TrainingEpisode.Instruction, in episode: TrainingEpisode
        ) -> [[(score: Double, share: Double)]] {
            let steps = instruction.steps
            switch settings.source {
            case "zero": return steps.map { _ in [(0, 1)] }
            case "random": return steps.map { _ in drawn }
            case "timeIndex":
                return steps.map { t in [(10 * Double(t - steps.lowerBound + 1) / Double(steps.count), 1)] }
            case "oracle":
                let covered = instruction.subTasks.compactMap {
                    episode.subTasks.indices.contains($0) ? episode.subTasks[$0] : nil
                }
                return steps.map { t in
                    let done = covered.count { $0.steps.upperBound <= t + 1 }
                    return [(10 * Double(done) / Double(max(1, covered.count)), 1)]
                }
            case "labels", "negated", "shuffled":
                let found = Self.labels(of: instruction, in: episode)
                return found.map { score in
                    guard let score else { return [] }
                    return settings.source == "shuffled" ? drawn : [(Double(score), 1)]
                }
            default: return steps.map { _ in [] }
            }
        }

        /// The scores of the instruction's own span, else of the task's: of its annotation, else of the first other one.
        private static func labels(of instruction: TrainingEpisode.Instruction, in episode: TrainingEpisode) -> [Int?] {
            if let own = episode.scored.first(where: { $0.instructionID == instruction.id }) { return own.scores }
            let tasks = episode.scored.filter {
                $0.kind == .task && $0.steps.lowerBound <= instruction.steps.lowerBound
                    && $0.steps.upperBound >= instruction.steps.upperBound
            }
            guard let span = tasks.first(where: { $0.annotation == instruction.annotation }) ?? tasks.first else {
                return instruction.steps.map { _ in nil }
            }
            return instruction.steps.map { span.scores[$0 - span.steps.lowerBound] }
        }
    }
}
