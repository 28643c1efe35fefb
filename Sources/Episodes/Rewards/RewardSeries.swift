/// What a list of instructions is rewarded with, step by step, one instruction after another: what training learns
/// from, and what reports and exports show.
package struct RewardSeries: Sendable {
    /// `[S]`: the weighted sum of the sparse reward and the generated term.
    package internal(set) var rewards: [Float] = []
    /// `[S]`: the generated term before its weight; NaN where there is none.
    package internal(set) var terms: [Float] = []

    /// `[S]`: whether a step has its generated term.
    package var isScored: [Bool] { terms.map { !$0.isNaN } }
}

/// Makes the rewards of instructions, which come episode by episode.
///
/// They are there when the last episode is: one of the controls permutes the scores of all of them.
package struct RewardMaker: Sendable {
    private let mix: RewardMix
    private let gamma: Float
    private var sources: [Source] = []
    /// Scores of a label run, span after span, NaN for none.
    private var scores: [Float] = []

    /// What an instruction's scores are made from.
    private struct Source {
        var id: Int64
        var stepCount: Int
        var isFulfilled: Bool
        /// Place in ``scores`` of the score of its first step, and of the span's; nil when no span has it.
        var labels: (first: Int, spanStart: Int)?
        /// For the oracle: steps of the instruction after which a sub-task is done, and how many there are to do.
        var progress: (ends: [Int], count: Int) = ([], 0)
    }

    /// - Parameter gamma: The discount, which shaping shares with the learner.
    package init(_ mix: RewardMix, gamma: Float) {
        self.mix = mix
        self.gamma = gamma
    }

    /// Adds the instructions that are learned from.
    ///
    /// - Parameter episode: All its scores are kept, also those of spans that no instruction uses: shuffling draws from
    ///   them.
    package mutating func add(
        _ instructions: [TrainingEpisode.NumberedInstruction], of episode: TrainingEpisode
    ) {
        var starts: [Int] = []
        for span in episode.scored {
            starts.append(scores.count)
            scores.append(contentsOf: span.scores.map { $0.map(Float.init) ?? .nan })
        }
        for numbered in instructions {
            let instruction = numbered.instruction
            var source = Source(
                id: numbered.id, stepCount: instruction.steps.count, isFulfilled: instruction.isFulfilled)
            if let place = ScoredSpan.place(of: numbered, in: episode.scored) {
                let offset = instruction.steps.lowerBound - episode.scored[place].steps.lowerBound
                source.labels = (starts[place] + offset, starts[place])
            }
            if mix.source == .oracle { source.progress = ScoreSeries.progress(of: instruction, episode.subTasks) }
            sources.append(source)
        }
    }

    /// The rewards of all instructions in the order in which they came.
    package consuming func series() -> RewardSeries {
        if case .shuffled(_, let seed) = mix.source { ScoreSeries.shuffle(&scores, seed: seed) }
        var series = RewardSeries()
        let stepCount = sources.reduce(0) { $0 + $1.stepCount }
        series.rewards.reserveCapacity(stepCount)
        series.terms.reserveCapacity(stepCount)
        var own: [Float] = []
        for source in sources {
            own.removeAll(keepingCapacity: true)
            let before = append(source, to: &own)
            mix.append(scores: own, before: before, isFulfilled: source.isFulfilled, gamma: gamma, to: &series)
        }
        return series
    }

    /// Appends the scores of an instruction's steps, NaN for none.
    ///
    /// - Returns: The score of the step before its first, 0 where the scored span starts there.
    private func append(_ source: Source, to own: inout [Float]) -> Float {
        let count = source.stepCount
        switch mix.source {
        case .none, .zero: own.append(contentsOf: repeatElement(0, count: count))
        case .labels, .negated, .shuffled:
            guard let place = source.labels else {
                own.append(contentsOf: repeatElement(.nan, count: count))
                return 0
            }
            own.append(contentsOf: scores[place.first..<(place.first + count)])
            if place.first > place.spanStart { return scores[place.first - 1] }
        case .oracle:
            ScoreSeries.progress(ends: source.progress.ends, of: source.progress.count, steps: count, into: &own)
        case .timeIndex: ScoreSeries.time(steps: count, into: &own)
        case .random(let seed): ScoreSeries.random(seed: seed, instruction: source.id, steps: count, into: &own)
        }
        return 0
    }
}
