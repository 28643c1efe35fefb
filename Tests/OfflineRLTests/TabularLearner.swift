import CKernels
import Episodes
import Tensors

@testable import OfflineRL

/// IQL with tables in place of networks: the learner's losses, tape, optimiser and target on functions whose optima are
/// known.
final class TabularLearner {
    let iql: IQL
    let algorithm: Algorithm
    var hasCritic: Bool { algorithm.hasCritic }
    let critic: ParameterStore
    let policy: ParameterStore
    private let stateCount: Int
    private let actionCount: Int
    private let q1: Parameter
    private let q2: Parameter
    private let v: Parameter
    private let logits: Parameter
    private let tape: Tape

    init(_ iql: IQL, stateCount: Int, actionCount: Int, seed: UInt64, algorithm: Algorithm = .iql) {
        self.iql = iql
        self.algorithm = algorithm
        (self.stateCount, self.actionCount) = (stateCount, actionCount)
        let backend = CPUBackend(threadCount: 1)
        var layout = ParameterLayout()
        q1 = layout.matrix("q1", stateCount * actionCount, 1)
        q2 = layout.matrix("q2", stateCount * actionCount, 1)
        v = layout.matrix("v", stateCount, 1)
        critic = ParameterStore(layout, backend: backend, hasTarget: true)
        layout = ParameterLayout()
        logits = layout.matrix("logits", stateCount, actionCount)
        policy = ParameterStore(layout, backend: backend, hasTarget: false)
        tape = Tape(backend: backend)
        var random = TabularRandom(seed: Int(seed))
        for parameter in [q1, q2, v] {
            critic.write(
                (0..<parameter.count).map { _ in Float(random.uniform()) }, to: critic.values + parameter.offset)
        }
        critic.synchronizeTarget()
    }

    var q1Values: [Float] { critic.read(critic.values + q1.offset, count: q1.count) }
    var q2Values: [Float] { critic.read(critic.values + q2.offset, count: q2.count) }
    var vValues: [Float] { critic.read(critic.values + v.offset, count: v.count) }
    var logitValues: [Float] { policy.read(policy.values + logits.offset, count: logits.count) }

    /// Sets the tables and the target's.
    func set(q1 first: [Float], q2 second: [Float], v values: [Float]) {
        for (parameter, values) in [(q1, first), (q2, second), (v, values)] {
            critic.write(values, to: critic.values + parameter.offset)
        }
        critic.synchronizeTarget()
    }

    /// Sets the tables and leaves the target's.
    func setOnline(q1 first: [Float], q2 second: [Float]) {
        critic.write(first, to: critic.values + q1.offset)
        critic.write(second, to: critic.values + q2.offset)
    }

    /// The probabilities of a state's actions.
    func probabilities(_ state: Int) -> [Double] {
        let scores = logitValues[state * actionCount..<(state + 1) * actionCount].map { Double($0) }
        let top = scores.max() ?? 0
        let powers = scores.map { TabularMathematics.exponential($0 - top) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// The losses of all of the data, with their gradients added to the stores'; the policy's weights too.
    @discardableResult
    func computeGradients(_ data: TabularData) -> (critic: IQL.CriticLoss?, policy: Double, weights: [Float]) {
        tape.reset()
        let count = data.stepCount
        let weights = tape.allocate(Float.self, count: count)
        weights.update(repeating: 1)
        let criticLoss = hasCritic ? self.criticLoss(data, weights: weights) : nil
        tape.bank = policy.online
        let scores = tape.embedding(logits, rows: rows(count) { data.state($0) })
        let targets = tape.allocate(Int32.self, count: count)
        for step in 0..<count { targets[step] = data.actions[step] }
        guard let targetBase = targets.baseAddress, let weightBase = weights.baseAddress else {
            return (criticLoss, 0, [])
        }
        let policyLoss = tape.crossEntropy(
            scores, targets: targetBase, weights: weightBase, factor: 1 / Float(count))
        tape.backward()
        return (criticLoss, policyLoss, Array(weights))
    }

    /// One update on all of the data.
    func update(_ data: TabularData, _ optimizer: AdamW) {
        computeGradients(data)
        policy.update(optimizer)
        if hasCritic { critic.update(optimizer, polyak: iql.polyak) }
    }

    private func criticLoss(_ data: TabularData, weights: UnsafeMutableBufferPointer<Float>) -> IQL.CriticLoss {
        let count = data.stepCount
        let targetQ = tape.allocate(Float.self, count: count)
        let other = tape.allocate(Float.self, count: count)
        let pairs = rows(count) { data.pair($0) }
        let states = rows(data.states.count) { data.states[$0] }
        tape.bank = critic.targetBank
        if algorithm == .ivl {
            let next = tape.allocate(Float.self, count: data.states.count)
            tape.scratch { tape.download(tape.embedding(v, rows: states), into: next) }
            for step in targetQ.indices {
                targetQ[step] = iql.target(
                    reward: data.rewards[step], terminal: data.terminals[step],
                    nextValue: next[Int(data.nextValueRows[step])])
            }
        } else {
            tape.scratch {
                tape.download(tape.embedding(q1, rows: pairs), into: targetQ)
                tape.download(tape.embedding(q2, rows: pairs), into: other)
            }
            for step in targetQ.indices { targetQ[step] = min(targetQ[step], other[step]) }
        }
        tape.bank = critic.online
        let first = algorithm == .ivl ? nil : tape.embedding(q1, rows: pairs)
        let second = algorithm == .ivl ? nil : tape.embedding(q2, rows: pairs)
        let values = tape.embedding(v, rows: states)
        return data.valueRows.withUnsafeBufferPointer { valueRows in
            data.nextValueRows.withUnsafeBufferPointer { nextValueRows in
                data.rewards.withUnsafeBufferPointer { rewards in
                    data.terminals.withUnsafeBufferPointer { terminals in
                        iql.criticLoss(
                            q1: first, q2: second, v: values, valueRows: valueRows, nextValueRows: nextValueRows,
                            rewards: rewards, terminals: terminals, targetQ: UnsafeBufferPointer(targetQ),
                            weights: weights, tape)
                    }
                }
            }
        }
    }

    private func rows(_ count: Int, _ row: (Int) -> Int) -> UnsafeBufferPointer<CKRow> {
        let rows = tape.allocate(CKRow.self, count: count)
        for index in 0..<count { rows[index] = CKRow(source: 0, row: Int32(row(index)), position: -1) }
        return UnsafeBufferPointer(rows)
    }
}
