import Episodes
import ExperimentStore
import Foundation
import StoreFixture
import Testing

@testable import OfflineRL
@testable import Reporting

/// What the report shows of a row's rewards is what its training learned from.
@Suite struct RewardAgreementTests {
    private let world: TrainingWorld

    /// Failed episodes, frames that are missing, an annotation outside the split, scores with gaps that some
    /// instructions inherit, and flags.
    init() throws {
        world = try TrainingWorld()
        let rows = try world.instructions()
        let own = try #require(rows.first { $0.episodeID == 1 && $0.repeatIdx == 1 && $0.kind == .primitive })
        let tasks = rows.filter { row in
            row.kind == .task
                && (row.episodeID == 1 || (row.episodeID == 2 && row.repeatIdx == 2)
                    || (row.episodeID == 3 && row.repeatIdx == 1) || row.episodeID == 4)
        }
        try world.label("r", tasks + [own]) { $0.episodeID == 3 && $1 % 5 == 4 ? nil : Int($0.id * 3 + Int64($1)) % 11 }
        try world.label("r", tasks, control: .frozen) { _, _ in 10 }
        try world.store.write { db in
            try EpisodeFlag.set(episode: 1, t: 7, note: "wrong", db)
            try EpisodeFlag.set(episode: 2, t: nil, note: "wanders", db)
        }
    }

    private static let sources: [RewardMix.Source] = [
        .none, .labels(run: "r"), .noiseFree(run: "r"), .distance(run: "r"), .oracle, .minimumDistance, .zero,
        .random(seed: 3), .timeIndex, .negated(run: "r"),
        .shuffled(run: "r", seed: 3),
    ]

    /// What training reads, and the report's rows for a run with the same settings.
    private func load(
        _ mix: RewardMix, _ algorithm: Algorithm, gamma: Float, kinds: [Instruction.Kind], limit: Int?
    ) throws -> (set: TrainingSet, data: ReportData) {
        var options = TrainingSet.Options(
            kinds: Set(kinds), reward: mix, gamma: gamma, fulfilledOnly: algorithm == .filteredBC, episodeLimit: limit)
        options.isWeighing = algorithm.isWeighing
        let set = try TrainingSet(world.store, options)
        let row = ReportPlan.Row(
            name: "row", title: "Row", kind: .method, runs: [.init(seed: 0, name: "run", command: "")])
        let plan = ReportPlan(name: "p", rows: [row], sets: [], kinds: kinds, episodeLimit: limit)
        try world.store.write { try TrainRun.named("run", $0)?.delete($0) }
        let labels = try mix.source.labelRun.map { try world.fixture.labelRun($0) }
        var settings = LearningSettings(
            algorithm: algorithm, dataSHA256: set.fingerprint, reward: mix, encoder: "patches", seed: 0)
        settings.iql.discount = gamma
        let config = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        try world.fixture.train(
            "run", algorithm: algorithm.rawValue, config: config, reward: mix, labels: labels)
        return (set, try ReportData(plan, from: world.store))
    }

    @Test(arguments: sources, RewardMix.Transform.allCases)
    func theReportsRewardsAreTheTrainers(_ source: RewardMix.Source, _ transform: RewardMix.Transform) throws {
        let mix = RewardMix(sparseWeight: 0.7, generatedWeight: 0.3, transform: transform, source: source)
        for algorithm in [Algorithm.iql, .filteredBC, .raBC] {
            for (kinds, limit) in [(Instruction.Kind.allCases, nil), ([.task], nil), ([.primitive], 2)] as [(_, Int?)] {
                let (set, data) = try load(mix, algorithm, gamma: 0.9, kinds: kinds, limit: limit)
                let training = try #require(data.rows[0].runs[0].training)
                let series = try RewardUse.series(training, data.plan, from: world.store)
                #expect(series.rewards.map(\.bitPattern) == set.rewards.map(\.bitPattern))
                #expect(series.isScored == set.isScored)
                #expect(series.weights.map(\.bitPattern) == set.weights.map(\.bitPattern))
                #expect(series.weights.isEmpty == (algorithm != .raBC))
                #expect(series.summary == set.rewardSummary)
            }
        }
    }

    /// The shares are those of the generated rewards alone, which the trainer has when the sparse one weighs nothing.
    @Test(arguments: sources, RewardMix.Transform.allCases)
    func theFigureCountsTheTrainersRewards(_ source: RewardMix.Source, _ transform: RewardMix.Transform) throws {
        let mix = RewardMix(sparseWeight: 0, transform: transform, source: source)
        let (set, data) = try load(mix, .iql, gamma: 0.9, kinds: Instruction.Kind.allCases, limit: nil)
        let terms = zip(set.rewards, set.isScored).filter(\.1).map(\.0)
        let uses = try RewardUse.read(data, from: world.store)
        guard let use = uses.first else {
            #expect(source == .none && terms.isEmpty)
            return
        }
        #expect(uses.count == 1 && use.transitions == set.rewards.count && use.generated == terms.count)
        #expect(abs(use.shares.values.reduce(0, +) - 1) < 1e-12)
        for (tenth, share) in use.shares {
            let count = terms.count { (Float(tenth) - 0.5...Float(tenth) + 0.5).contains($0 * 10) }
            let isAtAnEdge = terms.contains { abs(abs($0 * 10 - Float(tenth)) - 0.5) < 1e-4 }
            #expect(isAtAnEdge || share == Double(count) / Double(terms.count), "\(tenth)")
        }
    }

    /// The store has all that the rewards depend on, so that the tests above say something.
    @Test func theStoreIsAsAwkwardAsItShouldBe() throws {
        let mix = RewardMix(source: .labels(run: "r"))
        let (set, _) = try load(mix, .iql, gamma: 0.9, kinds: Instruction.Kind.allCases, limit: nil)
        let counts = set.counts
        #expect(counts.withoutFrames > 0 && counts.unscored > 0 && counts.unscored < counts.steps)
        #expect(counts.inherited > 0 && counts.inherited < counts.steps - counts.unscored)
        #expect(set.rewardSummary.centre != nil && set.rewardSummary.dawdling != nil && counts.failed > 0)
        let near = try load(RewardMix(source: .minimumDistance), .iql, gamma: 0.9, kinds: [.task], limit: nil).set
        #expect(near.isScored.contains(false) && Set(near.rewards).count > 2)
        #expect(counts.flaggedEpisodes == 1 && counts.flaggedTransitions == 1)
        #expect(set.items.contains { !$0.isFulfilled })
        let (fulfilled, _) = try load(mix, .filteredBC, gamma: 0.9, kinds: Instruction.Kind.allCases, limit: nil)
        #expect(fulfilled.items.count < set.items.count)
    }
}
