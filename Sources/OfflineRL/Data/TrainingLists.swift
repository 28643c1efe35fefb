internal import Episodes
internal import ExperimentStore
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
    private var sources: [ScoreSource] = []
    private var labels = LabelScores()

    /// What an item's scores are made from.
    private struct ScoreSource {
        var instructionID: Int64
        /// Place in ``labels`` of the score of its first step, and of the span's; nil when no span has it.
        var labels: (first: Int, spanStart: Int)?
        /// For the oracle: steps of the item after which a sub-task is done, and how many there are to do.
        var ends: [Int] = []
        var subTaskCount = 0
    }

    /// Scores of a label run, span after span, NaN for none.
    private struct LabelScores {
        var values: [Float] = []

        /// Permutes the scores among the transitions that have one (Fisher and Yates).
        mutating func shuffle(_ hash: SeededHash) {
            let places = values.indices.filter { !values[$0].isNaN }
            for last in places.indices.reversed() {
                values.swapAt(places[last], places[hash.below(last + 1, UInt64(last))])
            }
        }
    }

    mutating func add(
        _ episode: TrainingEpisode, recordCount: Int, vocabulary: Vocabulary, options: TrainingSet.Options
    ) {
        let firstStep = actions.count
        let firstFrame = records.count
        for (action, objectClass) in zip(episode.actions, episode.objectClasses) {
            let takesObject = Action(rawValue: UInt8(clamping: action))?.isInteraction ?? false
            actions.append(Int32(action))
            objects.append(!takesObject ? 0 : objectClass > 0 ? Int32(objectClass) : WindowBatch.unlistedObject)
        }
        for record in episode.records {
            records.append(record.flatMap { $0 >= 0 && $0 < recordCount ? Int32(exactly: $0) : nil } ?? -1)
        }
        let spans = add(episode.scored)
        var hasItem = false
        for instruction in episode.instructions where instruction.isFulfilled || !options.fulfilledOnly {
            let steps = instruction.steps
            let frames = (firstFrame + steps.lowerBound)...(firstFrame + steps.upperBound)
            guard records[frames].allSatisfy({ $0 >= 0 }) else {
                counts.withoutFrames += 1
                continue
            }
            hasItem = true
            let firstWord = words.count
            let wordCount = vocabulary.append(instruction.text, to: &words)
            items.append(
                TrainingSet.Item(
                    firstWord: firstWord, wordCount: wordCount, firstStep: firstStep + steps.lowerBound,
                    firstFrame: firstFrame + steps.lowerBound, stepCount: steps.count, firstReward: 0,
                    isFulfilled: instruction.isFulfilled))
            var source = ScoreSource(instructionID: instruction.id)
            source.labels = Self.labels(of: instruction, spans)
            if options.reward.source == .oracle {
                (source.ends, source.subTaskCount) = Self.subTasks(of: instruction, episode.subTasks)
            }
            sources.append(source)
        }
        if hasItem { counts.episodes += 1 }
    }

    private typealias Span = (scored: TrainingEpisode.Scored, first: Int)

    private mutating func add(_ scored: [TrainingEpisode.Scored]) -> [Span] {
        scored.map { span in
            let first = labels.values.count
            labels.values.append(contentsOf: span.scores.map { $0.map(Float.init) ?? .nan })
            return (span, first)
        }
    }

    /// The span whose scores an instruction has: its own, else that of its annotation's task, else of the first
    /// annotation whose task is scored.
    private static func labels(
        of instruction: TrainingEpisode.Instruction, _ spans: [Span]
    ) -> (first: Int, spanStart: Int)? {
        let tasks = spans.filter {
            $0.scored.kind == .task
                && $0.scored.steps.lowerBound <= instruction.steps.lowerBound
                && $0.scored.steps.upperBound >= instruction.steps.upperBound
        }
        guard
            let span = spans.first(where: { $0.scored.instructionID == instruction.id })
                ?? tasks.first(where: { $0.scored.annotation == instruction.annotation }) ?? tasks.first
        else { return nil }
        return (span.first + instruction.steps.lowerBound - span.scored.steps.lowerBound, span.first)
    }

    /// The steps after which the instruction's sub-tasks are done, and how many sub-tasks it has. Navigation at the
    /// very end completes nothing. An instruction that is not fulfilled has at least one more sub-task than were done.
    private static func subTasks(
        of instruction: TrainingEpisode.Instruction, _ subTasks: [TrainingEpisode.SubTask]
    ) -> ([Int], Int) {
        let covered = subTasks[instruction.subTasks]
        let ends = covered.filter { $0.kind != .goto }.map {
            $0.steps.upperBound - instruction.steps.lowerBound
        }
        let isAllDone = ends.count == covered.count
        return (ends, isAllDone && !instruction.isFulfilled ? covered.count + 1 : covered.count)
    }

    /// Computes the rewards, when all episodes are there.
    mutating func finish(_ reward: RewardMix, gamma: Float) {
        if case .shuffled(_, let seed) = reward.source { labels.shuffle(SeededHash(seed: seed, purpose: 3)) }
        let stepCount = items.reduce(0) { $0 + $1.stepCount }
        rewards.reserveCapacity(stepCount)
        isScored.reserveCapacity(stepCount)
        var scores: [Float] = []
        for (index, source) in sources.enumerated() {
            items[index].firstReward = rewards.count
            let count = items[index].stepCount
            var before: Float = 0
            scores.removeAll(keepingCapacity: true)
            switch reward.source {
            case .none, .zero: scores.append(contentsOf: repeatElement(0, count: count))
            case .labels, .negated, .shuffled:
                if let place = source.labels {
                    scores.append(contentsOf: labels.values[place.first..<(place.first + count)])
                    if place.first > place.spanStart { before = labels.values[place.first - 1] }
                } else {
                    scores.append(contentsOf: repeatElement(.nan, count: count))
                }
            case .oracle: ScoreSeries.progress(ends: source.ends, of: source.subTaskCount, steps: count, into: &scores)
            case .timeIndex: ScoreSeries.time(steps: count, into: &scores)
            case .random(let seed):
                ScoreSeries.random(seed: seed, instruction: source.instructionID, steps: count, into: &scores)
            }
            reward.append(
                scores: scores, before: before, isFulfilled: items[index].isFulfilled, gamma: gamma, rewards: &rewards,
                isScored: &isScored)
        }
        sources = []
        labels = LabelScores()
        counts.instructions = items.count
        counts.transitions = actions.count
        counts.frames = records.count
        counts.steps = rewards.count
        counts.unscored = reward.source == .none ? 0 : isScored.count { !$0 }
    }
}

/// Scores that need no labels, 0 to 10.
enum ScoreSeries {
    /// Ten times the share of sub-tasks done after each step.
    ///
    /// - Parameters:
    ///   - ends: For each sub-task done, the number of steps after which it is; ascending.
    ///   - count: How many sub-tasks there are.
    static func progress(ends: [Int], of count: Int, steps: Int, into scores: inout [Float]) {
        var done = 0
        for step in 0..<steps {
            while done < ends.count, ends[done] <= step + 1 { done += 1 }
            scores.append(10 * Float(done) / Float(max(1, count)))
        }
    }

    /// Ten times the share of steps that are over.
    static func time(steps: Int, into scores: inout [Float]) {
        for step in 0..<steps { scores.append(10 * Float(step + 1) / Float(steps)) }
    }

    /// Whole scores, each as likely as the others.
    static func random(seed: UInt64, instruction: Int64, steps: Int, into scores: inout [Float]) {
        let hash = SeededHash(seed: seed, purpose: 2)
        for step in 0..<steps {
            scores.append(Float(hash.below(11, UInt64(bitPattern: instruction), UInt64(step))))
        }
    }
}
