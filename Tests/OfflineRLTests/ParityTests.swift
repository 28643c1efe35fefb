import Episodes
import Foundation
import Networks
import Tensors
import Testing

@testable import OfflineRL

/// The updates against an independent PyTorch implementation in float64; Tests/Parity/make_fixtures.py made the
/// figures.
@Suite struct ParityTests {
    /// A tensor as the fixture has it.
    struct Summary {
        let count: Int
        let norm: Double
        let projections: [Double]
        let first: [Double]
        let last: [Double]

        init(_ values: [Any]) {
            count = (values[0] as? NSNumber)?.intValue ?? -1
            norm = Self.number(values[1])
            projections = values[2...4].map(Self.number)
            first = (values[5] as? [Any] ?? []).map(Self.number)
            last = (values[6] as? [Any] ?? []).map(Self.number)
        }

        static func number(_ value: Any) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }

        /// The largest deviation of norm, projections and ends, as a share of the norm. A projection of independent
        /// errors of relative size e is some 0.6 e of the norm.
        func distance(_ values: [Float]) -> Double {
            guard values.count == count else { return .infinity }
            let ownNorm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            if norm == 0 { return ownNorm }
            var worst = abs(ownNorm - norm)
            for (j, projection) in projections.enumerated() {
                var sum = 0.0
                for (index, value) in values.enumerated() {
                    sum += Double(value) * Double(DeterministicInputs.signed(9000 + j, index))
                }
                worst = max(worst, abs(sum - projection))
            }
            for (a, b) in zip(values.prefix(4), first) { worst = max(worst, abs(Double(a) - b)) }
            for (a, b) in zip(values.suffix(4), last) { worst = max(worst, abs(Double(a) - b)) }
            return worst / norm
        }
    }

    /// Fixture, and how far it is followed.
    struct Run: CustomTestStringConvertible {
        let name: String
        let steps: Int
        var testDescription: String { name }
    }

    static func fixture(_ name: String) throws -> [String: Any] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../NetworksTests/Fixtures/\(name).json")
        let content = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try #require(content as? [String: Any])
    }

    static func learner(_ configuration: [String: Any], threads: Int = 2) -> Learner {
        func int(_ key: String) -> Int { (configuration[key] as? NSNumber)?.intValue ?? 0 }
        var shape = NetworkShape(.small, features: .patches, vocabularySize: int("vocabulary"))
        shape.width = int("width")
        shape.heads = int("heads")
        shape.textLayers = int("text_layers")
        shape.jointLayers = int("layers")
        shape.channels1 = int("conv1")
        shape.channels2 = int("conv2")
        shape.dropout = 0
        var optimizer = AdamW()
        optimizer.learningRate = Float(Summary.number(configuration["learning_rate"] ?? 0))
        let learner = Learner(
            .iql, shape, optimizer: optimizer, seed: 0, backend: CPUBackend(threadCount: threads))
        var number = 0
        for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
            for parameter in store.layout.parameters.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            ) {
                store.write(
                    DeterministicInputs.initialValues(parameter, number: number), to: store.values + parameter.offset)
                number += 1
            }
            store.synchronizeTarget()
        }
        return learner
    }

    /// Losses, gradients and weights of the first steps, and of all 100 at a tenth of the learning rate, within 1e-4 of
    /// the float64 run.
    ///
    /// No longer at the full rate: there PyTorch in float32 leaves the float64 run by 1e-3 and more too, from the
    /// moment that a pre-activation next to zero rounds to the other side of a relu (the fixture's `float32`).
    /// compare.py checks late steps from a shared state.
    @Test(arguments: [
        Run(name: "iql_small", steps: 90), Run(name: "iql_small_slow", steps: 100), Run(name: "iql_sprint2", steps: 1),
        Run(name: "iql_sprint2_slow", steps: 30),
    ])
    func updates(run: Run) throws {
        let fixture = try Self.fixture(run.name)
        let configuration = try #require(fixture["configuration"] as? [String: Any])
        let metrics = try #require(fixture["metrics"] as? [[String: Any]])
        let recorded = try #require(fixture["steps"] as? [String: [String: Any]])
        let learner = Self.learner(configuration)
        let windows = (configuration["windows"] as? NSNumber)?.intValue ?? 0
        let batches = DeterministicInputs.Batches(windows: windows, vocabulary: learner.shape.vocabularySize)
        for step in 1...run.steps {
            let result = learner.computeGradients(batches.batch(step - 1))
            let critic = try #require(result.critic)
            for (name, value) in [
                ("q1_loss", critic.q1), ("q2_loss", critic.q2), ("v_loss", critic.v),
                ("action_loss", result.actionLoss),
                ("object_loss", result.objectLoss),
            ] {
                let expected = Summary.number(metrics[step - 1][name] ?? 0)
                let distance = abs(value - expected) / max(abs(expected), 1e-3)
                #expect(distance < 1e-4, "\(name) of step \(step): \(value), not \(expected)")
            }
            let expected = recorded[String(step)]
            if let expected { try compare(expected, "gradients", Self.gradients(learner), step) }
            learner.applyGradients()
            if let expected { try compare(expected, "weights", Self.weights(learner), step) }
        }
    }

    private func compare(_ expected: [String: Any], _ kind: String, _ actual: [String: [Float]], _ step: Int) throws {
        let summaries = try #require(expected[kind] as? [String: [Any]])
        #expect(Set(summaries.keys) == Set(actual.keys))
        let distances = summaries.map { (name, values) in (Summary(values).distance(actual[name] ?? []), name) }
        let worst = try #require(distances.max { $0.0 < $1.0 })
        #expect(worst.0 < 1e-4, "\(kind) of step \(step): \(worst.1) is off by \(worst.0)")
    }

    static func gradients(_ learner: Learner) -> [String: [Float]] {
        var all: [String: [Float]] = [:]
        for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
            for constant in store.constants {
                store.backend.zero(store.gradients + constant.offset, count: constant.count)
            }
            for parameter in store.layout.parameters {
                all[parameter.name] = store.read(store.gradients + parameter.offset, count: parameter.count)
            }
        }
        return all
    }

    static func weights(_ learner: Learner) -> [String: [Float]] {
        var all: [String: [Float]] = [:]
        for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
            for parameter in store.layout.parameters {
                all[parameter.name] = store.read(store.values + parameter.offset, count: parameter.count)
                if let target = store.target {
                    all["target." + parameter.name.dropFirst("critic.".count)] = store.read(
                        target + parameter.offset, count: parameter.count)
                }
            }
            for buffer in store.layout.buffers {
                all[buffer.name] = store.read(store.buffers + buffer.offset, count: buffer.count)
                if let target = store.targetBuffers {
                    all["target." + buffer.name.dropFirst("critic.".count)] = store.read(
                        target + buffer.offset, count: buffer.count)
                }
            }
        }
        return all
    }
}
