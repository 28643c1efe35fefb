import Exchange
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

private let train = Executable("rgvlm-train")

/// A generated dataset with labels in a store, made once; each test works on copies of the store.
private enum Labelled {
    static let folder: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        for (name, arguments) in [
            ("rgvlm-simulate", ["generate", "--scenes", "6", "--episodes", "16", "--size", "64", "--out", "data"]),
            ("rgvlm-ingest", ["alfred", "--root", "data", "--store", "x.sqlite"]),
            ("rgvlm-label", ["run", "--store", "x.sqlite"]),
            ("rgvlm-label", ["run", "--store", "x.sqlite", "--set", "label.annotator.wrong_scores=0"]),
            ("rgvlm-label", ["run", "--store", "x.sqlite", "--set", "label.annotator.kind=distance"]),
        ] {
            let result = try Executable(name).run(arguments + ["--quiet"], in: folder)
            guard result.status == 0 else { throw Problem(text: result.errors) }
        }
        return folder
    }

    struct Problem: Error { var text: String }
}

@Suite(.serialized) struct TrainTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let source = try Labelled.folder.get()
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) where name.hasPrefix("x.sqlite") {
            try FileManager.default.copyItem(atPath: source(name), toPath: folder(name))
        }
    }

    /// Small and quick: batches of 8, a row every 5 updates.
    private let quick = [
        "run", "--store", "x.sqlite", "--run", "r", "--quiet", "--set", "train.batch=8", "--set", "train.log_every=5",
        "--set", "train.checkpoint_every=4", "--set", "train.validate_every=20", "--set", "train.keep=100",
    ]

    private func run(_ arguments: [String]) throws -> Executable.Result { try train.run(arguments, in: folder) }

    private func checkpoint(_ step: Int, run: String = "r") -> String {
        folder("x.sqlite.runs/\(run)/checkpoints/step-" + String(format: "%08d", step))
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func stored() throws -> ExperimentStore { try ExperimentStore(folder("x.sqlite"), access: .read) }

    private func change(_ sql: String) throws {
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        defer { try? store.close() }
        try store.execute(sql)
    }

    private func figures(_ run: String = "r") throws -> [String] {
        try stored().texts(
            """
            SELECT m.step || ' ' || split || ' ' || m.name || ' ' || value FROM train_metrics m
            JOIN train_runs r ON r.id = m.run_id WHERE r.name = '\(run)' ORDER BY m.step, split, m.name
            """)
    }

    private static let experiment = """
        label: {provider: scripted}
        train: {kinds: [task], steps: 10}
        evaluate: {sets: [{name: main, split: train, tasks: 40}]}
        experiment:
          seeds: [1, 2, 3]
          rows:
            - {name: sparse, set: [train.reward.source=none]}
            - {name: both, set: [train.reward.source=labels]}
            - {name: bc, set: [train.algorithm=bc]}
        """

    /// The check tells of all rows, in words, as JSON and in a file; the plan has it in short, with its power.
    @Test func theCheckIsMadeAndPlanned() throws {
        try Data(Self.experiment.utf8).write(to: URL(fileURLWithPath: folder("c.yaml")))
        let options = ["--config", "c.yaml", "--store", "x.sqlite"]
        let words = try run(["check", "--quiet", "--results", "check.json"] + options)
        #expect(words.status == 0, "\(words.errors)")
        for text in ["leverage", "17 pictures", "predicted order, actions the likeliest: ", "sparse", "both", "bc"] {
            #expect(words.output.contains(text), "\(text)")
        }
        let json = try run(["check", "--quiet", "--json"] + options)
        #expect(try Data(json.output.utf8) == bytes(folder("check.json")))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.compactMap { $0["name"] as? String } == ["sparse", "both", "bc"])
        #expect((object["selections"] as? [Any])?.count == 1)
        // The same data, the same bytes.
        #expect(try run(["check", "--quiet", "--json"] + options).output == json.output)
        let alone = try run(["check", "--quiet", "--store", "x.sqlite", "--set", "train.kinds=[task]"])
        #expect(alone.status == 0 && alone.output.contains("predicted order, actions the likeliest: iql "))

        let programs = URL(fileURLWithPath: Executable("rgvlm-train").path).deletingLastPathComponent().path
        let plan = try Executable(path: programs + "/rgvlm-experiment").run(["plan"] + options, in: folder)
        #expect(plan.status == 0, "\(plan.errors)")
        #expect(plan.output.contains("detectable on main at 80 % power"))
        for text in ["leverage with 17 pictures: ", "predicted order, actions the likeliest: "] {
            #expect(plan.output.contains(text))
        }
    }

    @Test func whatCannotBeCheckedIsNamed() throws {
        #expect(try run(["check", "--store", "none.sqlite"]).status == 66)
        let labels = try run(["check", "--store", "x.sqlite", "--set", "train.reward.labels=nobody"])
        #expect(labels.status == 66 && labels.errors.contains("nobody"), "\(labels.errors)")
        let split = try run(["check", "--store", "x.sqlite", "--set", "train.splits=[elsewhere]"])
        #expect(split.status == 66 && split.errors.contains("nothing that iql can learn from"), "\(split.errors)")
    }

    /// To renew the files after a change of options: RGVLM_RENEW_HELP=1 make test
    @Test(arguments: [[], ["run"], ["check"], ["status"], ["encode"]])
    func helpIsAsPublished(_ path: [String]) throws {
        let result = try train.run(path + ["--help"], in: folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/\((["rgvlm-train"] + path).joined(separator: "-")).txt")
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_HELP"] != nil {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    /// Killed after each checkpoint, with other numbers of threads, a run ends with the same bytes and figures as one
    /// that was left alone. ``TrainingSessionTests`` ends one at every event.
    @Test func aKilledRunEndsLikeOneThatWasNot() throws {
        let whole = try run(quick + ["--steps", "23"])
        #expect(whole.status == 0, "\(whole)")
        let model = try bytes(checkpoint(23) + "/model.safetensors")
        let optimizer = try bytes(checkpoint(23) + "/optimizer.safetensors")
        let expected = try figures()
        #expect(
            expected.contains { $0.hasPrefix("20 train loss/v ") }
                && expected.contains { $0.hasPrefix("23 valid_seen ") })
        try FileManager.default.removeItem(atPath: folder("x.sqlite.runs"))
        try change("DELETE FROM train_runs")
        var killed = 0
        for attempt in 0..<4 {
            let before = newestStep()
            let running = try train.start(
                quick + ["--steps", "23", "--threads", String(1 + attempt % 3)], in: folder)
            try running.waitUntil { newestStep() > before }
            if running.isRunning, kill(running.pid, attempt % 3 == 2 ? SIGINT : SIGKILL) == 0 { killed += 1 }
            _ = try running.wait()
        }
        #expect(killed > 1)
        #expect(try run(quick + ["--steps", "23"]).status == 0)
        #expect(try bytes(checkpoint(23) + "/model.safetensors") == model)
        #expect(try bytes(checkpoint(23) + "/optimizer.safetensors") == optimizer)
        #expect(try figures() == expected)
        let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder("x.sqlite.runs/r/checkpoints"))
        #expect(leftovers.allSatisfy { $0.hasPrefix("step-") })
    }

    private func newestStep() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder("x.sqlite.runs/r/checkpoints"))) ?? []
        return names.compactMap { Int($0.dropFirst("step-".count)) }.max() ?? -1
    }

    /// What a session refuses or stops at ends the stage with words and an exit code. ``TrainingSessionTests`` has all
    /// cases.
    @Test func whatASessionRefusesIsSaid() throws {
        let none = quick + ["--steps", "4", "--reward", "none"]
        #expect(try run(none).status == 0)
        let refused = try run(none + ["--seed", "3"])
        #expect(refused.status == 65 && refused.errors.contains("the seed 0, not 3"), "\(refused)")
        #expect(refused.errors.contains("--restart"))
        #expect(try !run(none + ["--restart"]).errors.contains("anew"))
        let begun = try train.run(
            none.filter { $0 != "--quiet" } + ["--seed", "3", "--restart"], in: folder)
        #expect(begun.status == 0 && begun.errors.contains("begins anew"), "\(begun)")
        try Data("{".utf8).write(to: URL(fileURLWithPath: checkpoint(4) + "/checkpoint.json"))
        let damaged = try run(none + ["--seed", "3"])
        #expect(damaged.status == 65 && damaged.errors.contains("none of the 1 checkpoints is whole"), "\(damaged)")
    }

    /// The label run is that of the config's section label; another one is not taken in its place, nor one without
    /// scores.
    @Test func theConfiguredLabelsAreMeant() throws {
        let label = Executable("rgvlm-label")
        let random = ["--set", "label.provider=scripted", "--set", "label.annotator.kind=random"]
        let missing = try run(quick + ["--steps", "1"] + random)
        #expect(missing.status == 66 && missing.errors.contains("means the label run scripted-random"), "\(missing)")
        let made = try label.run(
            ["run", "--store", "x.sqlite", "--limit", "3", "--controls", "0"] + random, in: folder)
        #expect(made.status == 0, "\(made)")
        #expect(try run(quick + ["--steps", "1"]).errors.contains("several label runs"))
        for (name, settings) in [("scripted", ["--set", "label.provider=scripted"]), ("scripted-random", random)] {
            let result = try run(quick + ["--run", name, "--steps", "1"] + settings)
            #expect(result.status == 0, "\(result)")
            let lint = try label.run(["lint", "--no-replay", "--json", "--store", "x.sqlite"] + settings, in: folder)
            #expect([0, 65].contains(lint.status) && !lint.output.isEmpty, "\(lint)")
        }
        let runs = try stored().texts(
            "SELECT l.name FROM train_runs r JOIN label_runs l ON l.id = r.label_run_id ORDER BY r.name")
        #expect(runs == ["scripted", "scripted-random"])
        try change("DELETE FROM label_scores")
        let empty = try run(quick + ["--run", "e", "--steps", "1", "--set", "label.provider=scripted"])
        #expect(empty.status == 66 && empty.errors.contains("has scored none"), "\(empty)")
    }

    /// A loss that is no number stops the run before anything is learned from it, and the batch is kept.
    @Test func aLossThatIsNoNumberStopsTheRun() throws {
        let result = try run(quick + ["--steps", "8", "--set", "train.reward.generated=1e25"])
        #expect(result.status == 65)
        #expect(result.errors.contains("is not a number in update"), "\(result)")
        let file = try SafetensorsFile(folder("x.sqlite.runs/r/failed-batch.safetensors"))
        #expect(file["frames"]?.shape.last == 9408 && file["rewards"] != nil)
        let status = try run(["status", "--store", "x.sqlite"])
        #expect(status.output.contains("r: failed"), "\(status)")
    }

    @Test func everyAlgorithmAndRewardRuns() throws {
        for (name, arguments) in [
            ("a", ["--algorithm", "bc"]), ("b", ["--algorithm", "filtered-bc"]), ("c", ["--reward", "none"]),
            ("d", ["--reward", "labels"]), ("e", ["--reward", "oracle"]), ("f", ["--reward", "zero"]),
            ("g", ["--reward", "random"]), ("h", ["--reward", "time-index"]), ("i", ["--reward", "negated"]),
            ("j", ["--reward", "shuffled"]),
            (
                "k",
                [
                    "--reward", "labels", "--set", "train.reward.transform=potential", "--set",
                    "train.kinds=[task, composite]",
                ]
            ),
            ("l", ["--set", "train.learning.dropout=0.1"]), ("m", ["--reward", "noise-free"]),
            ("n", ["--reward", "distance"]), ("o", ["--reward", "min-distance"]), ("p", ["--algorithm", "ra-bc"]),
            ("q", ["--set", "train.reward.transform=mean", "--set", "train.reward.ends=bootstrapping"]),
        ] {
            let result = try run(quick + ["--run", name, "--steps", "3"] + arguments)
            #expect(result.status == 0, "\(arguments): \(result)")
        }
        let status = try run(["status", "--store", "x.sqlite", "--json"])
        let runs = try #require(try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [[String: Any]])
        #expect(runs.count == 17 && runs.allSatisfy { $0["status"] as? String == "done" })
        let reward = try stored().texts(
            "SELECT l.name FROM train_runs r JOIN label_runs l ON l.id = r.label_run_id WHERE r.name = 'd'")
        #expect(reward.count == 1)
    }

    /// The distance to go is a label run of numbers: spans that are fulfilled end at the full score, and the run is
    /// known by its annotator, as the one without errors is.
    @Test func oraclesAreLabelRuns() throws {
        let store = try stored()
        #expect(
            try store.texts("SELECT name || ' ' || annotator FROM label_runs ORDER BY id")
                == ["scripted scripted", "noise-free noise-free", "distance distance"])
        let spans = """
            FROM label_spans s JOIN label_runs r ON r.id = s.run_id AND r.name = 'distance'
            JOIN instructions i ON i.id = s.instruction_id
            """
        let wrong = try store.texts(
            """
            SELECT s.id \(spans) WHERE s.status <> 'scored' OR s.start_score IS NULL OR s.start_score >= 10
                OR (SELECT count(*) FROM label_scores c WHERE c.span_id = s.id) <> i.step_count
                OR i.fulfilled <> ((SELECT c.score FROM label_scores c WHERE c.span_id = s.id
                    ORDER BY c.position DESC LIMIT 1) = 10)
            """)
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(try store.texts("SELECT count(*) \(spans) WHERE i.fulfilled")[0] != "0")
        let calls = try store.texts(
            "SELECT count(*) FROM label_calls c JOIN label_runs r ON r.id = c.run_id AND r.name = 'distance'")
        #expect(calls == ["0"])
    }

    /// What is said at the start says what the reward pays for, and the run keeps it.
    @Test func theRewardIsSaidAndKept() throws {
        let result = try train.run(
            quick.filter { $0 != "--quiet" } + [
                "--steps", "1", "--set", "train.reward.transform=mean", "--set", "train.kinds=[primitive, task]",
                "--set", "train.reward.generated=0.3",
            ], in: folder)
        #expect(result.status == 0, "\(result)")
        for said in ["0.3 labels (mean)", "were asked for under the task", "mean score:", "dawdling:"] {
            #expect(result.errors.contains(said), "\(said): \(result.errors)")
        }
        let kept = try stored().texts(
            """
            SELECT (config ->> '$.rewardSummary.centre' BETWEEN 2 AND 8) || ' '
                || (config ->> '$.rewardSummary.inherited' > 0) || ' ' || (config ->> '$.reward.ends')
            FROM train_runs WHERE name = 'r'
            """)
        #expect(kept == ["1 1 absorbing"])
    }

    /// Two runs on one store at the same time: both end, with all figures.
    @Test func twoRunsShareAStore() throws {
        let processes = try ["a", "b"].map {
            try train.start(quick + ["--run", $0, "--steps", "20", "--threads", "1"], in: folder)
        }
        for process in processes { #expect(try process.wait().status == 0) }
        #expect(try figures("a") == figures("b") && !figures("a").isEmpty)
    }

    @Test func whatCannotBeDoneIsSaid() throws {
        let cases: [(arguments: [String], status: Int32, reason: String)] = [
            (["run", "--store", "none.sqlite"], 66, "there is no such store"),
            (quick + ["--algorithm", "sac"], 64, "expected one of iql, ivl, bc, filtered-bc, ra-bc"),
            (quick + ["--preset", "huge"], 64, "expected one of tiny, small, medium, sprint"),
            (quick + ["--reward", "vlm"], 64, "expected one of none, labels"),
            (quick + ["--labels", "nobody"], 66, "has no label run nobody"),
            (quick + ["--algorithm", "bc", "--reward", "none"], 64, "learns from actions alone"),
            (quick + ["--algorithm", "ra-bc", "--reward", "none"], 66, "weighs steps by their scores"),
            (quick + ["--reward", "noise-free", "--labels", "scripted"], 66, "is by scripted, not noise-free"),
            (quick + ["--set", "train.reward.ends=never"], 65, "absorbing"),
            (quick + ["--set", "train.reward.transform=delta"], 65, "scaled, centered, mean, potential"),
            (quick + ["--run", "../up"], 64, "it becomes a folder"),
            (quick + ["--steps", "0"], 64, "expected 1 or more"),
            (quick + ["--encoder", "resnet18"], 66, "make them with rgvlm-train encode"),
            (quick + ["--set", "train.stepz=3"], 65, "steps"),
            (quick + ["--set", "train.splits=[nowhere]"], 66, "nowhere"),
            (quick + ["--set", "train.learning.expectile=2"], 65, "expectile"),
        ]
        for (arguments, status, reason) in cases {
            let result = try run(arguments)
            #expect(result.status == status && result.errors.contains(reason), "\(arguments): \(result)")
        }
    }

    /// What a checkpoint holds can be read by others: names as documented, float32.
    @Test func checkpointsAreSafetensors() throws {
        #expect(try run(quick + ["--steps", "2"]).status == 0)
        let file = try SafetensorsFile(checkpoint(2) + "/model.safetensors")
        #expect(file["policy.text.words"] != nil && file["critic.q1.linear3.weight"]?.shape == [1, 64])
        #expect(file["target.critic.q1.linear3.weight"] != nil && file["policy.frames.bn1.mean"]?.shape == [64])
        #expect(file.tensors.allSatisfy { $0.element == .float32 })
        let json = try JSONSerialization.jsonObject(with: bytes(checkpoint(2) + "/checkpoint.json"))
        let description = try #require(json as? [String: Any])
        #expect(description["step"] as? Int == 2 && (description["vocabulary"] as? [String])?.isEmpty == false)
    }
}
