@testable import ALFRED
import Episodes
import ExperimentStore
import Images
import Ingestion
import Networks
import OfflineRL
@testable import Simulation
import Synchronization
import Tensors
import TestSupport

@testable import Evaluation

/// A small generated dataset, made once, and a store of it.
final class EvaluationBench: Sendable {
    let folder: TemporaryFolder
    var root: String { folder("data-root") }
    var storePath: String { folder("x.sqlite") }

    private init() throws { folder = try TemporaryFolder() }

    private static let shared = AsyncOnce<EvaluationBench> {
        let bench = try EvaluationBench()
        var options = GenerationRun.Options()
        options.scenes = 3
        options.episodes = 12
        options.side = 56
        options.seed = 3
        let dataset = GeneratedDataset(root: bench.root, suffix: "png") { pixels, width, height in
            try RGBImage(width: width, height: height, pixels: pixels).png()
        }
        _ = try GenerationRun(options, dataset).run()
        let store = try ExperimentStore(bench.storePath, access: .write)
        _ = try await ALFREDIngest(ALFREDIngest.Options(root: bench.root)).run(into: store)
        try store.close()
        return bench
    }

    static func make() async throws -> EvaluationBench { try await shared.value() }

    func preparation() throws -> TaskPreparation { TaskPreparation(try Release(root: root)) }

    func read() throws -> ExperimentStore { try ExperimentStore(storePath, access: .read) }

    func set(_ count: Int = 12, split: String = "train", seed: UInt64 = 1, start: TaskSet.Start = .recorded) throws
        -> TaskSet
    {
        try TaskSet(
            TaskSet.Sample(dataset: nil, split: split, count: count, seed: seed), from: read(), name: split,
            start: start)
    }

    /// A policy with weights at random.
    static func policy(_ backend: CPUBackend) -> Agent {
        let shape = NetworkShape(.small, features: .patches, vocabularySize: 30)
        let learner = Learner(.bc, shape, seed: 4, backend: backend)
        return .policy(
            learner.actor(placeCount: Evaluator.seats),
            words: { text in text.utf8.prefix(5).map { Int32($0 % 28 + 2) } }
        )
    }
}

/// A value made by the first who asks.
final class AsyncOnce<Value: Sendable>: Sendable {
    private let make: @Sendable () async throws -> Value
    private let task = Mutex<Task<Value, any Error>?>(nil)

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    func value() async throws -> Value {
        let task = task.withLock { task in
            let known = task ?? Task { [make] in try await make() }
            task = known
            return known
        }
        return try await task.value
    }
}
