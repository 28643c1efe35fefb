/// One number for a matrix of scores, as Agarwal et al. define them (Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice, 2021).
public enum Aggregate: Sendable, Equatable {
    /// The mean over all runs and tasks.
    case mean
    /// The median of the tasks' means over runs.
    case median
    /// The interquartile mean: the mean of all runs and tasks without the lowest and the highest quarter. The number cut
    /// from each end is rounded down.
    case iqm
    /// How far the scores fall short of `target` on average; those above it count as `target`.
    case optimalityGap(target: Double)
}

extension ScoreMatrix {
    public var mean: Double { value(of: .mean) }
    public var median: Double { value(of: .median) }
    public var iqm: Double { value(of: .iqm) }

    public func optimalityGap(target: Double = 1) -> Double { value(of: .optimalityGap(target: target)) }

    public func value(of aggregate: Aggregate) -> Double {
        var evaluator = AggregateEvaluator(aggregate, canonical)
        return evaluator.value([Int32](repeating: 1, count: scores.count))
    }

    /// The share of runs x tasks with a score above each of `thresholds`: a performance profile.
    public func profile(at thresholds: [Double]) -> [Double] {
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

/// Computes an aggregate of resamples, each given as how often it has each cell.
///
/// Cells are `[tasks, runs]`. The weights of a resample add up to the number of cells, those of a task to a multiple of
/// the number of runs.
struct AggregateEvaluator {
    private let aggregate: Aggregate
    private let runs: Int
    private let tasks: Int
    /// For the mean and the median: the scores by cell. For the others: in rising order.
    private let values: [Double]
    /// The cell of each of `values`.
    private let cells: [Int32]
    private var taskMeans: [(mean: Double, count: Int)] = []

    init(_ aggregate: Aggregate, _ matrix: ScoreMatrix) {
        (self.aggregate, runs, tasks) = (aggregate, matrix.runs, matrix.tasks)
        var values = (0..<matrix.tasks).flatMap { task in (0..<matrix.runs).map { matrix[$0, task] } }
        if case .optimalityGap(let target) = aggregate { values = values.map { min($0, target) } }
        // The median needs the scores task by task; sums in rising order depend on the scores only.
        let order = aggregate == .median ? Array(values.indices) : values.indices.sorted { values[$0] < values[$1] }
        self.values = order.map { values[$0] }
        cells = order.map(Int32.init)
    }

    mutating func value(_ weights: [Int32]) -> Double {
        switch aggregate {
        case .mean: trimmedMean(weights, cut: 0)
        case .median: medianOfTasks(weights)
        case .iqm: trimmedMean(weights, cut: values.count / 4)
        case .optimalityGap(let target): target - trimmedMean(weights, cut: 0)
        }
    }

    /// The mean without `cut` scores at each end.
    private func trimmedMean(_ weights: [Int32], cut: Int) -> Double {
        let (first, last) = (cut, values.count - cut)
        var (sum, seen) = (0.0, 0)
        for (value, cell) in zip(values, cells) {
            let next = seen + Int(weights[Int(cell)])
            let taken = min(next, last) - max(seen, first)
            sum += Double(max(taken, 0)) * value
            seen = next
        }
        return sum / Double(last - first)
    }

    private mutating func medianOfTasks(_ weights: [Int32]) -> Double {
        taskMeans.removeAll(keepingCapacity: true)
        for task in 0..<tasks {
            var (sum, count) = (0.0, 0)
            for cell in task * runs..<(task + 1) * runs {
                sum += Double(weights[cell]) * values[cell]
                count += Int(weights[cell])
            }
            if count > 0 { taskMeans.append((sum / Double(count), count / runs)) }
        }
        taskMeans.sort { $0.mean < $1.mean }
        return (mean(at: (tasks - 1) / 2) + mean(at: tasks / 2)) / 2
    }

    /// The task mean at a place in the rising order, with repetitions.
    private func mean(at place: Int) -> Double {
        var seen = 0
        for task in taskMeans {
            seen += task.count
            if seen > place { return task.mean }
        }
        return .nan
    }
}
