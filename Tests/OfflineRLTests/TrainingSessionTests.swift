import Episodes
import ExperimentStore
import Foundation
import Networks
import TestSupport
import Testing

@testable import OfflineRL

/// Sessions in this process, ended at chosen events as a crash would end them.
@Suite struct TrainingSessionTests {
    private struct Crash: Error {}

    /// A store of its own with a run that has 7 updates, a row of figures every 3 and a checkpoint every 2.
    private struct Bench {
        let world: TrainingWorld
        var settings: TrainingSettings
        var path: String { world.store.path }

        init() throws {
            world = try TrainingWorld()
            try world.store.close()
            settings = TrainingSettings(run: "r", seed: 3)
            settings.splits = ["train"]
            settings.steps = 7
            settings.batch = 2
            settings.threads = 1
            settings.logEvery = 3
            settings.checkpointEvery = 2
            settings.validateEvery = 4
            settings.keep = 100
        }

        func session(restart: Bool = false) throws -> TrainingSession {
            try TrainingSession(settings, store: path, restart: restart)
        }

        /// Trains and says what happened.
        @discardableResult
        func train() throws -> [TrainingEvent] {
            var events: [TrainingEvent] = []
            let report = try session().train(onEvent: { events.append($0) })
            #expect(report.isDone && report.isStored && report.step == settings.steps)
            return events
        }

        func file(_ name: String, step: Int = 7) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: checkpoint(step) + "/" + name))
        }

        func checkpoint(_ step: Int) -> String {
            RunFolder.path(store: path, run: settings.run) + "/checkpoints/step-" + String(format: "%08d", step)
        }

        /// What is left of a run: weights, the optimiser's state, and figures.
        func outcome() throws -> Outcome {
            Outcome(
                model: try file("model.safetensors"), optimizer: try file("optimizer.safetensors"),
                figures: try figures(), status: try run()?.status)
        }

        func run() throws -> TrainRun? {
            let store = try ExperimentStore(path, access: .read)
            return try store.read { try TrainRun.named(settings.run, $0) }
        }

        func figures() throws -> [String] {
            let store = try ExperimentStore(path, access: .read)
            return try store.read { db in
                try TrainRun.named(settings.run, db)?.metrics(after: -1, db)
                    .map { "\($0.step) \($0.split) \($0.name) \($0.value)" }.sorted() ?? []
            }
        }
    }

    private struct Outcome: Equatable {
        var model, optimizer: Data
        var figures: [String]
        var status: TrainRun.Status?
    }

    /// What a row needs and the data do not have is an error, or said.
    @Test func whatTheDataLackIsSaid() throws {
        var bench = try Bench()
        bench.settings.algorithm = .raBC
        let error = #expect(throws: TrainingDataError.self) { try bench.session() }
        #expect(error?.code == .unscored && error?.message.contains("weighs steps by their scores") == true)
        // Of the primitives, which are all fulfilled, none has failed.
        bench.settings.algorithm = .filteredBC
        #expect(try bench.session().notes == ["no instruction of these data has failed: filtered-bc is bc here"])
        bench.settings.algorithm = .iql
        bench.settings.reward.source = .minimumDistance
        #expect(try bench.session().notes.contains { $0.contains("min-distance is blind") })
        bench.settings.reward.source = .timeIndex
        bench.settings.reward.transform = .mean
        do {
            let session = try bench.session()
            #expect(session.notes.isEmpty)
            #expect(session.opening.contains { $0.hasPrefix("mean score:") })
            #expect(session.opening.contains { $0.hasPrefix("dawdling: not known") })
            // The run keeps what the reward makes of the data.
            let kept = try JSONDecoder().decode(LearningSettings.self, from: Data(session.identity.config.utf8))
            #expect(kept.rewardSummary == session.training.rewardSummary && kept.rewardSummary?.centre != nil)
        }
        bench.settings.kinds = [.task]
        #expect(try bench.session().opening.contains { $0.hasPrefix("dawdling: going on for ever") })
        bench.settings.reward.source = .minimumDistance
        bench.settings.kinds = [.task]
        bench.settings.splits = ["train"]
        #expect(try bench.session().training.counts.failed > 0)
    }

    /// Wherever it crashes, a run ends with the same bytes and figures as one that was left alone.
    @Test func crashedAtAnyEventItEndsLikeOneThatWasNot() throws {
        let whole = try Bench()
        let events = try whole.train()
        let expected = try whole.outcome()
        #expect(expected.status == .done)
        #expect(events.contains(.saved(step: 2)) && events.contains(.saved(step: 7)))
        #expect(events.contains(.recorded(split: "train", step: 6)))
        #expect(events.contains(.recorded(split: "valid_seen", step: 4)))
        #expect(
            expected.figures.contains { $0.hasPrefix("6 train loss/v ") }
                && expected.figures.contains { $0.hasPrefix("7 valid_seen ") })
        for crash in events.indices {
            var bench = try Bench()
            var count = 0
            #expect(throws: Crash.self) {
                try bench.session().train(onEvent: { _ in
                    if count == crash { throw Crash() }
                    count += 1
                })
            }
            // On another number of threads, which changes nothing either.
            bench.settings.threads = 1 + crash % 3
            try bench.train()
            #expect(try bench.outcome() == expected, "after a crash at event \(crash), \(events[crash])")
        }
    }

    /// Stopped after any update, it leaves a checkpoint of it, and goes on from there.
    @Test func stoppedAfterAnyUpdateItGoesOn() throws {
        let whole = try Bench()
        try whole.train()
        let expected = try whole.outcome()
        let bench = try Bench()
        for step in 1...6 {
            let session = try bench.session()
            #expect(session.learner.step == step - 1)
            let report = try session.train(shouldStop: { true })
            #expect(!report.isDone && report.step == step && report.updates == 1 && report.isStored)
            #expect(report.checkpoint == bench.checkpoint(step))
            #expect(try bench.run()?.status == .running)
        }
        try bench.train()
        #expect(try bench.outcome() == expected)
    }

    /// Figures wait while somebody else writes to the store, also over the end of a session.
    @Test func figuresWaitForTheStore() throws {
        let whole = try Bench()
        try whole.train()
        let expected = try whole.outcome()
        let bench = try Bench()
        var other: ExperimentStore?
        // The session holds its run's lock for as long as it lives.
        do {
            let session = try bench.session()
            var stored: [Int] = []
            let report = try session.train(
                onEvent: { event in
                    if case .updated(step: 1, _) = event { other = try ExperimentStore(bench.path, access: .write) }
                    if case .stored(let step) = event { stored.append(step) }
                }, shouldStop: { session.learner.step == 5 })
            #expect(!report.isStored && stored.isEmpty && report.step == 5)
        }
        try other?.close()
        other = nil
        #expect(try bench.figures().isEmpty)
        try bench.train()
        #expect(try bench.outcome() == expected)
    }

    /// Two sessions of one run exclude each other; the second says so.
    @Test func oneSessionARun() throws {
        let bench = try Bench()
        let session = try bench.session()
        let error = #expect(throws: CheckpointError.self) { try bench.session() }
        #expect(error?.message.contains("(pid \(getpid())) is training this run") == true)
        withExtendedLifetime(session) {}
    }

    /// Whatever file of the newest checkpoint is damaged or missing: the run goes on from the one before and ends the
    /// same. When none is whole, it says so.
    @Test func damagedCheckpointsAreNotUsed() throws {
        let bench = try Bench()
        try bench.train()
        let expected = try bench.outcome()
        for (damage, name) in ["model.safetensors", "optimizer.safetensors", "checkpoint.json"].enumerated() {
            for isMissing in [false, true] {
                let path = bench.checkpoint(7) + "/" + name
                var content = try bench.file(name)
                content[content.count * 2 / 3] ^= 0x10
                if isMissing {
                    try FileManager.default.removeItem(atPath: path)
                } else {
                    try content.write(to: URL(fileURLWithPath: path))
                }
                let session = try bench.session()
                #expect(session.learner.step == 6 && session.notes.count == 1, "\(damage): \(session.notes)")
                _ = try session.train()
                #expect(try bench.outcome() == expected)
            }
        }
        for step in [2, 4, 6, 7] {
            try Data("{".utf8).write(to: URL(fileURLWithPath: bench.checkpoint(step) + "/checkpoint.json"))
        }
        let error = #expect(throws: CheckpointError.self) { try bench.session() }
        #expect(error?.description.contains("none of the 4 checkpoints is whole") == true)
    }

    /// A checkpoint goes with its words, sizes, data and settings: others are refused, or begin anew on demand, when
    /// the old figures and evaluations go.
    @Test func otherSettingsAreRefusedOrBeginAnew() throws {
        let bench = try Bench()
        try bench.train()
        let before = try bench.outcome()
        let changes: [(reason: String, change: (inout TrainingSettings) -> Void)] = [
            ("the preset small, not medium", { $0.preset = .medium }),
            ("the algorithm iql, not bc", { $0.algorithm = .bc }), ("the reward", { $0.reward.source = .oracle }),
            ("the seed 3, not 4", { $0.seed = 4 }), ("other data", { $0.kinds = [.task] }),
            ("a vocabulary of", { $0.splits = ["valid_seen"] }), ("the settings", { $0.iql.discount = 0.9 }),
            ("batches of 2, not 3", { $0.batch = 3 }), ("the optimiser", { $0.isCosine = true }),
        ]
        for (reason, change) in changes {
            var other = bench
            change(&other.settings)
            let error = #expect(throws: CheckpointError.self) { try other.session() }
            #expect(error?.message.contains(reason) == true, "\(reason): \(error.map { "\($0)" } ?? "nothing")")
        }
        #expect(try bench.session(restart: true).notes.isEmpty)

        let store = try ExperimentStore(bench.path, access: .write)
        try store.write { db in
            let trained = try #require(try TrainRun.named("r", db))
            _ = try EvalRun.create(
                EvalRun.Identity(
                    name: "r@x", agent: .policy, trainRunID: trained.id, checkpointStep: 7, checkpointSHA256: nil,
                    taskSet: "x", taskSetSHA256: [UInt8](repeating: 0, count: 32), seed: 0, config: "{}"), db)
        }
        try store.close()
        var other = bench
        other.settings.iql.discount = 0.9
        let session = try other.session(restart: true)
        #expect(session.learner.step == 0 && session.notes.first?.contains("begins anew") == true)
        _ = try session.train()
        let after = try other.outcome()
        #expect(after.model != before.model && after.figures.count == before.figures.count)
        #expect(try ExperimentStore(bench.path, access: .read).read { try EvalRun.all($0) }.isEmpty)
        #expect(throws: CheckpointError.self) { try bench.session() }
    }

    /// A loss that is no number stops the run before anything is learned from it, and the batch is kept.
    @Test func aLossThatIsNoNumberStopsTheRun() throws {
        var bench = try Bench()
        bench.settings.reward.sparseWeight = 1e25
        let error = #expect(throws: DivergenceError.self) { try bench.session().train() }
        let batch = try #require(error?.batch)
        #expect(FileManager.default.fileExists(atPath: batch))
        #expect(error?.description.hasPrefix("r: ") == true)
        #expect(try bench.run()?.status == .failed)
    }
}
