import ExperimentStore
import Foundation
import Ground
import SampleData
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private let ingest = Executable("rgvlm-ingest")
private let inspect = Executable("rgvlm-inspect")

private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

@Suite(.serialized) struct StageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeSample(_ trajectories: [String: Int] = ["train": 2, "valid_seen": 1]) throws {
        var sample = SampleDataset()
        sample.trajectories = trajectories
        try sample.write(to: folder("data"))
    }

    // MARK: Help

    /// To renew the files after a change of options: RGVLM_RENEW_HELP=1 make test
    @Test(arguments: [
        ("rgvlm-ingest", [String]()), ("rgvlm-ingest", ["alfred"]), ("rgvlm-inspect", []),
        ("rgvlm-inspect", ["summary"]), ("rgvlm-inspect", ["episode"]), ("rgvlm-inspect", ["instructions"]),
        ("rgvlm-inspect", ["verify"]), ("rgvlm-inspect", ["labels"]), ("rgvlm-inspect", ["serve"]),
        ("rgvlm-evaluate", []), ("rgvlm-evaluate", ["run"]), ("rgvlm-evaluate", ["frames"]),
        ("rgvlm-evaluate", ["status"]), ("rgvlm-report", []),
        ("rgvlm-report", ["make"]), ("rgvlm-report", ["table"]), ("rgvlm-experiment", []),
        ("rgvlm-experiment", ["plan"]),
        ("rgvlm-experiment", ["run"]), ("rgvlm-experiment", ["reproduce"]), ("rgvlm-experiment", ["submit"]),
        ("rgvlm-experiment", ["merge"]),
    ])
    func helpIsAsPublished(_ name: String, _ path: [String]) throws {
        let result = try Executable(name).run(path + ["--help"], in: folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/\(([name] + path).joined(separator: "-")).txt")
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_HELP"] != nil {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    // MARK: Exit codes and messages

    @Test func theOrdinaryWay() throws {
        try makeSample()
        let first = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        #expect(first.status == 0 && first.errors == "")
        #expect(first.output.contains("Stored 3 trajectories with"))
        let second = try ingest.run(
            ["alfred", "--store", "x.sqlite"], in: folder, environment: ["ALFRED_ROOT": "data"])
        #expect(second.status == 0)
        #expect(second.output.hasSuffix("Nothing changed: 3 trajectories are in x.sqlite already.\n"))
        let verify = try inspect.run(["verify", "--store", "x.sqlite"], in: folder)
        #expect(verify.status == 0 && verify.output.hasSuffix("Everything holds.\n"))
        let episode = try inspect.run(["episode", "1", "--store", "x.sqlite"], in: folder)
        #expect(episode.status == 0 && episode.output.contains("sub-task reward"))
        let instructions = try inspect.run(
            ["instructions", "--kind", "composite", "--limit", "2", "--store", "x.sqlite"], in: folder)
        #expect(instructions.output.hasSuffix("2 of 9 instructions\n"))
        let summary = try inspect.run(["summary", "--store", "x.sqlite"], in: folder)
        #expect(summary.output.contains("sub-goals as recorded"))
    }

    @Test func everythingSpeaksJSON() throws {
        try makeSample()
        let report = try #require(
            try json(try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite", "--json"], in: folder).output)
                as? [String: Any])
        #expect(report["is_complete"] as? Bool == true && (report["splits"] as? [Any])?.count == 2)
        for command in [["summary"], ["episode", "1"], ["instructions"], ["verify"]] {
            let result = try inspect.run(command + ["--store", "x.sqlite", "--json"], in: folder)
            #expect(result.status == 0 && result.errors == "")
            _ = try json(result.output)
        }
        let summaries = try #require(
            try json(try inspect.run(["summary", "--store", "x.sqlite", "--json"], in: folder).output)
                as? [[String: Any]])
        let splits = try #require(summaries[0]["splits"] as? [[String: Any]])
        let actions = try #require(splits[0]["transitions_by_action"] as? [String: Int])
        #expect(actions["MoveAhead"] != nil && actions.values.reduce(0, +) == splits[0]["transitions"] as? Int)
    }

    @Test func usageErrorsAre64() throws {
        for arguments in [
            ["alfred", "--rot", "x"], ["alfred"], ["alfred", "--root", "x", "--dataset", "../x"],
            ["alfred", "--root", "x", "--frame-size", "-1"], ["alfred", "--root", "x", "--set", "y"],
        ] {
            let result = try ingest.run(arguments, in: folder)
            #expect(result.status == 64 && result.output == "" && result.errors != "", "\(arguments): \(result)")
        }
        #expect(try inspect.run(["instructions", "--kind", "sentence"], in: folder).status == 64)
        #expect(try inspect.run(["instructions", "--limit", "-1"], in: folder).status == 64)
    }

    @Test func missingInputIs66() throws {
        try makeSample()
        let root = try ingest.run(["alfred", "--root", "nowhere", "--store", "x.sqlite"], in: folder)
        #expect(root.status == 66 && root.errors == "error: nowhere: there is no such folder\n")
        let split = try ingest.run(
            ["alfred", "--root", "data", "--splits", "valid_unseen", "--store", "x.sqlite"], in: folder)
        #expect(
            split.status == 66
                && split.errors == "error: data/data/json_2.1.0: has no split valid_unseen; it has train, valid_seen\n")
        let store = try inspect.run(["summary", "--store", "no.sqlite"], in: folder)
        #expect(
            store.status == 66
                && store.errors
                    == "error: no.sqlite: there is no such store; make one with rgvlm-ingest alfred --root DIR "
                    + "--store no.sqlite\n"
        )
        #expect(!FileManager.default.fileExists(atPath: folder("x.sqlite")))
        // A file that is something else gets no lock beside it.
        try folder.write("my notes", to: "notes.txt")
        #expect(try ingest.run(["alfred", "--root", "data", "--store", "notes.txt"], in: folder).status == 65)
        #expect(!FileManager.default.fileExists(atPath: folder("notes.txt.lock")))
        _ = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        let episode = try inspect.run(["episode", "99", "--store", "x.sqlite"], in: folder)
        #expect(
            episode.status == 66
                && episode.errors == "error: x.sqlite: has no episode 99; the view episode_list names them\n")
        #expect(try ingest.run(["alfred", "--config", "no.yaml"], in: folder).status == 66)
        let typo = try inspect.run(["instructions", "--split", "trian", "--store", "x.sqlite"], in: folder)
        #expect(typo.status == 66 && typo.errors == "error: x.sqlite: has no split trian; it has train, valid_seen\n")
    }

    @Test func badInputIs65AndTheRestIsKept() throws {
        try makeSample()
        let release = folder("data") + "/data/json_2.1.0/train"
        let task = try #require(try FileManager.default.contentsOfDirectory(atPath: release).sorted().first)
        let trial = try #require(try FileManager.default.contentsOfDirectory(atPath: release + "/" + task).first)
        try folder.write("{\"task_id\": ", to: "data/data/json_2.1.0/train/\(task)/\(trial)/traj_data.json")
        let result = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        #expect(result.status == 65)
        #expect(
            result.errors
                == "skipped train/\(task)/\(trial)/traj_data.json: line 1, column 13: truncated JSON: it ends "
                + "where a value should be\n"
        )
        #expect(result.output.contains("Stored 2 trajectories") && result.output.contains("1 file could not be used"))
        let strict = try ingest.run(["alfred", "--root", "data", "--store", "y.sqlite", "--strict"], in: folder)
        #expect(strict.status == 65 && strict.output.contains("Stopped at the first problem (--strict)"))
        try folder.write("junk", to: "data/data/splits/oct21.json")
        let splits = try ingest.run(["alfred", "--root", "data", "--store", "z.sqlite"], in: folder)
        #expect(
            splits.status == 65 && splits.errors.contains("oct21.json: line 1, column 1: expected a value, found 'j'"))
    }

    /// A closed or full stream is no reason to crash; lost data is said.
    @Test func streamsMayBeClosed() throws {
        try makeSample(["train": 1])
        let shell = { (command: String) throws -> Int32 in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", command]
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            try process.run()
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : -1
        }
        #expect(try shell("'\(inspect.path)' summary --store nope 2>&-") == 66)
        #expect(try shell("'\(ingest.path)' alfred --root data --store x.sqlite 2>&-") == 0)
        if FileManager.default.fileExists(atPath: "/dev/full") {
            #expect(try shell("'\(inspect.path)' summary --store nope 2>/dev/full") == 66)
            #expect(try shell("'\(inspect.path)' summary --json --store x.sqlite >/dev/full 2>/dev/null") == 73)
        }
    }

    @Test func whatCannotBeWrittenIs73() throws {
        try makeSample()
        let missing = try ingest.run(["alfred", "--root", "data", "--store", "no/x.sqlite"], in: folder)
        #expect(
            missing.status == 73 && missing.errors == "error: no/x.sqlite: its folder does not exist; make it first\n")
        try folder.write("", to: "folder.sqlite/x")
        #expect(try ingest.run(["alfred", "--root", "data", "--store", "folder.sqlite"], in: folder).status == 73)
    }

    /// Text of a dataset is data: it must not steer the terminal.
    @Test func escapesOfTheDatasetAreNotPrinted() throws {
        try makeSample(["train": 1])
        let release = folder("data") + "/data/json_2.1.0/train"
        let task = try #require(try FileManager.default.contentsOfDirectory(atPath: release).first)
        let trial = try #require(try FileManager.default.contentsOfDirectory(atPath: release + "/" + task).first)
        let file = "\(release)/\(task)/\(trial)/traj_data.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("\"Put the", with: "\"\\u001b]0;owned\\u0007Put the").write(
            toFile: file, atomically: true, encoding: .utf8)
        _ = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        for command in [["episode", "1"], ["instructions"]] {
            let output = try inspect.run(command + ["--store", "x.sqlite"], in: folder).output
            #expect(output.contains("?]0;owned?Put the") && !output.contains("\u{1B}"))
        }
    }

    // MARK: Processes that end early

    /// Killed at many points, continued each time: the store is the one an undisturbed run makes.
    @Test func killAtAnyPointThenGoOn() async throws {
        try makeSample(["train": 80, "valid_seen": 10])
        let whole = try ingest.run(["alfred", "--root", "data", "--store", "whole.sqlite"], in: folder)
        #expect(whole.status == 0)
        var killed = 0
        for attempt in 0..<14 {
            let process = try ingest.start(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
            try await Task.sleep(for: .milliseconds(15 + attempt * 9))
            if process.isRunning, kill(process.pid, SIGKILL) == 0 { killed += 1 }
            _ = try process.wait()
            if FileManager.default.fileExists(atPath: folder("x.sqlite")) {
                let verify = try inspect.run(["verify", "--store", "x.sqlite"], in: folder)
                let isUnfinished = verify.errors.contains("is empty: nothing was ingested")
                #expect(verify.status == 0 || isUnfinished, "\(verify)")
            }
        }
        #expect(killed > 0)
        #expect(try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder).status == 0)
        #expect(try inspect.run(["verify", "--store", "x.sqlite"], in: folder).status == 0)
        for command in [["summary"], ["instructions", "--limit", "0"], ["episode", "1"], ["episode", "90"]] {
            #expect(
                try inspect.run(command + ["--store", "x.sqlite", "--json"], in: folder).output
                    == (try inspect.run(command + ["--store", "whole.sqlite", "--json"], in: folder).output),
                "\(command)")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsBetweenTransactions(_ signal: Int32) async throws {
        try makeSample(["train": 200])
        let process = try ingest.start(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        while process.isRunning, !FileManager.default.fileExists(atPath: folder("x.sqlite-wal")) {
            try await Task.sleep(for: .milliseconds(2))
        }
        try await Task.sleep(for: .milliseconds(20))
        let isRunning = process.isRunning
        kill(process.pid, signal)
        let result = try process.wait()
        if isRunning, result.status != 0 {
            #expect(result.status == 130)
            #expect(result.output.contains("Interrupted; give the same command again to go on."))
        }
        let rest = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        #expect(rest.status == 0)
        #expect(try inspect.run(["verify", "--store", "x.sqlite"], in: folder).status == 0)
    }

    @Test func twoAtOnceDoNotMeet() async throws {
        try makeSample(["train": 1])
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        let result = try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder)
        #expect(result.status == 73)
        #expect(
            result.errors
                == "error: x.sqlite: another process (pid \(ProcessInfo.processInfo.processIdentifier)) is writing "
                + "to this store; wait for it to end\n"
        )
        try store.close()
        #expect(try ingest.run(["alfred", "--root", "data", "--store", "x.sqlite"], in: folder).status == 0)
    }

    /// A real device without room: a small file system in memory. Needs the right to mount.
    @Test func aFullDeviceIs73AndTheStoreStaysWhole() throws {
        try makeSample(["train": 60])
        let disk = folder("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard try mountMemory(disk, size: "3m") else { return }
        defer { unmount(disk) }
        let result = try ingest.run(["alfred", "--root", "data", "--store", "disk/x.sqlite"], in: folder)
        #expect(result.status == 73, "\(result)")
        #expect(
            result.errors.contains("No space left on device") || result.errors.contains("no space left on the device"))
        // There is room again: it goes on from what was kept.
        _ = try shell(["mount", "-o", "remount,size=100m", disk])
        #expect(try inspect.run(["verify", "--store", "disk/x.sqlite"], in: folder).status != 1)
        #expect(try ingest.run(["alfred", "--root", "data", "--store", "disk/x.sqlite"], in: folder).status == 0)
        #expect(try inspect.run(["verify", "--store", "disk/x.sqlite"], in: folder).status == 0)
    }

    private func shell(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func mountMemory(_ path: String, size: String) throws -> Bool {
        #if os(Linux)
        guard geteuid() == 0 else { return false }
        return try shell(["mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path]) == 0
        #else
        return false
        #endif
    }

    private func unmount(_ path: String) { _ = try? shell(["umount", path]) }
}
