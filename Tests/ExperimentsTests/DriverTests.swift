import FakeStage
import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `rgvlm-experiment run` with stages that only pretend: what is done is skipped, nothing that fails is hidden.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DriverTests {
    private let experiment: FakeExperiment

    init() throws { experiment = try FakeExperiment() }

    @Test func goesFromDataToReportAndSkipsWhatIsDone() async throws {
        let settings = ["--set", "label.run=it's $HOME", "--set", "evaluate.threads=2"]
        let result = try experiment.run(settings[0], settings[1], settings[2], settings[3])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("time left for training and evaluation: about"))
        let out = experiment("out")
        #expect(
            result.output.hasSuffix(
                "\(experiment.table)\ntable:  \(out)/table.md\nfigure: \(out)/figure4.png\nreport: \(out)/report.html\n"
            ))
        #expect(experiment.table.split(separator: "\n").count == 8)
        #expect(!result.errors.contains("failed"))
        var stages: [String] = []
        for event in try experiment.history() {
            let isNamed = event.program == "rgvlm-label" || event.what == "train check"
            let name = isNamed ? "\(event.program) \(event.what)" : event.program
            if !stages.contains(name) { stages.append(name) }
        }
        #expect(
            stages == [
                "rgvlm-simulate", "rgvlm-ingest", "rgvlm-label label run", "rgvlm-label label lint",
                "rgvlm-train train check", "rgvlm-train", "rgvlm-evaluate", "rgvlm-report",
            ])
        #expect(
            try experiment.history().filter { $0.kind == .settings }.map(\.text) == [
                "\(out)/data\nlabel.run=it's $HOME\nevaluate.threads=2"
            ])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: out).sorted() == [
                "check.json", "data", "figure4.png", "lint.html", "logs", "report.html", "table.md",
            ])
        try await experiment.nothingIsLeft()

        let (before, table) = (try experiment.history().count, experiment.table)
        #expect(try experiment.run(settings[0], settings[1], settings[2], settings[3]).status == 0)
        #expect(experiment.table == table)
        let again = try experiment.history().dropFirst(before).filter {
            $0.kind == .start && $0.program == "rgvlm-train" && $0.what != "train check"
        }
        #expect(again.map(\.text) == [String](repeating: "10", count: 6))
    }

    @Test func aReleaseIsReadWhereItIs() throws {
        let nowhere = try experiment.run("--root", experiment("nowhere"))
        #expect(nowhere.status == 66, "\(nowhere.errors)")
        try FileManager.default.createDirectory(atPath: experiment("alfred"), withIntermediateDirectories: true)
        let result = try experiment.run("--root", experiment("alfred"))
        #expect(result.status == 0, "\(result.errors)")
        let history = try experiment.history()
        #expect(!history.contains { $0.program == "rgvlm-simulate" })
        #expect(history.filter { $0.kind == .settings }.map(\.text) == [experiment("alfred")])
    }

    @Test func stepsCanBeChosen() throws {
        #expect(try experiment.run("--steps", "data,ingest").status == 0)
        #expect(Set(try experiment.history().map(\.program)) == ["rgvlm-simulate", "rgvlm-ingest"])
        // What is not trained is not evaluated, and the table does not hide it.
        let result = try experiment.run("--steps", "evaluate report")
        #expect(result.status == 65, "\(result.errors)")
        #expect(try experiment.starts("rgvlm-evaluate").isEmpty)
        for run in FakeExperiment.cells { #expect(result.errors.contains("failed: \(run) (exit code 65)")) }
        #expect(try experiment.run("--steps", "evaluat").status == 64)
        #expect(try experiment.run("--steps", "").status == 64)
    }

    @Test func aCellThatFailsIsToldAndTheOthersGoOn() throws {
        experiment.fake.fail = ["b-s1": 65, "a-s2": 9]
        experiment.fake.failEvaluation = ["c-s1": 66]
        let result = try experiment.run()
        #expect(result.status == 65, "\(result.errors)")
        for (run, code) in [("b-s1", 65), ("a-s2", 9), ("c-s1", 66)] {
            #expect(
                result.errors.contains(
                    "failed: \(run) (exit code \(code)), log \(experiment("out"))/logs/\(run).log\n"))
            #expect(experiment.log(run).contains("it was to fail"))
        }
        #expect(result.errors.contains("3 failed; the same command tries them again"))
        for run in ["a-s1", "b-s2", "c-s2"] {
            #expect(!result.errors.contains("failed: \(run)") && experiment.table.contains("| \(run) |"))
        }
        for run in ["b-s1", "a-s2", "c-s1"] { #expect(!experiment.table.contains("| \(run) |")) }
        #expect(try experiment.starts("rgvlm-evaluate") == ["a-s1", "c-s1", "b-s2", "c-s2", "expert", "random"])
        #expect(result.output.contains(experiment.table))
        // Once the reason is gone the same command makes up for it.
        experiment.fake.fail = [:]
        experiment.fake.failEvaluation = [:]
        #expect(try experiment.run().status == 0)
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
    }

    @Test func aCellTrainedForLongerThanPlannedIsTold() throws {
        #expect(try experiment.run("--steps", "data,ingest,label,train").status == 0)
        experiment.fake.updates = 5
        let result = try experiment.run()
        #expect(result.status == 65, "\(result.errors)")
        #expect(result.errors.contains("its state is \"longer\" after 10 of 5 updates"))
        #expect(try experiment.starts("rgvlm-evaluate") == ["expert", "random"])
    }

    @Test func aStageThatFailsEndsIt() throws {
        for (stage, code): (String, Int32) in [
            ("simulate generate", 73), ("ingest alfred", 65), ("label run", 75), ("label run", 69),
        ] {
            experiment.fake.fail = [stage: code]
            let result = try experiment.run()
            #expect(result.status == code, "\(result.errors)")
            #expect(result.errors.contains("failed with exit code \(code)"))
            #expect(try experiment.starts("rgvlm-train").isEmpty)
        }
        // Spans that cannot be shown stay so; others may be waiting for their answers.
        experiment.fake.fail = ["label run": 66]
        experiment.fake.isPending = true
        #expect(try experiment.run().status == 66)
        #expect(try experiment.starts("rgvlm-train").isEmpty)
        experiment.fake.isPending = false
        #expect(try experiment.run().status == 0)
    }

    @Test func aLintThatDoesNotPassIsTold() throws {
        experiment.fake.fail = ["label lint": 65]
        let result = try experiment.run()
        #expect(result.status == 0 && result.errors.contains("lint does not trust the scores"), "\(result.errors)")
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
        experiment.fake.fail = ["label lint": 73]
        #expect(try experiment.run().status == 73)
    }

    @Test func labelsThatCostAreEstimatedFirst() throws {
        let result = try experiment.run(
            "--steps", "data,ingest,label", "--set", "label.provider=openai", "--set", "label.model=m")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try experiment.starts("rgvlm-label") == ["label estimate", "label run"])
    }

    @Test func cellsBeginAnewOnDemandOnly() throws {
        func restarted() throws -> [String] { try experiment.history().filter { $0.kind == .restart }.map(\.what) }
        experiment.fake.other = ["b-s1"]
        let result = try experiment.run()
        #expect(result.status == 65 && result.errors.contains("with --restart (make: RESTART=1)"), "\(result.errors)")
        #expect(try restarted().isEmpty)
        #expect(try experiment.run("--restart").status == 0)
        #expect(try restarted().sorted() == FakeExperiment.cells.sorted())
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
    }

    /// Nobody goes on before so many are half done.
    @Test(arguments: [1, 3, 6]) func soManyCellsAreTrainedAtOnce(_ jobs: Int) async throws {
        experiment.fake.hold = Set(FakeExperiment.cells)
        let running = try experiment.start(jobs: String(jobs))
        await experiment.wait(for: .half, count: jobs)
        // They start at the same time, so that each may be the first to say so.
        #expect(try experiment.starts("rgvlm-train").sorted() == FakeExperiment.cells.prefix(jobs).sorted())
        experiment.fake.hold = []
        try experiment.configure()
        #expect(try running.wait().status == 0)
        var (atOnce, most) = (0, 0)
        for event in try experiment.history() where event.program == "rgvlm-train" {
            atOnce += event.kind == .start ? 1 : event.kind == .end ? -1 : 0
            most = max(most, atOnce)
        }
        #expect(most == jobs)
    }

    @Test func jobsAreANumber() throws {
        #expect(try experiment.run(jobs: "0").status == 64)
        #expect(try experiment.run(jobs: "two").status == 64)
    }

    @Test func progressIsALine() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        let running = try experiment.start("--interval", "0.05", "--steps", "train")
        await experiment.wait(for: .half, count: 2)
        let line = /cells 0\/6 done, 2 running \(a-s1 \d+ %, b-s1 \d+ %\), \d+(\.\d)?\/s, \d+ (s|min) left/
        try running.waitForErrors("left")
        experiment.fake.hold = []
        try experiment.configure()
        let result = try running.wait()
        #expect(result.status == 0 && result.errors.contains(line), "\(result.errors)")
    }
}
