import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private let simulate = Executable("rgvlm-simulate")
private let ingest = Executable("rgvlm-ingest")
private let inspect = Executable("rgvlm-inspect")

@Suite(.serialized) struct SimulateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func generate(_ options: [String]) throws -> Executable.Result {
        try simulate.run(["generate", "--size", "64", "--out", "g"] + options, in: folder)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Names and bytes of every file below a folder.
    private func files(_ name: String) throws -> [String: Data] {
        let root = folder(name)
        var files: [String: Data] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
            if let data = FileManager.default.contents(atPath: root + "/" + path) { files[path] = data }
        }
        return files
    }

    /// To renew the files after a change of options: RGVLM_RENEW_HELP=1 make test
    @Test(arguments: [[], ["generate"], ["grade"], ["replay"], ["render"], ["play"]])
    func helpIsAsPublished(_ path: [String]) throws {
        let result = try simulate.run(path + ["--help"], in: folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/\((["rgvlm-simulate"] + path).joined(separator: "-")).txt")
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_HELP"] != nil {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    @Test func generatedDataAreIngestedUnchanged() throws {
        let made = try generate(["--scenes", "5", "--episodes", "20", "--json"])
        #expect(made.status == 0, "\(made)")
        let report = try object(made.output)
        #expect(report["made"] as? Int == 20 && (report["problems"] as? [String])?.isEmpty == true)
        let rooms = try #require(report["rooms"] as? [String: [Int]])
        #expect(Set(rooms["train"] ?? []).isDisjoint(with: rooms["valid_unseen"] ?? []))
        #expect(rooms["valid_unseen"]?.isEmpty == false)
        let groups = try #require(report["groups"] as? [[String: Any]])
        for group in groups where group["policy"] as? String == "expert" {
            #expect(group["episodes"] as? Int == group["goalsReached"] as? Int ?? group["goals_reached"] as? Int)
        }

        let read = try ingest.run(["alfred", "--strict", "--root", "g", "--store", "x.sqlite"], in: folder)
        #expect(read.status == 0 && read.output.contains("Stored 20 trajectories"), "\(read)")
        #expect(try inspect.run(["verify", "--store", "x.sqlite"], in: folder).status == 0)

        // The same options again change nothing; others are refused.
        let before = try files("g")
        let again = try generate(["--scenes", "5", "--episodes", "20"])
        #expect(again.status == 0 && again.output.contains("Nothing to do: 20 episodes"))
        #expect(try files("g") == before)
        let other = try generate(["--scenes", "6", "--episodes", "20"])
        #expect(other.status == 64 && other.errors.contains("was made with other options"))

        // Replays are as recorded; noisy episodes have refused actions on purpose.
        let replay = try simulate.run(["replay", "--root", "g", "--split", "valid_seen,valid_unseen"], in: folder)
        #expect(replay.status == 0 && replay.output.contains("actions refused: 0 of"), "\(replay)")

        let drawn = try simulate.run(
            ["render", "--episode", "1", "--store", "x.sqlite", "--out", "pictures", "--size", "32"], in: folder)
        #expect(drawn.status == 0 && drawn.errors.isEmpty, "\(drawn)")
        #expect(try files("pictures").keys.contains("sheet.png"))
        #expect(try files("pictures").keys.contains("animation.png"))
    }

    /// The same seed gives the same bytes, also when the run is killed in between and continued.
    @Test func killedRunsAreContinued() async throws {
        let options = ["--scenes", "4", "--episodes", "24", "--seed", "5"]
        #expect(try generate(options).status == 0)
        let whole = try files("g")
        try FileManager.default.removeItem(atPath: folder("g"))
        for attempt in 0..<5 {
            let process = try simulate.start(["generate", "--size", "64", "--out", "g"] + options, in: folder)
            try await Task.sleep(for: .milliseconds(60 + attempt * 60))
            if process.isRunning { kill(process.pid, attempt == 2 ? SIGINT : SIGKILL) }
            let result = try process.wait()
            #expect([0, 9, 130].contains(result.status))
        }
        #expect(try generate(options).status == 0)
        // Hidden folders are what a kill leaves of an episode that was being written; readers pass over them.
        let continued = try files("g").filter { !$0.key.contains("/.partial-") }
        #expect(continued.keys.sorted() == whole.keys.sorted())
        #expect(continued == whole)
    }

    @Test(arguments: [
        (["generate", "--out", "x", "--mix", "expert:0.5,clever:0.5"], "there is no policy \"clever\""),
        (["generate", "--out", "x", "--mix", "expert:-1"], "negative"),
        (["generate", "--out", "x", "--scenes", "0"], "expected 1 to 4000"),
        (["generate", "--out", "x", "--episodes=-5"], "expected 1 to"),
        (["generate", "--out", "x", "--size", "5000"], "expected 16 to 1024"),
        (["generate", "--out", "x", "--tasks", "juggle"], "there is no task type juggle"),
        (["play", "--scene", "7"], "scene 7: generated scenes have numbers from 1001"),
        (["play", "--columns", "1000"], "expected 0 to 300"),
        (["render", "--out", "x"], "give --episode ID or --scene NUMBER"),
        (["render", "--out", "x", "--scene", "1150"], "--scene"),
        (["replay"], "no dataset: give --root DIR or set ALFRED_ROOT"),
    ])
    func wrongUseIs64(_ arguments: [String], _ words: String) throws {
        let result = try simulate.run(arguments, in: folder)
        #expect(result.status == 64 && result.errors.contains(words), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: folder("x/data")))
    }

    @Test func whatIsMissingOrTakenIsSaid() throws {
        #expect(try simulate.run(["replay", "--root", "nowhere"], in: folder).status == 66)
        let missing = try simulate.run(["render", "--episode", "3", "--store", "no.sqlite", "--out", "x"], in: folder)
        #expect(missing.status == 66 && missing.errors.contains("no.sqlite: there is no such store"))
        try folder.write("", to: "g/data/x")
        let taken = try generate([])
        #expect(taken.status == 73 && taken.errors.contains("g/data: exists already"))
        try folder.write("{}", to: "h/generation.json")
        let foreign = try simulate.run(["generate", "--out", "h"], in: folder)
        #expect(foreign.status == 65 && foreign.errors.contains("is not what rgvlm-simulate writes"))
        try folder.write("a file", to: "f")
        #expect(try simulate.run(["generate", "--out", "f/g", "--episodes", "1"], in: folder).status == 73)
    }

    @Test func playAnswersLines() throws {
        try folder.write(
            "list\nwwwwwwwwwwwwwwwwwwww\nd\nundo\nundo\npickup Unicorn\npickup\nfly\nquit\nnever read\n", to: "in")
        let result = try simulate.run(
            ["play", "--scene", "1002", "--columns", "0"], in: folder, input: folder("in"))
        #expect(result.status == 0)
        for words in [
            "failed: The way ahead is blocked.", "one step back", "no Unicorn here", "pickup what?", "what is that?",
        ] {
            #expect(result.output.contains(words), "\(words): \(result.output)")
        }
        let picture = try simulate.run(["play", "--columns", "10"], in: folder, input: folder("in"))
        #expect(picture.output.contains("\u{1B}[38;2;") && picture.output.contains("\u{2580}"))
    }
}
