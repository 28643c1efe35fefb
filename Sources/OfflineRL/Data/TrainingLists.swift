internal import Episodes
internal import Ground
internal import Networks

/// A training set being read, episode by episode.
struct TrainingLists {
    var items: [TrainingSet.Item] = []
    var words: [Int32] = []
    var actions: [Int32] = []
    var objects: [Int32] = []
    var records: [Int32] = []
    var rewards: [Float] = []
    var isScored: [Bool] = []
    var counts = TrainingSet.Counts()
    private let options: TrainingSet.Options
    private let recordCount: Int
    private let vocabulary: Vocabulary
    private var maker: RewardMaker

    /// - Parameter recordCount: The frame store's records; frames beyond them are not there.
    init(_ options: TrainingSet.Options, recordCount: Int, vocabulary: Vocabulary) {
        self.options = options
        self.recordCount = recordCount
        self.vocabulary = vocabulary
        maker = RewardMaker(options.reward, gamma: options.gamma)
    }

    mutating func add(_ episode: TrainingEpisode) {
        let firstStep = actions.count
        let firstFrame = records.count
        for (action, object) in zip(episode.actions, episode.objectClasses) {
            actions.append(Int32(action.rawValue))
            objects.append(
                !action.isInteraction ? 0 : object == .noObject ? WindowBatch.unlistedObject : Int32(object.id))
        }
        for record in episode.records {
            records.append(record.flatMap { $0 >= 0 && $0 < recordCount ? Int32(exactly: $0) : nil } ?? -1)
        }
        let choice = episode.choice(fulfilledOnly: options.fulfilledOnly, recordCount: recordCount)
        maker.add(choice.instructions, of: episode)
        for numbered in choice.instructions {
            let instruction = numbered.instruction
            let firstWord = words.count
            let wordCount = vocabulary.append(instruction.text, to: &words)
            items.append(
                TrainingSet.Item(
                    firstWord: firstWord, wordCount: wordCount, firstStep: firstStep + instruction.steps.lowerBound,
                    firstFrame: firstFrame + instruction.steps.lowerBound, stepCount: instruction.steps.count,
                    firstReward: counts.steps, isFulfilled: instruction.isFulfilled))
            counts.steps += instruction.steps.count
        }
        counts.withoutFrames += choice.withoutFrames
        if !choice.instructions.isEmpty { counts.episodes += 1 }
    }

    /// Computes the rewards, when all episodes are there.
    mutating func finish() {
        let series = maker.series()
        rewards = series.rewards
        isScored = series.isScored
        counts.instructions = items.count
        counts.transitions = actions.count
        counts.frames = records.count
        counts.unscored = options.reward.source == .none ? 0 : isScored.count { !$0 }
    }
}
