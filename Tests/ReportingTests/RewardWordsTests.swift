import Episodes
import Testing

@testable import Reporting

/// What a row's footnote says of its reward.
@Suite struct RewardWordsTests {
    private func words(
        _ mix: RewardMix, _ algorithm: Algorithm = .iql, _ change: (inout RewardSummary) -> Void = { _ in }
    ) throws -> String {
        let sample = try Sample()
        var summary = RewardSummary()
        (summary.steps, summary.scored, summary.instructions) = (2000, 1500, 40)
        summary.centre = 4.177
        change(&summary)
        try sample.train(
            "a-s0", seed: 0, algorithm: algorithm.rawValue, source: mix.source, sparse: mix.sparseWeight,
            generated: mix.generatedWeight, transform: mix.transform, ends: mix.ends, summary: summary)
        let data = try sample.data(Sample.plan([("a", .method)], seeds: [0]))
        let notes = Footnotes(data, TableBuilder().table(data))
        return notes.facts.first { $0.name == "Reward of a" }?.value ?? ""
    }

    @Test func weightTransformCentreAndDawdlingStandThere() throws {
        let mix = RewardMix(generatedWeight: 0.3, transform: .mean, source: .labels(run: "labels"))
        let text = try words(mix) {
            ($0.failed, $0.failedScored, $0.dawdling, $0.inherited) = (3, 90, -1.307, 1200)
        }
        #expect(
            text == "1 x sparse + 0.3 x labels (mean, mean score 4.18); dawdling for ever is worth \u{2212}1.31; "
                + "1,200 of 1,500 scores are the task's; failed ends absorbing")
    }

    @Test func whatIsNotKnownIsSaid() throws {
        let mix = RewardMix(generatedWeight: 0.1, source: .labels(run: "labels"))
        #expect(
            try words(mix)
                == "1 x sparse + 0.1 x labels (scaled); dawdling: not known, no failed step has a score")
        #expect(try words(RewardMix()) == "1 x sparse")
        #expect(
            try words(RewardMix(ends: .bootstrapping)) { $0.failed = 3 } == "1 x sparse; failed ends bootstrapping")
    }

    /// A potential is named as one, whatever was asked for; cloning has weights, no reward.
    @Test func formsAreWhatIsUsed() throws {
        let distance = RewardMix(transform: .mean, source: .distance(run: "labels"))
        #expect(try words(distance).hasPrefix("1 x sparse + 1 x distance (potential);"))
        let text = try words(RewardMix(transform: .mean, source: .labels(run: "labels")), .raBC)
        #expect(text == "actions are imitated, each step weighed by labels (mean, mean score 4.18)")
        #expect(try words(RewardMix(), .bc) == "none: actions are imitated")
    }

    /// A reward that pays more for going on than for finishing is called so, but not a control's.
    @Test func dawdlingThatPaysIsAFinding() throws {
        for (value, kind, isFound) in [(1.1, .method, true), (0.9, .method, false), (1.1, .control, false)]
            as [(Float, ReportPlan.Kind, Bool)]
        {
            let sample = try Sample()
            var summary = RewardSummary()
            summary.dawdling = value
            try sample.train("a-s0", seed: 0, source: .labels(run: "labels"), summary: summary)
            let data = try sample.data(Sample.plan([("a", kind)], seeds: [0]))
            let found = Findings.ofData(data).contains { $0.text.contains("pays for dawdling") && $0.tone == .bad }
            #expect(found == isFound)
        }
    }
}
