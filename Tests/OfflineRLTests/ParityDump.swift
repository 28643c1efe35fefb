import Exchange
import Foundation
import Networks
import Tensors
import Testing

@testable import OfflineRL

/// Writes the state after updates for Tests/Parity/compare.py, which Tests/Parity/run.sh does (make parity).
///
/// RGVLM_PARITY_DUMP is the folder, RGVLM_PARITY_RUN the fixture's name, RGVLM_PARITY_STEPS the steps, as in
/// `1,2,99,100`.
@Suite struct ParityDump {
    private static let environment = ProcessInfo.processInfo.environment

    @Test(.enabled(if: environment["RGVLM_PARITY_DUMP"] != nil, "make parity sets RGVLM_PARITY_DUMP"))
    func dump() throws {
        let folder = try #require(Self.environment["RGVLM_PARITY_DUMP"])
        let name = Self.environment["RGVLM_PARITY_RUN"] ?? "small"
        let wanted = Set((Self.environment["RGVLM_PARITY_STEPS"] ?? "1,2").split(separator: ",").compactMap { Int($0) })
        let last = try #require(wanted.max())
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("{\"configuration\": \"\(name)\"}\n".utf8).write(
            to: URL(fileURLWithPath: folder + "/configuration.json"))
        let fixture = try ParityTests.fixture("iql_" + name)
        let configuration = try #require(fixture["configuration"] as? [String: Any])
        let learner = ParityTests.learner(configuration)
        let windows = (configuration["windows"] as? NSNumber)?.intValue ?? 0
        let batches = DeterministicInputs.Batches(windows: windows, vocabulary: learner.shape.vocabularySize)
        for step in 1...last {
            let metrics = learner.computeGradients(batches.batch(step - 1))
            let gradients = wanted.contains(step) ? ParityTests.gradients(learner) : [:]
            learner.applyGradients()
            guard wanted.contains(step) else { continue }
            let critic = try #require(metrics.critic)
            var tensors = ParityTests.weights(learner)
            for (name, values) in gradients { tensors["gradient." + name] = values }
            for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
                for entry in store.layout.parameters {
                    tensors["first." + entry.name] = store.read(store.moment1 + entry.offset, count: entry.count)
                    tensors["second." + entry.name] = store.read(store.moment2 + entry.offset, count: entry.count)
                }
            }
            for (name, value) in [
                ("q1_loss", critic.q1), ("q2_loss", critic.q2), ("v_loss", critic.v),
                ("action_loss", metrics.actionLoss),
                ("object_loss", metrics.objectLoss),
            ] { tensors["metric." + name] = [Float(value)] }
            var shapes: [String: [Int]] = [:]
            for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
                for entry in store.layout.parameters + store.layout.buffers { shapes[entry.name] = entry.shape }
            }
            func shape(_ name: String, _ count: Int) -> [Int] {
                for prefix in ["", "gradient.", "first.", "second."] where name.hasPrefix(prefix) {
                    if let shape = shapes[String(name.dropFirst(prefix.count))] { return shape }
                }
                return name.hasPrefix("target.")
                    ? shapes["critic." + name.dropFirst("target.".count)] ?? [count] : [count]
            }
            _ = try SafetensorsWriter.write(
                folder + "/step-" + String(format: "%04d", step) + ".safetensors",
                tensors: tensors.sorted { $0.key < $1.key }.map {
                    SafetensorsTensor($0.key, shape: shape($0.key, $0.value.count))
                }
            ) { tensor, append in try (tensors[tensor.name] ?? []).withUnsafeBytes(append) }
        }
    }
}
