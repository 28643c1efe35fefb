import Ground
import Testing

@testable import Episodes

@Suite struct RewardMakerTests {
    private let episodes = RewardWorld.episodes

    /// With the mean taken away no source pays for steps as such, whatever its scores are.
    @Test(arguments: RewardWorld.sources)
    func theTermsOfMeanAddUpToNothing(_ source: RewardMix.Source) {
        let series = RewardWorld.series(RewardMix(transform: .mean, source: source), episodes)
        let terms = series.terms.filter { !$0.isNaN }
        #expect(terms.isEmpty == (source == .none))
        guard !source.isPotential else { return }
        #expect(abs(terms.reduce(0) { $0 + Double($1) }) < 1e-5 * Double(max(1, terms.count)))
        // The test would notice a centre that is not the mean.
        guard source != .none, source != .zero, let centre = series.summary.centre else { return }
        let moved = RewardWorld.series(
            RewardMix(transform: .mean, source: source), episodes, centre: centre + 0.1)
        let sum = moved.terms.reduce(0) { $0 + ($1.isNaN ? 0 : Double($1)) }
        #expect(abs(sum) > 0.005 * Double(terms.count))
    }

    /// The controls of a label run are formed around the mean of the same scores.
    @Test func controlsAreFormedAroundTheSameMean() throws {
        func series(_ source: RewardMix.Source) -> RewardSeries {
            RewardWorld.series(RewardMix(sparseWeight: 0, transform: .mean, source: source), episodes)
        }
        let plain = series(.labels(run: "r"))
        let centre = try #require(plain.summary.centre)
        let scaled = RewardWorld.series(RewardMix(sparseWeight: 0, source: .labels(run: "r")), episodes)
        for (term, score) in zip(plain.terms, scaled.terms) where !term.isNaN {
            #expect(abs(term - (score - centre / 10)) < 1e-6)
        }
        let negated = series(.negated(run: "r"))
        #expect(negated.summary.centre == centre)
        #expect(negated.rewards.elementsEqual(plain.rewards.map { -$0 }))
    }

    /// Scores are permuted among the transitions that are trained on and have one, those of unused spans stay out of
    /// it, and instructions that share a transition share what it gets.
    @Test func shufflingStaysAmongTheDataTrainedOn() {
        let scored = (0..<6).map { number -> TrainingEpisode in
            let span = RewardWorld.task(
                Int64(number * 10), (0..<8).map { $0 == 5 ? nil : Float(number) + Float($0) / 10 })
            let unused = ScoredSpan(
                instructionID: 999, annotation: 3, kind: .primitive, steps: 0..<8,
                scores: [Float?](repeating: 9.5, count: 8))
            // The first two steps are nobody's.
            return RewardWorld.episode(
                8,
                [
                    RewardWorld.instruction(Int64(number * 10 + 1), 2..<8),
                    RewardWorld.instruction(Int64(number * 10 + 2), 2..<8, annotation: 1),
                ], scored: [span, unused])
        }
        func terms(_ source: RewardMix.Source) -> [Float] {
            RewardWorld.series(RewardMix(source: source), scored).terms
        }
        let (plain, shuffled) = (terms(.labels(run: "r")), terms(.shuffled(run: "r", seed: 4)))
        #expect(shuffled.map(\.isNaN) == plain.map(\.isNaN))
        #expect(shuffled.filter { !$0.isNaN }.sorted() == plain.filter { !$0.isNaN }.sorted())
        #expect(zip(plain, shuffled).count { $0 != $1 && !$0.isNaN } > plain.count / 2)
        for episode in 0..<6 {
            let first = shuffled[(episode * 12)..<(episode * 12 + 6)].map(\.bitPattern)
            #expect(first == shuffled[(episode * 12 + 6)..<(episode * 12 + 12)].map(\.bitPattern))
        }
        #expect(terms(.shuffled(run: "r", seed: 4)).map(\.bitPattern) == shuffled.map(\.bitPattern))
        #expect(terms(.shuffled(run: "r", seed: 5)) != shuffled)
    }

    /// What is counted is what there is, counted in another way.
    @Test(arguments: RewardWorld.sources)
    func theSummaryCounts(_ source: RewardMix.Source) throws {
        let mix = RewardMix(sparseWeight: 1, generatedWeight: 0.3, transform: .mean, source: source)
        let series = RewardWorld.series(mix, episodes, gamma: 0.9)
        let summary = series.summary
        let instructions = episodes.flatMap { episode in episode.instructions.map { (episode, $0) } }
        #expect(summary.steps == series.terms.count)
        #expect(summary.scored == series.isScored.count { $0 })
        #expect(summary.instructions == instructions.count)
        #expect(summary.failed == instructions.count { !$0.1.instruction.isFulfilled })
        var (place, inherited) = (0, 0)
        var failed: [Float] = []
        for (episode, numbered) in instructions {
            let own = series.terms[place..<(place + numbered.instruction.steps.count)].filter { !$0.isNaN }
            place += numbered.instruction.steps.count
            if !numbered.instruction.isFulfilled { failed += own }
            let hasSpan = episode.scored.contains { $0.instructionID == numbered.id }
            if source.labelRun != nil, !hasSpan { inherited += own.count }
        }
        #expect(summary.inherited == inherited && (source.labelRun == nil) == (inherited == 0))
        #expect(summary.failedScored == failed.count)
        guard !failed.isEmpty else {
            #expect(summary.dawdling == nil && summary.failedTerm == nil)
            return
        }
        let mean = failed.reduce(0) { $0 + Double($1) } / Double(failed.count)
        let dawdling = try #require(summary.dawdling)
        #expect(abs(Double(dawdling) - 0.3 * mean / (1 - 0.9)) < 1e-4)
    }

    /// The example of the definition: aimless steps of a mean score of 2.87 at weight .1 are worth .96 where scores are
    /// paid as they are, and cost where the mean is taken away.
    @Test func dawdlingIsWorthWhatGoingOnPays() throws {
        let scaled = try #require(RewardSummary.dawdling(term: 0.287, weight: 0.1, discount: 0.97))
        #expect(abs(scaled - 0.957) < 0.001)
        let centred = try #require(RewardSummary.dawdling(term: -0.131, weight: 0.1, discount: 0.97))
        #expect(abs(centred + 0.437) < 0.001)
        #expect(RewardSummary.dawdling(term: 0.1, weight: 1, discount: 1) == nil)
        let good = RewardWorld.episode(
            2, [RewardWorld.instruction(1, 0..<2, kind: .task)], scored: [RewardWorld.task(1, [8, 8])])
        let bad = RewardWorld.episode(
            2, [RewardWorld.instruction(2, 0..<2, kind: .task, isFulfilled: false)],
            scored: [RewardWorld.task(2, [2, nil])])
        let mix = RewardMix(generatedWeight: 0.5, transform: .mean, source: .labels(run: "r"))
        let summary = RewardWorld.series(mix, [good, bad], gamma: 0.5).summary
        #expect(summary.centre == 6 && summary.scored == 3 && summary.failedScored == 1)
        #expect(abs(try #require(summary.dawdling) + 0.4) < 1e-6)  // 0.5 * (2 - 6) / 10 / (1 - 0.5)
        // Without a failure nobody knows.
        #expect(RewardWorld.series(mix, [good]).summary.dawdling == nil)
    }

    /// Own scores are no others': which instruction they were asked for decides.
    @Test func scoresBelongToTheirInstruction() {
        let instruction = RewardWorld.instruction(2, 1..<3)
        let own = ScoredSpan(instructionID: 2, annotation: 0, kind: .primitive, steps: 1..<3, scores: [1, 2])
        let task = RewardWorld.task(1, [7, 8, 9])
        func terms(_ spans: [ScoredSpan]) -> RewardSeries {
            RewardWorld.series(
                RewardMix(sparseWeight: 0, source: .labels(run: "r")),
                [RewardWorld.episode(3, [instruction], scored: spans)])
        }
        #expect(terms([task, own]).terms == [0.1, 0.2] && terms([task, own]).summary.inherited == 0)
        #expect(terms([task]).terms == [0.8, 0.9] && terms([task]).summary.inherited == 2)
    }

    /// Weights of steps come from the gain in progress, or from the score beside the mean.
    @Test func weightsComeFromGains() {
        let scores: [Float?] = [2, 2, nil, 9, 8, 10]
        let episode = RewardWorld.episode(
            6, [RewardWorld.instruction(1, 0..<6, kind: .task)], scored: [RewardWorld.task(1, scores, start: 1)])
        func weights(_ transform: RewardMix.Transform, _ source: RewardMix.Source) -> [Float] {
            RewardWorld.series(
                RewardMix(transform: transform, source: source), [episode], isWeighing: true
            ).weights
        }
        let gains: [Float] = [0.1, 0, .nan, .nan, -0.1, 0.2]
        #expect(weights(.potential, .labels(run: "r")) == AlignedWeights.weights(gains))
        #expect(weights(.scaled, .distance(run: "r")) == AlignedWeights.weights(gains))
        for transform in RewardMix.Transform.allCases where transform != .potential {
            #expect(weights(transform, .labels(run: "r")) == [0, 0, 1, 1, 1, 1])
            #expect(weights(transform, .negated(run: "r")) == [1, 1, 1, 0, 0, 0])
        }
        let zero = weights(.mean, .zero)
        #expect(Set(zero).count == 1 && zero[0] > 0)
        #expect(RewardWorld.series(RewardMix(source: .zero), [episode]).weights.isEmpty)
    }
}
