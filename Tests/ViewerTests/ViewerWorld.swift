import ExperimentStore
import Foundation
import GRDB
import Ingestion
import SampleData
import TestSupport

@testable import Viewer

/// A store of sample trajectories with frames, labels of two runs, a rollout and flags.
final class ViewerWorld {
    let folder: TemporaryFolder
    var store: String { folder("world.sqlite") }

    /// - Parameter change: Made last, on the store.
    init(labeled: Bool = true, _ change: (Database) throws -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        var sample = SampleDataset(seed: 7)
        sample.trajectories = ["train": 2, "valid_seen": 1]
        try sample.write(to: folder("data"))
        let store = try ExperimentStore(store, access: .write)
        _ = try await ALFREDIngest(ALFREDIngest.Options(root: folder("data"))).run(into: store)
        try store.close()
        try write { db in
            if labeled { try Self.label(db) }
            try change(db)
        }
    }

    func site() throws -> ViewerSite { try ViewerSite(store: store) }

    func write(_ body: (Database) throws -> Void) throws {
        let store = try ExperimentStore(store, access: .write)
        defer { try? store.close() }
        try store.write(body)
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T {
        try ExperimentStore(store, access: .read).read(body)
    }

    static func run(_ name: String, _ db: Database) throws -> LabelRun? {
        func prompt(_ stage: String, _ byte: UInt8) -> PromptRow {
            PromptRow(
                name: "v1", stage: stage, template: "{{goal}} \(stage)", sha256: Array(repeating: byte, count: 32))
        }
        let dataset = try DatasetRow.all(db)[0]
        return try LabelRun.open(
            LabelRun.Identity(
                name: name, datasetID: dataset.id, annotator: name == "scripted" ? "scripted" : "vlm",
                provider: "gemini",
                baseURL: "https://vlm.example", model: "vlm-1", unit: "task", settings: "{}",
                settingsSHA256: Array(name.utf8.prefix(1)) + Array(repeating: 1, count: 31),
                analysis: prompt("analysis", 1), scoring: prompt("scoring", 2), complaint: prompt("complaint", 3)), db)
    }

    /// Run `scripted` scores the tasks, step t with `t % 11`; run `vlm` the first episode's primitives with 10, but the first
    /// of them not at all.
    private static func label(_ db: Database) throws {
        guard let scripted = try run("scripted", db), let vlm = try run("vlm", db) else { return }
        let tasks = try Row.fetchAll(
            db,
            sql:
                "SELECT id, episode_id, first_step, step_count FROM instructions WHERE kind = 'task' AND repeat_idx = 0"
        )
        for row in tasks { try span(scripted, row, db) { $0 % 11 } }
        let first: Int64 = tasks[0][1]
        let primitives = try Row.fetchAll(
            db,
            sql: """
                SELECT id, episode_id, first_step, step_count FROM instructions
                WHERE kind = 'primitive' AND repeat_idx = 0 AND episode_id = ? ORDER BY first_step
                """, arguments: [first])
        for (index, row) in primitives.enumerated() { try span(vlm, row, db) { _ in index == 0 ? nil : 10 } }
        try db.execute(
            sql: """
                INSERT INTO eval_runs VALUES (1, 'sparse-s1@set', 'policy', NULL, 100, zeroblob(32), 'set', zeroblob(32), 1,
                    '{}', 'done', 'a', 'b', 1.5)
                """)
        try db.execute(
            sql: """
                INSERT INTO rollouts VALUES (1, 1, 0, 'task/trial', 0, 0, 2, ?, 1001, 'look', 'Take the mug.', 'recorded', 9,
                    18, 3, 1, 1, 2, NULL)
                """, arguments: [first])
        try db.execute(
            sql: """
                INSERT INTO rollout_steps VALUES (1, 0, 2, 0, NULL, NULL, 0), (1, 1, 4, 45, 'Mug|1', 'too far away', 0),
                    (1, 2, 4, 45, 'Mug|1', NULL, 1)
                """)
    }

    private static func span(_ run: LabelRun, _ row: Row, _ db: Database, _ score: (Int) -> Int?) throws {
        let (instruction, episode, first, count) = (row[0] as Int64, row[1] as Int64, row[2] as Int, row[3] as Int)
        let isScored = score(0) != nil
        try db.execute(
            sql: """
                INSERT INTO label_spans (run_id, instruction_id, goal_instruction_id, status, failure, message)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run.id, instruction, instruction, isScored ? "scored" : "unscored", isScored ? nil : "refusal",
                isScored ? nil : "I cannot help",
            ])
        let span = db.lastInsertedRowID
        try db.execute(sql: "INSERT INTO label_windows VALUES (?, 0, 0, ?)", arguments: [span, count])
        for (stage, answer) in [(1, "Overview\n- Step 1 (X): first.\n- Step 2 (X): second."), (2, "{\"scores\":[1]}")] {
            try db.execute(
                sql: """
                    INSERT INTO label_calls (run_id, reference, stage, request_sha256, source, provider, base_url,
                        model_asked, prompt, answer, raw, finish_reason, prompt_tokens, cached_tokens, completion_tokens,
                        cost_nanodollars, attempts, started_at, latency_ms)
                    VALUES (?, ?, ?, zeroblob(32), 'live', 'p', 'u', 'vlm-1', 'the prompt', ?, 'raw', 'stop', 10, 0, 5,
                        2000000, 1, 'now', 12)
                    """, arguments: [run.id, "r\(span)-\(stage)", stage, answer])
            try db.execute(
                sql: "INSERT INTO label_questions VALUES (?, ?, 0, 0, 0, ?)",
                arguments: [span, stage, db.lastInsertedRowID])
        }
        for position in 0..<count {
            guard let score = score(first + position) else { continue }
            try db.execute(
                sql: """
                    INSERT INTO label_scores (span_id, position, episode_id, t, window_idx, score, expected, samples)
                    VALUES (?, ?, ?, ?, 0, ?, 4.25, 1)
                    """, arguments: [span, position, episode, first + position, score])
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
