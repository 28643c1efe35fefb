/// What a mix makes of the data trained on, in a few numbers: what a training run keeps, and its footnote says.
package struct RewardSummary: Sendable, Hashable, Codable {
    /// Steps of all instructions: a transition counts once for each instruction that covers it.
    package var steps = 0
    /// Those with a generated term.
    package var scored = 0
    /// Those of them whose score was asked for under another instruction, the task that covers theirs.
    package var inherited = 0
    /// Instructions, and those that are not fulfilled.
    package var instructions = 0
    /// See ``instructions``.
    package var failed = 0
    /// Steps of instructions that are not fulfilled, with a generated term.
    package var failedScored = 0
    /// The mean score of the steps that have one, 0 to 10: what `mean` takes away. Nil without scores.
    package var centre: Float?
    /// The mean generated term, before its weight, over ``failedScored``; nil where there are none.
    package var failedTerm: Float?
    /// See ``dawdling(term:weight:discount:)``, of ``failedTerm``; nil where that is.
    package var dawdling: Float?

    /// Nothing yet.
    package init() {}

    /// What it is worth to go on for ever as failures do: `weight * term / (1 - discount)`. Where it is not well below
    /// what finishing pays, dawdling is learned. For `mean` it is
    /// `weight * (mean score of failed steps - centre) / 10 / (1 - discount)`.
    ///
    /// - Parameters:
    ///   - term: The mean generated term of bad steps, before its weight.
    ///   - weight: Of the generated term.
    ///   - discount: Below 1.
    /// - Returns: Nil for a discount of 1, under which everything for ever is worth everything.
    package static func dawdling(term: Float, weight: Float, discount: Float) -> Float? {
        discount < 1 ? weight * term / (1 - discount) : nil
    }
}
