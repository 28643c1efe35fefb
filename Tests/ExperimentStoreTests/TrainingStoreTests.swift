import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import ExperimentStore

@Suite struct TrainingStoreTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore
    private let datasetID: Int64

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(folder("x.sqlite"), access: .write)
        datasetID = try store.write { db in
            let dataset = try DatasetRow.upsert(name: "d", format: "alfred", root: "/data", splitsFile: nil, db)
            var writer = try EpisodeWriter(db, datasetID: dataset.id)
            try writer.apply(.write(sampleRecord(), replacing: nil))
            return dataset.id
        }
    }

    private func identity(_ name: String = "r", labels: Int64? = nil) -> TrainRun.Identity {
        TrainRun.Identity(
            name: name, datasetID: datasetID, algorithm: "iql", preset: "small", encoder: "patches", seed: -3,
            config: #"{"a":1}"#, reward: RewardMix(), labelRunID: labels, parameters: 5,
            vocabularySHA256: [UInt8](repeating: 0xAB, count: 32))
    }

    @Test func runsAreKept() throws {
        try store.write { db in
            var run = try TrainRun.create(identity(), db)
            #expect(run.identity == identity())
            #expect(run.status == .running && run.step == 0 && run.message == nil)
            #expect(throws: DatabaseError.self) { try TrainRun.create(identity(), db) }
            for (step, status) in TrainRun.Status.allCases.enumerated() {
                try run.update(status: status, step: step, message: step == 1 ? "m" : nil, db)
                #expect(try TrainRun.named("r", db) == run)
            }
            let other = try TrainRun.create(identity("s"), db)
            #expect(try TrainRun.all(db) == [run, other])
            #expect(try TrainRun.named("t", db) == nil)
            let listed = try #require(try Row.fetchOne(db, sql: "SELECT * FROM train_list WHERE name = 'r'"))
            #expect(listed["dataset"] == "d")
            #expect(listed["vocabulary_sha256"] == String(repeating: "ab", count: 32))
            #expect(listed["last_checkpoint"] == nil as Int?)
        }
        for wrong in [
            "config = 'x'", "status = 'stopped'", "step = -1", "vocabulary_sha256 = x'00'", "dataset_id = 99",
        ] {
            #expect(throws: StoreError.self) {
                try store.write { try $0.execute(sql: "UPDATE train_runs SET \(wrong)") }
            }
        }
    }

    /// Stores that are there hold these texts, and runs are compared by them.
    @Test(arguments: [
        (
            RewardMix(),
            #"{"ends":"absorbing","generatedWeight":1,"source":{"none":{}},"sparseWeight":1,"transform":"scaled"}"#
        ),
        (
            RewardMix(
                sparseWeight: 0, generatedWeight: 0.1, transform: .potential, source: .labels(run: "a/b"),
                ends: .bootstrapping),
            #"{"ends":"bootstrapping","generatedWeight":0.1,"source":{"labels":{"run":"a/b"}},"#
                + #""sparseWeight":0,"transform":"potential"}"#
        ),
        (
            RewardMix(transform: .centered, source: .shuffled(run: "r", seed: .max)),
            #"{"ends":"absorbing","generatedWeight":1,"source":{"shuffled":{"run":"r","seed":18446744073709551615}},"#
                + #""sparseWeight":1,"transform":"centered"}"#
        ),
    ])
    func rewardsAreKeptAsTheSameText(_ mix: RewardMix, _ text: String) throws {
        try store.write { db in
            var identity = identity()
            identity.reward = mix
            let run = try TrainRun.create(identity, db)
            #expect(run.identity.reward == mix)
            #expect(try String.fetchOne(db, sql: "SELECT reward FROM train_runs") == text)
            try db.execute(sql: #"UPDATE train_runs SET reward = '{"source":{}}'"#)
            #expect(throws: (any Error).self) { try TrainRun.named("r", db) }
        }
    }

    @Test func metricsRollBack() throws {
        try store.write { db in
            var run = try TrainRun.create(identity(), db)
            let other = try TrainRun.create(identity("s"), db)
            let values: [Double] = [1, .nan, -.infinity, 4, 5]
            for (step, value) in values.enumerated() {
                for run in [run, other] {
                    try run.record(
                        [
                            TrainMetricRow(step: 10 * step, split: "train", name: "loss", value: value),
                            TrainMetricRow(step: 10 * step, split: "valid_seen", name: "loss", value: 2 * value),
                        ], db)
                    try run.record(
                        TrainCheckpointRow(
                            step: 10 * step, path: "c\(step)", sha256: [UInt8](repeating: UInt8(step), count: 32)), db)
                }
            }
            for cut in [45, 40, 39, 20, 0] {
                try run.rollback(to: cut, db)
                let left = values.prefix(cut / 10 + 1)
                let curve = try run.metrics(db).filter { $0.split == "train" }
                #expect(curve.map(\.step) == left.indices.map { 10 * $0 })
                #expect(zip(curve, left).allSatisfy { $0.value == $1 || ($0.value.isNaN && $1.isNaN) })
                #expect(try run.checkpoints(db).map(\.path) == left.indices.map { "c\($0)" })
                #expect(try run.metrics(db).count == 2 * left.count)
                #expect(try TrainRun.named("r", db)?.step == cut)
            }
            #expect(try other.metrics(db).count == 10)
            #expect(try other.metrics(after: 20, db).map(\.step) == [30, 30, 40, 40])
            // The same again replaces.
            try run.record([TrainMetricRow(step: 0, split: "train", name: "loss", value: 9)], db)
            try run.record(TrainCheckpointRow(step: 0, path: "d", sha256: [UInt8](repeating: 9, count: 32)), db)
            #expect(try run.metrics(db).first == TrainMetricRow(step: 0, split: "train", name: "loss", value: 9))
            #expect(try run.checkpoints(db).map(\.path) == ["d"])
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM train_metric_list WHERE run = 's'") == 10)
            try other.delete(db)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM train_metrics") == 2)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM train_checkpoints") == 1)
        }
    }

    /// A run outlives its labels, and goes with its dataset.
    @Test func whatIsDeletedWithWhat() throws {
        func prompt(_ stage: String) -> PromptRow {
            PromptRow(name: "v", stage: stage, template: "t", sha256: [UInt8](repeating: UInt8(stage.count), count: 32))
        }
        try store.write { db in
            let labels = try #require(
                try LabelRun.open(
                    LabelRun.Identity(
                        name: "l", datasetID: datasetID, annotator: "vlm", provider: "p", baseURL: "u", model: "m",
                        unit: "task", settings: "{}", settingsSHA256: [UInt8](repeating: 1, count: 32),
                        analysis: prompt("analysis"), scoring: prompt("scoring"), complaint: prompt("complaint")), db))
            let run = try TrainRun.create(identity(labels: labels.id), db)
            #expect(run.identity.labelRunID == labels.id)
            #expect(try String.fetchOne(db, sql: "SELECT label_run FROM train_list") == "l")
            try db.execute(sql: "DELETE FROM label_runs")
            #expect(try TrainRun.named("r", db)?.identity.labelRunID == nil as Int64?)
            try db.execute(sql: "DELETE FROM episodes; DELETE FROM datasets")
            #expect(try TrainRun.all(db).isEmpty)
        }
    }

    @Test func episodesAreReadWhole() throws {
        let filter = TrainingEpisode.Filter(
            datasetID: datasetID, splits: ["train"], kinds: [.primitive, .task], labelRunID: nil)
        func read() throws -> [TrainingEpisode] {
            var episodes: [TrainingEpisode] = []
            try store.read { db in try TrainingEpisode.forEach(filter, db) { episodes.append($0) } }
            return episodes
        }
        let episode = try #require(try read().first)
        #expect(episode.actions == [.moveAhead, .rotateLeft, .pickup, .open, .put])
        #expect(episode.records == [Int?](repeating: nil, count: 6))
        #expect(episode.subTasks.map(\.steps) == [0..<3, 3..<5])
        #expect(episode.instructions.map(\.instruction.kind) == [.task, .primitive, .primitive])
        // Rows that do not fit together are refused.
        for (damage, repair) in [
            ("UPDATE transitions SET t = 9 WHERE t = 4", "UPDATE transitions SET t = 4 WHERE t = 9"),
            ("UPDATE episodes SET step_count = 6", "UPDATE episodes SET step_count = 5"),
            (
                "UPDATE instructions SET step_count = step_count + 1",
                "UPDATE instructions SET step_count = step_count - 1"
            ),
            ("UPDATE instructions SET first_subtask = 7", "UPDATE instructions SET first_subtask = 0"),
            ("UPDATE subtasks SET kind = kind || 'x'", "UPDATE subtasks SET kind = rtrim(kind, 'x')"),
        ] {
            try store.write { try $0.execute(sql: damage) }
            #expect(throws: StoreError.self, "\(damage)") { _ = try read() }
            try store.write { try $0.execute(sql: repair) }
        }
        #expect(try read().count == 1)
        try store.write { try $0.execute(sql: "UPDATE annotations SET in_split = 0") }
        #expect(try read().isEmpty)
    }
}
