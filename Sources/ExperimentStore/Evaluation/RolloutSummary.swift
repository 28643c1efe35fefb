/// The figures of one agent on one set of tasks. Tasks that could not be set up count as nothing done.
package struct RolloutSummary: Sendable, Equatable, Codable {
    /// Means over some rollouts.
    package struct Row: Sendable, Equatable, Codable {
        /// How many rollouts there are.
        package var tasks = 0
        /// Mean sub-tasks completed.
        package var meanReturn = 0.0
        /// Mean share of sub-tasks completed.
        package var proportion = 0.0
        /// Share of tasks with all sub-tasks completed.
        package var success = 0.0
        /// The last two with each task weighted by expert steps over steps taken, at most 1.
        package var weightedProportion = 0.0
        /// ``success``, weighted likewise.
        package var weightedSuccess = 0.0

        /// Of no tasks all figures are 0.
        package init(_ rollouts: some Collection<Rollout>) {
            tasks = rollouts.count
            guard tasks > 0 else { return }
            for rollout in rollouts {
                meanReturn += Double(rollout.completed)
                proportion += rollout.proportion
                success += rollout.isSuccess ? 1 : 0
                weightedProportion += rollout.proportion * rollout.pathWeight
                weightedSuccess += rollout.isSuccess ? rollout.pathWeight : 0
            }
            let count = Double(tasks)
            meanReturn /= count
            proportion /= count
            success /= count
            weightedProportion /= count
            weightedSuccess /= count
        }
    }

    /// Of all rollouts.
    package var all: Row
    /// By number of sub-tasks.
    package var byLength: [Int: Row]
    /// Met over all conditions of ALFRED's goals, and the share of tasks at whose end the whole goal holds. The goal is
    /// the trajectory's, of which a task may ask only a part.
    package var goalConditions: Double
    /// Share of tasks at whose end the whole goal holds.
    package var goals: Double
    /// How many tasks could not be set up.
    package var notSetUp: Int

    /// Summarises rollouts; of none all figures are 0.
    package init(_ rollouts: [Rollout]) {
        all = Row(rollouts)
        byLength = Dictionary(grouping: rollouts) { $0.subTasks.count }.mapValues { Row($0) }
        let counts = rollouts.compactMap(\.conditions)
        let total = counts.reduce(0) { $0 + $1.total }
        goalConditions = total > 0 ? Double(counts.reduce(0) { $0 + $1.met }) / Double(total) : 0
        goals = rollouts.isEmpty ? 0 : Double(counts.count { $0.met == $0.total }) / Double(rollouts.count)
        notSetUp = rollouts.count { $0.problem != nil }
    }
}

extension Rollout {
    /// Expert steps over steps taken, at most 1; 1 for no step.
    package var pathWeight: Double { stepCount > 0 ? min(1, Double(expertSteps) / Double(stepCount)) : 1 }
}
