/// One number for a matrix of scores, as Agarwal et al. define them (Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice, 2021).
package enum Aggregate: Sendable, Equatable {
    /// The mean over all runs and tasks.
    case mean
    /// The median of the tasks' means over runs.
    case median
    /// The interquartile mean: the mean of all runs and tasks without the lowest and the highest quarter. The number
    /// cut from each end is rounded down.
    case iqm
    /// How far the scores fall short of `target` on average; those above it count as `target`.
    case optimalityGap(target: Double)
}

extension ScoreMatrix {
    var mean: Double { value(of: .mean) }
    var median: Double { value(of: .median) }
    var iqm: Double { value(of: .iqm) }

    func optimalityGap(target: Double = 1) -> Double { value(of: .optimalityGap(target: target)) }

    func value(of aggregate: Aggregate) -> Double {
        var evaluator = AggregateEvaluator(aggregate, canonical)
        let counts = [Int32](repeating: 1, count: runs)
        evaluator.beginResample()
        for task in 0..<tasks { evaluator.add(task: task, counts) }
        return evaluator.value()
    }

    /// The share of runs x tasks with a score above each of `thresholds`: a performance profile.
    func profile(at thresholds: [Double]) -> [Double] {
        let sorted = scores.sorted()
        return thresholds.map { threshold in
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] > threshold { high = middle } else { low = middle + 1 }
            }
            return Double(sorted.count - low) / Double(sorted.count)
        }
    }
}

/// Computes an aggregate of resamples. Each is added task by task, with how often it has each run of that task; a task
/// that is drawn twice is added twice.
struct AggregateEvaluator {
    private let aggregate: Aggregate
    private let runs: Int
    /// For the median: the scores, `[tasks, runs]`. For the others: in rising order.
    private let values: [Double]
    /// The place of each of `values` in `[tasks, runs]`.
    private let cells: [Int32]
    /// `[tasks, runs]`: how often the resample has each cell.
    private var weights: [Int32]
    private var taskMeans: [Double] = []
    /// Tasks of the resample so far.
    private var drawn = 0

    init(_ aggregate: Aggregate, _ matrix: ScoreMatrix) {
        (self.aggregate, runs) = (aggregate, matrix.runs)
        var values = (0..<matrix.tasks).flatMap { task in (0..<matrix.runs).map { matrix[$0, task] } }
        if case .optimalityGap(let target) = aggregate { values = values.map { min($0, target) } }
        // The median needs the scores task by task; sums in rising order depend on the scores only.
        let order = aggregate == .median ? Array(values.indices) : values.indices.sorted { values[$0] < values[$1] }
        self.values = order.map { values[$0] }
        cells = order.map(Int32.init)
        weights = [Int32](repeating: 0, count: values.count)
    }

    mutating func beginResample() {
        drawn = 0
        if aggregate == .median {
            taskMeans.removeAll(keepingCapacity: true)
        } else {
            for cell in weights.indices { weights[cell] = 0 }
        }
    }

    /// - Parameter counts: `[runs]`, adding up to the number of runs.
    mutating func add(task: Int, _ counts: [Int32]) {
        drawn += 1
        if aggregate == .median {
            var sum = 0.0
            for run in 0..<runs { sum += Double(counts[run]) * values[task * runs + run] }
            taskMeans.append(sum / Double(runs))
        } else {
            for run in 0..<runs { weights[task * runs + run] += counts[run] }
        }
    }

    /// The aggregate of what was added.
    mutating func value() -> Double {
        switch aggregate {
        case .mean: trimmedMean(cut: 0)
        case .median: medianOfTasks()
        case .iqm: trimmedMean(cut: drawn * runs / 4)
        case .optimalityGap(let target): target - trimmedMean(cut: 0)
        }
    }

    /// The mean without `cut` scores at each end.
    private func trimmedMean(cut: Int) -> Double {
        let (first, last) = (cut, drawn * runs - cut)
        var (sum, seen) = (0.0, 0)
        for (value, cell) in zip(values, cells) {
            let next = seen + Int(weights[Int(cell)])
            let taken = min(next, last) - max(seen, first)
            sum += Double(max(taken, 0)) * value
            seen = next
        }
        return sum / Double(last - first)
    }

    private mutating func medianOfTasks() -> Double {
        taskMeans.sort()
        let count = taskMeans.count
        return (taskMeans[(count - 1) / 2] + taskMeans[count / 2]) / 2
    }
}
