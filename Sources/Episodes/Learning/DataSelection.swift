/// Which part of a dataset is learned from.
package struct DataSelection: Sendable, Hashable, Codable {
    /// As in `train`.
    package var splits: [String]
    /// Of the instructions.
    package var kinds: [Instruction.Kind]
    /// Whose episodes; nil for all.
    package var behaviours: [Behaviour]?
    /// The first ones only; nil for all.
    package var episodes: Int?

    /// A part; all behaviours and episodes where nothing else is said.
    package init(
        splits: [String], kinds: [Instruction.Kind], behaviours: [Behaviour]? = nil, episodes: Int? = nil
    ) {
        self.splits = splits
        self.kinds = kinds
        self.behaviours = behaviours
        self.episodes = episodes
    }
}
