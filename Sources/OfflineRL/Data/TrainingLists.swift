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
    var weights: [Float] = []
    var summary = RewardSummary()
    var counts = TrainingSet.Counts()
    private let options: TrainingSet.Options
    private let recordCount: Int
    private let vocabulary: Vocabulary
    private var maker: RewardMaker

    /// - Parameters:
    ///   - recordCount: The frame store's records; frames beyond them are not there.
    ///   - look: What a record shows, for rewards that look.
    init(
        _ options: TrainingSet.Options, recordCount: Int, vocabulary: Vocabulary,
        look: @escaping @Sendable (Int) -> [Float]? = { _ in nil }
    ) {
        self.options = options
        self.recordCount = recordCount
        self.vocabulary = vocabulary
        maker = RewardMaker(options.reward, gamma: options.gamma, isWeighing: options.isWeighing, look: look)
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
                    firstReward: counts.steps, isFulfilled: instruction.isFulfilled,
                    isTerminal: options.reward.ends.isTerminal(isFulfilled: instruction.isFulfilled)))
            counts.steps += instruction.steps.count
        }
        counts.withoutFrames += choice.withoutFrames
        counts.failed += episode.instructions.count { !$0.instruction.isFulfilled }
        if !choice.instructions.isEmpty { counts.episodes += 1 }
    }

    /// Computes the rewards, when all episodes are there.
    mutating func finish() {
        let series = maker.series(centre: options.centre)
        rewards = series.rewards
        isScored = series.isScored
        weights = series.weights
        summary = series.summary
        counts.instructions = items.count
        counts.transitions = actions.count
        counts.frames = records.count
        counts.unscored = options.reward.source == .none ? 0 : summary.steps - summary.scored
        counts.inherited = summary.inherited
    }
}
