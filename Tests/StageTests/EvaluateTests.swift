import ExperimentStore
import Foundation
import StoreFixture
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A generated dataset and its store, made once; each test works on copies.
private enum Generated {
    static let folder: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        for (name, arguments) in [
            (
                "rgvlm-simulate",
                ["generate", "--scenes", "3", "--episodes", "10", "--size", "56", "--format", "png", "--out", "data"]
            ), ("rgvlm-ingest", ["alfred", "--root", "data", "--store", "x.sqlite"]),
        ] {
            let result = try Executable(name).run(arguments + ["--quiet"], in: folder)
            try #require(result.status == 0, "\(result.errors)")
        }
        return folder
    }
}

/// Evaluation and report as processes, on a small generated dataset with a policy of a few updates.
@Suite(.serialized) struct EvaluateTests {
    private let folder: TemporaryFolder
    private let evaluate = Executable("rgvlm-evaluate")
    private let report = Executable("rgvlm-report")

    init() throws {
        folder = try TemporaryFolder()
        let source = try Generated.folder.get()
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) where !name.hasPrefix(".") {
            try FileManager.default.copyItem(atPath: source(name), toPath: folder(name))
        }
    }

    private func train(_ name: String, steps: Int = 6) throws {
        let result = try Executable("rgvlm-train").run(
            [
                "run", "--store", "x.sqlite", "--run", name, "--steps", "\(steps)", "--threads", "1", "--seed", "1",
                "--set", "train.batch=4", "--set", "train.validation=[]",
            ], in: folder)
        try #require(result.status == 0, "\(result.errors)")
    }

    private func rollouts(_ run: String) throws -> [Rollout] {
        let store = try ExperimentStore(folder("x.sqlite"), access: .read)
        return try store.read { db in try EvalRun.named(run, db)?.rollouts(db).map(\.rollout) ?? [] }
    }

    @Test func theOrdinaryWay() throws {
        try train("r-s1")
        let arguments = ["--store", "x.sqlite", "--tasks", "train", "--count", "12"]
        let first = try evaluate.run(["run", "--run", "r-s1", "--agent", "expert"] + arguments, in: folder)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("r-s1@train after 6 updates") && first.output.contains("steps in"))
        #expect(try rollouts("r-s1@train").count == 12)
        let done = try rollouts("expert@train")
        #expect(done.reduce(0) { $0 + $1.completed } > done.count)

        let second = try evaluate.run(["run", "--run", "r-s1"] + arguments, in: folder)
        #expect(second.status == 0 && second.output.contains("evaluated before"))
        let json = try evaluate.run(["run", "--run", "r-s1", "--json"] + arguments, in: folder)
        #expect(json.output.contains("\"is_new\" : false"))

        // More updates, another policy: evaluated anew, in place of the old one.
        try train("r-s1", steps: 9)
        let third = try evaluate.run(["run", "--run", "r-s1"] + arguments, in: folder)
        #expect(third.output.contains("after 9 updates") && third.output.contains("steps in"))
        #expect(try rollouts("r-s1@train").count == 12)

        let pictures = try evaluate.run(
            ["frames", "--run", "r-s1@train", "--task", "0", "--out", "seen", "--size", "40", "--store", "x.sqlite"],
            in: folder)
        #expect(pictures.status == 0, "\(pictures.errors)")
        let steps = try rollouts("r-s1@train")[0].stepCount
        let files = try FileManager.default.contentsOfDirectory(atPath: folder("seen"))
        #expect(files.count(where: { $0.hasPrefix("0") }) == steps + 1)
        #expect(files.contains("sheet.png") && files.contains("animation.png"))

        let made = try report.run(["make", "--store", "x.sqlite", "--out", "out"], in: folder)
        #expect(made.status == 0, "\(made.errors)")
        for name in ["table.md", "table.csv", "table.tex", "results.json", "report.html"] {
            #expect(FileManager.default.fileExists(atPath: folder("out/\(name)")), "\(name)")
        }
        #expect(try report.run(["table", "--store", "x.sqlite"], in: folder).output.contains("r-s1"))
    }

    /// Killed or interrupted once it has begun, nothing is stored; the same command then stores what an undisturbed one
    /// does.
    @Test func aKillLeavesNothingHalfDone() throws {
        try train("r-s1")
        let arguments = ["run", "--run", "r-s1", "--store", "x.sqlite", "--tasks", "train", "--count", "60"]
        for signal in [SIGKILL, SIGINT] {
            let running = try evaluate.start(arguments + ["--log-level", "debug"], in: folder)
            try running.waitForErrors("setting up")
            kill(running.pid, signal)
            let status = try running.wait().status
            #expect(signal == SIGKILL || [0, 130].contains(status))
            let stored = try rollouts("r-s1@train")
            #expect(stored.isEmpty || stored.count >= 40, "\(stored.count) rollouts after a kill")
        }
        #expect(try evaluate.run(arguments, in: folder).status == 0)
        let stored = try rollouts("r-s1@train")
        try ExperimentStore(folder("x.sqlite"), access: .write).write { db in
            try EvalRun.named("r-s1@train", db)?.delete(db)
        }
        #expect(try evaluate.run(arguments + ["--threads", "1"], in: folder).status == 0)
        #expect(try rollouts("r-s1@train") == stored)
    }

    /// Tasks that could not be set up are tried again: the release may not have been there.
    @Test func whatCouldNotBeSetUpIsTriedAgain() throws {
        let arguments = [
            "run", "--agent", "expert", "--store", "x.sqlite", "--root", "data", "--tasks", "train", "--count", "6",
        ]
        let file = try #require(FileManager.default.enumerator(atPath: folder("data"))).compactMap { $0 as? String }
            .filter { $0.contains("/train/") && $0.hasSuffix("traj_data.json") }.sorted()
        // Tasks are cut from the expert's episodes: one of them stays.
        let kept = try #require(
            file.first { try String(contentsOfFile: folder("data/\($0)"), encoding: .utf8).contains("\"expert\"") })
        let away = file.filter { $0 != kept }
        for name in away {
            try FileManager.default.moveItem(atPath: folder("data/\(name)"), toPath: folder("data/\(name).away"))
        }
        let first = try evaluate.run(arguments, in: folder)
        #expect(first.status == 0 && first.errors.contains("cannot be tried"), "\(first)")
        for name in away {
            try FileManager.default.moveItem(atPath: folder("data/\(name).away"), toPath: folder("data/\(name)"))
        }
        let second = try evaluate.run(arguments, in: folder)
        #expect(second.output.contains("steps in") && !second.output.contains("evaluated before"), "\(second)")
        #expect(try rollouts("expert@train").allSatisfy { $0.problem == nil })
        #expect(try evaluate.run(arguments, in: folder).output.contains("evaluated before"))
        let other = try evaluate.run(arguments.dropLast() + ["5"], in: folder)
        #expect(other.errors.contains("kept beside 1 of other tasks"), "\(other)")
    }

    @Test(arguments: [
        (["run"], Int32(64), "nobody to evaluate"),
        (["run", "--agent", "policy"], 64, "expected expert or random"),
        (["run", "--run", "nothing"], 66, "holds no training run"),
        (["run", "--agent", "expert", "--tasks", "nowhere"], 66, "nowhere"),
        (["run", "--agent", "expert", "--tasks", "missing.json"], 66, "no such file"),
        (["run", "--agent", "expert", "--tasks", "bad.json"], 66, "item 0"),
        (["run", "--agent", "expert", "--tasks", "train", "--start", "upside-down"], 64, "recorded or random"),
        (["run", "--agent", "expert", "--tasks", "train", "--count", "0"], 64, "expected 1 to"),
        (["run", "--agent", "expert", "--tasks", "train", "--root", "elsewhere"], 66, "--root"),
        (["run", "--agent", "expert", "--set", "evaluate.sets=[{name: a/b, split: train}]"], 65, "use letters"),
        (["run", "--agent", "expert", "--set", "evaluate.sets=[{name: a}]"], 65, "a file or a split"),
        (["run", "--agent", "expert", "--set", "evaluate.sets=3"], 65, "list of sections"),
        (
            ["run", "--agent", "expert", "--set", "evaluate.sets=[{name: a, file: b.json, kinds: [task]}]"], 65,
            "of a split"
        ),
        (["run", "--agent", "expert", "--set", "evaluate.sets=[{split: train, kinds: []}]"], 65, "different kinds"),
        (
            ["run", "--agent", "expert", "--start", "random", "--set", "evaluate.sets=[{name: a, split: train}]"], 64,
            "give --tasks too"
        ),
        (["frames", "--run", "none@x", "--task", "0", "--out", "o"], 66, "holds no evaluation"),
    ])
    func mistakesAreNamed(_ arguments: [String], _ status: Int32, _ words: String) throws {
        try folder.write(#"[{"task": "../x", "repeat_id": 0, "subgoal_ids": [0], "annotation": "a"}]"#, to: "bad.json")
        let result = try evaluate.run(arguments + ["--store", "x.sqlite"], in: folder)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    /// What is flagged in the viewer is left out of training, and training says so.
    @Test func flagsReachTraining() throws {
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let id = Int64(try store.number("SELECT min(id) FROM episodes WHERE split = 'train'"))
        try store.write { try EpisodeFlag.set(episode: id, t: nil, note: "bad", $0) }
        try store.close()
        let result = try Executable("rgvlm-train").run(
            [
                "run", "--store", "x.sqlite", "--run", "f", "--steps", "1", "--threads", "1", "--set", "train.batch=2",
                "--set", "train.validation=[]",
            ], in: folder)
        #expect(result.status == 0)
        #expect(result.errors.contains("flagged: 1 episodes are left out"))
    }
}
