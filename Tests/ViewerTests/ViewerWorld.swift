import Episodes
import ExperimentStore
import Foundation
import Ingestion
import SampleData
import StoreFixture
import TestSupport

@testable import Viewer

/// A store of sample trajectories with frames, labels of two runs, a rollout and flags.
final class ViewerWorld {
    let folder: TemporaryFolder
    var store: String { folder("world.sqlite") }

    /// - Parameter change: Made last, on the store.
    init(labeled: Bool = true, _ change: (ExperimentStore) throws -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        var sample = SampleDataset(seed: 7)
        sample.trajectories = ["train": 2, "valid_seen": 1]
        try sample.write(to: folder("data"))
        let store = try ExperimentStore(store, access: .write)
        _ = try await ALFREDIngest(ALFREDIngest.Options(root: folder("data"))).run(into: store)
        if labeled { try Self.label(store) }
        try change(store)
        try store.close()
    }

    func site() throws -> ViewerSite { try ViewerSite(store: store) }

    func write(_ body: (ExperimentStore) throws -> Void) throws {
        let store = try ExperimentStore(store, access: .write)
        defer { try? store.close() }
        try body(store)
    }

    func reading() throws -> ExperimentStore { try ExperimentStore(store, access: .read) }

    /// The number of the first episode.
    func firstEpisode() throws -> Int64 { Int64(try reading().number("SELECT min(id) FROM episodes")) }

    private static func run(_ name: String, _ store: ExperimentStore) throws -> LabelRun? {
        func prompt(_ stage: String, _ byte: UInt8) -> PromptRow {
            PromptRow(
                name: "v1", stage: stage, template: "{{goal}} \(stage)", sha256: Array(repeating: byte, count: 32))
        }
        let dataset = try store.dataset(named: nil)
        let identity = LabelRun.Identity(
            name: name, datasetID: dataset.id, annotator: name == "scripted" ? "scripted" : "vlm",
            provider: "gemini",
            baseURL: "https://vlm.example", model: "vlm-1", unit: "task", settings: "{}",
            settingsSHA256: Array(name.utf8.prefix(1)) + Array(repeating: 1, count: 31),
            analysis: prompt("analysis", 1), scoring: prompt("scoring", 2), complaint: prompt("complaint", 3))
        return try store.write { try LabelRun.open(identity, $0) }
    }

    /// Run `scripted` scores the tasks, step t with `t % 11`; run `vlm` the first episode's primitives with 10, but the
    /// first of them not at all.
    private static func label(_ store: ExperimentStore) throws {
        guard let scripted = try run("scripted", store), let vlm = try run("vlm", store) else { return }
        let instructions = try store.read { try InstructionQuery().fetch($0) }.filter { $0.repeatIdx == 0 }
        let tasks = instructions.filter { $0.kind == .task }
        for task in tasks { try span(scripted, task, store) { $0 % 11 } }
        guard let first = tasks.first?.episodeID else { return }
        let primitives = instructions.filter { $0.kind == .primitive && $0.episodeID == first }
            .sorted { $0.firstStep < $1.firstStep }
        for (index, primitive) in primitives.enumerated() {
            try span(vlm, primitive, store) { _ in index == 0 ? nil : 10 }
        }
        try store.execute(
            """
            INSERT INTO eval_runs VALUES (1, 'sparse-s1@set', zeroblob(32), 'policy', NULL, 100, zeroblob(32), 'set',
                zeroblob(32), 'sprint', 1, '{}', 'done', 'a', 'b', 1.5);
            INSERT INTO rollouts VALUES (1, 1, 0, 'task/trial', 0, 0, 2, \(first), 1001, 'look', 'Take the mug.',
                'recorded', 9, 18, 3, 1, 1, 2, NULL);
            INSERT INTO rollout_steps VALUES (1, 0, 2, 0, NULL, NULL, 0), (1, 1, 4, 45, 'Mug|1', 'too far away', 0),
                (1, 2, 4, 45, 'Mug|1', NULL, 1);
            """)
    }

    private static func span(
        _ run: LabelRun, _ instruction: InstructionQuery.Match, _ store: ExperimentStore, _ score: (Int) -> Int?
    ) throws {
        let end = score(0) != nil ? "'scored', NULL, NULL" : "'unscored', 'refusal', 'I cannot help'"
        try store.execute(
            """
            INSERT INTO label_spans (run_id, instruction_id, goal_instruction_id, status, failure, message)
            VALUES (\(run.id), \(instruction.id), \(instruction.id), \(end))
            """)
        let span = try store.number("SELECT max(id) FROM label_spans")
        try store.execute("INSERT INTO label_windows VALUES (\(span), 0, 0, \(instruction.stepCount))")
        for (stage, answer) in [(1, "Overview\n- Step 1 (X): first.\n- Step 2 (X): second."), (2, "{\"scores\":[1]}")] {
            try store.execute(
                """
                INSERT INTO label_calls (run_id, reference, stage, request_sha256, source, provider, base_url,
                    model_asked, prompt, answer, raw, finish_reason, prompt_tokens, cached_tokens, completion_tokens,
                    cost_nanodollars, attempts, started_at, latency_ms)
                VALUES (\(run.id), 'r\(span)-\(stage)', \(stage), zeroblob(32), 'live', 'p', 'u', 'vlm-1', 'the prompt',
                    '\(answer)', 'raw', 'stop', 10, 0, 5, 2000000, 1, 'now', 12);
                INSERT INTO label_questions SELECT \(span), \(stage), 0, 0, 0, max(id) FROM label_calls;
                """)
        }
        for position in 0..<instruction.stepCount {
            let t = instruction.firstStep + position
            guard let score = score(t) else { continue }
            try store.execute(
                """
                INSERT INTO label_scores (span_id, position, episode_id, t, window_idx, score, expected, samples)
                VALUES (\(span), \(position), \(instruction.episodeID), \(t), 0, \(score), 4.25, 1)
                """)
        }
    }
}

extension ViewerSite {
    func get(_ target: String) -> ViewerReply { reply(to: ViewerRequest("GET", target, host: "localhost")) }

    /// Sends a form as a browser does from one of the site's pages.
    func post(
        _ target: String, _ fields: [String: String], origin: String? = "http://localhost", type: String? = nil
    ) -> ViewerReply {
        let body = fields.map { FormFields.encoded($0) + "=" + FormFields.encoded($1) }.joined(separator: "&")
        return reply(
            to: ViewerRequest(
                "POST", target, host: "localhost", origin: origin,
                contentType: type ?? "application/x-www-form-urlencoded", body: Array(body.utf8)))
    }
}

extension ViewerReply {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
