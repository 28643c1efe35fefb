package import Episodes
package import Networks
package import Tensors

/// Everything a training run is made from.
package struct TrainingSettings: Sendable, Equatable {
    /// The run's name, which is its folder's too.
    package var run: String
    package var seed: UInt64
    /// Nil for the only one of the store.
    package var dataset: String?
    package var splits = ["train"]
    /// Nil for those of valid_seen and valid_unseen that are there.
    package var validation: [String]?
    package var kinds: Set<Instruction.Kind> = [.primitive]
    /// Learns from episodes of these behaviours; a recording that names none is the expert's. Nil for all.
    package var behaviours: [Behaviour]?
    /// The first ones of the splits; nil for all.
    package var episodes: Int?
    package var algorithm = Algorithm.iql
    package var preset = NetworkShape.Preset.small
    /// What the network sees: `patches` of the pictures, or features of this name that lie beside the store.
    package var encoder = Self.patches
    /// Passes over the instructions, where ``steps`` is nil.
    package var epochs = 20.0
    /// Updates in all.
    package var steps: Int?
    /// Windows of an update.
    package var batch = 64
    /// Steps of a window, at most.
    package var window = WindowBatch.maximumSteps
    /// Pixels by which the pictures of a window are moved at random, at most; 0 leaves them.
    package var shift = 0
    /// The run of behaviour cloning whose policy this one begins with.
    package var start: String?
    /// Validations in a row without a better one after which the run ends; nil where none ends it.
    package var earlyStop: Int?
    /// Nil for one a core.
    package var threads: Int?
    package var precision = CPUBackend.Precision.float32
    /// Updates between rows of figures.
    package var logEvery = 50
    /// Updates between checkpoints.
    package var checkpointEvery = 500
    /// Updates between validations; nil for an epoch's.
    package var validateEvery: Int?
    /// Checkpoints that stay.
    package var keep = 2
    package var reward = RewardMix()
    package var iql = IQL()
    package var optimizer = AdamW()
    /// Whether the learning rate falls to 0 over the run.
    package var isCosine = false
    /// Nil for the preset's.
    package var dropout: Float?

    /// Which part of the dataset is learned from.
    package var selection: DataSelection {
        DataSelection(
            splits: splits, kinds: Instruction.Kind.allCases.filter { kinds.contains($0) }, behaviours: behaviours,
            episodes: episodes)
    }

    /// The encoder that is none.
    package static let patches = "patches"

    package init(run: String, seed: UInt64) {
        self.run = run
        self.seed = seed
    }
}
