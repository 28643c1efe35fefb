import ExperimentStore
import Foundation
import TestSupport
import Testing
import VisionLanguage

@testable import RewardLabeling

/// Labels of many machines in one store.
@Suite struct LabelMergeTests {
    private static let script: FakeVLM.Script = { call in
        switch FakeVLM.hash(call.request.texts[0]) % 7 {
        case 0: FakeVLM.failed(.refusal, "declined")
        case 1 where call.reference.stage == .scoring: FakeVLM.answered("none")
        default: call.good
        }
    }

    private func selection(_ index: Int? = nil) -> SpanSelection {
        SpanSelection(controlCount: 3, seed: 1, shard: index.map { SpanSelection.Shard(index: $0, count: 2) })
    }

    private func labelled(_ selection: SpanSelection, script: @escaping FakeVLM.Script = Self.script) async throws -> (
        LabelWorld, LabelRun
    ) {
        let world = try LabelWorld(episodes: 10, hasPictures: true)
        var settings = LabelWorld.settings
        settings.pictures.layout = .frames
        let run = try #require(try world.run("r", settings, selection: selection))
        try await world.label(run, FakeVLM(script), settings)
        return (world, run)
    }

    /// All there is of the labels, without the store's numbers.
    private func contents(_ world: LabelWorld, _ run: LabelRun) throws -> [[String]] {
        [
            try world.scores(run), try world.ends(run),
            try world.rows(
                """
                SELECT hex(request_sha256), stage, prompt, answer, raw, failure, message, prompt_tokens, attempts
                FROM label_calls WHERE run_id = \(run.id) ORDER BY 1, 5
                """),
            try world.rows(
                """
                SELECT e.key, s.control, q.stage, q.window_idx, q.sample, q.ask, c.answer, c.failure FROM \
                label_questions q
                JOIN label_calls c ON c.id = q.call_id JOIN label_spans s ON s.id = q.span_id
                JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                ORDER BY 1, 2, 3, 4, 5, 6
                """),
            try world.rows(
                """
                SELECT e.key, s.control, w.idx, w.first_action, w.action_count, f.position, f.t, hex(p.sha256), p.width
                FROM label_windows w JOIN label_spans s ON s.id = w.span_id
                JOIN instructions i ON i.id = s.instruction_id JOIN episodes e ON e.id = i.episode_id
                LEFT JOIN label_window_frames f ON f.span_id = w.span_id AND f.window_idx = w.idx
                LEFT JOIN label_pictures p ON p.id = f.picture_id ORDER BY 1, 2, 3, 6
                """),
            try world.rows("SELECT stage, name, template FROM label_prompts ORDER BY stage"),
        ]
    }

    private func close(_ world: LabelWorld) throws -> String {
        try world.store.close()
        return world.folder("x.sqlite")
    }

    @Test func shardsTogetherAreTheWholeRun() async throws {
        let (whole, wholeRun) = try await labelled(selection())
        let expected = try contents(whole, wholeRun)
        #expect(expected[0].count > 30)
        #expect(try Set(whole.counts(wholeRun).keys) == [.scored, .unscored])

        let target = try LabelWorld(episodes: 10, hasPictures: true)
        var spans = 0
        for index in 0..<2 {
            let (part, run) = try await labelled(selection(index))
            let own = try contents(part, run)
            let finished = own[1].count
            #expect(finished > 0 && finished < expected[1].count)
            let path = try close(part)
            let report = try target.store.mergeLabels(from: path)
            #expect(report.runs == ["r"] && report.spans == finished && report.scores == own[0].count)
            #expect(report.calls == own[2].count && report.unknownSpans == 0)
            spans += finished
            // A second time there is nothing to take.
            let merged = try #require(try target.store.read { try LabelRun.named("r", $0) })
            let before = try contents(target, merged)
            let again = try target.store.mergeLabels(from: path)
            #expect(again.spans == 0 && again.scores == 0 && again.calls == 0)
            #expect(try contents(target, merged) == before)
        }
        #expect(spans == expected[1].count)
        let merged = try #require(try target.store.read { try LabelRun.named("r", $0) })
        for (found, wanted) in zip(try contents(target, merged), expected) { #expect(found == wanted) }
        #expect(try target.isSound())
        let status = try target.store.read { try LabelStatus.of(merged, $0) }
        #expect(try whole.store.read { try LabelStatus.of(wholeRun, $0) }.spans == status.spans)
        // And the run goes on there without asking anything again.
        var settings = LabelWorld.settings
        settings.pictures.layout = .frames
        let model = FakeVLM()
        try await target.label(try #require(try target.run("r", settings, selection: selection())), model, settings)
        #expect(model.calls.isEmpty)
    }

    @Test func whatIsPendingHereComesAndWhatIsScoredHereStays() async throws {
        let (target, run) = try await labelled(selection(0))
        var settings = LabelWorld.settings
        settings.pictures.layout = .frames
        // All spans, of which the other shard's are pending.
        _ = try target.run("r", settings, selection: selection())
        let pending = try #require(try target.counts(run)[.pending])
        let scored = try target.scores(run)
        // The other machine answers otherwise where both have labelled.
        let (other, _) = try await labelled(selection()) { call in
            call.reference.stage == .analysis
                ? FakeVLM.answered("other \(FakeVLM.hash(call.request.texts[0]))") : call.good
        }
        let failed = try target.counts(run)[.unscored] ?? 0
        let report = try target.store.mergeLabels(from: try close(other))
        #expect(report.spans == pending + failed)
        #expect(Set(scored).isSubset(of: Set(try target.scores(run))))
        #expect(try target.counts(run)[.pending] == nil && target.counts(run)[.unscored] == nil)
        #expect(try target.isSound())
    }

    @Test func aRunOfOtherSettingsIsRefusedAndNothingChanges() async throws {
        let (other, _) = try await labelled(selection())
        let first = LabelWorld.settings
        // Merged before the one that is refused.
        let extra = try #require(try other.run("a", first))
        try await other.label(extra, FakeVLM(), first)
        let target = try LabelWorld(episodes: 10, hasPictures: true)
        let run = try #require(try target.run("r", LabelWorld.settings))
        try await target.label(run, FakeVLM())
        let before = try contents(target, run)
        let path = try close(other)
        do {
            _ = try target.store.mergeLabels(from: path)
            Issue.record("it was merged")
        } catch {
            #expect("\(error)".contains("its label run \"r\" has other settings"))
        }
        #expect(try contents(target, run) == before)
        #expect(try target.store.read { try LabelRun.all($0) }.map(\.name) == ["r"])
        // The store is none the worse for it.
        #expect(throws: StoreError.self) { try target.store.mergeLabels(from: path) }
        #expect(throws: StoreError.self) { try target.store.mergeLabels(from: target.folder("x.sqlite")) }
        #expect(throws: StoreError.self) { try target.store.mergeLabels(from: target.folder("none.sqlite")) }
        #expect(try target.isSound())
    }

    @Test func episodesThatAreOthersHereAreLeftOut() async throws {
        let (other, run) = try await labelled(selection())
        let target = try LabelWorld(episodes: 10, hasPictures: true)
        try await target.store.write { db in
            var changed = try LabelWorld.record(2, steps: 7, nil)
            changed.source.contentSHA256 = [UInt8](repeating: 99, count: 32)
            var writer = try EpisodeWriter(db, datasetID: target.dataset.id)
            try writer.apply(.write(changed, replacing: 3))
        }
        let without = try other.number(
            """
            SELECT count(*) FROM label_spans s JOIN instructions i ON i.id = s.instruction_id
            JOIN instructions g ON g.id = s.goal_instruction_id WHERE i.episode_id = 3 OR g.episode_id = 3
            """)
        let all = try other.ends(run).count
        let report = try target.store.mergeLabels(from: try close(other))
        #expect(without > 0 && report.unknownSpans == without && report.spans == all - without)
        #expect(try target.isSound())
    }
}
