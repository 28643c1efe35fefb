import ExperimentStore
import Foundation
import SampleData
import StoreFixture
import TestSupport
import Testing

private let ingest = Executable("rgvlm-ingest")
private let inspect = Executable("rgvlm-inspect")

/// What the files hold is compared with the store in Tests/Scripts/test_exports.py.
@Suite(.serialized) struct ExportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeStore(_ options: [String] = []) throws {
        var sample = SampleDataset()
        sample.trajectories = ["train": 2, "valid_seen": 1]
        try sample.write(to: folder("data"))
        let made = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite", "--quiet"] + options, in: folder)
        try #require(made.status == 0, "\(made)")
    }

    private func export(_ arguments: [String]) throws -> Executable.Result {
        try inspect.run(["export", "--store", "x.sqlite"] + arguments, in: folder)
    }

    private func number(_ sql: String) throws -> Int {
        try ExperimentStore(folder("x.sqlite"), access: .read).number(sql)
    }

    private func description(_ result: Executable.Result) throws -> [String: Any] {
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        return try #require(report["description"] as? [String: Any])
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("out") }.sorted()
    }

    /// To renew the file after a change of options: RGVLM_RENEW_HELP=1 make test
    @Test func helpIsAsPublished() throws {
        let result = try inspect.run(["export", "--help"], in: folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/rgvlm-inspect-export.txt")
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_HELP"] != nil {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    @Test func everyFormatIsWritten() throws {
        try makeStore()
        let rows = try number("SELECT sum(step_count) FROM instructions")
        let primitives = try number(
            """
            SELECT sum(i.step_count) FROM instructions i JOIN episodes e ON e.id = i.episode_id
            WHERE i.kind = 'primitive' AND e.split = 'train'
            """)
        let frames = try number("SELECT count(*) FROM frames WHERE record IS NOT NULL")
        for format in ["npz", "safetensors", "jsonl", "csv"] {
            let all = try export(["--format", format, "--out", "out.\(format)", "--json"])
            #expect(all.status == 0 && all.errors == "", "\(all)")
            #expect(try description(all)["rows"] as? Int == rows)
            let hasFrames = format == "npz" || format == "safetensors"
            #expect(try description(all)["frame_count"] as? Int == (hasFrames ? frames : nil))
            // The same again makes the same bytes; another choice replaces them.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder("out.\(format)")))
            #expect(try export(["--format", format, "--out", "again", "--quiet"]).status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder("again"))) == bytes)
            let some = try export([
                "--format", format, "--out", "out.\(format)", "--split", "train", "--instructions", "primitive",
                "--frames", "no",
            ])
            #expect(some.status == 0 && some.output.hasPrefix("Wrote \(primitives) rows of "), "\(some)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder("out.\(format)"))) != bytes)
        }
        #expect(try files() == ["out.csv", "out.jsonl", "out.npz", "out.safetensors"])
        let lines = try String(contentsOfFile: folder("out.jsonl"), encoding: .utf8)
        #expect(lines.utf8.count { $0 == UInt8(ascii: "\n") } == primitives)
    }

    @Test func scoresOfARunAreIncluded() throws {
        let made = try Executable("rgvlm-simulate").run(
            ["generate", "--scenes", "4", "--episodes", "6", "--size", "64", "--out", "g", "--quiet"], in: folder)
        try #require(made.status == 0)
        try #require(
            try ingest.run(["alfred", "--root", "g", "--store", "x.sqlite", "--quiet"], in: folder).status == 0)
        let labelled = try Executable("rgvlm-label").run(
            ["run", "--run", "mine", "--controls", "2", "--store", "x.sqlite", "--quiet"], in: folder)
        try #require(labelled.status == 0, "\(labelled)")
        let scored = try number("SELECT count(*) FROM label_list WHERE run = 'mine' AND control = 'none'")
        let result = try export(["--format", "jsonl", "--out", "out", "--labels", "mine", "--json"])
        #expect(try description(result)["scored_rows"] as? Int == scored && scored > 0)
        struct Line: Decodable { var score: Int? }
        let lines = try String(contentsOfFile: folder("out"), encoding: .utf8).split(separator: "\n")
        let scores = try lines.compactMap { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).score }
        #expect(scores.count == scored)
        #expect(
            try scores.reduce(0, +)
                == number("SELECT sum(score) FROM label_list WHERE run = 'mine' AND control = 'none'"))
        let other = try export(["--format", "csv", "--out", "out", "--labels", "yours"])
        #expect(other.status == 66 && other.errors.contains("has no label run yours"))
    }

    @Test func wrongUseIsSaid() throws {
        try makeStore()
        let store = try Data(contentsOf: URL(fileURLWithPath: folder("x.sqlite")))
        for (arguments, status, words) in [
            (["--out", "out"], 64, "--format"), (["--format", "npz"], 64, "--out"),
            (["--format", "hdf5", "--out", "out"], 64, "hdf5"),
            (["--format", "csv", "--out", "out", "--frames", "yes"], 64, "no place for pictures"),
            (
                ["--format", "csv", "--out", "out", "--instructions", "sentence"], 64,
                "is none of primitive, composite, task"
            ),
            (["--format", "csv", "--out", "out", "--split", ","], 64, "--split: expected names"),
            (["--format", "csv", "--out", "x.sqlite"], 64, "is a part of the store"),
            (["--format", "npz", "--out", "./x.sqlite.alfred.frames"], 64, "is a part of the store"),
            (
                ["--format", "csv", "--out", "out", "--split", "trian"], 66,
                "has no split trian; it has train, valid_seen"
            ),
            (["--format", "csv", "--out", "out", "--dataset", "other"], 66, "has no dataset other; it has alfred"),
            (["--format", "csv", "--out", "no/out"], 73, "cannot open"),
            (["--format", "npz", "--out", "data"], 73, "not a regular file"),
        ] {
            let result = try export(arguments)
            #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result)")
        }
        #expect(try files() == [])
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder("x.sqlite"))) == store)

        let second = try ingest.run(
            ["alfred", "--root", "data", "--dataset", "second", "--store", "x.sqlite", "--quiet"], in: folder)
        #expect(second.status == 0)
        let both = try export(["--format", "csv", "--out", "out"])
        #expect(
            both.status == 64 && both.errors.contains("several datasets; name the one that is meant: alfred, second"))
        #expect(try export(["--format", "csv", "--out", "out", "--dataset", "second"]).status == 0)
    }

    @Test func picturesMayBeMissingOrDamaged() throws {
        try makeStore()
        let frames = folder("x.sqlite.alfred.frames")
        let handle = try #require(FileHandle(forUpdatingAtPath: frames))
        try handle.seek(toOffset: 4_096 + 20_000)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: 4_096 + 20_000)
        try handle.write(contentsOf: Data([~byte]))
        try handle.close()
        let damaged = try export(["--format", "npz", "--out", "out"])
        #expect(damaged.status == 65 && damaged.errors.contains("record 2 does not match its checksum"), "\(damaged)")
        try FileManager.default.removeItem(atPath: frames)
        let missing = try export(["--format", "safetensors", "--out", "out"])
        #expect(missing.status == 66 && missing.errors.contains("cannot open"), "\(missing)")
        #expect(try files() == [])
        #expect(try export(["--format", "npz", "--out", "out", "--frames", "no"]).status == 0)
    }

    @Test func storesWithoutPicturesAreExportedWithoutThem() throws {
        try makeStore(["--frame-size", "0"])
        let refused = try export(["--format", "npz", "--out", "out"])
        #expect(refused.status == 66 && refused.errors.contains("give --frames no"), "\(refused)")
        #expect(try export(["--format", "npz", "--out", "out", "--frames", "no"]).status == 0)
    }
}
