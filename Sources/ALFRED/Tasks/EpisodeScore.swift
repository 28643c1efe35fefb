/// The benchmark's figures over evaluated episodes (`eval_task.py`).
package struct EpisodeScore: Sendable, Equatable {
    package var conditions: GoalConditions
    /// Actions the agent took, the closing stop not counted.
    package var steps: Int
    /// Low actions of the expert.
    package var expertSteps: Int

    package init(conditions: GoalConditions, steps: Int, expertSteps: Int) {
        self.conditions = conditions
        self.steps = steps
        self.expertSteps = expertSteps
    }

    /// min(1, expert / steps). An agent that stops at once has taken no step; the reference divides by zero there and
    /// drops the sample, here it counts as one step.
    var pathWeight: Double { min(1, Double(expertSteps) / Double(max(steps, 1))) }

    package struct Summary: Sendable, Equatable {
        /// Share of episodes with every condition met (SR).
        package var success: Double
        /// Conditions met of all conditions (GC).
        var goalConditions: Double
        /// The same weighted by path length: each episode counts with its expert's length (PLW).
        var weightedSuccess: Double
        var weightedGoalConditions: Double
    }

    /// Nil for no episodes.
    package static func summary(_ scores: [EpisodeScore]) -> Summary? {
        let length = Double(scores.reduce(0) { $0 + $1.expertSteps })
        let total = scores.reduce(0) { $0 + $1.conditions.total }
        guard !scores.isEmpty, length > 0, total > 0 else { return nil }
        func weighted(_ value: (EpisodeScore) -> Double) -> Double {
            scores.reduce(0) { $0 + value($1) * $1.pathWeight * Double($1.expertSteps) } / length
        }
        return Summary(
            success: Double(scores.count { $0.conditions.isSatisfied }) / Double(scores.count),
            goalConditions: Double(scores.reduce(0) { $0 + $1.conditions.met }) / Double(total),
            weightedSuccess: weighted { $0.conditions.isSatisfied ? 1 : 0 },
            weightedGoalConditions: weighted { Double($0.conditions.met) / Double(max($0.conditions.total, 1)) })
    }
}
