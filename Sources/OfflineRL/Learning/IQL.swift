package import Episodes
internal import Tensors

/// The losses, all of the old parameters.
extension IQL {
    /// y_t = r_t + (1 - d_t) * discount * V(s_{t+1}). Where a window is cut off d is 0: it bootstraps.
    package func target(reward: Float, terminal: Float, nextValue: Float) -> Float {
        reward + (1 - terminal) * discount * nextValue
    }

    /// min(exp(temperature * advantage), weightLimit).
    package func weight(advantage: Float) -> Float { min(exponential(temperature * advantage), weightLimit) }

    /// The critic's losses and what the policy needs of them.
    package struct CriticLoss: Sendable, Equatable {
        /// Mean squared error of the first Q to the target; 0 where there is no Q, as are ``q2`` and ``meanQ``.
        package var q1: Double
        /// Likewise of the second.
        package var q2: Double
        /// The expectile loss of V to the target critic's smaller Q.
        package var v: Double
        /// Of the target critic's smaller Q.
        var meanQ: Double
        /// Whether there is a Q.
        var hasQ = true
        /// Of V at the windows' steps.
        package var meanV: Double
        /// Of Q - V.
        var meanAdvantage: Double
        /// The largest Q - V.
        var maximumAdvantage: Double
        /// Of the policy's weights.
        var meanWeight: Double
        /// Share of weights at the limit.
        var clipRate: Double
    }

    /// Records both critic losses on the tape.
    ///
    /// - Parameters:
    ///   - q1: Q(s_t, a_t), [n, 1]; `q2` likewise. Nil for implicit V-learning.
    ///   - v: V, [m, 1]: `values[t]` is the row of V(s_t), `nextValues[t]` of V(s_{t+1}).
    ///   - targetQ: The smaller of the target's two Q(s_t, a_t), n; or what the target says of s_{t+1}, as
    ///     ``target(reward:terminal:nextValue:)``.
    ///   - weights: Receives the policy's weights, n.
    func criticLoss(
        q1: Tensor?, q2: Tensor?, v: Tensor, valueRows: UnsafeBufferPointer<Int32>,
        nextValueRows: UnsafeBufferPointer<Int32>, rewards: UnsafeBufferPointer<Float>,
        terminals: UnsafeBufferPointer<Float>, targetQ: UnsafeBufferPointer<Float>,
        weights: UnsafeMutableBufferPointer<Float>, _ tape: Tape
    ) -> CriticLoss {
        let count = targetQ.count
        let values = tape.allocate(Float.self, count: v.rows)
        tape.download(v, into: values)
        let (first, second) = (tape.allocate(Float.self, count: count), tape.allocate(Float.self, count: count))
        if let q1, let q2 {
            tape.download(q1, into: first)
            tape.download(q2, into: second)
        }
        let targets = tape.allocate(Float.self, count: count)
        // V's loss is over rows t = 0 ..< T; the rows of last frames get their own value as a target, which gives zero.
        let valueTargets = tape.allocate(Float.self, count: v.rows)
        for row in valueTargets.indices { valueTargets[row] = values[row] }
        var loss = CriticLoss(
            q1: 0, q2: 0, v: 0, meanQ: 0, meanV: 0, meanAdvantage: 0, maximumAdvantage: -.infinity, meanWeight: 0,
            clipRate: 0)
        loss.hasQ = q1 != nil
        for step in 0..<count {
            targets[step] = target(
                reward: rewards[step], terminal: terminals[step], nextValue: values[Int(nextValueRows[step])])
            let row = Int(valueRows[step])
            valueTargets[row] = targetQ[step]
            let advantage = targetQ[step] - values[row]
            weights[step] = weight(advantage: advantage)
            if loss.hasQ { loss.meanQ += Double(min(first[step], second[step])) }
            loss.meanV += Double(values[row])
            loss.meanAdvantage += Double(advantage)
            loss.maximumAdvantage = max(loss.maximumAdvantage, Double(advantage))
            loss.meanWeight += Double(weights[step])
            if weights[step] >= weightLimit { loss.clipRate += 1 }
        }
        let factor = 1 / Float(max(count, 1))
        let share = 1 / Double(max(count, 1))
        loss.meanQ *= share
        loss.meanV *= share
        loss.meanAdvantage *= share
        loss.meanWeight *= share
        loss.clipRate *= share
        if let q1, let q2 {
            loss.q1 = tape.expectileLoss(q1, targets: targets.baseAddress!, expectile: nil, factor: factor)
            loss.q2 = tape.expectileLoss(q2, targets: targets.baseAddress!, expectile: nil, factor: factor)
        }
        loss.v = tape.expectileLoss(v, targets: valueTargets.baseAddress!, expectile: expectile, factor: factor)
        return loss
    }
}
