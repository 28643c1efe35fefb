package import Episodes
package import Frames
package import Tensors

/// What a learner reads, in memory: instructions with their words, steps and rewards, and where each frame lies.
///
/// Load one for training and one for each validation split, those with the training set's vocabulary.
package struct TrainingSet: Sendable {
    /// What is read from the store.
    package struct Options: Sendable {
        /// Nil for the only one of the store.
        package var dataset: String?
        /// Of these splits.
        package var splits: [String]
        /// Instructions of these kinds.
        package var kinds: Set<Instruction.Kind>
        /// Of episodes of these behaviours; a recording that names none is the expert's. Nil for all.
        package var behaviours: [Behaviour]?
        /// What each step is worth.
        package var reward: RewardMix
        /// The discount, which the shaping of rewards shares with the learner.
        package var gamma: Float
        /// Leaves out instructions that are not fulfilled, for filtered cloning.
        package var fulfilledOnly: Bool
        /// Reads the first episodes only; nil for all.
        package var episodeLimit: Int?
        /// Makes weights of steps for reward-aligned cloning.
        package var isWeighing = false
        /// The mean score that ``RewardMix/Transform/mean`` takes away; nil for that of the set. A validation set has
        /// that of the set trained on.
        package var centre: Float?

        /// The defaults are those of the paper's training.
        package init(
            dataset: String? = nil, splits: [String] = ["train"], kinds: Set<Instruction.Kind> = [.primitive],
            reward: RewardMix = RewardMix(), gamma: Float = 0.97, fulfilledOnly: Bool = false, episodeLimit: Int? = nil
        ) {
            self.episodeLimit = episodeLimit
            self.dataset = dataset
            self.splits = splits
            self.kinds = kinds
            self.reward = reward
            self.gamma = gamma
            self.fulfilledOnly = fulfilledOnly
        }
    }

    /// An instruction over steps of an episode. Each number is a place in one of the set's lists.
    struct Item: Sendable {
        var firstWord: Int
        var wordCount: Int
        var firstStep: Int
        var firstFrame: Int
        var stepCount: Int
        var firstReward: Int
        var isFulfilled: Bool
        /// Whether nothing follows its last step for the critic.
        var isTerminal: Bool
    }

    /// What was read and what was not.
    package struct Counts: Sendable, Equatable {
        /// Those with an instruction to train on.
        package var episodes = 0
        /// Instructions to train on.
        package var instructions = 0
        /// Instructions left out because a frame of theirs is not in the frame store.
        package var withoutFrames = 0
        /// Transitions and frames of the episodes.
        package var transitions = 0
        /// See ``transitions``.
        package var frames = 0
        /// Steps of the instructions: a transition counts once for each instruction that covers it.
        package var steps = 0
        /// Steps whose generated term is missing; 0 when the mix has none.
        package var unscored = 0
        /// Steps whose score was asked for under the task that covers their instruction.
        package var inherited = 0
        /// Instructions of the kinds asked for that are not fulfilled, learned from or not.
        package var failed = 0
        /// Episodes left out, and transitions whose score is left out, because they are flagged.
        package var flaggedEpisodes = 0
        /// See ``flaggedEpisodes``.
        package var flaggedTransitions = 0
    }

    /// Of the run; words of the set are ids in it.
    package let vocabulary: Vocabulary
    /// Where the frames lie.
    package let frameStore: FrameStore
    /// How a network reads them.
    package let format: FeatureFormat
    /// What was read and what was not.
    package let counts: Counts
    /// The label run the scores came from.
    package let labelRunID: Int64?
    /// The store's number of the dataset.
    package let datasetID: Int64

    let items: [Item]
    let words: [Int32]
    /// By step of an episode.
    let actions: [Int32]
    let objects: [Int32]
    /// By frame; -1 for none.
    let records: [Int32]
    /// By step of an instruction.
    let rewards: [Float]
    let isScored: [Bool]
    /// By step of an instruction: what cloning weighs it with; empty where all weigh the same.
    let weights: [Float]
    /// What the mix of rewards makes of the set.
    package let rewardSummary: RewardSummary

    init(
        vocabulary: Vocabulary, frameStore: FrameStore, format: FeatureFormat, counts: Counts, labelRunID: Int64?,
        datasetID: Int64, lists: TrainingLists
    ) {
        self.vocabulary = vocabulary
        self.frameStore = frameStore
        self.format = format
        self.counts = counts
        self.labelRunID = labelRunID
        self.datasetID = datasetID
        items = lists.items
        words = lists.words
        actions = lists.actions
        objects = lists.objects
        records = lists.records
        rewards = lists.rewards
        isScored = lists.isScored
        weights = lists.weights
        rewardSummary = lists.summary
    }

    /// Bytes its lists take.
    package var byteCount: Int {
        items.count * MemoryLayout<Item>.stride + rewards.count * 5 + weights.count * 4
            + 4 * (words.count + actions.count + objects.count + records.count)
    }
}

extension FeatureFormat {
    /// How a network reads the records of a frame store: RGB bytes `[56, 56, 3]`, or floats `[channels, 7, 7]`. Nil for
    /// other records.
    package init?(_ format: FrameFormat) {
        switch (format.element, format.shape) {
        case (.uint8, [Self.patchesSide, Self.patchesSide, 3]): self = .patches
        case (.float16, let shape) where shape.count == 3 && shape[1...] == [Self.grid, Self.grid]:
            self = .half(channels: shape[0])
        case (.float32, let shape) where shape.count == 3 && shape[1...] == [Self.grid, Self.grid]:
            self = .float(channels: shape[0])
        default: return nil
        }
    }
}
