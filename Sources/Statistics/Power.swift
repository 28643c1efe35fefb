/// What paired differences vary with: variances of single seeds, trajectories, tasks, and of a seed in a task.
package struct VarianceComponents: Sendable, Equatable, Codable {
    /// Between seeds, over all tasks at once.
    package var seed: Double
    /// Between trajectories, over all their tasks at once.
    package var trajectory: Double
    /// Between tasks of a trajectory.
    package var task: Double
    /// Of a seed in a task, beyond those.
    package var residual: Double

    /// - Parameters: Variances, not deviations.
    package init(seed: Double, trajectory: Double = 0, task: Double, residual: Double = 0) {
        self.seed = seed
        self.trajectory = trajectory
        self.task = task
        self.residual = residual
    }

    /// As measured in November 2026 on generated rooms, for a plan without a pilot: seeds of a row deviate by .036,
    /// tasks by .225, trajectories included.
    package static let pilot = VarianceComponents(seed: 0.036 * 0.036, task: 0.225 * 0.225)

    /// The standard error of a mean difference.
    ///
    /// - Parameter trajectories: As many as tasks where each has its own.
    package func standardError(seeds: Int, tasks: Int, trajectories: Int) -> Double {
        let (seeds, tasks, trajectories) = (Double(max(1, seeds)), Double(max(1, tasks)), Double(max(1, trajectories)))
        return (seed / seeds + trajectory / trajectories + task / tasks + residual / (seeds * tasks)).squareRoot()
    }

    /// The mean of several rows' components, which are too few in each by themselves; nil for none.
    package static func mean(_ all: [VarianceComponents]) -> VarianceComponents? {
        guard !all.isEmpty else { return nil }
        func mean(_ part: KeyPath<VarianceComponents, Double>) -> Double {
            all.map { $0[keyPath: part] }.reduce(0, +) / Double(all.count)
        }
        return VarianceComponents(
            seed: mean(\.seed), trajectory: mean(\.trajectory), task: mean(\.task), residual: mean(\.residual))
    }

    /// Estimated by moments: each mean square less what the ones below add to it, not below 0.
    init(_ scores: ScoreMatrix, _ clusters: Clusters) {
        let means = Marginals(scores, clusters)
        let (runs, tasks, groups) = (Double(scores.runs), Double(scores.tasks), Double(clusters.count))
        residual = runs > 1 && tasks > 1 ? means.residualSquares / ((runs - 1) * (tasks - 1)) : 0
        seed = runs > 1 ? max(0, means.runs.squares / (runs - 1) - residual / tasks) : 0
        let members = clusters.members
        let sizes = members.map { Double($0.count) }
        let betweenSquares = zip(means.clusterSums, sizes).map { $0 * $0 / $1 }.reduce(0, +)
        let withinSquares = max(0, means.tasks.squares - betweenSquares)
        guard groups > 1 else {
            (trajectory, task) = (0, tasks > 1 ? max(0, means.tasks.squares / (tasks - 1) - residual / runs) : 0)
            return
        }
        let between = betweenSquares / (groups - 1)
        guard tasks > groups else {
            // One task each: what a trajectory adds cannot be told from what its task does.
            (trajectory, task) = (0, max(0, between - residual / runs))
            return
        }
        let within = withinSquares / (tasks - groups)
        task = max(0, within - residual / runs)
        let size = (tasks - sizes.squares / tasks) / (groups - 1)
        trajectory = max(0, (between - within) / size)
    }
}

/// How large a difference has to be for an experiment to find it.
package enum Power {
    /// The share of repetitions that find it.
    package static let share = 0.8

    /// The difference that is told from none in 80 % of repetitions: `(z(1 - alpha / 2) + z(.8)) * SE`. Half an
    /// interval is told in 50 % only.
    ///
    /// - Parameter comparisons: Rows compared; with Holm's correction the first of them is tested at
    ///   `alpha / comparisons`.
    package static func detectable(standardError: Double, comparisons: Int = 1, alpha: Double = 0.05) -> Double {
        let alpha = alpha / Double(max(1, comparisons))
        return (Quantile.normal(1 - alpha / 2) + Quantile.normal(share)) * standardError
    }

    /// The standard error that stands for several rows: the root of their mean variance; nil for none.
    package static func pooled(_ standardErrors: [Double]) -> Double? {
        standardErrors.isEmpty ? nil : (standardErrors.squares / Double(standardErrors.count)).squareRoot()
    }
}
