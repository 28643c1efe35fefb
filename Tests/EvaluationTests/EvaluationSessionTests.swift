import Episodes
import ExperimentStore
import Foundation
import OfflineRL
import Synchronization
import TestSupport
import Testing

@testable import Evaluation

/// Sessions in this process, ended at chosen events as a crash would end them.
@Suite struct EvaluationSessionTests {
    private struct Crash: Error {}

    /// A store of its own with a policy of a few updates.
    private struct Bench {
        let folder: TemporaryFolder
        let root: String
        var path: String { folder("x.sqlite") }

        init(training: Bool = true) async throws {
            let shared = try await EvaluationBench.make()
            root = shared.root
            folder = try TemporaryFolder()
            let source = URL(fileURLWithPath: shared.storePath).deletingLastPathComponent()
            for name in try FileManager.default.contentsOfDirectory(atPath: source.path)
            where name.hasPrefix("x.sqlite") {
                try FileManager.default.copyItem(atPath: source.path + "/" + name, toPath: folder(name))
            }
            if training { try train(steps: 2) }
        }

        func train(steps: Int) throws {
            var settings = TrainingSettings(run: "r", seed: 1)
            settings.steps = steps
            settings.batch = 4
            settings.threads = 1
            settings.validation = []
            let report = try TrainingSession(settings, store: path).train()
            #expect(report.isDone)
        }

        /// A session over tasks of the training split.
        func session(
            runs: [String] = [], agents: [EvalRun.Agent] = [], count: Int = 6, root: String? = nil,
            rules: [EvalRun.Rules] = [.sprint], start: TaskSet.Start = .recorded, seed: UInt64 = 1,
            weights: String? = nil,
            onEvent: @escaping (EvaluationEvent) throws -> Void = { _ in },
            shouldStop: @escaping @Sendable () -> Bool = { false }
        ) throws -> EvaluationSession {
            let store = try ExperimentStore(path, access: .read)
            let dataset = try #require(try store.read { try DatasetRow.all($0).first })
            let settings = EvaluationSettings(
                seed: seed, dataset: dataset, root: root ?? self.root, threads: 2, weights: weights, runs: runs,
                agents: agents,
                sets: [
                    EvaluationSettings.Tasks(
                        name: "train", source: .split("train"), count: count, start: start, rules: rules)
                ])
            return try EvaluationSession(settings, store: store, onEvent: onEvent, shouldStop: shouldStop)
        }

        func all() throws -> [EvalRun] {
            let store = try ExperimentStore(path, access: .read)
            return try store.read { try EvalRun.all($0) }
        }

        func rollouts(_ name: String) throws -> [Rollout] {
            let store = try ExperimentStore(path, access: .read)
            return try store.read { db in try EvalRun.named(name, db)?.rollouts(db).map(\.rollout) ?? [] }
        }
    }

    /// What is there is not made again, and the same comes of it; a policy with more updates is another one.
    @Test func whatIsThereIsNotMadeAgain() async throws {
        let bench = try await Bench()
        let first = try #require(try bench.session(runs: ["r"], agents: [.expert]).run())
        #expect(first.map(\.name) == ["r@train", "expert@train"] && first.allSatisfy(\.isNew))
        #expect(first.map(\.checkpointStep) == [2, nil])
        let stored = try bench.rollouts("r@train")
        #expect(stored.count == 6)
        let second = try #require(try bench.session(runs: ["r"], agents: [.expert]).run())
        #expect(second.allSatisfy { !$0.isNew } && second.map(\.steps) == first.map(\.steps))
        try bench.train(steps: 3)
        let third = try #require(try bench.session(runs: ["r"]).run())
        #expect(third[0].isNew && third[0].checkpointStep == 3)
        #expect(try bench.rollouts("r@train").count == 6)
        // The policy with fewer updates was another evaluation, which is still there.
        #expect(try bench.all().filter { $0.identity.name == "r@train" }.map(\.identity.checkpointStep) == [2, 3])
    }

    /// Rules, starts, seeds and numbers of tasks make evaluations of their own; none takes another's place, and each is
    /// found again.
    @Test func noneTakesAnothersPlace() async throws {
        let bench = try await Bench(training: false)
        var others: [Int] = []
        func run(
            _ count: Int = 6, _ rules: [EvalRun.Rules] = [.sprint], _ start: TaskSet.Start = .recorded, seed: UInt64 = 1
        ) throws -> [EvaluationResult] {
            try #require(
                try bench.session(
                    agents: [.random], count: count, rules: rules, start: start, seed: seed,
                    onEvent: { if case .stored(_, let count) = $0 { others.append(count) } }
                ).run())
        }
        #expect(try run().map(\.name) == ["random@train"])
        let both = try run(6, [.sprint, .masked])
        #expect(both.map(\.name) == ["random@train", "random@train+masked"] && both.map(\.isNew) == [false, true])
        #expect(both.map(\.rules) == [.sprint, .masked])
        #expect(try run(5)[0].isNew && run(6, [.sprint], .random)[0].isNew && run(seed: 2)[0].isNew)
        #expect(others == [0, 0, 1, 2, 3])
        #expect(try bench.all().count == 5)
        #expect(
            try !run()[0].isNew && !run(5)[0].isNew && !run(6, [.sprint], .random)[0].isNew && !run(seed: 2)[0].isNew)
        #expect(try bench.all().count == 5)
        #expect(try bench.rollouts("random@train+masked").count == 6)
    }

    /// An evaluation of more tasks than sit together goes on with the groups that are left, and comes to the same.
    @Test func itGoesOnWithWhatIsLeft() async throws {
        let whole = try await Bench()
        let count = Evaluator.seats + 30
        let expected = try #require(try whole.session(runs: ["r"], count: count).run())
        let bench = try await Bench()
        let first = try bench.session(
            runs: ["r"], count: count,
            onEvent: { if case .progress(_, let tasks, _, _) = $0, tasks > Evaluator.seats { throw Crash() } })
        #expect(throws: Crash.self) { try first.run() }
        #expect(try bench.all().map(\.status) == [.running])
        #expect(try bench.rollouts("r@train").count == Evaluator.seats)
        var least = Int.max
        let second = try #require(
            try bench.session(
                runs: ["r"], count: count,
                onEvent: { if case .progress(_, let tasks, _, let steps) = $0, steps > 0 { least = min(least, tasks) } }
            ).run())
        #expect(second[0].isNew && least >= Evaluator.seats, "\(least)")
        #expect(try bench.rollouts("r@train") == whole.rollouts("r@train"))
        #expect(second[0].summary == expected[0].summary)
        #expect(try bench.all().map(\.status) == [.done])
    }

    /// A policy acts with the windows it was trained with, and with its best checkpoint where validations decide.
    @Test func itActsAsItWasTrained() async throws {
        let bench = try await Bench(training: false)
        for window in [2, 17] {
            var settings = TrainingSettings(run: "w\(window)", seed: 1)
            settings.steps = 1
            settings.batch = 4
            settings.threads = 1
            settings.window = window
            settings.validation = []
            _ = try TrainingSession(settings, store: bench.path).train()
        }
        _ = try bench.session(runs: ["w2", "w17"]).run()
        #expect(try bench.all().map { $0.settings?.window } == [2, 17])
        var settings = TrainingSettings(run: "early", seed: 1)
        settings.steps = 40
        settings.batch = 4
        settings.threads = 1
        settings.validation = ["train"]
        settings.validateEvery = 1
        settings.checkpointEvery = 50
        settings.earlyStop = 1
        settings.optimizer.learningRate = 0.05
        let report = try TrainingSession(settings, store: bench.path).train()
        let best = try #require(report.best)
        #expect(best != report.checkpoint)
        let result = try #require(try bench.session(runs: ["early"]).run())
        #expect(best.hasSuffix(String(format: "%08d", result[0].checkpointStep ?? -1)))
    }

    /// Crashed at any event, an evaluation is in the store as a whole or not at all; made again it is what an
    /// undisturbed one is.
    @Test func crashedAnywhereItLeavesNothingHalfDone() async throws {
        let whole = try await Bench()
        let count = Mutex(0)
        _ = try whole.session(runs: ["r"], onEvent: { _ in count.withLock { $0 += 1 } }).run()
        let expected = try whole.rollouts("r@train")
        let bench = try await Bench()
        let total = count.withLock { $0 }
        #expect(total > 10)
        for crash in [0, 1, 2, total / 2, total - 2] {
            var seen = 0
            let session = try bench.session(
                runs: ["r"],
                onEvent: { _ in
                    if seen == crash { throw Crash() }
                    seen += 1
                })
            #expect(throws: Crash.self) { try session.run() }
            #expect(try bench.rollouts("r@train").isEmpty)
        }
        let session = try bench.session(
            runs: ["r"], onEvent: { if case .stored = $0 { throw Crash() } })
        #expect(throws: Crash.self) { try session.run() }
        #expect(try bench.rollouts("r@train") == expected)
    }

    /// Stopped before any step, it says so and stores nothing.
    @Test func stoppedItStoresNothing() async throws {
        let bench = try await Bench()
        for left in [0, 3, 9] {
            let asked = Mutex(0)
            let results = try bench.session(
                runs: ["r"],
                shouldStop: {
                    asked.withLock {
                        $0 += 1
                        return $0 > left
                    }
                }
            ).run()
            #expect(results == nil)
            #expect(try bench.rollouts("r@train").isEmpty)
        }
        #expect(try bench.session(runs: ["r"]).run()?.count == 1)
    }

    /// Tasks that could not be set up are tried again: the release may not have been there.
    @Test func whatCouldNotBeSetUpIsTriedAgain() async throws {
        let bench = try await Bench(training: false)
        let part = bench.folder("part")
        let files = try #require(FileManager.default.enumerator(atPath: bench.root)).compactMap { $0 as? String }
            .filter { $0.hasSuffix("traj_data.json") && $0.contains("/train/") }.sorted()
        try FileManager.default.copyItem(atPath: bench.root, toPath: part)
        for name in files.dropFirst(files.count / 2) {
            try FileManager.default.removeItem(atPath: "\(part)/\(name)")
        }
        var warnings: [String] = []
        let first = try bench.session(
            agents: [.expert], root: part, onEvent: { if case .warning(let text) = $0 { warnings.append(text) } }
        ).run()
        #expect(first?.first?.isNew == true && warnings.contains { $0.contains("cannot be tried") })
        #expect(try bench.rollouts("expert@train").contains { $0.problem != nil })
        let second = try bench.session(agents: [.expert]).run()
        #expect(second?.first?.isNew == true)
        #expect(try bench.rollouts("expert@train").allSatisfy { $0.problem == nil })
        #expect(try bench.session(agents: [.expert]).run()?.first?.isNew == false)
        #expect(try bench.all().count == 1)
    }

    @Test func whoCannotActIsNamed() async throws {
        let bench = try await Bench(training: false)
        let unknown = #expect(throws: EvaluationError.self) { try bench.session(runs: ["no"]).run() }
        #expect(unknown?.description.contains("holds no training run") == true)
        let elsewhere = #expect(throws: EvaluationError.self) { try bench.session(agents: [.random], root: "/nowhere") }
        #expect(elsewhere?.description.contains("--root DIR") == true)
    }
}
