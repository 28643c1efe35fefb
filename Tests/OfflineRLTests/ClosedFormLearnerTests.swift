import Episodes
import Networks
import Tensors
import Testing

@testable import OfflineRL

/// What holds of the real networks' learner to the last bit.
@Suite struct ClosedFormLearnerTests {
    private static let vocabulary = 40
    private static let windows = 4

    private static func learner(
        _ algorithm: Algorithm, temperature: Float = 5, dropout: Float = 0, seed: UInt64 = 11, threads: Int = 2,
        precision: CPUBackend.Precision = .float32
    ) -> Learner {
        var shape = NetworkShape(.small, features: .patches, vocabularySize: vocabulary)
        (shape.width, shape.heads, shape.channels1, shape.channels2) = (64, 2, 32, 16)
        shape.dropout = dropout
        var iql = IQL()
        iql.temperature = temperature
        var optimizer = AdamW()
        optimizer.learningRate = 1e-3
        return Learner(
            algorithm, shape, iql: iql, optimizer: optimizer, seed: seed,
            backend: CPUBackend(threadCount: threads, precision: precision), usesHalves: precision == .bfloat16)
    }

    private static func update(_ learner: Learner, _ numbers: Range<Int> = 0..<4) {
        let batches = DeterministicInputs.Batches(windows: windows, vocabulary: vocabulary)
        for number in numbers { _ = learner.update(batches.batch(number)) }
    }

    /// All that a learner holds, as bits: values, optimiser's moments, gradients, running moments and target.
    private struct Bits: Equatable, CustomTestStringConvertible {
        var pieces: [[UInt32]] = []

        var testDescription: String { "\(pieces.count) pieces of \(pieces.map(\.count).reduce(0, +)) numbers" }

        mutating func add(_ store: ParameterStore) {
            let (count, bufferCount) = (store.layout.valueCount, store.layout.bufferCount)
            let parts: [(UnsafeMutablePointer<Float>?, Int)] = [
                (store.values, count), (store.moment1, count), (store.moment2, count), (store.gradients, count),
                (store.buffers, bufferCount), (store.target, count), (store.targetBuffers, bufferCount),
            ]
            for (pointer, count) in parts {
                guard let pointer else { continue }
                pieces.append(store.read(pointer, count: count).map(\.bitPattern))
            }
            pieces.append([UInt32(store.step)])
        }
    }

    private static func bits(_ store: ParameterStore) -> Bits {
        var bits = Bits()
        bits.add(store)
        return bits
    }

    private static func bits(_ learner: Learner) -> Bits {
        var bits = bits(learner.policyParameters)
        if let critic = learner.criticParameters { bits.add(critic) }
        return bits
    }

    /// With dropout too: the policy's does not depend on whether there is a critic.
    @Test(arguments: [0, 0.1] as [Float]) func temperatureZeroIsBehaviourCloning(dropout: Float) {
        let cloned = Self.learner(.bc, dropout: dropout)
        let weighted = Self.learner(.iql, temperature: 0, dropout: dropout)
        let withoutQ = Self.learner(.ivl, temperature: 0, dropout: dropout)
        let others = [Algorithm.iql, .ivl].map { Self.learner($0, temperature: 5, dropout: dropout) }
        for learner in [cloned, weighted, withoutQ] + others { Self.update(learner) }
        #expect(Self.bits(weighted.policyParameters) == Self.bits(cloned.policyParameters))
        #expect(Self.bits(withoutQ.policyParameters) == Self.bits(cloned.policyParameters))
        for other in others {
            #expect(Self.bits(other.policyParameters) != Self.bits(cloned.policyParameters))
        }
    }

    /// A pass for V alone gives the V that is computed beside Q; implicit V-learning has no figures of a Q.
    @Test func valuesNeedNoQ() throws {
        let learner = Self.learner(.iql)
        Self.update(learner)
        let critic = try #require(learner.critic), store = try #require(learner.criticParameters)
        let batches = DeterministicInputs.Batches(windows: Self.windows, vocabulary: Self.vocabulary)
        defer { withExtendedLifetime(batches) {} }
        let batch = batches.batch(7)
        learner.tape.reset()
        learner.tape.isTraining = false
        learner.tape.isRecording = false
        learner.tape.bank = store.online
        let beside = learner.tape.read(critic(batch, positions: learner.positions, learner.tape).v)
        let alone = learner.tape.read(critic.values(batch, positions: learner.positions, learner.tape))
        #expect(beside.count == alone.count && alone.count == batch.stepCount + batch.windowCount)
        #expect(zip(beside, alone).allSatisfy { abs($0 - $1) < 1e-5 })

        let withoutQ = Self.learner(.ivl)
        let metrics = withoutQ.update(batch)
        let names = metrics.named.map(\.0)
        #expect(names.contains("loss/v") && !names.contains("loss/q1") && !names.contains("mean/q"))
        #expect(metrics.isFinite)
    }

    /// Only the ratio of weights counts, equal ones are plain cloning, and a step of weight 0 is not imitated.
    @Test(arguments: [0, 0.1] as [Float]) func alignedWeightsWeighTheImitation(dropout: Float) {
        func learned(_ algorithm: Algorithm, _ weight: (Int) -> Float) -> Bits {
            let learner = Self.learner(algorithm, dropout: dropout)
            let batches = DeterministicInputs.Batches(windows: Self.windows, vocabulary: Self.vocabulary)
            for number in 0..<3 {
                var batch = batches.batch(number)
                batch.weights = batch.actions.indices.map(weight)
                _ = learner.update(batch)
            }
            return Self.bits(learner)
        }
        let cloned = learned(.bc) { _ in 1 }
        #expect(learned(.bc) { Float($0 % 2) } == cloned)
        #expect(learned(.raBC) { _ in 1 } == cloned && learned(.raBC) { _ in 0.25 } == cloned)
        let odd = learned(.raBC) { Float($0 % 2) }
        #expect(odd != cloned && odd == learned(.raBC) { Float($0 % 2) / 2 })
        // Nothing weighs anything: the policy learns nothing of it.
        let none = Self.learner(.raBC, dropout: dropout)
        var batch = DeterministicInputs.Batches(windows: Self.windows, vocabulary: Self.vocabulary).batch(0)
        batch.weights = batch.actions.map { _ in 0 }
        let metrics = none.computeGradients(batch)
        #expect(metrics.actionLoss == 0 && metrics.objectLoss == 0 && metrics.critic == nil)
    }

    @Test func weightsAreOneOnAverage() {
        for raw in [[1, 0, 0.5], [0.1, 0.1], [1]] as [[Float]] {
            let weights = UnsafeMutableBufferPointer<Float>.allocate(capacity: raw.count)
            defer { weights.deallocate() }
            Learner.normalize(raw, into: weights)
            #expect(abs(weights.reduce(0, +) - Float(raw.count)) < 1e-5)
            for (one, weight) in zip(raw, weights) { #expect(abs(weight * raw[0] - one * weights[0]) < 1e-6) }
        }
    }

    /// In bfloat16 too, where the processor has it.
    @Test(
        arguments: CPUBackend.hasBFloat16 ? [.float32, .bfloat16] : [CPUBackend.Precision.float32], [0, 0.1] as [Float])
    func threadsDoNotMatter(precision: CPUBackend.Precision, dropout: Float) {
        let results = [1, 2, 3].map { threads in
            let learner = Self.learner(.iql, dropout: dropout, threads: threads, precision: precision)
            Self.update(learner, 0..<3)
            return Self.bits(learner)
        }
        #expect(results[1] == results[0] && results[2] == results[0])
    }

    /// Two learners with the same first weights differ by the dropout of their seeds, and by nothing else.
    @Test(arguments: [0, 0.1] as [Float]) func seedsOfDropout(dropout: Float) {
        func learned(seed: UInt64) -> Bits {
            let learner = Self.learner(.iql, dropout: dropout, seed: seed)
            let first = Self.learner(.iql, seed: 11)
            for (store, source) in [
                (learner.policyParameters, first.policyParameters),
                (learner.criticParameters, first.criticParameters),
            ] {
                guard let store, let source else { continue }
                store.write(source.read(source.values, count: source.layout.valueCount), to: store.values)
                store.synchronizeTarget()
            }
            Self.update(learner, 0..<2)
            return Self.bits(learner)
        }
        let result = learned(seed: 11)
        #expect(learned(seed: 11) == result)
        #expect((learned(seed: 12) == result) == (dropout == 0))
    }

    @Test func evaluationChangesNothing() {
        let batches = DeterministicInputs.Batches(windows: Self.windows, vocabulary: Self.vocabulary)
        let learner = Self.learner(.iql, dropout: 0.1)
        Self.update(learner, 0..<2)
        let before = Self.bits(learner)
        let metrics = learner.evaluate(batches.batch(9))
        #expect(metrics.isFinite && learner.evaluate(batches.batch(9)) == metrics)
        #expect(Self.bits(learner) == before && learner.step == 2)
        // Nor what is learned afterwards.
        let other = Self.learner(.iql, dropout: 0.1)
        Self.update(other, 0..<3)
        Self.update(learner, 2..<3)
        #expect(Self.bits(learner) == Self.bits(other))
    }

    /// The same weights give the same losses whatever the dropout, in evaluation and there alone.
    @Test func evaluationHasNoDropout() {
        let batches = DeterministicInputs.Batches(windows: Self.windows, vocabulary: Self.vocabulary)
        let (none, some) = (Self.learner(.iql), Self.learner(.iql, dropout: 0.1))
        let batch = batches.batch(0)
        #expect(none.evaluate(batch) == some.evaluate(batch))
        #expect(none.computeGradients(batch) != some.computeGradients(batch))
    }
}
