import Foundation
import Ground
import Logging
import TestSupport
import Testing

@testable import StageSupport

@Suite struct ConfigurationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
        try Configuration(
            file: try folder.write(yaml, to: "c.yaml"), overrides: overrides.map(Configuration.Override.init))
    }

    private func problem(_ yaml: String, _ overrides: [String] = []) throws -> String? {
        do {
            _ = try read(yaml, overrides)
            return nil
        } catch let error as StageError {
            return error.description.replacing(folder("c.yaml"), with: "c.yaml")
        }
    }

    @Test func everyKeyIsRead() throws {
        let read = try read(
            """
            store: a.sqlite
            seed: 7
            ingest:
              root: /data
              splits: [train, valid_seen]
              dataset: mine
              strict: true
              frame_size: 28
            """)
        #expect(read.store == "a.sqlite" && read.seed == 7)
        var ingest = Configuration.Ingest()
        (ingest.root, ingest.splits, ingest.dataset) = ("/data", ["train", "valid_seen"], "mine")
        (ingest.strict, ingest.frameSize) = (true, 28)
        #expect(read.ingest == ingest)
    }

    @Test func overridesWin() throws {
        let read = try read(
            "ingest: {root: /a, strict: true}",
            ["ingest.root=/b", "ingest.splits=train,x", "seed=3", "ingest.strict=false"])
        #expect(
            read.ingest.root == "/b" && read.ingest.splits == ["train", "x"] && read.seed == 3
                && read.ingest.strict == false)
        #expect(try Configuration(file: nil, overrides: [.init("ingest.dataset=d")]).ingest.dataset == "d")
        #expect(try self.read("ingest:\n", ["ingest.dataset=d"]).ingest.dataset == "d")
        #expect(try self.read("") == Configuration())
    }

    @Test func problemsSayWhereAndWhat() throws {
        #expect(
            try problem("ingest: {strct: true}")
                == "c.yaml: ingest.strct is not a known key; did you mean \"ingest.strict\"? Known: root, splits, "
                + "dataset, strict, frame_size, render, limit, include"
        )
        #expect(
            try problem("stroe: x")
                == "c.yaml: stroe is not a known key; did you mean \"store\"? Known: store, seed, ingest, simulate, "
                + "label, train, evaluate, experiment"
        )
        #expect(try problem("seed: many") == "c.yaml: seed is not a whole number of 0 or more")
        #expect(try problem("seed: -1") == "c.yaml: seed is not a whole number of 0 or more")
        #expect(try read("seed: 18446744073709551615").seed == .max)
        #expect(try problem("ingest: {strict: perhaps}") == "c.yaml: ingest.strict is neither true nor false")
        #expect(try problem("ingest: {splits: {a: b}}") == "c.yaml: ingest.splits is not a list of names")
        #expect(try problem("ingest: [1]") == "c.yaml: ingest is not a section of keys")
        #expect(try problem("- a") == "c.yaml: the file is not a section of keys")
        #expect(try problem("a: [", [])?.hasPrefix("c.yaml: not YAML: ") == true)
        #expect(try problem("", ["seed"]) == "--set seed: expected key.path=value")
        #expect(try problem("seed: 1", ["seed.x=1"]) == "--set seed.x=1: x lies below a value that is no section")
        #expect(try problem("train: {batch: 0}") == "c.yaml: train.batch is 0; expected 1 to 4096")
        #expect(try problem("label: {window: 1.5}") == "c.yaml: label.window is not a whole number")
        #expect(try problem("label: {timeout: 0}") == "c.yaml: label.timeout is 0; expected more than 0, at most 86400")
        #expect(
            try problem("train: {learning: {dropout: 1}}") == "c.yaml: train.learning.dropout is 1; expected 0 to 0.9")
        #expect(
            try problem("train: {algorithm: sac}")
                == "c.yaml: train.algorithm is \"sac\"; expected one of iql, ivl, bc, filtered-bc, ra-bc")
        #expect(try problem("evaluate: {sets: 3}") == "c.yaml: evaluate.sets is not a list of sections")
        #expect(
            try problem("evaluate: {sets: [{split: train}, {split: a, file: b}]}")
                == "c.yaml: evaluate.sets[1] names a file or a split, one of the two")
        #expect(
            try problem("evaluate: {sets: [{split: train, tsks: 3}]}")?.hasPrefix(
                "c.yaml: evaluate.sets[0].tsks is not a known key; did you mean \"evaluate.sets[0].tasks\"?") == true)
        #expect(
            try problem("label: {samples: 2, temperature: 0}")?.hasPrefix("c.yaml: label.samples asks for") == true)
        let missing = #expect(throws: StageError.self) { try Configuration(file: folder("no.yaml"), overrides: []) }
        #expect(missing?.exit == .inputMissing)
    }

    /// What is wrong is said of where it was given, though other sources are right.
    @Test func problemsNameTheirSource() throws {
        #expect(
            try problem("train: {batch: 8}", ["train.batch=0", "seed=1"])
                == "--set train.batch=0: train.batch is 0; expected 1 to 4096")
        #expect(
            try problem("train: {batch: 0}", ["train.steps=3"]) == "c.yaml: train.batch is 0; expected 1 to 4096")
        let options: [(Configuration.Override, String)] = [
            (.init("--threads", "train.threads", 0), "--threads 0: expected 1 to 1024"),
            (
                .init("--algorithm", "train.algorithm", "sac"),
                "--algorithm sac: expected one of iql, ivl, bc, filtered-bc, ra-bc"
            ),
            (.init("--budget", "label.budget", -1.5), "--budget -1.5: expected 0 to 1000000000"),
        ]
        for (option, text) in options {
            let error = #expect(throws: StageError.self) { try Configuration(file: nil, overrides: [option]) }
            #expect(error?.description == text && error?.exit == .usage)
        }
        let read = try Configuration(
            file: nil,
            overrides: [
                .init("--run", "train.run", "null"), .init("--splits", "train.splits", "a, b"),
                .init("--epochs", "train.epochs", Double?.none), .init("--strict", "ingest.strict", true),
            ])
        #expect(read.train.run == "null" && read.train.splits == ["a", "b"] && read.ingest.strict)
    }

    /// What is not given is as in the base, and `null` is as if it were not given.
    @Test func overridesKeepTheRest() throws {
        let base = try read("train: {steps: 100, keep: null, reward: {source: oracle, sparse: 2}}\nevaluate:\n")
        #expect(base.train.steps == 100 && base.train.keep == 2 && base.evaluate == Configuration.Evaluate())
        let row = try base.overridden(by: ["train.reward.source=none", "train.batch=8"])
        #expect(row.train.steps == 100 && row.train.batch == 8)
        #expect(row.train.reward.source == Configuration.Reward.Source.none && row.train.reward.sparse == 2)
        #expect(try base.overridden(by: ["train.steps=null"]) == base)
    }

    /// Every key of every section is known by its field's name alone.
    @Test func keysAreFields() {
        for (field, key) in [
            ("baseURL", "base_url"), ("_frameSize", "frame_size"), ("minCompletionAUC", "min_completion_auc"),
            ("run", "run"), ("keyEnv", "key_env"),
        ] {
            #expect(SectionDecoder.key(field) == key)
        }
    }
}

@Suite struct TextTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func grouping(_ number: Int, _ text: String) { #expect(number.grouped == text) }

    @Test func durations() {
        #expect(
            [0, 0.2, 59, 60, 200, 3600, 7500].map(\.durationText) == [
                "0 s", "1 s", "59 s", "1 min 0 s", "3 min 20 s", "1 h 0 min", "2 h 5 min",
            ])
        #expect(Double.infinity.durationText == "277777 h 46 min")
    }

    @Test func progress() {
        #expect(
            ProgressLine.text("train", done: 1280, of: 6574, unit: "trajectories", detail: "", seconds: 0.5)
                == "train 1,280/6,574 trajectories  19 %  2,560/s  3 s left")
        #expect(ProgressLine.text("x", done: 0, of: 0, unit: "u", detail: "d", seconds: 0) == "x 0/0 u  d")
    }

    @Test func tables() {
        var table = TextTable([("name", .left), ("n", .right)])
        table.add(["a", "1,000"])
        table.add(["longer"])
        #expect(table.text == "name        n\n------  -----\na       1,000\nlonger\n")
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(TextTable.printable("a\u{1B}[31mb\n\u{9B}c\u{7F}é") == "a?[31mb??c?é")
    }
}
