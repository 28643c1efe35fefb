import Episodes
import ExperimentStore
import Foundation
import Instrument
import Statistics
import Testing

@testable import Reporting

@Suite struct TableTests {
    private let builder = TableBuilder(bootstrap: Bootstrap(repetitions: 200))

    @Test func theTableIsAsWrittenDown() throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        let table = TableBuilder().table(data)
        for (name, text) in [
            ("table.md", MarkdownTable(data, table).text), ("table.csv", CSVTable.text(table)),
            ("table.tex", LaTeXTable.text(data, table)),
        ] {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            let url = folder.appendingPathComponent("Fixtures/\(name)")
            if ProcessInfo.processInfo.environment["RGVLM_RECORD"] != nil { try Data(text.utf8).write(to: url) }
            let expected = try String(contentsOf: url, encoding: .utf8)
            for (line, wanted) in zip(text.components(separatedBy: "\n"), expected.components(separatedBy: "\n")) {
                #expect(line == wanted, "\(name)")
            }
            #expect(text == expected, "\(name): RGVLM_RECORD=1 records it anew")
        }
    }

    /// Means by hand, and what is missing.
    @Test func cellsAreMeansOverSeedsAndTasks() throws {
        let sample = try Sample()
        let set = try #require(builder.table(try sample.data(try sample.fill())).sets.first)
        #expect(set.tasks == 12 && set.problems == 1)
        #expect(set.lengths == [1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2])
        #expect(set.counts["goal_conditions"] == 6 && set.counts["proportion_4"] == 2)
        for (place, name) in ["sparse", "rgvlm", "sparse-rgvlm", "bc", "zero", "best"].enumerated() {
            let line = try #require(set.line(name))
            let seeds = name == "zero" ? 1 : 2
            #expect(line.seeds == seeds && line.planned == 2)
            var (returns, proportions, fours): ([Double], [Double], [Double]) = ([], [], [])
            for seed in 0..<seeds {
                for task in 0..<12 {
                    let length = task % 6 + 1
                    let done = (task * 7 + seed * 3) % 3 == 0 ? length : min(length, (place + task) % 4)
                    returns.append(Double(done))
                    proportions.append(Double(done) / Double(length))
                    if length == 4 { fours.append(Double(done) / 4) }
                }
            }
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            #expect(abs(try #require(line.cell(.completed)).value - mean(returns)) < 1e-12)
            #expect(abs(try #require(line.cell(.proportion)).value - mean(proportions)) < 1e-12)
            let four = try #require(line.cell(.proportionOf(4)))
            #expect(abs(four.value - mean(fours)) < 1e-12)
            #expect(four.tasks == 2 && four.seeds == seeds)
            #expect(line.cell(.proportion)?.over == (seeds > 1 ? "crossed" : "tasks"))
            #expect((line.difference == nil) == (name == "sparse"))
            #expect((line.improvement == nil) == (name == "sparse"))
            #expect(line.runs.map(\.counted) == (name == "zero" ? [true, false] : [true, true]))
        }
        let expert = try #require(set.lines.last)
        #expect(expert.kind == "reference" && expert.cell(.success)?.value == 1 && expert.difference == nil)
        #expect(set.line("zero")?.problems == ["zero-s1 is not trained"])
    }

    /// The path's weight: 4 recorded steps over 5.
    @Test func measures() {
        func rollout(_ completed: Int, _ of: Int, steps: Int, expert: Int, conditions: (Int, Int)? = nil) -> Rollout {
            Rollout(
                index: 0, key: "", annotation: 0, subTasks: 2..<(2 + of), episodeID: nil, scene: 1, taskType: nil,
                instruction: "", start: .random, expertSteps: expert, stepLimit: 99, stepCount: steps,
                completed: completed, conditions: conditions.map { .init(met: $0.0, total: $0.1) }, problem: nil)
        }
        #expect(Measure.pathWeighted.score(rollout(2, 2, steps: 5, expert: 4)) == 0.8)
        #expect(Measure.pathWeighted.score(rollout(2, 2, steps: 3, expert: 4)) == 1)
        #expect(Measure.pathWeighted.score(rollout(2, 2, steps: 0, expert: 0)) == 1)
        #expect(Measure.pathWeighted.score(rollout(1, 2, steps: 3, expert: 4)) == 0)
        #expect(Measure.conditions.score(rollout(1, 2, steps: 3, expert: 4)) == nil)
        #expect(Measure.conditions.score(rollout(1, 2, steps: 3, expert: 4, conditions: (1, 3))) == 1.0 / 3)
        #expect(Measure.conditions.score(rollout(1, 2, steps: 3, expert: 4, conditions: (0, 0))) == nil)
        for length in 1...9 {
            for asked in Measure.lengths {
                let score = Measure.proportionOf(asked).score(rollout(1, length, steps: 1, expert: 1))
                #expect(score == (asked == length ? 1 / Double(length) : nil))
            }
        }
        #expect(Set(Measure.all.map(\.name)).count == Measure.all.count)
        let half = rollout(1, 2, steps: 8, expert: 4, conditions: (1, 4))
        #expect(Measure.pathWeightedProportion.score(half) == 0.25)
        #expect(Measure.pathWeightedConditions.score(half) == 0.125)
        #expect(Measure.pathWeightedConditions.score(rollout(1, 2, steps: 8, expert: 4)) == nil)
        // The weight of SPL, and no path raises a measure.
        for (expert, steps) in (1...4).flatMap({ expert in (1...6).map { (expert, $0) } }) {
            let weight = Double(expert) / Double(max(expert, steps))
            for completed in 0...2 {
                let one = rollout(completed, 2, steps: steps, expert: expert, conditions: (completed, 3))
                for (weighted, plain) in [
                    (Measure.pathWeighted, Measure.success), (.pathWeightedProportion, .proportion),
                    (.pathWeightedConditions, .conditions),
                ] {
                    #expect(weighted.score(one) == plain.score(one).map { $0 * weight })
                }
            }
        }
    }

    /// What `rgvlm-evaluate` prints is what the table has, but for goal conditions, which it pools.
    @Test func summariesAgreeWithTheTable() throws {
        let sample = try Sample()
        try sample.evaluate(try sample.train("a-s0", seed: 0)) { task, length in task == 5 ? length : 1 }
        let data = try sample.data(Sample.plan([("a", .method)], seeds: [0]))
        let line = try #require(builder.table(data).sets.first?.line("a"))
        let rollouts = try #require(data.rows[0].runs[0].evaluations["main"]).rollouts.map(\.rollout)
        let summary = RolloutSummary(rollouts)
        for (measure, value) in [
            (Measure.completed, summary.all.meanReturn), (.proportion, summary.all.proportion),
            (.success, summary.all.success), (.pathWeighted, summary.all.weightedSuccess),
            (.pathWeightedProportion, summary.all.weightedProportion),
        ] {
            #expect(abs(try #require(line.cell(measure)).value - value) < 1e-12)
        }
        // Of 1 to 6 conditions one is met, of the last all six.
        let mean = (1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4 + 1.0 / 5 + 1) / 6
        #expect(abs(try #require(line.cell(.conditions)).value - mean) < 1e-12)
        #expect(abs(summary.goalConditions - 11.0 / 21) < 1e-12)
        #expect(Footnotes.reading.contains { $0.contains("pools the conditions") })
    }

    /// References that were evaluated on another version of the set, not to the end or not at all keep their line.
    @Test func referencesThatDoNotCountAreNamed() throws {
        let sample = try Sample()
        let run = try sample.train("a-s0", seed: 0)
        for set in ["main", "second"] { try sample.evaluate(run, on: set) { $1 } }
        try sample.evaluate(nil, agent: .expert, version: 8, places: Array(0..<30)) { $1 }
        try sample.evaluate(nil, agent: .expert, on: "second") { $1 }
        try sample.evaluate(nil, agent: .random, isDone: false, places: [0, 2, 5]) { _, _ in 0 }
        let data = try sample.data(Sample.plan([("a", .method)], seeds: [0], sets: ["main", "second"]))
        let table = builder.table(data)
        let main = try #require(table.sets.first), second = try #require(table.sets.last)
        #expect(main.tasks == 12 && main.sha256?.prefix(2) == "09")
        #expect(main.lines.map(\.name) == ["a", "expert", "random"])
        for line in main.lines.dropFirst() {
            #expect(line.cells.isEmpty && line.iqm == nil && line.seeds == 0 && line.planned == 1)
            #expect(line.runs.map(\.counted) == [false])
        }
        let problems = [
            "expert was evaluated on another version of main", "the evaluation of random on main is not complete",
        ]
        #expect(main.lines.flatMap(\.problems) == problems)
        #expect(second.lines.map { $0.cells.isEmpty } == [false, false, true])
        #expect(second.lines.flatMap(\.problems) == ["random is not evaluated on second"])
        let markdown = MarkdownTable(data, table).text
        for problem in problems { #expect(markdown.contains("\nMissing:\n") && markdown.contains("- \(problem)\n")) }
        #expect(!LaTeXTable.text(data, table).contains("( seeds)"))
    }

    /// References alone never decide which version of a set counts where policies are evaluated.
    @Test func policiesDecideTheVersion() throws {
        let sample = try Sample()
        for agent in [EvalRun.Agent.expert, .random] { try sample.evaluate(nil, agent: agent, version: 8) { $1 } }
        let plan = Sample.plan([("a", .method)], seeds: [0])
        #expect(SetVersion.counted(of: "main", try sample.data(plan))?.sha256 == Sample.hash(8))
        try sample.evaluate(try sample.train("a-s0", seed: 0)) { $1 }
        #expect(SetVersion.counted(of: "main", try sample.data(plan))?.sha256 == Sample.hash(9))
        #expect(builder.table(try sample.data(plan)).sets.first?.line("a")?.seeds == 1)
    }

    /// Every list of up to three runs with seeds of 0 to 2 against every other.
    @Test func runsArePairedBySeedAndUsedOnce() {
        let lists = (0...3).flatMap { count in
            (0..<count).reduce([[Int]]([[]])) { lists, _ in lists.flatMap { list in (0..<3).map { list + [$0] } } }
        }
        #expect(lists.count == 40)
        for mine in lists {
            for other in lists {
                let pairs = TableBuilder.pairs(mine, other)
                #expect(pairs.allSatisfy { mine[$0.mine] == other[$0.other] })
                for seed in 0..<3 {
                    let places = (mine.indices.filter { mine[$0] == seed }, other.indices.filter { other[$0] == seed })
                    let own = pairs.filter { mine[$0.mine] == seed }
                    let count = min(places.0.count, places.1.count)
                    #expect(own.map(\.mine) == Array(places.0.prefix(count)))
                    #expect(own.map(\.other) == Array(places.1.prefix(count)))
                }
            }
        }
    }

    /// Two runs of one seed each: the second one of a row is no copy of its first.
    @Test func runsOfOneSeedAreComparedOneByOne() throws {
        let sample = try Sample()
        for (name, done) in [("sparse-s1", 0), ("sparse-s2", 6), ("both-s1", 0), ("both-s2", 0)] {
            let run = try sample.train(name, seed: 5, source: name.hasPrefix("both") ? .labels(run: "labels") : .none)
            try sample.evaluate(run) { _, _ in done }
        }
        let plan = try ReportPlan.derived(name: "n", from: sample.store) { _ in "" }
        #expect(plan.rows.flatMap { $0.runs.map(\.seed) } == [5, 5, 5, 5])
        let line = try #require(builder.table(try sample.data(plan)).sets.first?.line("both"))
        #expect(line.difference?.seeds == 2 && line.difference?.value == -0.5)
    }

    /// Evaluations of another version of the set, unfinished ones and ones of fewer updates are told apart.
    @Test func onlyWhatComparesIsCounted() throws {
        let sample = try Sample()
        let plan = Sample.plan([("sparse", .method), ("other", .method)], seeds: [0, 1, 2])
        for seed in 0..<3 {
            let run = try sample.train("sparse-s\(seed)", seed: seed)
            try sample.evaluate(run) { $1 }
        }
        let other = try (0..<3).map { try sample.train("other-s\($0)", seed: $0) }
        try sample.evaluate(other[0], version: 8) { $1 }
        try sample.evaluate(other[1], isDone: false) { $1 }
        var set = try #require(builder.table(try sample.data(plan)).sets.first)
        let line = try #require(set.line("other"))
        #expect(line.seeds == 0 && line.cells.isEmpty && line.iqm == nil && line.difference == nil)
        #expect(
            line.problems == [
                "other-s0 was evaluated on another version of main",
                "the evaluation of other-s1 on main is not complete", "other-s2 is trained, but not evaluated on main",
            ])
        #expect(set.line("sparse")?.seeds == 3)
        // A complete evaluation wins over a later one that is under way.
        try sample.evaluate(other[2]) { _, _ in 0 }
        try sample.evaluate(other[2], version: 7, isDone: false) { $1 }
        try sample.store.write { db in
            var run = other[2]
            try run.update(status: .running, step: 400, db)
        }
        set = try #require(builder.table(try sample.data(plan)).sets.first)
        let later = try #require(set.line("other"))
        #expect(later.seeds == 1 && later.cell(.proportion)?.value == 0)
        #expect(later.problems.last == "other-s2 was evaluated after 300 of its 400 updates")
        // Pairs: only the seed both have.
        #expect(later.difference?.seeds == 1 && later.difference?.value == -1)
    }

    @Test func withoutEvaluationsNoNumberIsMadeUp() throws {
        let sample = try Sample()
        try sample.train("sparse-s0", seed: 0)
        let plan = Sample.plan([("sparse", .method), ("sparse-rgvlm", .method), ("zero", .control)])
        let data = try sample.data(plan)
        let table = builder.table(data)
        let set = try #require(table.sets.first)
        #expect(set.tasks == 0 && set.sha256 == nil)
        #expect(set.lines.count == 3 && set.lines.allSatisfy { $0.cells.isEmpty && $0.seeds == 0 && $0.planned == 2 })
        #expect(Findings.sentences(data, table).map(\.tone) == [.open])
        let markdown = MarkdownTable(data, table).text
        let row = try #require(markdown.components(separatedBy: "\n").first { $0.hasPrefix("| zero |") })
        #expect(row == "| zero | 0 of 2 |" + String(repeating: " - |", count: 9))
        #expect(ResultFigure.figure(data, table) == nil)
        // A plan without sets has a page too.
        let empty = try sample.data(Sample.plan([("sparse", .method)], sets: []))
        #expect(Findings.sentences(empty, builder.table(empty)).count == 1)
        #expect(MarkdownTable(empty, builder.table(empty)).text.contains("no complete evaluation"))
    }

    /// Rows are compared with sparse + RG-VLM in pairs: what is told is named, what is not is not called worse.
    @Test(arguments: [(2, "may be as good"), (0, "far below"), (5, "far above")])
    func controlsAreComparedInPairs(_ control: Int, _ what: String) throws {
        let sample = try Sample(annotator: "vlm")
        for seed in 0..<3 {
            for (name, source, value) in [
                ("sparse", .none, 2), ("sparse-rgvlm", .labels(run: "labels"), 2),
                ("random", .random(seed: 1), control),
            ] as [(String, RewardMix.Source, Int)] {
                try sample.evaluate(try sample.train("\(name)-s\(seed)", seed: seed, source: source)) {
                    task, _ in max(0, value + (task + seed) % 3 - (name == "random" && task == 0 ? 2 : 1))
                }
            }
        }
        let data = try sample.data(
            Sample.plan([("sparse", .method), ("sparse-rgvlm", .method), ("random", .control)], seeds: [0, 1, 2]))
        let table = builder.table(data)
        let sentence = try #require(
            Findings.sentences(data, table).first { $0.text.contains("beside 1 control") }, "\(what)")
        let verdict = try #require(table.sets.first?.differencesToCombined.of("random")?.verdict)
        let expected: (Verdict, Findings.Sentence.Tone, String) =
            switch control {
            case 0: (.worse, .good, "is better than random")
            case 2: (.cannotTell, .open, "cannot be told from random")
            default: (.better, .bad, "is worse than random")
            }
        #expect(verdict == expected.0 && sentence.tone == expected.1 && sentence.text.contains(expected.2))
    }

    /// The verdict follows the numbers, whichever way they go; what cannot be told is open, not bad.
    @Test(arguments: [(0, 3, Findings.Sentence.Tone.good), (3, 0, .bad), (1, 1, .open)])
    func theVerdictFollowsTheNumbers(_ sparse: Int, _ both: Int, _ tone: Findings.Sentence.Tone) throws {
        let sample = try Sample(annotator: "vlm")
        for seed in 0..<3 {
            try sample.evaluate(try sample.train("sparse-s\(seed)", seed: seed)) { task, _ in sparse + (task + seed) % 2
            }
            try sample.evaluate(try sample.train("sparse-rgvlm-s\(seed)", seed: seed, source: .labels(run: "labels"))) {
                task, _ in
                both + (task + seed) % 2
            }
            try sample.evaluate(try sample.train("zero-s\(seed)", seed: seed, source: .zero)) { task, _ in task % 2 }
        }
        let data = try sample.data(
            Sample.plan([("sparse", .method), ("sparse-rgvlm", .method), ("zero", .control)], seeds: [0, 1, 2]))
        let table = builder.table(data)
        let sentences = Findings.sentences(data, table)
        let verdict = try #require(sentences.first)
        #expect(verdict.tone == tone)
        #expect(verdict.text.hasPrefix(tone == .good ? "Better:" : tone == .bad ? "Worse:" : "Cannot tell"))
        #expect(verdict.text.contains("excludes zero") == (sparse != both))
        let line = try #require(table.sets.first?.line("sparse-rgvlm"))
        #expect(line.isTold == (sparse != both))
        #expect(line.difference?.verdict == (tone == .good ? .better : tone == .bad ? .worse : .cannotTell))
        #expect(line.title == "sparse-rgvlm, the-model")
        // A reward of zero is sparse by another name and no further control; no sentence claims a scripted annotator.
        #expect(!sentences.contains { $0.text.contains("zero (") })
        #expect(!sentences.contains { $0.text.contains("not a VLM") })
        // A reason is given only where there is something to explain, and only the one that the data have.
        for unfulfilled in [0, 1] {
            var data = data
            (data.facts.instructions, data.facts.unfulfilled) = ([.primitive: 1234], unfulfilled)
            let reasons = Findings.sentences(data, table).filter { $0.text.contains("all 1,234 instructions") }
            #expect(reasons.count == (tone != .good && unfulfilled == 0 ? 1 : 0))
        }
        // With little leverage nothing is said of the reward; with enough the sentence is not there.
        for (contested, isSaid) in [(5, true), (20, false)] {
            var data = data
            data.check = try dataCheck(contested: contested)
            let said = Findings.sentences(data, table).filter { $0.text.contains("These data cannot tell") }
            #expect(said.count == (isSaid ? 1 : 0) && said.allSatisfy { $0.tone == .open })
            #expect(said.isEmpty || said[0].text.contains("5.0 %"))
            #expect(MarkdownTable(data, table).text.contains("## Checks before training"))
        }
    }

    /// Intervals are Holm's: those of a row among more rows are wider, and verdicts are what the intervals say.
    @Test func differencesAreCorrectedForTheNumberOfRows() throws {
        let sample = try Sample()
        let names = ["sparse", "a", "b", "c", "d"]
        for seed in 0..<3 {
            for (place, name) in names.enumerated() {
                try sample.evaluate(
                    try sample.train("\(name)-s\(seed)", seed: seed, algorithm: place > 0 ? "bc" : "iql")
                ) {
                    task, length in min(length, (task * (place + 3) + seed * 5) % 4)
                }
            }
        }
        func differences(_ names: [String]) throws -> [Comparison] {
            let plan = Sample.plan(names.map { ($0, .baseline) }, seeds: [0, 1, 2])
            return try #require(builder.table(try sample.data(plan)).sets.first).differences
        }
        let (all, pair) = (try differences(names), try differences(["sparse", "a"]))
        let (among, alone) = (try #require(all.of("a")), try #require(pair.of("a")))
        #expect(all.map(\.row) == ["a", "b", "c", "d"] && all.allSatisfy { $0.against == "sparse" })
        #expect(among.value == alone.value && among.ownStandardError == alone.ownStandardError)
        // Alone it has its own spread; among others theirs too, where that is larger.
        #expect(alone.standardError == alone.ownStandardError)
        #expect(try #require(among.standardError) >= (try #require(alone.standardError)))
        #expect(among.level > alone.level && alone.level == 0.95)
        #expect(among.trajectories == 6 && among.tasks == 12 && among.seeds == 3)
        for comparison in all + pair {
            let (low, high) = (try #require(comparison.low), try #require(comparison.high))
            let isTold = low > 0 || high < 0
            #expect((comparison.verdict != .cannotTell) == isTold)
            #expect((try #require(comparison.adjustedP) < 0.05) == isTold)
        }
        // What could have been found: pooled over the rows, and more among more rows.
        let power = try #require(all.detectable)
        #expect(power.comparisons == 4 && power.seeds == 3 && power.tasks == 12)
        #expect(power.observedCorrected > power.observed && power.predictedCorrected > power.predicted)
        #expect([Comparison]().detectable == nil)
    }

    /// One seed tells nothing of others, however large the difference.
    @Test func oneSeedIsNoVerdict() throws {
        let sample = try Sample()
        try sample.evaluate(try sample.train("sparse-s0", seed: 0)) { _, _ in 0 }
        try sample.evaluate(try sample.train("bc-s0", seed: 0, algorithm: "bc")) { $1 }
        let set = try #require(
            builder.table(try sample.data(Sample.plan([("sparse", .method), ("bc", .baseline)], seeds: [0]))).sets.first
        )
        let comparison = try #require(set.differences.first)
        #expect(comparison.value == 1 && comparison.verdict == .cannotTell && comparison.adjustedP == nil)
        #expect(set.detectable == nil)
    }

    /// The proxy's order stands beside the learner's, row by row.
    @Test func theCheckStandsBesideWhatCameOfIt() throws {
        let sample = try Sample()
        for (name, done) in [("sparse", 1), ("both", 6), ("bc", 0)] {
            try sample.evaluate(try sample.train("\(name)-s0", seed: 0)) { _, _ in done }
        }
        let data = try sample.data(
            Sample.plan([("sparse", .method), ("both", .method), ("bc", .baseline)], seeds: [0]))
        let check = try dataCheck(contested: 50, proxies: ["sparse": 0.8, "both": 0.9, "bc": 0.5, "later": 0.6])
        let words = CheckTable.rows(check, builder.table(data))
        let named = Dictionary(uniqueKeysWithValues: words.rows.map { ($0[0], $0) })
        let columns = words.header
        func cell(_ row: String, _ column: String) -> String? {
            columns.firstIndex(of: column).flatMap { named[row]?[$0] }
        }
        for (row, predicted, place) in [
            ("both", "1", "1"), ("sparse", "2", "2"), ("later", "3", "-"), ("bc", "4", "3"),
        ] {
            #expect(cell(row, "Predicted place") == predicted && cell(row, "Place") == place, "\(row)")
        }
        #expect(CheckTable.leverage(check).rows.first?.last == "50.0 %")
    }

    /// The page has the check as two tables, and each difference its verdict as a word of its own class.
    @Test func thePageShowsChecksAndVerdicts() throws {
        let sample = try Sample(annotator: "vlm")
        for seed in 0..<3 {
            for (name, source, done) in [
                ("sparse", .none, 1), ("zulu", .labels(run: "labels"), 6), ("yankee", .oracle, 0), ("xray", .zero, 1),
            ] as [(String, RewardMix.Source, Int)] {
                try sample.evaluate(try sample.train("\(name)-s\(seed)", seed: seed, source: source)) { task, _ in
                    done + (name == "xray" || name == "sparse" ? (task + seed) % 2 : 0)
                }
            }
        }
        let plan = Sample.plan(
            [("sparse", .baseline), ("zulu", .method), ("yankee", .oracle), ("xray", .control)], seeds: [0, 1, 2])
        var data = try sample.data(plan)
        let without = try ReportFiles(data, from: sample.store, searchPath: "")
        data.check = try dataCheck(contested: 50, proxies: ["sparse": 0.8, "zulu": 0.9])
        let with = try ReportFiles(data, from: sample.store, searchPath: "")
        func file(_ name: String, _ report: ReportFiles) throws -> String {
            String(decoding: try #require(report.files.first { $0.name == name }?.bytes), as: UTF8.self)
        }
        for (report, isChecked) in [(with, true), (without, false)] {
            let page = try file("report.html", report)
            #expect(page.contains("<section id=\"check\">") == isChecked)
            #expect(page.contains("Predicted place") == isChecked)
            for (word, name) in [("better", "better"), ("worse", "worse"), ("untold", "cannot tell")] {
                #expect(page.contains("<small class=\"verdict \(word)\">\(name)</small>"), "\(name)")
            }
        }
        // Everything is in the results: differences, both ways, and what could have been found.
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try file("results.json", with).utf8)) as? [String: Any])
        let set = try #require((json["sets"] as? [[String: Any]])?.first)
        let differences = try #require(set["differences"] as? [[String: Any]])
        #expect(differences.compactMap { $0["row"] as? String } == ["zulu", "yankee", "xray"])
        #expect(differences.compactMap { $0["verdict"] as? String } == ["better", "worse", "cannot tell"])
        for difference in differences {
            for key in ["value", "low", "high", "adjusted_p", "level", "seeds", "tasks", "trajectories", "components"] {
                #expect(difference[key] != nil, "\(key)")
            }
        }
        let combined = try #require(set["differences_to_combined"] as? [[String: Any]])
        #expect(combined.allSatisfy { $0["against"] as? String == "zulu" })
        let power = try #require(set["detectable"] as? [String: Any])
        #expect(power["comparisons"] as? Int == 3 && power["predicted_corrected"] is Double)
        #expect((json["check"] as? [String: Any])?["window"] as? Int == 17)
        // CSV has both differences of every row that has them.
        let lines = try file("table.csv", with).split(separator: "\n")
        #expect(lines.count { $0.contains("difference_to_sparse,") } == 4)
        #expect(lines.count { $0.contains("difference_to_sparse_rgvlm,") } == 4)
    }

    @Test func titlesSayWhatMustNotBePassedOver() throws {
        for (annotator, shown) in [
            ("vlm", "the-model"), ("scripted", "scripted (not a VLM)"), ("constant", "scripted, constant (not a VLM)"),
            (LabelRun.noiseFree, "scripted without errors (oracle, not a VLM)"),
            (LabelRun.distance, "true distance to go (oracle)"),
        ] {
            let sample = try Sample(annotator: annotator)
            try sample.train("x-s0", seed: 0, source: .labels(run: "labels"))
            try sample.train("y-s0", seed: 0, source: .oracle)
            try sample.train("z-s0", seed: 0)
            try sample.train("w-s0", seed: 0, source: .noiseFree(run: "labels"))
            let data = try sample.data(
                Sample.plan([("x", .method), ("y", .method), ("z", .oracle), ("w", .method)], seeds: [0]))
            let titles = data.rows.map { $0.title(in: data) }
            #expect(titles.prefix(3) == ["x, \(shown)", "y (oracle)", "z (oracle)"])
            #expect(titles[3].contains("oracle"))
        }
    }

    /// Whatever is drawn, no share leaves 0 to 1, and an interval holds its mean.
    @Test func intervalsStayWithinTheirRange() throws {
        let sample = try Sample()
        let table = builder.table(try sample.data(try sample.fill()))
        for line in table.sets.flatMap(\.lines) {
            for (name, cell) in line.cells {
                let highest = name == "return" ? 6.0 : 1
                let (low, high) = (try #require(cell.low), try #require(cell.high))
                #expect(low >= 0 && low <= cell.value + 1e-12 && cell.value <= high + 1e-12 && high <= highest)
            }
        }
    }

    /// Of two rows of a role the one with evaluations is the paper's row.
    @Test func rolesGoToRowsThatAreEvaluated() throws {
        let sample = try Sample()
        for name in ["a", "b"] {
            let run = try sample.train("\(name)-s0", seed: 0)
            if name == "b" { try sample.evaluate(run) { $1 } }
        }
        try sample.train("c-s0", seed: 0, source: .labels(run: "labels"))
        try sample.train("d-s0", seed: 0, source: .labels(run: "labels"), sparse: 0)
        let rows: [(name: String, kind: ReportPlan.Kind)] = [
            ("a", .method), ("b", .method), ("c", .method), ("d", .method),
        ]
        let roles = Roles(try sample.data(Sample.plan(rows, seeds: [0])))
        #expect(roles.sparse == 1 && roles.combined == 2 && roles.generated == 3)
        let none = Roles(try sample.data(Sample.plan([("rgvlm", .method), ("sparse", .control)], seeds: [0])))
        #expect(none.generated == 0 && none.sparse == nil && none.combined == nil)
    }

    /// Weighed cloning is a baseline whatever its weights come from, and no oracle is the paper's row.
    @Test func onlyScoresThatAreLearnedFromMakeAMethod() throws {
        let sample = try Sample()
        for (name, algorithm, source) in [
            ("a-s0", "ra-bc", .labels(run: "labels")), ("b-s0", "iql", .minimumDistance),
            ("c-s0", "iql", .noiseFree(run: "labels")), ("d-s0", "iql", .distance(run: "labels")),
            ("e-s0", "iql", .labels(run: "labels")),
        ] as [(String, String, RewardMix.Source)] {
            try sample.train(name, seed: 0, algorithm: algorithm, source: source)
        }
        let plan = try ReportPlan.derived(name: "n", from: sample.store) { _ in "" }
        #expect(plan.rows.map(\.kind) == [.baseline, .baseline, .oracle, .oracle, .method])
        #expect(Roles(try sample.data(plan)).combined == 4)
    }

    @Test func aPlanCanBeReadOffTheStore() throws {
        let sample = try Sample()
        for (name, source) in [
            ("a-s0", .none), ("a-s12", .none), ("b", .zero), ("c-s", .oracle), ("s3", .none),
            ("d-s0", .labels(run: "labels")),
        ] as [(String, RewardMix.Source)] {
            let run = try sample.train(name, seed: 3, algorithm: name == "s3" ? "bc" : "iql", source: source)
            try sample.evaluate(run, on: name == "b" ? "second" : "main") { $1 }
        }
        let plan = try ReportPlan.derived(name: "n", from: sample.store) { "run \($0.identity.name)" }
        #expect(plan.rows.map(\.name) == ["a", "b", "c-s", "s3", "d"])
        #expect(plan.rows.map(\.kind) == [.baseline, .control, .oracle, .baseline, .method])
        #expect(plan.rows[0].runs.map(\.name) == ["a-s0", "a-s12"])
        #expect(plan.rows[0].runs[1].command == "run a-s12")
        #expect(plan.sets == ["main", "second"])
        try sample.train("e-s0", seed: 3, source: .labels(run: "labels"), generated: 0)
        #expect(try ReportPlan.derived(name: "n", from: sample.store) { _ in "" }.rows.last?.kind == .baseline)
    }
}

/// A check of 100 steps, as `rgvlm-train check` writes it.
private func dataCheck(contested: Int, proxies: KeyValuePairs<String, Double> = ["sparse": 0.5]) throws -> DataCheck {
    let leverage = [1, 17].map { "{\"window\": \($0), \"steps\": 100, \"contested\": \(contested)}" }
    let rows = proxies.map { name, completed in
        let proxy = [1, 17].map {
            "{\"window\": \($0), \"completed\": \(completed), \"best\": \(completed), \"starts\": 3}"
        }
        return """
            {"name": "\(name)", "title": "\(name)", "selection": 0, "algorithm": "iql",
             "dawdling": {"perStep": 0.03, "forEver": 1, "finishing": 1}, "proxy": [\(proxy.joined(separator: ","))]}
            """
    }
    let json = """
        {"window": 17, "acting": "drawn", "windows": [1, 17], "rows": [\(rows.joined(separator: ","))],
         "selections": [{"episodes": 4, "instructions": 8, "unfulfilled": 2, "steps": 100, "content": "0",
                         "leverage": [\(leverage.joined(separator: ","))]}]}
        """
    return try JSONDecoder().decode(DataCheck.self, from: Data(json.utf8))
}
