import Episodes
import ExperimentStore
import Foundation
import TestSupport
import Testing

@testable import OfflineRL

@Suite struct EarlyStopTests {
    private struct Crash: Error {}

    @Test func theBestIsTheLeast() {
        var state = EarlyStop()
        #expect(!state.isOver(patience: 1))
        let losses: [(Double, Bool)] = [
            (3, true), (2, true), (2, false), (.nan, false), (1.5, true), (1.6, false), (.infinity, false),
        ]
        for (step, (loss, isBest)) in losses.enumerated() { #expect(state.note(loss, step: step) == isBest, "\(step)") }
        #expect(state.best == 1.5 && state.bestStep == 4 && state.misses == 2)
        #expect(state.isOver(patience: 2) && !state.isOver(patience: 3))
        var nothing = EarlyStop()
        #expect(!nothing.note(.nan, step: 1) && nothing.bestStep == nil && nothing.misses == 1)
    }

    @Test func theLossIsThePolicysWhateverTheCriticsScale() {
        var cloning = ValidationMetrics()
        cloning.figures = [("loss/action", 1.5), ("loss/object", 0.25), ("action/exact", 0.1)]
        #expect(cloning.policyLoss == 1.75)
        var weighted = ValidationMetrics()
        weighted.figures = cloning.figures.map { ($0.name, $0.value * 8) } + [("mean/weight", 8)]
        #expect(weighted.policyLoss == 1.75)
        weighted.figures = [("loss/action", 1), ("mean/weight", 0)]
        #expect(weighted.policyLoss == .infinity)
    }

    /// A run whose validations get worse after a while: a high rate, few instructions.
    private struct Bench {
        let world: TrainingWorld
        var settings: TrainingSettings
        var path: String { world.store.path }

        init(patience: Int?) throws {
            world = try TrainingWorld()
            try world.store.close()
            settings = TrainingSettings(run: "r", seed: 3)
            settings.algorithm = .bc
            settings.steps = 60
            settings.batch = 2
            settings.threads = 1
            settings.validateEvery = 2
            settings.checkpointEvery = 7
            settings.keep = 1
            settings.optimizer.learningRate = 0.02
            settings.earlyStop = patience
        }

        func session() throws -> TrainingSession { try TrainingSession(settings, store: path) }

        var folder: String { RunFolder.path(store: path, run: "r") }

        func run() throws -> TrainRun? {
            let store = try ExperimentStore(path, access: .read)
            return try store.read { try TrainRun.named("r", $0) }
        }

        /// By step, the loss that the early stop goes by.
        func losses() throws -> [Int: Double] {
            let store = try ExperimentStore(path, access: .read)
            let rows = try store.read { try TrainRun.named("r", $0)?.metrics(after: -1, $0) ?? [] }
            var sums: [Int: Double] = [:]
            for row in rows where row.split == "valid_seen" && row.name.hasPrefix("loss/") {
                sums[row.step, default: 0] += row.value
            }
            return sums
        }
    }

    /// It ends when validations find nothing better, keeps the best checkpoint beside the last and names it; that one
    /// acts.
    @Test func itEndsAndKeepsTheBest() throws {
        let bench = try Bench(patience: 3)
        let report = try bench.session().train()
        #expect(report.isDone && report.step < 60, "no validation ended it")
        let losses = try bench.losses()
        let best = try #require(losses.min { $0.value != $1.value ? $0.value < $1.value : $0.key < $1.key }?.key)
        #expect(report.step == best + 6, "three validations, two updates apart")
        #expect(report.best == bench.folder + "/checkpoints/step-" + String(format: "%08d", best))
        #expect(RunFolder.steps(bench.folder) == [report.step, best])
        #expect(try RunFolder.acting(bench.folder)?.description.step == best)
        #expect(try RunFolder.latest(bench.folder).checkpoint?.description.step == report.step)
        let run = try #require(try bench.run())
        #expect(run.status == .done && run.step == report.step && run.bestStep == best && run.actingStep == best)
        #expect(run.message?.contains("stopped early") == true)
        // Given again, there is nothing left to do.
        let again = try bench.session().train()
        #expect(again.isDone && again.updates == 0 && again.best == report.best)
        #expect(try bench.run()?.bestStep == best)
        // Another patience is another run.
        var other = bench
        other.settings.earlyStop = 4
        let error = #expect(throws: CheckpointError.self) { try other.session() }
        #expect(error?.message.contains("an early stop after 3 validations, not 4 validations") == true)
    }

    /// Without one it goes to its end, and the last checkpoint acts.
    @Test func withoutOneItGoesOn() throws {
        let bench = try Bench(patience: nil)
        let report = try bench.session().train()
        #expect(report.step == 60 && report.best == nil)
        #expect(RunFolder.steps(bench.folder) == [60])
        #expect(try RunFolder.acting(bench.folder)?.description.step == 60)
        #expect(try bench.run()?.bestStep == nil)
    }

    /// Crashed at any event it stops at the same update with the same bytes, and has the same best.
    @Test func crashedItStopsAtTheSameUpdate() throws {
        let whole = try Bench(patience: 2)
        var events = 0
        let report = try whole.session().train(onEvent: { _ in events += 1 })
        func bytes(_ bench: Bench) throws -> [Data] {
            try RunFolder.steps(bench.folder).map { step in
                let folder = bench.folder + "/checkpoints/step-" + String(format: "%08d", step)
                return try Data(contentsOf: URL(fileURLWithPath: folder + "/model.safetensors"))
            }
        }
        let expected = try bytes(whole)
        #expect(expected.count == 2 && events > 20)
        for crash in stride(from: 1, to: events, by: 3) {
            let bench = try Bench(patience: 2)
            var count = 0
            #expect(throws: Crash.self) {
                try bench.session().train(onEvent: { _ in
                    count += 1
                    if count == crash { throw Crash() }
                })
            }
            let end = try bench.session().train()
            #expect(end.step == report.step, "after a crash at event \(crash)")
            #expect(try bytes(bench) == expected && bench.run()?.bestStep == whole.run()?.bestStep)
        }
    }

    @Test func thereHasToBeSomethingToValidateOn() throws {
        var bench = try Bench(patience: 1)
        bench.settings.validation = []
        let error = #expect(throws: TrainingDataError.self) { try bench.session() }
        #expect(error?.message.contains("train.early_stop") == true)
    }
}
