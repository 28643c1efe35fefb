import Ground
import Testing

@testable import ExperimentStore
@testable import RewardLabeling

@Suite struct SpanSelectionTests {
    /// Candidates of many episodes, two instructions each.
    private func candidates(_ count: Int, seed: UInt64 = 1) -> [LabelCandidate] {
        var random = SeededGenerator(seed, 5)
        let objects = ["Apple", "Mug", "Book", "Pillow", "Fork", "Vase", "Fridge", "Sofa"]
        return (0..<count).map { index in
            let own = Set((0..<2).map { _ in objects[random.below(objects.count)] })
            return LabelCandidate(
                instructionID: Int64(index + 100),
                key: "d/train/task/trial_\(index / 2)/0/primitive/\(index % 2)+1", text: "do \(index)",
                stepCount: 1 + random.below(6), episodeID: Int64(index / 2), floorPlan: "FloorPlan\(random.below(9))",
                objects: index % 17 == 0 ? [] : own)
        }
    }

    private func ids(_ spans: [LabelRun.NewSpan], _ control: LabelControl?) -> [Int64] {
        spans.filter { $0.control == control }.map(\.instructionID)
    }

    private func texts(_ spans: [LabelRun.NewSpan]) -> Set<String> {
        Set(spans.map { "\($0.instructionID) \($0.control?.rawValue ?? "none") \($0.goalInstructionID)" })
    }

    @Test func aLargerLimitAddsToASmallerOne() {
        let all = candidates(200)
        for seed in 0..<5 as Range<UInt64> {
            var last: Set<String> = []
            for limit in [0, 1, 2, 10, 50, 199, 200, 300] {
                let spans = SpanSelection(limit: limit, controlCount: 8, seed: seed).spans(of: all)
                #expect(ids(spans, nil).count == min(limit, all.count))
                #expect(Set(ids(spans, nil)).count == ids(spans, nil).count)
                #expect(last.isSubset(of: texts(spans)))
                last = texts(spans)
            }
            #expect(texts(SpanSelection(controlCount: 8, seed: seed).spans(of: all)) == last)
        }
    }

    @Test func seedsChooseOtherSpans() {
        let all = candidates(200)
        let chosen = (0..<5 as Range<UInt64>).map { seed in
            Set(ids(SpanSelection(limit: 20, seed: seed).spans(of: all), nil))
        }
        #expect(Set(chosen).count == 5)
    }

    /// Spread over the data: about a tenth of any half.
    @Test func aLimitIsSpreadOverTheData() {
        let all = candidates(2000)
        let chosen = ids(SpanSelection(limit: 200).spans(of: all), nil)
        #expect((70...130).contains(chosen.count { $0 < 1100 }))
    }

    @Test func shardsAreDisjointAndTogetherAllAndKeepEpisodesWhole() {
        let all = candidates(200)
        let episodes = Dictionary(uniqueKeysWithValues: all.map { ($0.instructionID, $0.episodeID) })
        for count in [1, 2, 3, 7] {
            let whole = SpanSelection(limit: 120, controlCount: 20, seed: 3).spans(of: all)
            var union: Set<String> = []
            var seen: Set<Int64> = []
            for index in 0..<count {
                let part = SpanSelection(
                    limit: 120, controlCount: 20, seed: 3, shard: SpanSelection.Shard(index: index, count: count)
                ).spans(of: all)
                #expect(union.isDisjoint(with: texts(part)))
                union.formUnion(texts(part))
                let own = Set(part.compactMap { episodes[$0.instructionID] })
                #expect(seen.isDisjoint(with: own))
                seen.formUnion(own)
                #expect(!part.isEmpty)
            }
            #expect(union == texts(whole))
        }
    }

    /// Stores that were filled in another order number their episodes otherwise; the choice is the same.
    @Test func theOrderOfCandidatesDoesNotMatter() {
        let all = candidates(200)
        var random = SeededGenerator(6)
        let expected = texts(SpanSelection(limit: 50, controlCount: 20, seed: 2).spans(of: all))
        for _ in 0..<5 {
            let other = random.shuffled(all)
            #expect(texts(SpanSelection(limit: 50, controlCount: 20, seed: 2).spans(of: other)) == expected)
        }
    }

    @Test func controlsAreWhatTheySay() throws {
        let all = candidates(300)
        let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.instructionID, $0) })
        let spans = SpanSelection(limit: 200, controlCount: 40, seed: 7).spans(of: all)
        let genuine = Set(ids(spans, nil))
        for control in LabelControl.allCases {
            let shown = spans.filter { $0.control == control }
            if control != .mismatched { #expect(shown.count == 40) }
            #expect(shown.count > 30)
            for span in shown {
                let own = try #require(byID[span.instructionID])
                let goal = try #require(byID[span.goalInstructionID])
                #expect(own.stepCount >= 2 && genuine.contains(own.instructionID))
                guard control == .mismatched else {
                    #expect(goal == own)
                    continue
                }
                #expect(goal.floorPlan != own.floorPlan && goal.text != own.text)
                #expect(!goal.objects.isEmpty && goal.objects.isDisjoint(with: own.objects))
            }
        }
        #expect(spans.filter { $0.control == nil }.allSatisfy { $0.goalInstructionID == $0.instructionID })
    }

    @Test func whereNoGoalIsOfOtherThingsThereIsNoMismatch() {
        var all = candidates(40)
        for index in all.indices { all[index].floorPlan = "FloorPlan1" }
        let spans = SpanSelection(controlCount: 10).spans(of: all)
        #expect(ids(spans, .mismatched).isEmpty && ids(spans, .frozen).count == 10)
        #expect(SpanSelection(controlCount: 5).spans(of: []).isEmpty)
    }

    @Test func shardsAreReadFromText() {
        #expect(SpanSelection.Shard("2/8") == SpanSelection.Shard(index: 1, count: 8))
        #expect(SpanSelection.Shard("1/1") == SpanSelection.Shard(index: 0, count: 1))
        for text in ["", "1", "0/8", "9/8", "1/0", "-1/8", "1/8/", "/8", "1/", "a/8", "1 /8", "1/-8"] {
            #expect(SpanSelection.Shard(text) == nil, "\(text)")
        }
    }

    /// Out of a real store, the keys name no number of the store.
    @Test func keysOfCandidatesAreTheDatasOwnNames() throws {
        let world = try LabelWorld(episodes: 3)
        var settings = LabelWorld.settings
        #expect(
            try world.candidates(settings).map(\.key) == (0..<3).map { "d/train/task/trial_\($0)/0/task/0+2" })
        #expect(
            try world.candidates(settings).map(\.objects) == [
                ["Apple", "Fridge"], ["Mug", "Fridge"], ["Book", "Fridge"],
            ])
        settings.unit = .instruction
        #expect(
            try world.candidates(settings).map(\.key).prefix(2) == [
                "d/train/task/trial_0/0/primitive/0+1", "d/train/task/trial_0/0/primitive/1+1",
            ])
        #expect(try world.candidates(settings).prefix(2).map(\.objects) == [["Apple"], ["Apple", "Fridge"]])
    }
}
