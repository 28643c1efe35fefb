import Episodes
import Foundation
import Ground
import TestSupport
import Testing

@testable import ExperimentStore

/// What runs on other machines find out comes into the store by names, and only once.
@Suite struct ResultStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A store with two datasets, of which the second is trained on, and with a run `old`.
    private func makeStore() throws -> String {
        let path = folder("main.sqlite")
        let store = try ExperimentStore(path, access: .write)
        try store.write { db in
            _ = try DatasetRow.upsert(name: "first", format: "alfred", root: "/", splitsFile: nil, db)
            let dataset = try DatasetRow.upsert(name: "second", format: "alfred", root: "/", splitsFile: nil, db)
            var run = try TrainRun.create(identity("old", dataset.id), db)
            try run.record([TrainMetricRow(step: 1, split: "train", name: "loss", value: 2)], db)
            try run.update(status: .running, step: 1, db)
        }
        try store.close()
        return path
    }

    private func identity(_ name: String, _ dataset: Int64) -> TrainRun.Identity {
        TrainRun.Identity(
            name: name, datasetID: dataset, algorithm: "iql", preset: "small", encoder: "patches", seed: 1,
            config: "{}", reward: RewardMix(), labelRunID: nil, parameters: 1,
            vocabularySHA256: [UInt8](repeating: 0, count: 32))
    }

    private func evaluation(_ name: String, of run: TrainRun?) -> EvalRun.Identity {
        EvalRun.Identity(
            name: name, agent: run == nil ? .random : .policy, trainRunID: run?.id,
            checkpointStep: run == nil ? nil : 3, taskSet: "near", taskSetSHA256: [UInt8](repeating: 1, count: 32),
            seed: 0, config: "{}")
    }

    /// As a training and an evaluation on another machine.
    private func makeResults(_ name: String, _ main: String) throws -> String {
        let path = folder("main.sqlite.results/\(name).sqlite")
        let store = try ExperimentStore(main, access: .frozen)
        try ExperimentStore.prepareResults(path, beside: store, trainings: [name])
        let dataset = try #require(try store.read { try DatasetRow.named("second", $0) })
        try store.close()
        let results = try ExperimentStore(path, access: .write)
        try results.write { db in
            var run = try TrainRun.named(name, db) ?? TrainRun.create(identity(name, dataset.id), db)
            try run.record([TrainMetricRow(step: 3, split: "train", name: "loss", value: 1)], db)
            try run.record(TrainCheckpointRow(step: 3, path: "/c", sha256: [UInt8](repeating: 2, count: 32)), db)
            try run.update(status: .done, step: 3, db)
            var evaluated = try EvalRun.create(evaluation("\(name)@near", of: run), db)
            try evaluated.finish(seconds: 1, db)
        }
        try results.close()
        return path
    }

    private func summary(_ path: String) throws -> [String] {
        let store = try ExperimentStore(path, access: .read)
        defer { try? store.close() }
        return try store.read { db in
            let runs = try TrainRun.all(db).map { run in
                let metrics = try run.metrics(db).map { "\($0.step)=\($0.value)" }
                let checkpoints = try run.checkpoints(db).map(\.path)
                return
                    "\(run.id) \(run.identity.name) \(run.identity.datasetID) \(run.status) \(metrics) \(checkpoints)"
            }
            let evaluations = try EvalRun.all(db).map {
                "\($0.id) \($0.identity.name) \($0.identity.trainRunID ?? 0) \($0.status)"
            }
            return runs + evaluations
        }
    }

    @Test func resultsAreTakenOverOnce() throws {
        let main = try makeStore()
        let (new, old) = (try makeResults("new", main), try makeResults("old", main))
        let store = try ExperimentStore(main, access: .write)
        #expect(try store.takeResults(from: new) == ResultReport(trainings: ["new"], evaluations: ["new@near"]))
        _ = try store.takeResults(from: old)
        try store.close()
        let expected = [
            "1 old 2 done [\"1=2.0\", \"3=1.0\"] [\"/c\"]", "2 new 2 done [\"3=1.0\"] [\"/c\"]", "1 new@near 2 done",
            "2 old@near 1 done",
        ]
        #expect(try summary(main) == expected)
        let again = try ExperimentStore(main, access: .write)
        for file in [old, new] { _ = try again.takeResults(from: file) }
        try again.close()
        #expect(try summary(main) == expected)
    }

    /// A file that was taken over and removed begins with what the store has by then.
    @Test func resultsBeginWithWhatIsKnown() throws {
        let main = try makeStore()
        let file = try makeResults("old", main)
        let store = try ExperimentStore(main, access: .write)
        _ = try store.takeResults(from: file)
        try store.close()
        let before = try summary(main)
        try FileManager.default.removeItem(atPath: file)
        let frozen = try ExperimentStore(main, access: .frozen)
        try ExperimentStore.prepareResults(file, beside: frozen, trainings: ["old"])
        try frozen.close()
        #expect(try summary(file) == before)
    }

    /// An evaluation that is only here stays, whatever a file of results has of its run; a run that began anew
    /// elsewhere, with other settings, has lost its evaluations here too.
    @Test func whatIsOnlyHereStays() throws {
        let main = try makeStore()
        let file = try makeResults("old", main)
        let store = try ExperimentStore(main, access: .write)
        _ = try store.takeResults(from: file)
        var results = try ExperimentStore(file, access: .write)
        try results.write { try EvalRun.named("old@near", $0)?.delete($0) }
        try results.close()
        try store.write { db in
            let run = try #require(try TrainRun.named("old", db))
            let other = evaluation("old@near", of: run)
            _ = try EvalRun.create(
                EvalRun.Identity(
                    name: other.name, agent: .policy, trainRunID: run.id, checkpointStep: 9, taskSet: "near",
                    taskSetSHA256: other.taskSetSHA256, seed: 0, config: "{}"), db)
        }
        _ = try store.takeResults(from: file)
        #expect(try store.read { try EvalRun.all($0) }.map(\.identity.checkpointStep) == [3, 9])
        results = try ExperimentStore(file, access: .write)
        try results.write { db in
            let run = try #require(try TrainRun.named("old", db))
            try run.delete(db)
            var changed = run.identity
            changed.config = "{\"seed\":2}"
            _ = try TrainRun.create(changed, db)
        }
        try results.close()
        _ = try store.takeResults(from: file)
        #expect(try store.read { try EvalRun.all($0) }.isEmpty)
        try store.close()
    }

    /// Half an evaluation from elsewhere does not take the place of a whole one.
    @Test func aWholeOneIsNotMadeHalf() throws {
        let main = try makeStore()
        let file = try makeResults("new", main)
        let store = try ExperimentStore(main, access: .write)
        _ = try store.takeResults(from: file)
        let results = try ExperimentStore(file, access: .write)
        try results.write { db in
            let run = try #require(try TrainRun.named("new", db))
            try EvalRun.named("new@near", db)?.delete(db)
            _ = try EvalRun.create(evaluation("new@near", of: run), db)
        }
        try results.close()
        _ = try store.takeResults(from: file)
        #expect(try store.read { try EvalRun.all($0) }.map(\.status) == [.done])
        try store.close()
    }

    @Test func aFrozenStoreIsOnlyRead() throws {
        let main = try makeStore()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != "main.sqlite" {
            try FileManager.default.removeItem(atPath: folder(name))
        }
        let frozen = try ExperimentStore(main, access: .frozen)
        #expect(try frozen.read { try TrainRun.all($0) }.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["main.sqlite"])
        #expect(throws: StoreError.self) { try frozen.write { try TrainRun.named("old", $0)?.delete($0) } }
        try frozen.close()
        try Data([0]).write(to: URL(fileURLWithPath: main + "-wal"))
        let error = #expect(throws: StoreError.self) { try ExperimentStore(main, access: .frozen) }
        #expect(error?.code == .locked)
    }
}
