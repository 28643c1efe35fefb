import Episodes
import ExperimentStore
import Foundation
import StoreFixture
import Testing

@testable import Reporting

@Suite struct DataFindingsTests {
    private func texts(_ sample: Sample, _ plan: ReportPlan) throws -> [String] {
        Findings.ofData(try sample.data(plan)).map(\.text)
    }

    /// Of the five transitions of the label run none to all are scored.
    @Test(arguments: 0...5) func transitionsWithoutAScoreAreTold(_ scored: Int) throws {
        let sample = try Sample()
        for (name, source) in [
            ("a", .labels(run: "labels")), ("b", .none), ("c", .negated(run: "labels")),
        ] as [(String, RewardMix.Source)] {
            try sample.train("\(name)-s0", seed: 0, source: source)
        }
        try sample.store.execute("DELETE FROM label_scores WHERE t >= \(scored)")
        let plan = Sample.plan([("a", .method), ("b", .baseline), ("c", .control)], seeds: [0])
        let texts = try texts(sample, plan)
        switch scored {
        case 5: #expect(texts.isEmpty)
        case 0:
            #expect(texts.count == 1 && texts[0].contains("No transition of label run labels has a score (0 of 5)"))
        default:
            #expect(texts.count == 1 && texts[0].hasPrefix("\(5 - scored) of 5 transitions of label run labels ha"))
        }
        #expect(texts.allSatisfy { $0.contains("a and c") })
        // Without an evaluation, too, and in the written table.
        let data = try sample.data(plan)
        let markdown = MarkdownTable(data, TableBuilder().table(data)).text
        for text in texts { #expect(markdown.contains("- \(text)\n")) }
    }

    /// The hash is of the rewards too: only of equal rewards it tells that the data is not the same.
    @Test func otherDataIsToldByTheHash() throws {
        let sample = try Sample()
        try sample.train("a-s0", seed: 0, data: "11111111aa")
        try sample.train("a-s1", seed: 1, data: "11111111aa")
        try sample.train("b-s0", seed: 0, source: .labels(run: "labels"), data: "22222222aa")
        try sample.train("b-s1", seed: 1, source: .labels(run: "labels"), data: "22222222aa")
        let rows: [(name: String, kind: ReportPlan.Kind)] = [
            ("a", .baseline), ("b", .method), ("bc", .baseline), ("zero", .control),
        ]
        #expect(try texts(sample, Sample.plan(rows)).isEmpty)
        // Cloning and a reward of zero learn from what sparse does.
        try sample.train("bc-s0", seed: 0, algorithm: "bc", data: "11111111aa")
        #expect(try texts(sample, Sample.plan(rows)).isEmpty)
        try sample.train("zero-s0", seed: 0, source: .zero, data: "33333333aa")
        var found = try texts(sample, Sample.plan(rows))
        #expect(found.count == 1 && found[0].contains("a-s0, a-s1 and bc-s0 (11111111) against zero-s0 (33333333)"))
        // Between seeds of a row; a run without a hash says nothing.
        try sample.train("c-s0", seed: 0, source: .oracle, data: "44444444aa")
        try sample.train("c-s1", seed: 1, source: .oracle, data: "55555555aa")
        try sample.train("c-s2", seed: 2, source: .oracle)
        found = try texts(sample, Sample.plan([("c", .oracle)], seeds: [0, 1, 2]))
        #expect(found.count == 1 && found[0].contains("c-s0 (44444444) against c-s1 (55555555). "))
    }

    /// A flag tells rows of different rewards apart, when it was set after one run began and before another.
    @Test func flagsBetweenRunsAreTold() throws {
        let sample = try Sample()
        for (name, source, day) in [("a", .none, 1), ("b", .labels(run: "labels"), 3)]
            as [(String, RewardMix.Source, Int)]
        {
            let run = try sample.train("\(name)-s0", seed: 0, source: source)
            try sample.store.execute(
                "UPDATE train_runs SET started_at = '2026-01-0\(day)T00:00:00Z' WHERE id = \(run.id)")
        }
        let plan = Sample.plan([("a", .baseline), ("b", .method)], seeds: [0])
        #expect(try texts(sample, plan).isEmpty)
        try sample.store.write { try EpisodeFlag.set(episode: sample.episodeID, t: nil, note: "n", $0) }
        for day in 0...4 {
            try sample.store.execute("UPDATE flags SET created_at = '2026-01-0\(day)T00:00:00Z'")
            let texts = try texts(sample, plan)
            #expect(texts.count == (day == 2 ? 1 : 0), "\(day)")
            #expect(texts.allSatisfy { $0.contains("a-s0 began before, b-s0 after") })
        }
        // Of a split that nothing is learned from it is no matter.
        try sample.store.execute(
            "UPDATE flags SET created_at = '2026-01-02T00:00:00Z'; UPDATE episodes SET split = 'x'")
        #expect(try texts(sample, plan).isEmpty)
    }

    @Test func settingsThatAreNotSprintsAreListed() throws {
        func note(_ temperatures: [Float], algorithm: String = "iql") throws -> String? {
            let sample = try Sample()
            let rows = temperatures.indices.map { (name: "r\($0)", kind: ReportPlan.Kind.method) }
            for (place, temperature) in temperatures.enumerated() {
                try sample.train("r\(place)-s0", seed: 0, algorithm: algorithm, temperature: temperature)
            }
            let data = try sample.data(Sample.plan(rows, seeds: [0]))
            let deviations = Footnotes(data, TableBuilder().table(data)).deviations
            #expect(deviations.contains { $0.contains("nearest point of its box") })
            return deviations.first { $0.hasPrefix("Settings of learning") }
        }
        #expect(try note([5]) == nil)
        #expect(try note([3], algorithm: "bc") == nil)
        #expect(try note([3]) == "Settings of learning that are not SPRINT's: temperature 3 (SPRINT: 5).")
        #expect(
            try note([5, 10, 3])
                == "Settings of learning that are not SPRINT's: temperature 3 or 10 in some rows (SPRINT: 5).")
    }
}
