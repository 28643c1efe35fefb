/// What a list of instructions is rewarded with, step by step, one instruction after another: what training learns
/// from, and what reports and exports show.
package struct RewardSeries: Sendable {
    /// `[S]`: the weighted sum of the sparse reward and the generated term.
    package internal(set) var rewards: [Float] = []
    /// `[S]`: the generated term before its weight; NaN where there is none.
    package internal(set) var terms: [Float] = []
    /// `[S]`: what cloning weighs each step with; empty where it was not asked for.
    package internal(set) var weights: [Float] = []
    /// All of it in a few numbers.
    package internal(set) var summary = RewardSummary()

    /// `[S]`: whether a step has its generated term.
    package var isScored: [Bool] { terms.map { !$0.isNaN } }
}
