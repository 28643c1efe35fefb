/// Transitions that are after something, and whether they end with it: what the sparse reward and the ends of an
/// episode follow from.
package protocol GoalSpan {
    /// The transitions, counted from the episode's start; not empty.
    var steps: Range<Int> { get }
    /// Whether the last of them fulfils what is asked for.
    var isFulfilled: Bool { get }
}

extension GoalSpan {
    /// The sparse reward of transition `step`: 1 on the last of the span when it is fulfilled, else 0.
    package func sparseReward(at step: Int) -> Float { isTerminal(step) ? 1 : 0 }

    /// Whether what is asked for is fulfilled after transition `step`, so that nothing follows to bootstrap from. A
    /// window that ends earlier is cut off, not ended.
    package func isTerminal(_ step: Int) -> Bool { isFulfilled && step == steps.upperBound - 1 }

    /// Whether the span ends after transition `step` without having fulfilled what is asked for.
    package func isTimeout(_ step: Int) -> Bool { !isFulfilled && step == steps.upperBound - 1 }

    /// Whether the critic takes nothing from what follows transition `step`: at a fulfilled end always, at a failed one
    /// as `ends` says.
    package func isLast(_ step: Int, ends: RewardMix.Ends) -> Bool {
        step == steps.upperBound - 1 && ends.isTerminal(isFulfilled: isFulfilled)
    }
}
