import Episodes
import ExperimentStore
import Foundation
import Frames
import Ground
import StoreFixture
import TestSupport
import Testing

@testable import Instrument

@Suite struct DataCheckTests {
    private static let frames = FrameFormat(element: .uint8, shape: [2, 2, 3])

    /// Two episodes asked for the same that see the same and do otherwise, of which one succeeds; a third elsewhere.
    private func fixture() throws -> StoreFixture {
        let parts: [(kind: SubTaskKind, steps: Int)] = [(.goto, 2), (.pickup, 2)]
        return try StoreFixture(
            [
                EpisodePlan(subTasks: parts, goal: "Take it", look: 9),
                EpisodePlan(subTasks: parts, isSuccess: false, goal: "Take it", look: 9),
                EpisodePlan(subTasks: parts, goal: "Take it"),
            ], frames: Self.frames)
    }

    private func row(
        _ name: String, _ algorithm: Algorithm = .iql, _ reward: RewardMix = RewardMix()
    ) -> CheckedRow {
        CheckedRow(name: name, title: name, algorithm: algorithm, iql: IQL(), reward: reward)
    }

    private func filter(
        _ fixture: StoreFixture, kinds: [Instruction.Kind] = [.task], labels: Int64? = nil, limit: Int? = nil
    ) -> TrainingEpisode.Filter {
        TrainingEpisode.Filter(
            datasetID: fixture.dataset.id, splits: ["train"], kinds: kinds, labelRunID: labels, episodeLimit: limit)
    }

    @Test func leverageIsReadFromPicturesNotFromTheirPlaces() throws {
        let fixture = try fixture()
        let check = try DataCheck(
            [(row("sparse"), filter(fixture)), (row("bc", .bc), filter(fixture))], window: 4, of: fixture.dataset,
            in: fixture.store)
        let selection = try #require(check.selections.first)
        #expect(check.selections.count == 1 && check.rows.map(\.selection) == [0, 0])
        // Three episodes of two annotations and four steps; two of them meet in all pictures, and in the first history.
        #expect(selection.episodes == 3 && selection.instructions == 6 && selection.unfulfilled == 2)
        #expect(selection.steps == 24 && selection.leverage.map(\.window) == [1, 4, 8, 17])
        #expect(selection.leverage.map(\.contested) == [16, 4, 4, 4])
        #expect(check.windows == [1, 4] && check.canTell)
        #expect(abs(try #require(check.leverage).share - 4.0 / 24) < 1e-12)
        // One of each kind of start: that of the two, which cloning leaves on the failing way half of the time, and the
        // third's, from which there is one way.
        let (sparse, cloning) = (check.rows[0], check.rows[1])
        #expect(sparse.proxy.map(\.starts) == [2, 2])
        #expect(abs(try #require(cloning.completed(window: 4, .drawn)) - 0.75) < 1e-12)
        #expect(try #require(sparse.completed(window: 4, .drawn)) > 0.95)
        #expect(check.order.map(\.name) == ["sparse", "bc"])
        #expect(check.text.contains("predicted order, actions the likeliest: sparse") && check.text.contains("16.6 %"))
    }

    /// Rows of the same episodes are one selection, with or without scores; others have their own.
    @Test func rowsShareWhatTheyLearnFrom() throws {
        let fixture = try fixture()
        let tasks = try fixture.instructions().filter { $0.kind == .task }
        let labels = try fixture.label("l", tasks) { match, _ in match.fulfilled ? 8 : 2 }
        let mix = RewardMix(generatedWeight: 0.3, transform: .centered, source: .labels(run: "l"))
        let check = try DataCheck(
            [
                (row("sparse"), filter(fixture)), (row("both", .iql, mix), filter(fixture, labels: labels.id)),
                (row("filtered", .filteredBC), filter(fixture)), (row("first", .bc), filter(fixture, limit: 1)),
            ], window: 17, of: fixture.dataset, in: fixture.store)
        #expect(check.rows.map(\.name) == ["sparse", "both", "filtered", "first"])
        #expect(check.rows.map(\.selection) == [0, 0, 0, 1])
        #expect(check.selections.map(\.episodes) == [3, 1])
        #expect(check.selections[0].content != check.selections[1].content)
        #expect(check.selections[1].leverage.allSatisfy { $0.share == 0 } && check.canTell)
        #expect(check.rows[2].completed(window: 17, .drawn) == 1 && check.rows[3].completed(window: 17, .drawn) == 1)
        // Bad steps score 2 of 10, centred at 5, at weight .3: worse than nothing, and no reason to stay.
        let dawdling = try #require(check.rows[1].dawdling)
        #expect(abs(dawdling.perStep + 0.09) < 1e-6 && abs(dawdling.forEver + 3) < 1e-4 && !dawdling.pays)
        #expect(abs(dawdling.finishing - 1.09) < 1e-6)
        #expect(check.rows[0].dawdling == nil && check.rows[2].dawdling == nil && check.dawdlers.isEmpty)
    }

    /// Paid for each step, bad ones for ever are worth more than an end.
    @Test func dawdlersAreNamed() throws {
        let fixture = try fixture()
        let tasks = try fixture.instructions().filter { $0.kind == .task }
        let labels = try fixture.label("l", tasks) { match, _ in match.fulfilled ? 9 : 6 }
        let mix = RewardMix(generatedWeight: 0.1, source: .labels(run: "l"))
        let check = try DataCheck(
            [(row("scaled", .iql, mix), filter(fixture, labels: labels.id))], window: 1, of: fixture.dataset,
            in: fixture.store)
        #expect(check.windows == [1] && check.dawdlers.map(\.name) == ["scaled"])
        #expect(check.text.contains("scaled: its reward pays for dawdling"))
    }

    /// Ends of failed walks and the weights of cloning are the row's own.
    @Test func endsAndWeightsAreTheRows() throws {
        let fixture = try fixture()
        let tasks = try fixture.instructions().filter { $0.kind == .task }
        let labels = try fixture.label("l", tasks) { match, _ in match.fulfilled ? 8 : 9 }
        func completed(_ algorithm: Algorithm, _ ends: RewardMix.Ends) throws -> Double {
            var mix = RewardMix(generatedWeight: 0.3, source: .labels(run: "l"))
            mix.ends = ends
            let check = try DataCheck(
                [(row("a", algorithm, mix), filter(fixture, labels: labels.id))], window: 4, of: fixture.dataset,
                in: fixture.store)
            return try #require(check.rows.first?.completed(window: 4, .drawn))
        }
        // A failed end that goes on is worth its bad steps' reward for ever, more than the end that is good.
        #expect(try completed(.iql, .bootstrapping) < completed(.iql, .absorbing))
        #expect(try completed(.bc, .absorbing) == 0.75)
        #expect(try (0...1).contains(completed(.raBC, .absorbing)))
    }

    /// The JSON is read back as it was.
    @Test func theResultComesBack() throws {
        let fixture = try fixture()
        let check = try DataCheck(
            [(row("sparse"), filter(fixture))], window: 17, of: fixture.dataset, in: fixture.store)
        let encoder = JSONEncoder(), decoder = JSONDecoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        #expect(try decoder.decode(DataCheck.self, from: encoder.encode(check)) == check)
    }

    @Test func expertDataCannotTell() throws {
        let parts: [(kind: SubTaskKind, steps: Int)] = [(.pickup, 3), (.put, 2)]
        let fixture = try StoreFixture(
            [EpisodePlan(subTasks: parts), EpisodePlan(subTasks: parts)], frames: Self.frames)
        let check = try DataCheck(
            [(row("sparse"), filter(fixture)), (row("bc", .bc), filter(fixture))], window: 17, of: fixture.dataset,
            in: fixture.store)
        #expect(!check.canTell && check.leverage?.share == 0)
        #expect(check.rows.allSatisfy { $0.completed(window: 17, .drawn) == 1 && $0.completed(window: 1, .drawn) == 1 })
        #expect(check.text.contains("these data cannot tell") && check.shortText.count == 3)
    }

    @Test func whatCannotBeLearnedFromIsNamed() throws {
        let parts: [(kind: SubTaskKind, steps: Int)] = [(.pickup, 3)]
        let bare = try StoreFixture([EpisodePlan(subTasks: parts)])
        let error = #expect(throws: DataCheckError.self) {
            try DataCheck([(row("sparse"), filter(bare))], window: 17, of: bare.dataset, in: bare.store)
        }
        #expect(error?.exit == .inputMissing && error?.description.contains("has no frames") == true)
        let holes = try StoreFixture([EpisodePlan(subTasks: parts, missing: [2])], frames: Self.frames)
        let other = #expect(throws: DataCheckError.self) {
            try DataCheck([(row("sparse"), filter(holes))], window: 17, of: holes.dataset, in: holes.store)
        }
        #expect(other?.description.contains("nothing that sparse can learn from; 2 instructions lack frames") == true)
    }
}

@Suite struct DawdlingTests {
    /// The figures that were measured: at weight .1 aimless steps of mean score 2.87 are worth .96 for ever.
    @Test func theMeasuredFigures() {
        let aimless = Dawdling(perStep: 0.1 * 2.87 / 10, finishing: 1.1, discount: 0.97)
        #expect(abs(aimless.forEver - 0.957) < 1e-3 && !aimless.pays)
        let expert = Dawdling(perStep: 0.1 * 5.57 / 10, finishing: 1.1, discount: 0.97)
        #expect(abs(expert.forEver - 1.857) < 1e-3 && expert.pays)
        #expect(!Dawdling(perStep: 0.1 * (2.87 - 4.18) / 10, finishing: 1, discount: 0.97).pays)
    }
}
