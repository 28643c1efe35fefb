import Episodes
import ExperimentStore
import Foundation
import Frames
import Networks
import StoreFixture
import Tensors
import TestSupport
import Testing

@testable import OfflineRL

@Suite struct TrainingSetTests {
    private func options(
        _ kinds: Set<Instruction.Kind> = Set(Instruction.Kind.allCases), splits: [String] = ["train"],
        _ reward: RewardMix = RewardMix()
    ) -> TrainingSet.Options {
        TrainingSet.Options(splits: splits, kinds: kinds, reward: reward)
    }

    /// Where the instructions of a set stand in the store: those with frames, by id.
    private func usable(_ world: TrainingWorld, _ split: String = "train") throws -> [InstructionQuery.Match] {
        try world.instructions(split).filter {
            $0.repeatIdx < 2 && !($0.episodeID == 4 && $0.steps.lowerBound <= 6 && $0.steps.upperBound >= 6)
        }
    }

    @Test func itemsAreTheStoresInstructions() throws {
        let world = try TrainingWorld()
        let set = try TrainingSet(world.store, options())
        let rows = try usable(world)
        #expect(set.items.count == rows.count)
        #expect(set.items.map(\.stepCount) == rows.map(\.steps.count))
        #expect(set.items.map(\.isFulfilled) == rows.map(\.fulfilled))
        #expect(set.items.indices.map { set.text($0) } == rows.map { set.vocabulary.encode($0.text) })
        #expect(set.format == .half(channels: 3))
        #expect(set.counts.withoutFrames == 2 * 3)  // task, composite and the second primitive, twice
        #expect(set.counts.episodes == 4)
        #expect(set.counts.transitions == 33 + 1 + 20 + 8)
        #expect(set.counts.steps == rows.reduce(0) { $0 + $1.steps.count })
        #expect(set.counts.unscored == 0)
        // No word of the splits is unknown, whichever kinds are trained on.
        #expect(!set.words.contains(Vocabulary.unknown) && !set.words.contains(Vocabulary.padding))
        let composites = try TrainingSet(world.store, options([.composite]))
        #expect(composites.vocabulary == set.vocabulary)
        #expect(composites.items.count == rows.count { $0.kind == .composite })
        var fulfilled = options()
        fulfilled.fulfilledOnly = true
        #expect(try TrainingSet(world.store, fulfilled).items.count == rows.count { $0.fulfilled })
        // Another split, with this one's words.
        let valid = try TrainingSet(world.store, options(splits: ["valid_seen"]), vocabulary: set.vocabulary)
        #expect(valid.vocabulary == set.vocabulary)
        #expect(valid.items.count == (try usable(world, "valid_seen")).count)
        #expect(valid.words.contains(Vocabulary.unknown))
    }

    /// A flagged episode is left out, a flagged transition has no score, and the set is another one to a run.
    @Test func flagsAreHonoured() throws {
        let world = try TrainingWorld()
        try world.label("r", world.instructions()) { _, t in t % 11 }
        let mix = RewardMix(sparseWeight: 0, source: .labels(run: "r"))
        let before = try TrainingSet(world.store, options(Set(Instruction.Kind.allCases), mix))
        #expect(before.counts.unscored == 0)
        try world.store.write { db in
            try EpisodeFlag.set(episode: 3, t: nil, note: "wanders", db)
            try EpisodeFlag.set(episode: 3, t: 2, note: "counts with its episode", db)
            try EpisodeFlag.set(episode: 1, t: 7, note: "wrong", db)
        }
        let set = try TrainingSet(world.store, options(Set(Instruction.Kind.allCases), mix))
        let rows = try usable(world).filter { $0.episodeID != 3 }
        #expect(set.items.count == rows.count && rows.count < before.items.count)
        for (index, row) in rows.enumerated() {
            let isFlagged = row.steps.map { row.episodeID == 1 && $0 == 7 }
            #expect(set.isScored(index) == isFlagged.map { !$0 })
            #expect(set.rewards(index) == zip(row.steps, isFlagged).map { $1 ? 0 : Float($0 % 11) / 10 })
        }
        #expect(set.counts.flaggedEpisodes == 1 && set.counts.flaggedTransitions == 1)
        #expect(set.vocabulary == before.vocabulary && set.fingerprint != before.fingerprint)
        try world.store.write { db in
            try EpisodeFlag.remove(episode: 3, t: nil, db)
            try EpisodeFlag.remove(episode: 3, t: 2, db)
            try EpisodeFlag.remove(episode: 1, t: 7, db)
            try EpisodeFlag.remove(episode: 1, t: 8, db)
        }
        let after = try TrainingSet(world.store, options(Set(Instruction.Kind.allCases), mix))
        #expect(after.fingerprint == before.fingerprint && after.counts.flaggedEpisodes == 0)
    }

    @Test func stepsAndFramesAreTheEpisodes() throws {
        let world = try TrainingWorld()
        let set = try TrainingSet(world.store, options())
        for (item, row) in zip(set.items, try usable(world)) {
            let transitions = try world.store.rows(
                """
                SELECT action, object_class FROM transitions WHERE episode_id = \(row.episodeID)
                    AND t >= \(row.steps.lowerBound) AND t < \(row.steps.upperBound) ORDER BY t
                """)
            for (offset, transition) in transitions.enumerated() {
                let action = try #require(Int(transition[0]))
                let listed = try #require(Int32(transition[1]))
                let isInteraction = Action(rawValue: UInt8(action))?.isInteraction == true
                #expect(set.actions[item.firstStep + offset] == Int32(action))
                #expect(set.objects[item.firstStep + offset] == (!isInteraction ? 0 : listed == 0 ? 82 : listed))
            }
            for (offset, t) in (row.steps.lowerBound...row.steps.upperBound).enumerated() {
                let address = set.frameStore.address(of: Int(set.records[item.firstFrame + offset]))
                #expect(address.load(as: UInt8.self) == UInt8(row.episodeID - 1))
                #expect(address.load(fromByteOffset: 1, as: UInt8.self) == UInt8(t))
            }
        }
        #expect(set.objects.contains(82) && set.objects.contains(0))
    }

    /// Own scores first, then the annotation's task, then another annotation's.
    @Test func scoresAreFoundByTheRule() throws {
        let world = try TrainingWorld()
        let rows = try world.instructions()
        let tasks = rows.filter { $0.kind == .task }
        func value(_ row: InstructionQuery.Match, _ t: Int) -> Int { Int(row.id * 3 + Int64(t)) % 11 }
        // Episode 1: both tasks and one primitive of annotation 1. Episode 2: only annotation 2's task, which is not in
        // the split. Episode 3: the task of annotation 1, with a hole. Controls and failures count for nothing.
        let own = try #require(rows.first { $0.episodeID == 1 && $0.repeatIdx == 1 && $0.kind == .primitive })
        let labelled = tasks.filter {
            $0.episodeID == 1 || ($0.episodeID == 2 && $0.repeatIdx == 2) || ($0.episodeID == 3 && $0.repeatIdx == 1)
        }
        try world.label("r", labelled + [own]) { $0.episodeID == 3 && $1 == 4 ? nil : value($0, $1) }
        try world.label("r", tasks.filter { $0.episodeID == 3 }, control: .frozen) { _, _ in 10 }
        try world.label(
            "r", tasks.filter { $0.episodeID == 3 && $0.repeatIdx == 0 }, end: .unscored(.invalid, message: "x")
        ) { _, _ in 9 }
        try world.label("other", tasks) { _, _ in 8 }

        let set = try TrainingSet(
            world.store, options(Set(Instruction.Kind.allCases), RewardMix(sparseWeight: 0, source: .labels(run: "r"))))
        var unscored = 0
        for (index, row) in try usable(world).enumerated() {
            let span: InstructionQuery.Match? =
                if row.id == own.id { own } else {
                    switch row.episodeID {
                    case 1: tasks.first { $0.episodeID == 1 && $0.repeatIdx == row.repeatIdx }
                    case 2: tasks.first { $0.episodeID == 2 && $0.repeatIdx == 2 }
                    case 3: tasks.first { $0.episodeID == 3 && $0.repeatIdx == 1 }
                    default: nil
                    }
                }
            let expected = row.steps.map { t -> Int? in
                row.episodeID == 3 && t == 4 ? nil : span.map { value($0, t) }
            }
            unscored += expected.count { $0 == nil }
            #expect(set.isScored(index) == expected.map { $0 != nil })
            #expect(set.rewards(index) == expected.map { Float($0 ?? 0) / 10 })
        }
        #expect(unscored > 0 && set.counts.unscored == unscored)

        // Shaping knows the score before an instruction that begins within the scored span.
        let shaped = try TrainingSet(
            world.store,
            TrainingSet.Options(
                kinds: [.primitive],
                reward: RewardMix(sparseWeight: 0, transform: .potential, source: .labels(run: "r")), gamma: 1))
        let task = try #require(tasks.first { $0.episodeID == 1 && $0.repeatIdx == 0 })
        #expect(abs(shaped.rewards(1)[0] - Float(value(task, 5) - value(task, 4)) / 10) < 1e-6)
        #expect(abs(shaped.rewards(0)[0] - Float(value(task, 0)) / 10) < 1e-6)
    }

    @Test func shufflingKeepsTheScores() throws {
        let world = try TrainingWorld()
        let tasks = try world.instructions().filter {
            $0.kind == .task && $0.repeatIdx < 2 && [1, 3].contains($0.episodeID)
        }
        try world.label("r", tasks) { ($0.id + Int64($1)) % 3 == 0 ? nil : Int($0.id * 7 + Int64($1)) % 11 }
        func load(_ source: RewardMix.Source) throws -> TrainingSet {
            try TrainingSet(
                world.store, options([.task], RewardMix(sparseWeight: 0, source: source)))
        }
        let plain = try load(.labels(run: "r"))
        let shuffled = try load(.shuffled(run: "r", seed: 1))
        #expect(shuffled.isScored == plain.isScored)
        #expect(shuffled.rewards != plain.rewards)
        #expect(shuffled.rewards.sorted() == plain.rewards.sorted())
        #expect(try load(.shuffled(run: "r", seed: 1)).rewards == shuffled.rewards)
        #expect(try load(.shuffled(run: "r", seed: 2)).rewards != shuffled.rewards)
    }

    /// A validation set is centred where the set trained on is.
    @Test func theCentreIsThatOfTheTrainingSet() throws {
        let world = try TrainingWorld()
        let rows = try world.instructions(nil).filter { $0.kind == .task }
        try world.label("r", rows) { $0.split == "train" ? $1 % 4 : 9 }
        let mix = RewardMix(sparseWeight: 0, transform: .mean, source: .labels(run: "r"))
        let set = try TrainingSet(world.store, options([.task], mix))
        let centre = try #require(set.rewardSummary.centre)
        #expect(abs(set.rewards.reduce(0, +)) < 1e-4 && centre < 3)
        var other = options([.task], splits: ["valid_seen"], mix)
        other.centre = centre
        let valid = try TrainingSet(world.store, other, vocabulary: set.vocabulary)
        #expect(valid.rewards.allSatisfy { $0 == (9 - centre) / 10 } && valid.rewardSummary.centre == centre)
    }

    @Test func theOracleCountsSubTasks() throws {
        let world = try TrainingWorld()
        let set = try TrainingSet(
            world.store,
            options([.task, .composite, .primitive], RewardMix(sparseWeight: 0, source: .oracle)))
        let rows = try usable(world)
        func expect(_ kind: Instruction.Kind, _ episode: Int64, _ steps: Range<Int>, _ values: [(Float, Int)]) {
            let index = rows.firstIndex { $0.kind == kind && $0.episodeID == episode && $0.steps == steps }
            let levels = values.flatMap { [Float](repeating: $0.0, count: $0.1) }
            let found = index.map { set.rewards($0) } ?? []
            #expect(found.count == levels.count)
            for (t, reward) in found.enumerated() {
                let before = t == 0 ? 0 : levels[t - 1]
                // Failed ends absorb, so that nothing is left of any potential.
                let after = t == levels.count - 1 ? 0 : 0.97 * levels[t]
                #expect(abs(reward - (after - before)) < 1e-6)
            }
        }
        let third = (10 * Float(1) / 3) / 10
        let twoThirds = (10 * Float(2) / 3) / 10
        expect(.task, 1, 0..<33, [(0, 4), (third, 25), (twoThirds, 3), (1, 1)])
        expect(.composite, 1, 5..<33, [(0, 24), (0.5, 3), (1, 1)])
        expect(.primitive, 1, 5..<30, [(0, 24), (1, 1)])
        // A failed task ends with navigation, which completes nothing.
        expect(.task, 3, 0..<20, [(0, 17), (0.5, 3)])
        #expect(set.counts.unscored == 0)
        // One that stops short without it still lacks something.
        let short = try TrainingWorld([
            EpisodePlan(subTasks: [(.pickup, 2), (.put, 1)], isSuccess: false, annotations: 1)
        ])
        let task = try TrainingSet(short.store, options([.task], RewardMix(source: .oracle)))
        #expect(zip(task.rewards(0), [0, 0.97 * third, -third]).allSatisfy { abs($0 - $1) < 1e-6 })
        let open = try TrainingSet(
            short.store, options([.task], RewardMix(source: .oracle, ends: .bootstrapping)))
        #expect(abs(open.rewards(0)[2] - (0.97 * twoThirds - third)) < 1e-6)
    }

    @Test func errorsSayWhatToDo() throws {
        let world = try TrainingWorld()
        func fail(_ world: TrainingWorld, _ options: TrainingSet.Options, frames: FrameStore? = nil)
            -> TrainingDataError?
        {
            #expect(throws: TrainingDataError.self) { try TrainingSet(world.store, options, frames: frames) }
        }
        func refusal(_ world: TrainingWorld, _ options: TrainingSet.Options) -> StoreError? {
            #expect(throws: StoreError.self) { try TrainingSet(world.store, options) }
        }
        var other = options()
        other.dataset = "e"
        #expect(refusal(world, other)?.code == .unknown)
        #expect(fail(world, options(splits: ["tests_seen"]))?.message.contains("ingest") == true)
        #expect(fail(world, options([], RewardMix()))?.code == .empty)
        #expect(
            refusal(world, options([.task], RewardMix(source: .labels(run: "x\n"))))?.message.contains("x?;") == true)
        let two = try TrainingWorld(datasets: ["d", "e"])
        #expect(refusal(two, options())?.message.hasSuffix("d, e") == true)
        other.dataset = "d"
        #expect(try TrainingSet(two.store, other).items.isEmpty == false)

        let bare = try TrainingWorld([EpisodePlan(subTasks: [(.pickup, 1)], missing: [0])])
        let error = fail(bare, options())
        #expect(error?.code == .empty && error?.message.contains("lack frames") == true)

        // A frame store that is another's, or has other records.
        let path = world.folder("other.frames")
        for (format, identifier) in [
            (TrainingWorld.format, [UInt8](repeating: 8, count: 16)),
            (FrameFormat(element: .uint8, shape: [64, 64, 3])!, TrainingWorld.identifier),
        ] {
            try? FileManager.default.removeItem(atPath: path)
            try FrameStoreWriter(path, format: format, identifier: identifier).commit()
            #expect(fail(world, options(), frames: try FrameStore(path))?.code == .frames)
        }
        // A frame store that lost its last records loses the items that need them, no others.
        try FileManager.default.removeItem(atPath: path)
        let writer = try FrameStoreWriter(path, format: TrainingWorld.format, identifier: TrainingWorld.identifier)
        for _ in 0..<10 {
            _ = try [UInt8](repeating: 0, count: TrainingWorld.format.byteCount).withUnsafeBytes {
                try writer.append($0)
            }
        }
        try writer.commit()
        let few = try TrainingSet(world.store, options(), frames: try FrameStore(path))
        #expect(few.items.count == 2 && few.counts.withoutFrames > 6)
        try world.store.execute("UPDATE datasets SET frame_store_id = NULL")
        #expect(fail(world, options())?.code == .frames)
    }

    @Test func formatsOfNetworks() {
        func format(_ element: FrameFormat.Element, _ shape: [Int]) -> FeatureFormat? {
            FrameFormat(element: element, shape: shape).flatMap { FeatureFormat($0) }
        }
        #expect(format(.uint8, [56, 56, 3]) == .patches)
        #expect(format(.float16, [512, 7, 7]) == .half(channels: 512))
        #expect(format(.float32, [82, 7, 7]) == .float(channels: 82))
        for shape in [[56, 56], [7, 7], [3, 56, 56], [7, 7, 512], [1, 512, 7, 7], [512, 7, 8]] {
            for element in [FrameFormat.Element.uint8, .float16, .float32] { #expect(format(element, shape) == nil) }
        }
        #expect(format(.uint8, [512, 7, 7]) == nil)
        #expect(format(.float32, [56, 56, 3]) == nil)
    }
}
