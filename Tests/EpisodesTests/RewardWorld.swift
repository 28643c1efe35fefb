import Episodes
import Ground

/// Episodes made of numbers, to be rewarded.
enum RewardWorld {
    /// An instruction over steps of an episode.
    static func instruction(
        _ id: Int64, _ steps: Range<Int>, kind: Instruction.Kind = .primitive, annotation: Int = 0, text: String = "go",
        isFulfilled: Bool = true
    ) -> TrainingEpisode.NumberedInstruction {
        TrainingEpisode.NumberedInstruction(
            id: id,
            Instruction(
                kind: kind, annotation: annotation, subTasks: 0..<1, steps: steps, text: text, isFulfilled: isFulfilled)
        )
    }

    /// An episode of `count` steps whose observation t has the record `firstRecord + t`.
    static func episode(
        _ count: Int, _ instructions: [TrainingEpisode.NumberedInstruction], scored: [ScoredSpan] = [],
        firstRecord: Int = 0
    ) -> TrainingEpisode {
        TrainingEpisode(
            id: 1, records: (0...count).map { firstRecord + $0 },
            subTasks: [TrainingEpisode.SubTask(kind: .pickup, steps: 0..<count)], instructions: instructions,
            scored: scored)
    }

    /// A task's scores over a whole episode.
    static func task(_ id: Int64, _ scores: [Float?], start: Float? = nil) -> ScoredSpan {
        ScoredSpan(
            instructionID: id, annotation: 0, kind: .task, steps: 0..<scores.count, scores: scores, start: start)
    }

    /// What all instructions of some episodes are rewarded with.
    static func series(
        _ mix: RewardMix, _ episodes: [TrainingEpisode], gamma: Float = 0.97, isWeighing: Bool = false,
        centre: Float? = nil, look: @escaping @Sendable (Int) -> [Float]? = { [Float($0)] }
    ) -> RewardSeries {
        var maker = RewardMaker(mix, gamma: gamma, isWeighing: isWeighing, look: look)
        for episode in episodes { maker.add(episode.instructions, of: episode) }
        return maker.series(centre: centre)
    }

    /// Episodes with tasks that fail, primitives that inherit and others with scores of their own, gaps, scores that
    /// are no whole numbers, spans that no instruction uses, and texts that several have in common.
    static let episodes: [TrainingEpisode] = {
        let hash = SeededHash(seed: 11, purpose: 0)
        return (0..<12 as Range<UInt64>).map { number in
            let count = 4 + hash.below(12, number)
            func scores(_ purpose: UInt64, _ steps: Range<Int>) -> [Float?] {
                steps.map { step in
                    let draw = hash.below(45, number * 10 + purpose, UInt64(step))
                    return draw > 40 ? nil : Float(draw) / 4
                }
            }
            let (id, half) = (Int64(number * 10), count / 2)
            let isFulfilled = number % 3 != 0
            let own = ScoredSpan(
                instructionID: id + 2, annotation: 0, kind: .primitive, steps: half..<count,
                scores: scores(2, half..<count), start: number % 2 == 0 ? 2.5 : nil)
            let unused = ScoredSpan(
                instructionID: id + 9, annotation: 1, kind: .primitive, steps: 0..<half, scores: scores(3, 0..<half))
            return episode(
                count,
                [
                    instruction(id, 0..<count, kind: .task, text: "task \(number % 4)", isFulfilled: isFulfilled),
                    instruction(id + 1, 0..<half, text: "first \(number % 2)"),
                    instruction(id + 2, half..<count, text: "second \(number % 2)", isFulfilled: isFulfilled),
                    // Of an annotation that nobody has scored: it has the task's of another.
                    instruction(id + 3, half..<count, annotation: 1, text: "other", isFulfilled: isFulfilled),
                ],
                scored: [task(id, scores(1, 0..<count))] + (number % 4 == 1 ? [] : [own]) + [unused],
                firstRecord: Int(number) * 3)
        }
    }()

    /// Every source there is.
    static let sources: [RewardMix.Source] = [
        .none, .labels(run: "r"), .noiseFree(run: "r"), .distance(run: "r"), .oracle, .minimumDistance, .zero,
        .random(seed: 3), .timeIndex, .negated(run: "r"), .shuffled(run: "r", seed: 3),
    ]
}
