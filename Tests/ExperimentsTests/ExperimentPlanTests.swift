import Foundation
import Ground
import StageSupport
import TestSupport
import Testing

@testable import Experiments

@Suite struct ExperimentPlanTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let yaml = """
        store: a store.sqlite
        train: {steps: 100, keep: 1}
        evaluate:
          sets: [{name: near, split: valid_seen}, {name: far, split: valid_unseen}]
        experiment:
          seeds: [4, 7]
          rows:
            - {name: sparse, kind: baseline, set: [train.reward.source=none]}
            - {name: bc, kind: baseline, set: [train.algorithm=bc, train.steps=60]}
            - {name: both, kind: method, set: ["train.reward.labels=it's one"]}
        """

    private func configuration(_ yaml: String = yaml, _ overrides: [String] = []) throws -> Configuration {
        try Configuration(file: try folder.write(yaml, to: "c.yaml"), overrides: overrides.map { .init($0) })
    }

    private func plan(_ yaml: String = yaml, _ places: ExperimentPlan.Places? = nil) throws -> ExperimentPlan {
        try ExperimentPlan(
            configuration(yaml),
            places ?? ExperimentPlan.Places(config: "my c.yaml", store: "a store.sqlite", overrides: ["seed=1"]))
    }

    /// What a shell makes of a line.
    private func words(_ line: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "printf '%s\\0' " + line]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func labelRunsBesideTheMainOne() throws {
        let variants = "\n  labels: [{name: noise-free, set: [label.annotator.wrong_scores=0]}, {name: other}]\n"
        let plan = try plan(Self.yaml + variants)
        #expect(
            plan.labels == [
                .init(
                    name: "noise-free", options: ["--run", "noise-free", "--set", "label.annotator.wrong_scores=0"]),
                .init(name: "other", options: ["--run", "other"]),
            ])
        #expect(
            ExperimentPlan.lintOptions(plan.labels[1], out: "o") == [
                "--run", "other", "--page", "o/lint-other.html", "--results", "o/lint-other.json",
            ])
        for (labels, word) in [
            ("[{name: a}, {name: a}]", "two label runs"), ("[{name: ../a}]", "other signs"),
            ("[{name: a, set: [label.annotator.wrong_score=0]}]", "wrong_scores"), ("[{name: main}]", "main label run"),
        ] {
            let error = #expect(throws: StageError.self) {
                try self.plan("label: {run: main}\n" + Self.yaml + "\n  labels: \(labels)\n")
            }
            #expect(error?.description.contains(word) == true, "\(labels): \(error?.description ?? "")")
        }
    }

    @Test func gradedDataTakeThePlaceOfTheOthersOrStandBeside() throws {
        let plain = DataCommands(nil, root: "alfred", out: "o")
        #expect(plain.make.isEmpty)
        #expect(plain.ingest == [.init(program: "rgvlm-ingest", arguments: ["alfred", "--root", "alfred"])])
        let grade = try #require(
            plan(Self.yaml + "\n  grade: {recipe: hard, limit: 3, include: some.json}\n").grade)
        let both = DataCommands(grade, root: nil, out: "o")
        #expect(both.make.map(\.arguments.first) == ["generate", "grade"])
        #expect(
            both.make[1].arguments == [
                "grade", "--root", "o/data", "--split", "train", "--recipe", "hard", "--out", "o/graded", "--limit",
                "3", "--include", "some.json",
            ])
        #expect(both.ingest.map { $0.arguments[2] } == ["o/graded"])
        let named = try #require(plan(Self.yaml + "\n  grade: {dataset: acted}\n").grade)
        let beside = DataCommands(named, root: "alfred", out: "o")
        #expect(beside.ingest.map { $0.arguments[2] } == ["alfred", "o/graded"])
        #expect(beside.ingest[1].arguments[3...4] == ["--dataset", "acted"])
        #expect(throws: StageError.self) { try plan(Self.yaml + "\n  grade: {dataset: ../x}\n") }
    }

    @Test func quotedWordsComeBack() throws {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "'", "\"", "\\", " ", "$HOME", "`", "*", "?", "~", "#", "!", "&", ";", "|", "<", "(", "\u{301}", "é", "\t",
            "a",
            "-", "--set", "=", "[1, 2]", "{a: b}", "日", "\u{7F}", "%s", "\r",
        ]
        var all = pieces + [""]
        for _ in 0..<300 {
            all.append(
                (0..<Int.random(in: 1...6, using: &generator)).map { _ in pieces.randomElement() ?? "" }.joined())
        }
        #expect(try words(ShellWords.line(all)).map(Array.init(_:)).elementsEqual(all.map(Array.init(_:))))
    }

    @Test func everyRowIsTrainedOnceASeed() throws {
        let plan = try plan()
        #expect(plan.cells.map(\.run) == ["sparse-s4", "bc-s4", "both-s4", "sparse-s7", "bc-s7", "both-s7"])
        #expect(plan.cells.map(\.updates) == [100, 60, 100, 100, 60, 100])
        #expect(plan.cells.map(\.algorithm) == [.iql, .bc, .iql, .iql, .bc, .iql])
        #expect(
            plan.cells[1].trainCommand == [
                "rgvlm-train", "run", "--config", "my c.yaml", "--store", "a store.sqlite", "--set", "seed=1", "--run",
                "bc-s4",
                "--seed", "4", "--set", "train.algorithm=bc", "--set", "train.steps=60", "--threads", "1",
            ])
        #expect(
            plan.cells[1].evaluateLine
                == "rgvlm-evaluate run --config 'my c.yaml' --store 'a store.sqlite' --set seed=1 --run bc-s4")
        #expect(plan.cells[1].evaluations == ["bc-s4@near", "bc-s4@far"])
        #expect(plan.references == ["expert@near", "expert@far", "random@near", "random@far"])
        for cell in plan.cells {
            #expect(try words(cell.trainLine) == cell.trainCommand)
            #expect(try words(cell.evaluateLine) == cell.evaluateCommand)
        }
        let elsewhere = try self.plan(Self.yaml, ExperimentPlan.Places(config: nil, store: "s", programs: "/b"))
        #expect(elsewhere.cells[0].trainCommand.prefix(4) == ["/b/rgvlm-train", "run", "--store", "s"])
        #expect(elsewhere.referenceCommands[1] == ["/b/rgvlm-evaluate", "run", "--store", "s", "--agent", "random"])
    }

    @Test func threeSeedsWhenNoneAreNamed() throws {
        let plan = try plan("experiment: {rows: [{name: a}]}")
        #expect(plan.cells.map(\.run) == ["a-s1", "a-s2", "a-s3"])
        #expect(plan.cells.map(\.updates) == [nil, nil, nil])
    }

    @Test func problemsNameTheRow() throws {
        #expect(throws: StageError.self) { try plan("train: {steps: 1}") }
        let error = #expect(throws: StageError.self) {
            try plan("experiment: {rows: [{name: a, set: [train.reward.sauce=none]}]}")
        }
        #expect(
            error?.description.contains("row a") == true && error?.description.contains("train.reward.source") == true)
        #expect(throws: StageError.self) {
            try plan("experiment: {rows: [{name: a}]}", ExperimentPlan.Places(config: "a\nb", store: "s"))
        }
    }

    private func facts(_ state: ExperimentPlan.State, _ cell: ExperimentPlan.Cell) -> ExperimentFacts {
        var facts = ExperimentFacts()
        let updates = cell.updates ?? 0
        switch state {
        case .open: break
        case .begun: facts.trainings[cell.run] = .init(.running, step: updates / 2)
        case .trained: facts.trainings[cell.run] = .init(.done, step: updates)
        case .longer: facts.trainings[cell.run] = .init(.done, step: updates + 1)
        case .failed: facts.trainings[cell.run] = .init(.failed, step: 3)
        case .evaluated:
            facts.trainings[cell.run] = .init(.done, step: updates)
            for name in cell.evaluations { facts.evaluations[name] = .some(updates) }
        }
        return facts
    }

    @Test(arguments: [ExperimentPlan.State.open, .begun, .trained, .evaluated, .failed, .longer])
    func aStateIsRecognised(_ state: ExperimentPlan.State) throws {
        let plan = try plan()
        for cell in plan.cells {
            let facts = facts(state, cell)
            #expect(plan.state(of: cell, facts) == state)
            #expect(plan.cells.allSatisfy { $0 == cell || plan.state(of: $0, facts) == .open })
            let estimate = plan.estimate(Configuration(), facts, jobs: 2)
            var expected = ["open": plan.cells.count - 1]
            expected[state.rawValue, default: 0] += 1
            #expect(estimate.cells == expected)
        }
    }

    @Test func aShorterRunIsNotTrainedNorAnEarlierCheckpointEvaluated() throws {
        let plan = try plan()
        let cell = plan.cells[0]
        var facts = ExperimentFacts()
        facts.trainings[cell.run] = .init(.done, step: 99)
        #expect(plan.state(of: cell, facts) == .begun)
        facts.trainings[cell.run] = .init(.done, step: 100)
        facts.evaluations = ["sparse-s4@near": 100, "sparse-s4@far": 50]
        #expect(plan.state(of: cell, facts) == .trained)
        facts.evaluations["sparse-s4@far"] = nil
        #expect(plan.state(of: cell, facts) == .trained)
        facts.evaluations["sparse-s4@far"] = 100
        #expect(plan.state(of: cell, facts) == .evaluated)
    }

    @Test func timeIsThatOfTheUpdatesLeft() throws {
        let plan = try plan()
        let configuration = try configuration(Self.yaml)
        var facts = ExperimentFacts()
        facts.rates = ["iql small": 2, "bc small": 6]
        facts.evaluationSeconds = 0
        // 4 cells of 50 s and 2 of 10 s.
        let one = plan.estimate(configuration, facts, jobs: 1)
        #expect(one.secondsLeft == 220 && one.isMeasured && one.updates == 520 && one.updatesDone == 0)
        #expect(plan.estimate(configuration, facts, jobs: 2).secondsLeft == 110)
        #expect(plan.estimate(configuration, facts, jobs: 64).secondsLeft == 50)
        facts.trainings["sparse-s4"] = .init(.running, step: 60)
        #expect(plan.estimate(configuration, facts, jobs: 1).secondsLeft == 190)
        facts.trainings["sparse-s4"] = .init(.failed, step: 60)
        #expect(plan.estimate(configuration, facts, jobs: 1).secondsLeft == 170)
        // 2 sets of 5 open cells and of two references.
        facts.evaluationSeconds = 1
        #expect(plan.estimate(configuration, facts, jobs: 1).secondsLeft == 184)
        facts.evaluations["expert@near"] = .some(nil)
        #expect(plan.estimate(configuration, facts, jobs: 1).secondsLeft == 183)
        facts.rates["bc small"] = nil
        #expect(!plan.estimate(configuration, facts, jobs: 1).isMeasured)
    }

    @Test func costIsKnownOnceSomeIsSpent() throws {
        let plan = try plan()
        var configuration = try configuration(Self.yaml)
        var facts = ExperimentFacts()
        #expect(plan.estimate(configuration, facts, jobs: 1).dollars == 0)
        #expect(!plan.estimate(configuration, facts, jobs: 1).isAsking)
        configuration.label.provider = .openai
        #expect(plan.estimate(configuration, facts, jobs: 1).dollars == nil)
        #expect(plan.estimate(configuration, facts, jobs: 1).isAsking)
        facts.labels = .init(isVLM: true, dollars: 2, spans: 100, settled: 25)
        #expect(plan.estimate(configuration, facts, jobs: 1).dollars == 8)
        let text = plan.text(configuration, facts, jobs: 1, freeBytes: 5e9)
        #expect(text.contains("cost: 2.00 dollars spent on labels, about 8.00 in all"))
        #expect(text.contains("5,000 MB are free"))
        #expect(plan.estimate(configuration, facts, jobs: 1).isAsking)
        facts.labels?.settled = 100
        #expect(!plan.estimate(configuration, facts, jobs: 1).isAsking)
    }

    /// Those who read scores mean the run that those who make them make.
    @Test func labelRunsAreNamedAfterWhoLabels() throws {
        let cases: [(settings: [String], name: String?)] = [
            ([], nil), (["provider=scripted"], "scripted"),
            (["provider=scripted", "annotator.kind=goalBlind"], "scripted-goal-blind"),
            (["model=gpt-5"], "scripted"), (["provider=openai"], nil),
            (["run=mine", "provider=openai", "model=m"], "mine"),
            (["provider=openai", "model=Qwen/Qwen2.5-VL:7b é"], "Qwen-Qwen2.5-VL-7b--"),
            (["provider=gemini", "model=models/gemini-2.5-pro"], "gemini-2.5-pro"),
            (["provider=anthropic", "model=" + String(repeating: "m", count: 70)], String(repeating: "m", count: 64)),
            (["provider=replay", "replay_of=mine"], "mine-replay"),
        ]
        for (settings, name) in cases {
            let label = try Configuration(file: nil, overrides: settings.map { .init("label." + $0) }).label
            #expect(label.runName == name, "\(settings)")
        }
    }

    @Test func theTableHasALineARow() throws {
        let plan = try plan()
        var facts = ExperimentFacts()
        facts.trainings = [
            "sparse-s4": .init(.done, step: 100), "bc-s4": .init(.running, step: 45),
            "both-s4": .init(.failed, step: 7),
            "sparse-s7": .init(.done, step: 2000),
        ]
        facts.evaluations = ["sparse-s4@near": 100, "sparse-s4@far": 100]
        facts.rates = ["iql small": 2, "bc small": 2]
        let text = plan.text(try configuration(Self.yaml), facts, jobs: 2, freeBytes: nil)
        #expect(
            text.hasPrefix(
                """
                row     kind      updates  seed 4  seed 7
                ------  --------  -------  ------  --------------
                sparse  baseline      100  done    LONGER (2,000)
                bc      baseline       60  75 %    -
                both    method        100  FAILED  -

                6 cells: 1 done, 1 begun, 2 not begun, 1 failed, 1 trained for longer than planned
                time left for training and evaluation: about 2 min 30 s, 2 at a time at 2.0 updates/s a process, as \
                measured
                cost: none; the labels are the scripted annotator's, not a VLM's
                """))
        #expect(
            plan.stateLines(facts).prefix(3) == [
                "sparse-s4\tevaluated\t100\t100", "bc-s4\tbegun\t45\t60", "both-s4\tfailed\t7\t100",
            ])
    }

    /// The experiments that come with the package.
    @Test(arguments: ["demo.yaml", "graded.yaml", "reproduce.yaml"])
    func theExperimentsArePlanned(_ name: String) throws {
        let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Pipelines")
        let file = pipelines.appendingPathComponent(name).path
        let configuration = try Configuration(file: file, overrides: [])
        let plan = try ExperimentPlan(configuration, ExperimentPlan.Places(config: file, store: "s"))
        #expect(plan.cells.allSatisfy { $0.updates != nil && !$0.evaluations.isEmpty })
        #expect(plan.seeds.count >= 2 && Set(plan.rows.map(\.name)).isSuperset(of: ["sparse", "sparse-rgvlm", "bc"]))
        #expect(plan.rows.contains { $0.kind == .control })
        guard name == "reproduce.yaml" else { return }
        #expect(
            Set(plan.rows.map(\.name)) == [
                "sparse", "rgvlm", "sparse-rgvlm", "bc", "filtered-bc", "oracle", "zero", "random", "negated",
                "time-index",
                "shuffled",
            ])
        #expect(plan.seeds.count >= 3 && Set(plan.cells.map(\.updates)).count == 1)
    }
}
