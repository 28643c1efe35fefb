package import ExperimentStore

/// The figures of one agent on one set.
package struct EvaluationResult: Encodable, Sendable {
    /// The evaluation's name in the store.
    package var name: String
    /// As in `eval_instruct`.
    package var taskSet: String
    /// What happens to refused actions.
    package var rules: EvalRun.Rules
    /// Updates done before the checkpoint was taken; nil unless a policy acts.
    package var checkpointStep: Int?
    /// The figures over all tasks.
    package var summary: RolloutSummary
    /// Actions taken in all.
    package var steps: Int
    /// How long the rollouts took.
    package var seconds: Double
    /// False where the store had it already.
    package var isNew: Bool

    init(_ identity: EvalRun.Identity, _ rollouts: [Rollout], seconds: Double, isNew: Bool) {
        name = identity.name
        taskSet = identity.taskSet
        rules = identity.rules
        checkpointStep = identity.checkpointStep
        summary = RolloutSummary(rollouts)
        steps = rollouts.reduce(0) { $0 + $1.stepCount }
        self.seconds = seconds
        self.isNew = isNew
    }
}
