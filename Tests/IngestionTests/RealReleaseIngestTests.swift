import ExperimentStore
import TestSupport
import Testing

@testable import Ingestion

/// The whole release through the stage's library. The numbers are those of the published json_2.1.0, counted
/// independently of this code.
@Suite(.enabled(if: alfredRoot != nil, "\(alfredHint)"))
struct RealReleaseIngestTests {
    @Test func everythingIsCounted() async throws {
        let folder = try TemporaryFolder()
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        var options = ALFREDIngest.Options(root: try #require(alfredRoot))
        options.splits = ["train", "valid_seen"]
        let report = try await ALFREDIngest(options).run(into: store)
        #expect(report.problems == [] && report.notes == [] && report.isComplete)
        #expect(report.total.new == 6825 && report.total.absent == 0)

        let splits = try #require(try store.read { try DatasetSummary.all($0) }.first?.splits)
        #expect(splits.map(\.name) == ["train", "valid_seen"])
        let (train, seen) = (splits[0], splits[1])
        #expect(train.episodes == 6574 && train.samples == 21_023 && train.annotations == 21_025 && train.scenes == 108)
        #expect(train.transitions == 327_270 && train.images == 1_885_107)
        #expect(seen.episodes == 251 && seen.samples == 820 && seen.annotations == 820 && seen.scenes == 88)
        #expect(seen.transitions == 12_580 && seen.images == 72_098)
        #expect(
            train.transitionsByAction == [
                "MoveAhead": 195_054, "RotateRight": 29_447, "RotateLeft": 27_901, "LookDown": 19_948,
                "LookUp": 12_566, "Pickup": 12_316, "Put": 11_569, "Close": 6637, "Open": 6568, "ToggleOn": 2524,
                "ToggleOff": 1813, "Slice": 927,
            ])
        #expect(
            train.subgoals == [
                "Goto": 21_110, "Pickup": 9581, "Put": 8834, "Slice": 927, "Cool": 922, "Heat": 918, "Clean": 895,
                "Toggle": 711,
            ])
        #expect(
            train.episodesByTaskType == [
                "look_at_obj_in_light": 711, "pick_and_place_simple": 1034, "pick_and_place_with_movable_recep": 988,
                "pick_clean_then_place_in_recep": 895, "pick_cool_then_place_in_recep": 920,
                "pick_heat_then_place_in_recep": 918, "pick_two_obj_and_place": 1108,
            ])
        #expect(
            train.stepsPerEpisode?.median == 45 && train.stepsPerEpisode?.min == 5 && train.stepsPerEpisode?.max == 234)
        #expect(train.frames.observations == 327_270 + 6574 && train.frames.missing == train.frames.observations)

        // SPRINT counts 73,387 annotated sub-tasks without GotoLocation. In 21 annotations one sentence stands for the
        // last two; they make one primitive.
        #expect(train.instructions["primitive"] == 73_387 - 21 && train.sharedPrimitives == 21)
        #expect(train.instructions["task"] == 21_023 && train.misalignedAnnotations == 0)
        #expect(train.instructions["composite"] == 111_201)
        #expect(seen.instructions == ["task": 820, "primitive": 2910, "composite": 4732])

        // Per annotation, as SPRINT's vocabulary counts them.
        let perSample = try InstructionCounts.subtasksPerSample(split: "train", store)
        #expect(
            perSample == [
                "Pickup": 30_848, "Put": 28_485, "Slice": 3068, "Cool": 2950, "Heat": 2943, "Clean": 2842,
                "Toggle": 2251,
            ])
        for check in Verification.checks {
            #expect(try store.read { try Verification.findings(of: check, $0) } == [], "\(check.name)")
        }
        #expect(try store.read { try Verification.fileFindings($0) } == [])

        // Once more: nothing to do.
        let second = try await ALFREDIngest(options).run(into: store)
        #expect(second.total.unchanged == 6825 && second.total.new == 0)
        try store.close()
    }
}
