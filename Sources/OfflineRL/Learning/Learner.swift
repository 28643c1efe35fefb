package import Episodes
package import Networks
package import Tensors

/// Figures of one update.
package struct UpdateMetrics: Sendable, Equatable {
    /// Nil without a critic.
    package var critic: IQL.CriticLoss?
    /// Weighted cross-entropy of the actions, the mean over steps.
    package var actionLoss: Double
    /// Likewise of the objects, the mean over interactions.
    package var objectLoss: Double
    /// Steps of the batch.
    package var steps: Int
    /// Those of them that act on an object.
    package var interactions: Int

    /// Whether every loss is a number.
    package var isFinite: Bool {
        actionLoss.isFinite && objectLoss.isFinite
            && (critic.map { $0.q1.isFinite && $0.q2.isFinite && $0.v.isFinite } ?? true)
    }
}

/// A policy, its critic, and their updates on packed windows. Not for use from several threads at once.
package final class Learner {
    /// What is learned.
    package let algorithm: Algorithm
    /// Sizes of the networks.
    package let shape: NetworkShape
    /// Settings of the critic and of the policy's weights.
    package let iql: IQL
    /// Settings of the updates.
    package let optimizer: AdamW
    /// Where the numbers are computed.
    package let backend: any Backend
    /// Actions and objects from words and frames.
    package let policy: Policy
    /// The policy's weights and moments.
    package let policyParameters: ParameterStore
    /// Two Q and V; nil without a critic.
    package let critic: Critic?
    /// Their weights, target and moments.
    package let criticParameters: ParameterStore?
    /// What is reused from update to update.
    package let tape: Tape
    /// The encoding of places in a window.
    package let positions: PositionTable
    private let seed: UInt64

    /// Updates made.
    package var step: Int { policyParameters.step }

    private var dropoutKey: UInt64 { seed &+ UInt64(step) &* 0xA076_1D64_78BD_642F }

    /// With first weights drawn from `seed`.
    package init(
        _ algorithm: Algorithm, _ shape: NetworkShape, iql: IQL = IQL(), optimizer: AdamW = AdamW(), seed: UInt64,
        backend: any Backend, usesHalves: Bool = false
    ) {
        self.algorithm = algorithm
        self.shape = shape
        self.iql = iql
        self.optimizer = optimizer
        self.backend = backend
        self.seed = seed
        var layout = ParameterLayout()
        policy = Policy(shape, &layout)
        policyParameters = ParameterStore(layout, backend: backend, hasTarget: false, hasHalves: usesHalves)
        policyParameters.constants = policy.constantBiases
        policyParameters.initialize(seed: seed)
        if algorithm.hasCritic {
            var layout = ParameterLayout()
            let critic = Critic(shape, &layout)
            let parameters = ParameterStore(layout, backend: backend, hasTarget: true, hasHalves: usesHalves)
            parameters.constants = critic.constantBiases
            parameters.initialize(seed: seed &+ 1)
            (self.critic, criticParameters) = (critic, parameters)
        } else {
            (critic, criticParameters) = (nil, nil)
        }
        tape = Tape(backend: backend)
        positions = PositionTable(width: shape.width, backend: backend)
    }

    /// Bytes of parameters, optimiser state and pooled memory.
    package var byteCount: Int {
        policyParameters.byteCount + (criticParameters?.byteCount ?? 0) + tape.byteCount
    }

    /// One update. Nothing is allocated once the largest batch has been seen.
    package func update(_ batch: WindowBatch) -> UpdateMetrics {
        let metrics = computeGradients(batch)
        applyGradients()
        return metrics
    }

    /// The losses, and their gradients added to the parameters' gradients.
    func computeGradients(_ batch: WindowBatch) -> UpdateMetrics {
        tape.reset()
        tape.dropoutKey = dropoutKey
        tape.isTraining = true
        tape.isRecording = true
        let metrics = forward(batch)
        tape.backward()
        return metrics
    }

    /// One step of the optimiser with the gradients computed last, and of the target.
    func applyGradients() {
        policyParameters.update(optimizer)
        criticParameters?.update(optimizer, polyak: iql.polyak)
    }

    /// The losses of a batch without learning from it: no dropout, running moments.
    ///
    /// - Parameter inspect: Sees the policy's scores before they go.
    package func evaluate(
        _ batch: WindowBatch, inspect: (Policy.Output, UnsafeBufferPointer<Int32>) -> Void = { _, _ in }
    ) -> UpdateMetrics {
        tape.reset()
        tape.isTraining = false
        tape.isRecording = false
        return forward(batch, inspect: inspect)
    }

    private func forward(
        _ batch: WindowBatch, inspect: (Policy.Output, UnsafeBufferPointer<Int32>) -> Void = { _, _ in }
    ) -> UpdateMetrics {
        let weights = tape.allocate(Float.self, count: batch.stepCount)
        weights.update(repeating: 1)
        if algorithm.isWeighing { Self.normalize(batch.weights, into: weights) }
        let criticLoss = criticLoss(batch, weights: weights)
        // Its own dropout, whatever came before: that of a policy without a critic.
        tape.dropoutKey = ~dropoutKey
        tape.bank = policyParameters.online
        let objectSteps = objectSteps(batch)
        let output = policy(batch, objectSteps: UnsafeBufferPointer(objectSteps), positions: positions, tape)
        inspect(output, UnsafeBufferPointer(objectSteps))
        let targets = tape.allocate(Int32.self, count: batch.stepCount)
        for step in targets.indices { targets[step] = batch.actions[step] }
        let actionLoss = tape.crossEntropy(
            output.actions, targets: targets.baseAddress!, weights: weights.baseAddress!,
            factor: 1 / Float(max(batch.stepCount, 1)))
        var objectLoss = 0.0
        if let objects = output.objects {
            let objectTargets = tape.allocate(Int32.self, count: objectSteps.count)
            let objectWeights = tape.allocate(Float.self, count: objectSteps.count)
            for (index, step) in objectSteps.enumerated() {
                objectTargets[index] = batch.objects[Int(step)]
                objectWeights[index] = weights[Int(step)]
            }
            objectLoss = tape.crossEntropy(
                objects, targets: objectTargets.baseAddress!, weights: objectWeights.baseAddress!,
                factor: 1 / Float(objectSteps.count))
        }
        return UpdateMetrics(
            critic: criticLoss, actionLoss: actionLoss, objectLoss: objectLoss, steps: batch.stepCount,
            interactions: objectSteps.count)
    }

    /// Weights of cloning, divided by their mean over the batch, as LeRobot does: 1 on average. All 0 stay 0, so that
    /// nothing is learned from such a batch.
    static func normalize(_ raw: [Float], into weights: UnsafeMutableBufferPointer<Float>) {
        let sum = raw.reduce(0) { $0 + Double($1) }
        guard raw.count == weights.count else { return }
        let factor = sum > 0 ? Float(Double(raw.count) / sum) : 0
        for step in raw.indices { weights[step] = raw[step] * factor }
    }

    private func criticLoss(_ batch: WindowBatch, weights: UnsafeMutableBufferPointer<Float>) -> IQL.CriticLoss? {
        guard let critic, let criticParameters else { return nil }
        let valueRows = tape.allocate(Int32.self, count: batch.stepCount)
        let nextValueRows = tape.allocate(Int32.self, count: batch.stepCount)
        for window in 0..<batch.windowCount {
            for step in Int(batch.stepOffsets[window])..<Int(batch.stepOffsets[window + 1]) {
                valueRows[step] = Int32(step + window)
                nextValueRows[step] = Int32(step + window + 1)
            }
        }
        let wasTraining = tape.isTraining
        tape.isTraining = false
        tape.bank = criticParameters.targetBank
        let targetQ = algorithm == .ivl ? outcomes(batch, critic, nextValueRows) : smallerQ(batch, critic)
        tape.isTraining = wasTraining
        tape.bank = criticParameters.online
        let output =
            algorithm == .ivl
            ? (q1: nil, q2: nil, v: critic.values(batch, positions: positions, tape))
            : critic(batch, positions: positions, tape).parts
        return batch.rewards.withUnsafeBufferPointer { rewards in
            batch.terminals.withUnsafeBufferPointer { terminals in
                iql.criticLoss(
                    q1: output.q1, q2: output.q2, v: output.v, valueRows: UnsafeBufferPointer(valueRows),
                    nextValueRows: UnsafeBufferPointer(nextValueRows), rewards: rewards, terminals: terminals,
                    targetQ: UnsafeBufferPointer(targetQ), weights: weights, tape)
            }
        }
    }

    /// The smaller of two Q by the tape's bank: of each step.
    private func smallerQ(_ batch: WindowBatch, _ critic: Critic) -> UnsafeMutableBufferPointer<Float> {
        let smaller = tape.allocate(Float.self, count: batch.stepCount)
        let other = tape.allocate(Float.self, count: batch.stepCount)
        tape.scratch {
            let (q1, q2) = critic.q(batch, positions: positions, tape)
            tape.download(q1, into: smaller)
            tape.download(q2, into: other)
        }
        for step in smaller.indices { smaller[step] = min(smaller[step], other[step]) }
        return smaller
    }

    /// r + discount * V(s') by the tape's bank: of each step, with the frame that followed.
    private func outcomes(
        _ batch: WindowBatch, _ critic: Critic, _ nextValueRows: UnsafeMutableBufferPointer<Int32>
    ) -> UnsafeMutableBufferPointer<Float> {
        let values = tape.allocate(Float.self, count: batch.frames.count)
        tape.scratch { tape.download(critic.values(batch, positions: positions, tape), into: values) }
        let outcomes = tape.allocate(Float.self, count: batch.stepCount)
        for step in outcomes.indices {
            outcomes[step] = iql.target(
                reward: batch.rewards[step], terminal: batch.terminals[step],
                nextValue: values[Int(nextValueRows[step])])
        }
        return outcomes
    }

    /// Steps that have an object of the list to learn.
    private func objectSteps(_ batch: WindowBatch) -> UnsafeMutableBufferPointer<Int32> {
        var count = 0
        for object in batch.objects where (1..<Int32(NetworkShape.objectClassCount)).contains(object) { count += 1 }
        let steps = tape.allocate(Int32.self, count: count)
        var index = 0
        for step in 0..<batch.stepCount where (1..<Int32(NetworkShape.objectClassCount)).contains(batch.objects[step]) {
            steps[index] = Int32(step)
            index += 1
        }
        return steps
    }
}
