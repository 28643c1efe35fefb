import Episodes
import ExperimentStore
import Foundation
import Ground
import Networks
import Tensors
import TestSupport
import Testing

@testable import OfflineRL

@Suite struct PolicyStartTests {
    private let world: TrainingWorld
    private var path: String { world.store.path }

    init() throws {
        world = try TrainingWorld(frames: TrainingWorld.pictures)
        try world.store.close()
    }

    private func settings(_ run: String, _ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
        var settings = TrainingSettings(run: run, seed: 5)
        settings.steps = 3
        settings.batch = 2
        settings.window = 8
        settings.threads = 1
        settings.validation = []
        change(&settings)
        return settings
    }

    private func weights(_ store: ParameterStore) -> [Float] {
        store.read(store.values, count: store.layout.valueCount)
    }

    @discardableResult
    private func clone(_ run: String = "bc", steps: Int = 3) throws -> [Float] {
        let session = try TrainingSession(
            settings(run) {
                $0.algorithm = .bc
                $0.seed = 9
                $0.steps = steps
            }, store: path)
        _ = try session.train()
        return weights(session.learner.policyParameters)
    }

    /// The policy is the other run's, the critic and everything else its own; it says so in its settings.
    @Test func thePolicyIsTheOthers() throws {
        let cloned = try clone()
        let plain = try TrainingSession(settings("plain"), store: path)
        let begun = try TrainingSession(settings("begun") { $0.start = "bc" }, store: path)
        #expect(weights(begun.learner.policyParameters) == cloned)
        #expect(weights(plain.learner.policyParameters) != cloned)
        let (own, others) = (try #require(begun.learner.criticParameters), try #require(plain.learner.criticParameters))
        #expect(weights(own) == weights(others) && begun.learner.step == 0)
        #expect(
            begun.learner.policyParameters.read(begun.learner.policyParameters.moment1, count: 50).allSatisfy {
                $0 == 0
            })
        #expect(begun.opening.contains { $0.contains("begins with the policy of bc, after 3 updates") })
        _ = try begun.train()
        let checkpoint = try #require(try RunFolder.latest(RunFolder.path(store: path, run: "begun")).checkpoint)
        let start = try #require(checkpoint.description.settings.start)
        #expect(start.run == "bc" && start.step == 3 && start.sha256.count == 64)
        let store = try ExperimentStore(path, access: .read)
        let config = try #require(try store.read { try TrainRun.named("begun", $0)?.identity.config })
        let learning = try JSONDecoder().decode(LearningSettings.self, from: Data(config.utf8))
        #expect(learning.start == start && learning.window == 8)
    }

    /// A run that is under way goes on without the one it began with, and is not taken for one that began otherwise.
    @Test func itGoesOnAlone() throws {
        try clone()
        let with = settings("r") { $0.start = "bc" }
        var first: TrainingSession? = try TrainingSession(with, store: path)
        _ = try first?.train(shouldStop: { true })
        first = nil
        try FileManager.default.removeItem(atPath: RunFolder.path(store: path, run: "bc"))
        #expect(try TrainingSession(with, store: path).train().isDone)
        let error = #expect(throws: CheckpointError.self) { try TrainingSession(settings("r"), store: path) }
        #expect(error?.message.contains("the policy of bc") == true)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        try clone()
        try clone("short", steps: 1)
        var open: TrainingSession? = try TrainingSession(
            settings("open") {
                $0.algorithm = .bc
                $0.steps = 4
            }, store: path)
        _ = try open?.train(shouldStop: { true })
        open = nil
        _ = try TrainingSession(settings("iql"), store: path).train()
        let cases: [(String, (inout TrainingSettings) -> Void)] = [
            ("holds no such run", { $0.start = "none" }), ("is running after 1 updates", { $0.start = "open" }),
            ("is a run of iql", { $0.start = "iql" }),
            ("has windows of 8 steps, this run 17 steps", { $0.window = 17 }),
            ("has windows of 8 steps, this run 4 steps", { $0.window = 4 }),
            ("has the preset small, this run medium", { $0.preset = .medium }),
            ("knows other words", { $0.splits = ["valid_seen"] }),
        ]
        for (words, change) in cases {
            let error = #expect(throws: PolicyStartError.self) {
                try TrainingSession(
                    settings("x") {
                        $0.start = "bc"
                        change(&$0)
                    }, store: path)
            }
            #expect(error?.description.contains(words) == true, "\(words): \(error.map(\.description) ?? "")")
        }
    }

    /// A checkpoint of other windows is refused, shorter ones and longer ones; so are features to be moved by pixels.
    @Test func windowsAndShiftsAreSettings() throws {
        _ = try TrainingSession(settings("r"), store: path).train()
        for other in [4, 17] {
            let error = #expect(throws: CheckpointError.self) {
                try TrainingSession(settings("r") { $0.window = other }, store: path)
            }
            #expect(error?.message.contains("windows of 8 steps, not \(other)") == true)
        }
        let error = #expect(throws: CheckpointError.self) {
            try TrainingSession(settings("r") { $0.shift = 4 }, store: path)
        }
        #expect(error?.message.contains("moved by up to 0 pixels, not 4") == true)
        let features = try TrainingWorld()
        try features.store.close()
        let refused = #expect(throws: TrainingDataError.self) {
            try TrainingSession(settings("r") { $0.shift = 1 }, store: features.store.path)
        }
        #expect(refused?.message.contains("train.shift 1") == true && refused?.exit == .usage)
    }
}
