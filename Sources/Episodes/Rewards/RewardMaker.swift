/// Makes the rewards of instructions, which come episode by episode.
///
/// They are there when the last episode is: the mean is over all of them, and one of the controls permutes their
/// scores.
package struct RewardMaker: Sendable {
    private let mix: RewardMix
    private let gamma: Float
    private let isWeighing: Bool
    private let look: @Sendable (Int) -> [Float]?
    private var sources: [Source] = []
    /// Scores of a label run, span after span, NaN for none.
    private var scores: [Float] = []
    /// For the distance to demonstrations: instructions with their pictures, and the number of each text.
    private var pictures: [MinimumDistance.Span] = []
    private var texts: [String: Int] = [:]

    /// What an instruction's scores are made from.
    private struct Source {
        var id: Int64
        var stepCount: Int
        var isFulfilled: Bool
        var labels: Labels?
        /// For the oracle: steps of the instruction after which a sub-task is done, and how many there are to do.
        var progress: (ends: [Int], count: Int) = ([], 0)
    }

    /// Where an instruction's scores are among all of a run.
    private struct Labels {
        /// Place of the score of its first step, and of the span's.
        var first: Int
        var spanStart: Int
        /// Of the state in which the span starts.
        var start: Float
        /// The span is another instruction's.
        var isInherited: Bool
    }

    /// - Parameters:
    ///   - gamma: The discount, which shaping shares with the learner.
    ///   - isWeighing: Whether weights for cloning are made too.
    ///   - look: What a record of the frame store shows; only the distance to demonstrations asks.
    package init(
        _ mix: RewardMix, gamma: Float, isWeighing: Bool = false,
        look: @escaping @Sendable (Int) -> [Float]? = { _ in nil }
    ) {
        self.mix = mix
        self.gamma = gamma
        self.isWeighing = isWeighing
        self.look = look
    }

    /// Adds the instructions that are learned from.
    package mutating func add(
        _ instructions: [TrainingEpisode.NumberedInstruction], of episode: TrainingEpisode
    ) {
        var starts: [Int] = []
        for span in episode.scored {
            starts.append(scores.count)
            scores.append(contentsOf: span.scores.map { $0 ?? .nan })
        }
        for numbered in instructions {
            let instruction = numbered.instruction
            var source = Source(
                id: numbered.id, stepCount: instruction.steps.count, isFulfilled: instruction.isFulfilled)
            if let place = ScoredSpan.place(of: numbered, in: episode.scored) {
                let span = episode.scored[place]
                source.labels = Labels(
                    first: starts[place] + instruction.steps.lowerBound - span.steps.lowerBound,
                    spanStart: starts[place], start: span.start ?? 0, isInherited: span.instructionID != numbered.id)
            }
            switch mix.source {
            case .oracle: source.progress = ScoreSeries.progress(of: instruction, episode.subTasks)
            case .minimumDistance:
                let (first, last) = (instruction.steps.lowerBound, instruction.steps.upperBound)
                let text = texts[instruction.text] ?? texts.count
                texts[instruction.text] = text
                pictures.append(
                    MinimumDistance.Span(
                        text: text, records: episode.records[first...last].map { $0 ?? -1 },
                        isDemonstration: instruction.isFulfilled))
            default: break
            }
            sources.append(source)
        }
    }

    /// The rewards of all instructions in the order in which they came.
    ///
    /// - Parameter centre: The mean score that is taken away where one is; nil for that of these instructions.
    package consuming func series(centre: Float? = nil) -> RewardSeries {
        if case .shuffled(_, let seed) = mix.source { shuffle(seed) }
        let own = ownScores()
        var series = RewardSeries()
        series.rewards.reserveCapacity(own.count)
        series.terms.reserveCapacity(own.count)
        let hasScores = mix.source != .none && mix.source != .zero
        let average = hasScores ? centre ?? ScoreSeries.mean(own) : nil
        var gains: [Float] = []
        var first = 0
        for source in sources {
            let isEnd = mix.ends.isTerminal(isFulfilled: source.isFulfilled)
            var previous = before(source)
            for step in 0..<source.stepCount {
                let (score, isFinal) = (own[first + step], step == source.stepCount - 1)
                let term = mix.term(
                    score: score, previous: previous, isLast: isFinal && isEnd, gamma: gamma, centre: average ?? 0)
                let sparse = isFinal && source.isFulfilled ? mix.sparseWeight : 0
                series.terms.append(term ?? .nan)
                series.rewards.append(sparse + (term.map { mix.generatedWeight * $0 } ?? 0))
                if isWeighing { gains.append(mix.gain(score: score, previous: previous, centre: average ?? 0)) }
                previous = score
            }
            first += source.stepCount
        }
        if isWeighing { series.weights = AlignedWeights.weights(gains) }
        series.summary = summary(series.terms, centre: average)
        return series
    }

    private mutating func shuffle(_ seed: UInt64) {
        var isMeant = [Bool](repeating: false, count: scores.count)
        for source in sources {
            guard let labels = source.labels else { continue }
            for place in labels.first..<(labels.first + source.stepCount) { isMeant[place] = true }
        }
        ScoreSeries.shuffle(&scores, among: isMeant, seed: seed)
    }

    /// The scores of all instructions' steps, NaN for none.
    private func ownScores() -> [Float] {
        if mix.source == .minimumDistance { return MinimumDistance.scores(pictures, look: look) }
        var own: [Float] = []
        own.reserveCapacity(sources.reduce(0) { $0 + $1.stepCount })
        for source in sources {
            let count = source.stepCount
            switch mix.source {
            case .none, .zero, .minimumDistance: own.append(contentsOf: repeatElement(0, count: count))
            case .labels, .noiseFree, .distance, .negated, .shuffled:
                if let first = source.labels?.first {
                    own.append(contentsOf: scores[first..<(first + count)])
                } else {
                    own.append(contentsOf: repeatElement(.nan, count: count))
                }
            case .oracle:
                ScoreSeries.progress(ends: source.progress.ends, of: source.progress.count, steps: count, into: &own)
            case .timeIndex: ScoreSeries.time(steps: count, into: &own)
            case .random(let seed): ScoreSeries.random(seed: seed, instruction: source.id, steps: count, into: &own)
            }
        }
        return own
    }

    /// The score of the step before an instruction's first, or of the state in which its scored span starts.
    private func before(_ source: Source) -> Float {
        guard mix.source.labelRun != nil, let labels = source.labels else { return 0 }
        return labels.first > labels.spanStart ? scores[labels.first - 1] : labels.start
    }

    private func summary(_ terms: [Float], centre: Float?) -> RewardSummary {
        var summary = RewardSummary()
        summary.centre = centre
        summary.steps = terms.count
        summary.instructions = sources.count
        var (first, failedSum) = (0, 0.0)
        for source in sources {
            let own = terms[first..<(first + source.stepCount)]
            let scored = own.count { !$0.isNaN }
            summary.scored += scored
            if mix.source.labelRun != nil, source.labels?.isInherited == true { summary.inherited += scored }
            if !source.isFulfilled {
                summary.failed += 1
                summary.failedScored += scored
                for term in own where !term.isNaN { failedSum += Double(term) }
            }
            first += source.stepCount
        }
        if summary.failedScored > 0 {
            let term = Float(failedSum / Double(summary.failedScored))
            summary.failedTerm = term
            summary.dawdling = RewardSummary.dawdling(term: term, weight: mix.generatedWeight, discount: gamma)
        }
        return summary
    }
}
