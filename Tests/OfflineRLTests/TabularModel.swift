import Foundation

/// The decision process that data describe, and its solutions in double precision, by other means than learning.
///
/// Every state that is left without a terminal has an action in the data.
struct TabularModel {
    let stateCount: Int
    let actionCount: Int
    /// How often the data hold a pair of state and action.
    let counts: [Double]
    /// Mean reward of a pair.
    let rewards: [Double]
    /// Per pair: states after it and their probabilities. They sum to less than 1 where some steps are terminal.
    let successors: [[(state: Int, probability: Double)]]

    init(_ data: TabularData) {
        stateCount = data.stateCount
        actionCount = data.actionCount
        let pairCount = stateCount * actionCount
        var counts = [Double](repeating: 0, count: pairCount)
        var sums = [Double](repeating: 0, count: pairCount)
        var next = [[Double]](repeating: [Double](repeating: 0, count: stateCount), count: pairCount)
        for step in 0..<data.stepCount {
            let pair = data.pair(step)
            counts[pair] += 1
            sums[pair] += Double(data.rewards[step])
            next[pair][data.nextState(step)] += 1 - Double(data.terminals[step])
        }
        self.counts = counts
        rewards = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
        successors = (0..<pairCount).map { pair in
            next[pair].enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element / counts[pair]) }
        }
    }

    /// r + discount * V of all pairs; 0 where the data have none.
    func q(_ v: [Double], discount: Double) -> [Double] {
        rewards.indices.map { pair in
            rewards[pair] + discount * successors[pair].reduce(0) { $0 + $1.probability * v[$1.state] }
        }
    }

    /// The actions of a state that the data hold, with their values and their shares of the state's steps.
    func actions(_ state: Int, _ q: [Double]) -> [(action: Int, value: Double, share: Double)] {
        let pairs = state * actionCount..<(state + 1) * actionCount
        let total = counts[pairs].reduce(0, +)
        return pairs.filter { counts[$0] > 0 }.map { ($0 - pairs.lowerBound, q[$0], counts[$0] / total) }
    }

    /// The V that the expectile's operator leaves as it is. The operator is a contraction by `discount`.
    func expectileValue(_ expectile: Double, discount: Double) -> [Double] {
        fixedPoint(discount) { Self.expectile($0.map { ($0.value, $0.share) }, expectile) }
    }

    /// The best V with the data's actions alone.
    func optimalValue(discount: Double) -> [Double] {
        fixedPoint(discount) { $0.map(\.value).max() ?? 0 }
    }

    private func fixedPoint(
        _ discount: Double, _ operation: ([(action: Int, value: Double, share: Double)]) -> Double
    ) -> [Double] {
        var v = [Double](repeating: 0, count: stateCount)
        var change = 1.0
        while change > 1e-12 {
            let q = q(v, discount: discount)
            let new = (0..<stateCount).map { operation(actions($0, q)) }
            change = zip(new, v).map { abs($0 - $1) }.max() ?? 0
            v = new
        }
        return v
    }

    /// The behaviour's V: the solution of (1 - discount * P) V = R.
    func behaviourValue(discount: Double) -> [Double] {
        var rows = (0..<stateCount).map { state in
            var row = [Double](repeating: 0, count: stateCount + 1)
            row[state] = 1
            for (action, reward, share) in actions(state, rewards) {
                row[stateCount] += share * reward
                for (next, probability) in successors[state * actionCount + action] {
                    row[next] -= discount * share * probability
                }
            }
            return row
        }
        // Gauss and Jordan, with the largest pivot of each column.
        for column in 0..<stateCount {
            let pivot = (column..<stateCount).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
            rows.swapAt(column, pivot)
            for other in 0..<stateCount where other != column {
                let factor = rows[other][column] / rows[column][column]
                for index in column...stateCount { rows[other][index] -= factor * rows[column][index] }
            }
        }
        return (0..<stateCount).map { rows[$0][stateCount] / rows[$0][$0] }
    }

    /// e with expectile * E[max(x - e, 0)] = (1 - expectile) * E[max(e - x, 0)], by bisection.
    static func expectile(_ values: [(value: Double, share: Double)], _ expectile: Double) -> Double {
        var low = values.map(\.value).min() ?? 0
        var high = values.map(\.value).max() ?? 0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let balance = values.reduce(0) { sum, entry in
                let difference = entry.value - middle
                return sum + entry.share * difference * (difference > 0 ? expectile : 1 - expectile)
            }
            if balance > 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// How far the expectile's V may be below the optimal one.
    ///
    /// With p the share of a state's best action and k = (1 - expectile) / expectile, the expectile e obeys p (max - e)
    /// <= k (1 - p) (e - min), so a state loses at most k (1 - p) / p (max - min); the contraction sums it up to 1 / (1
    /// - discount) of the largest.
    func expectileLoss(_ expectile: Double, discount: Double) -> Double {
        let q = q(expectileValue(expectile, discount: discount), discount: discount)
        let odds = (1 - expectile) / expectile
        let losses = (0..<stateCount).map { state in
            let actions = actions(state, q)
            let (best, worst) = (actions.map(\.value).max() ?? 0, actions.map(\.value).min() ?? 0)
            let share = actions.filter { $0.value == best }.reduce(0) { $0 + $1.share }
            return odds * (1 - share) / share * (best - worst)
        }
        return (losses.max() ?? 0) / (1 - discount)
    }

    /// What advantage-weighted regression aims at: shares times weights, normalised by state; 0 for pairs that the data
    /// lack.
    func weightedPolicy(_ v: [Double], discount: Double, temperature: Double, limit: Double) -> [Double] {
        let q = q(v, discount: discount)
        var policy = [Double](repeating: 0, count: q.count)
        for state in 0..<stateCount {
            let weights = actions(state, q).map {
                ($0.action, $0.share * min(exp(temperature * ($0.value - v[state])), limit))
            }
            let total = weights.reduce(0) { $0 + $1.1 }
            for (action, weight) in weights { policy[state * actionCount + action] = weight / total }
        }
        return policy
    }
}
