import Dispatch
import ExperimentStore
import Foundation
import StoreFixture
import TestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private let label = Executable("rgvlm-label")
private let inspect = Executable("rgvlm-inspect")

/// A generated dataset in a store, made once; each test works on copies of the store.
private enum Data20 {
    static let folder: Result<TemporaryFolder, any Error> = Result {
        let folder = try TemporaryFolder()
        let made = try Executable("rgvlm-simulate").run(
            ["generate", "--scenes", "6", "--episodes", "20", "--size", "64", "--out", "data", "--quiet"], in: folder)
        let stored = try Executable("rgvlm-ingest").run(
            ["alfred", "--root", "data", "--store", "x.sqlite", "--quiet"], in: folder)
        guard made.status == 0, stored.status == 0 else { throw Problem(text: made.errors + stored.errors) }
        return folder
    }

    struct Problem: Error { var text: String }
}

/// The fault-injecting server as a process.
private final class Server {
    let port: Int
    private let running: Executable.Running

    init(_ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) throws {
        // A free port: bound once and given back.
        let socket = socket(AF_INET, Int32(SOCK_STREAM_VALUE), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, size)
                _ = getsockname(socket, $0, &size)
            }
        }
        close(socket)
        port = Int(UInt16(bigEndian: address.sin_port))
        running = try label.start(
            ["serve", "--port", String(port)] + arguments, in: folder, environment: environment)
        let deadline = Date.now.addingTimeInterval(20)
        while !isListening(), Date.now < deadline, running.isRunning { usleep(20_000) }
        try #require(running.isRunning)
    }

    deinit {
        kill(running.pid, SIGTERM)
        _ = try? running.wait()
    }

    var url: String { "http://127.0.0.1:\(port)/v1" }

    private func isListening() -> Bool {
        (try? Data(contentsOf: URL(string: "http://127.0.0.1:\(port)/health")!)) != nil
    }

    /// Waits until so many calls have been billed in all.
    func waitForCalls(_ count: Int, while isGoingOn: @autoclosure () -> Bool) throws {
        while isGoingOn(), try (stats()["billed_calls"] as? Int ?? 0) < count { usleep(2_000) }
    }

    func stats() throws -> [String: Any] {
        let data = try Data(contentsOf: #require(URL(string: "http://127.0.0.1:\(port)/stats")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}

#if canImport(Darwin)
private let SOCK_STREAM_VALUE = SOCK_STREAM
#else
private let SOCK_STREAM_VALUE = SOCK_STREAM.rawValue
#endif

/// Keeps servers alive to the end of the test: a local variable ends with its last use.
private final class Servers {
    private var running: [Server] = []

    func keep(_ server: Server) -> Server {
        running.append(server)
        return server
    }
}

@Suite(.serialized) final class LabelTests {
    private let folder: TemporaryFolder
    private let servers = Servers()
    private static let secret = "sk-very-secret-0123456789"

    init() throws {
        folder = try TemporaryFolder()
        let source = try Data20.folder.get()
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) where name.hasPrefix("x.sqlite") {
            try FileManager.default.copyItem(atPath: source(name), toPath: folder(name))
        }
    }

    private func serve(_ options: [String] = [], _ environment: [String: String] = [:]) throws -> Server {
        servers.keep(try Server(["--store", "x.sqlite"] + options, in: folder, environment: environment))
    }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Executable.Result {
        var variables = environment
        variables["OPENAI_API_KEY"] = environment["OPENAI_API_KEY"] ?? ""
        return try label.run(arguments + ["--store", "x.sqlite"], in: folder, environment: variables)
    }

    private func served(_ server: Server, _ arguments: [String] = []) throws -> Executable.Result {
        try run(
            ["run", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--quiet"] + arguments,
            ["OPENAI_API_KEY": Self.secret])
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func number(_ sql: String, _ store: String = "x.sqlite") throws -> Int {
        try ExperimentStore(folder(store), access: .read).number(sql)
    }

    private func scores(_ run: String, _ store: String = "x.sqlite") throws -> [String] {
        try ExperimentStore(folder(store), access: .read).texts(
            """
            SELECT e.key || ' ' || s.control || ' ' || c.position || ' ' || c.t || ' ' || c.score
            FROM label_scores c JOIN label_spans s ON s.id = c.span_id JOIN label_runs r ON r.id = s.run_id
            JOIN episodes e ON e.id = c.episode_id WHERE r.name = '\(run)' ORDER BY 1
            """)
    }

    /// To renew the files after a change of options: RGVLM_RENEW_HELP=1 make test
    @Test(arguments: [
        [], ["estimate"], ["run"], ["status"], ["retry"], ["lint"], ["export-batch"], ["import-batch"], ["merge"],
        ["serve"],
    ])
    func helpIsAsPublished(_ path: [String]) throws {
        let result = try label.run(path + ["--help"], in: folder, environment: ["COLUMNS": "80"])
        #expect(result.status == 0)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Help/\((["rgvlm-label"] + path).joined(separator: "-")).txt")
        if ProcessInfo.processInfo.environment["RGVLM_RENEW_HELP"] != nil {
            try Data(result.output.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == result.output)
    }

    // MARK: The scripted annotator, in-process

    @Test func theOrdinaryWay() throws {
        let estimate = try object(try run(["estimate", "--json"]).output)
        let made = try run(["run"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("(scripted, not a VLM)"))
        let spans = try number("SELECT count(*) FROM label_spans")
        #expect(estimate["spans"] as? Int == spans)
        #expect(
            try estimate["analysis_calls"] as? Int == number("SELECT count(*) FROM label_calls WHERE stage = 1"))
        #expect(try estimate["scoring_calls"] as? Int == number("SELECT count(*) FROM label_calls WHERE stage = 2"))
        #expect(try number("SELECT count(*) FROM label_spans WHERE status <> 'scored'") == 0)
        // A score for every transition, tied to the pictures before and after it.
        #expect(
            try number("SELECT count(*) FROM label_list WHERE control = 'none'")
                == number("SELECT sum(step_count) FROM episodes"))
        #expect(try number("SELECT count(*) FROM label_list WHERE frame_before IS NULL OR frame_after IS NULL") == 0)
        let again = try run(["run"])
        #expect(again.status == 0)
        #expect(try number("SELECT count(*) FROM label_calls") == (estimate["analysis_calls"] as? Int ?? 0) + spans)
        #expect(try inspect.run(["verify", "--store", "x.sqlite"], in: folder).status == 0)
        let labels = try inspect.run(["labels", "1", "--store", "x.sqlite"], in: folder)
        #expect(labels.status == 0 && labels.output.contains("[analysis 1] scripted\n    - Step 1 ("))
        #expect(try inspect.run(["labels", "1", "--store", "x.sqlite", "--json"], in: folder).output.hasPrefix("["))
        let status = try run(["status", "--json"])
        #expect(status.status == 0 && status.output.contains("\"scored_transitions\""))
    }

    @Test(arguments: [
        ("constant", "carry no information"), ("random", "no relation to what happens"),
        ("reversedTime", "time is reversed"), ("goalBlind", "do not depend on the goal"),
    ])
    func theLintTellsAnnotatorsApart(_ kind: String, _ reason: String) throws {
        let annotator = ["--set", "label.annotator.kind=\(kind)", "--run", kind, "--controls", "16"]
        #expect(try run(["run", "--quiet"] + annotator).status == 0)
        let lint = try run(["lint", "--run", kind, "--page", "lint.html"])
        #expect(lint.status == 65 && lint.output.contains(reason), "\(lint.output)")
        #expect(try String(contentsOfFile: folder("lint.html"), encoding: .utf8).contains("</html>"))
    }

    @Test func theLintTrustsTheScriptedAnnotator() throws {
        #expect(try run(["run", "--quiet", "--controls", "20"]).status == 0)
        let lint = try run(["lint"])
        #expect(lint.status == 0 && lint.output.hasPrefix("PASS"), "\(lint.output)")
        #expect(try object(try run(["lint", "--json"]).output)["verdict"] as? String == "pass")
        // A bound that is out of reach fails.
        let strict = try run(["lint", "--set", "label.lint.min_progress_correlation=0.999"])
        #expect(strict.status == 65 && strict.output.hasPrefix("FAIL"))
        // Without controls nothing can be trusted.
        #expect(try run(["run", "--quiet", "--controls", "0", "--run", "bare", "--seed", "1"]).status == 0)
        let bare = try run(["lint", "--run", "bare"])
        #expect(bare.status == 65 && bare.output.hasPrefix("UNDECIDED"), "\(bare.output)")
    }

    @Test func shardsMergeIntoTheWhole() throws {
        for name in ["a.sqlite", "b.sqlite"] {
            for suffix in [""] {
                try FileManager.default.copyItem(atPath: folder("x.sqlite" + suffix), toPath: folder(name + suffix))
            }
            try FileManager.default.copyItem(
                atPath: folder("x.sqlite.alfred.frames"), toPath: folder(name + ".alfred.frames"))
        }
        #expect(try run(["run", "--quiet", "--run", "whole"]).status == 0)
        for (index, name) in ["a.sqlite", "b.sqlite"].enumerated() {
            let made = try label.run(
                ["run", "--quiet", "--run", "parts", "--shard", "\(index + 1)/2", "--store", name], in: folder)
            #expect(made.status == 0, "\(made.errors)")
        }
        let first = try run(["merge", "a.sqlite", "b.sqlite", "--json"])
        #expect(first.status == 0, "\(first.errors)")
        let (whole, parts) = (try scores("whole"), try scores("parts"))
        // The annotator errs by the numbers of run and span: the same transitions have scores, not the same scores.
        func places(_ scores: [String]) -> [String] { scores.map { String($0.prefix(upTo: $0.lastIndex(of: " ")!)) } }
        #expect(places(whole) == places(parts) && !parts.isEmpty)
        let calls = try number("SELECT count(*) FROM label_calls")
        #expect(try run(["merge", "a.sqlite", "b.sqlite"]).status == 0)
        #expect(try number("SELECT count(*) FROM label_calls") == calls && scores("parts") == parts)
        #expect(try number("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        #expect(try run(["merge", "no.sqlite"]).status == 66)
        #expect(try run(["merge", "x.sqlite"]).status == 73)
    }

    @Test func aReplayNeedsNobody() throws {
        let server = try serve()
        #expect(try served(server, ["--run", "asked", "--limit", "10"]).status == 0)
        let calls = try number("SELECT count(*) FROM label_calls")
        let replay = try run(["run", "--provider", "replay", "--run", "again", "--limit", "10", "--quiet"])
        #expect(replay.status == 0, "\(replay.errors)")
        #expect(try number("SELECT count(*) FROM label_calls") == calls)
        #expect(try scores("again") == scores("asked"))
        // What was never asked is blocked, not made up.
        let more = try run(["run", "--provider", "replay", "--run", "again", "--limit", "12", "--quiet"])
        #expect(more.status == 66 && more.errors.contains("no answer to question"), "\(more.errors)")
    }

    // MARK: Over sockets

    @Test func everyFaultIsSurvivedAndEveryBilledCallIsCounted() throws {
        let faults =
            "429-after:0.04@0.05s,429-after-ms:0.03@0.02s,500:0.05,503:0.04,slow:0.02@0.2s,"
            + "cut:0.05,garbage:0.04,refusal:0.02,truncation:0.02"
        let server = try serve(["--faults", faults, "--set", "label.annotator.malformed=0.1"])
        let made = try served(server, ["--concurrency", "16", "--set", "label.attempts=12"])
        #expect(made.status == 0, "\(made.errors)")
        #expect(try number("SELECT count(*) FROM label_spans WHERE status IN ('pending', 'blocked')") == 0)
        #expect(
            try number(
                """
                SELECT count(*) FROM label_spans s WHERE status = 'scored' AND (SELECT count(*) FROM label_scores c
                    WHERE c.span_id = s.id) <> (SELECT step_count FROM instructions i WHERE i.id = s.instruction_id)
                """) == 0)
        // A failure is that of one of the span's calls.
        #expect(
            try number(
                """
                SELECT count(*) FROM label_spans s WHERE status = 'unscored' AND failure NOT IN (SELECT c.failure
                    FROM label_questions q JOIN label_calls c ON c.id = q.call_id WHERE q.span_id = s.id
                        AND c.failure IS NOT NULL)
                """) == 0)
        let stats = try server.stats()
        #expect(try number("SELECT sum(prompt_tokens) FROM label_calls") == stats["prompt_tokens"] as? Int)
        #expect(try number("SELECT sum(completion_tokens) FROM label_calls") == stats["completion_tokens"] as? Int)
        #expect(stats["doubled_references"] as? Int == 0)
        let unscored = try number("SELECT count(*) FROM label_spans WHERE status = 'unscored'")
        #expect(unscored > 0)
        // Asked again, only the failed ones are.
        let answered = try number("SELECT count(*) FROM label_calls WHERE failure IS NULL")
        let retry = try run(
            ["retry", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--quiet"],
            ["OPENAI_API_KEY": Self.secret])
        #expect(retry.status == 0, "\(retry.errors)")
        #expect(try number("SELECT count(*) FROM label_calls WHERE failure IS NULL") >= answered)
        #expect(
            try number("SELECT count(*) FROM (SELECT 1 FROM label_questions GROUP BY call_id HAVING count(*) > 1)") == 0
        )
    }

    @Test func aKilledRunGoesOnWithoutPayingTwice() throws {
        let server = try serve(["--faults", "latency:20ms"])
        let arguments = [
            "run", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--quiet", "--concurrency",
            "8", "--store", "x.sqlite",
        ]
        for round in 0..<6 {
            let running = try label.start(arguments, in: folder, environment: ["OPENAI_API_KEY": Self.secret])
            try server.waitForCalls(4 + 12 * round, while: running.isRunning)
            kill(running.pid, SIGKILL)
            _ = try running.wait()
        }
        let last = try served(server, ["--concurrency", "8"])
        #expect(last.status == 0, "\(last.errors)")
        #expect(try number("SELECT count(*) FROM label_spans WHERE status <> 'scored'") == 0)
        let lost = try number("SELECT sum(lost_calls) FROM label_runs")
        let stats = try server.stats()
        let billed = try #require(stats["billed_calls"] as? Int)
        let calls = try number("SELECT count(*) FROM label_calls")
        #expect(billed >= calls && billed - calls <= lost, "\(billed) billed, \(calls) stored, \(lost) lost")
        #expect(try number("SELECT count(*) FROM label_calls") == number("SELECT count(*) FROM label_questions"))
    }

    @Test(arguments: [SIGINT, SIGTERM]) func anInterruptedRunDrains(_ signal: Int32) throws {
        let server = try serve(["--faults", "latency:100ms"])
        let running = try label.start(
            [
                "run", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--quiet",
                "--concurrency", "8", "--store", "x.sqlite",
            ], in: folder, environment: ["OPENAI_API_KEY": Self.secret])
        try server.waitForCalls(8, while: running.isRunning)
        kill(running.pid, signal)
        #expect(try running.wait().status == 130)
        #expect(try number("SELECT count(*) FROM label_in_flight") == 0)
        let stats = try server.stats()
        #expect(try stats["billed_calls"] as? Int == number("SELECT count(*) FROM label_calls"))
        #expect(try served(server).status == 0)
        #expect(try number("SELECT count(*) FROM label_spans WHERE status <> 'scored'") == 0)
    }

    @Test func budgetsHold() throws {
        try folder.write("- {model: scripted, input: 10, output: 10}\n", to: "prices.yaml")
        let server = try serve()
        let priced = ["--set", "label.prices=prices.yaml"]
        #expect(try served(server, ["--budget", "1"]).status == 64)
        let made = try served(server, priced + ["--budget", "0.2"])
        #expect(made.status == 75, "\(made.errors)")
        let spent = try number("SELECT sum(cost_nanodollars) FROM label_calls")
        #expect(spent > 100_000_000 && spent <= 200_000_000)
        // The same budget pays for nothing more, a larger one goes on.
        #expect(try served(server, priced + ["--budget", "0.2"]).status == 75)
        #expect(try served(server, priced + ["--budget", "50"]).status == 0)
        #expect(
            try number("SELECT sum((prompt_tokens + completion_tokens) * 10000) FROM label_calls")
                == number("SELECT sum(cost_nanodollars) FROM label_calls"))
    }

    @Test func aServerThatIsNotThereIs69() throws {
        let made = try run(
            ["run", "--provider", "openai", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--quiet"],
            ["OPENAI_API_KEY": Self.secret])
        #expect(made.status == 69 && made.errors.contains("http://127.0.0.1:9/v1"), "\(made.errors)")
        #expect(try number("SELECT count(*) FROM label_spans WHERE status <> 'pending'") == 0)
        let server = try serve(["--key-env", "SERVER_KEY"], ["SERVER_KEY": "another"])
        let refused = try served(server, ["--run", "refused"])
        #expect(refused.status == 69 && refused.errors.contains("401"), "\(refused.errors)")
        #expect(
            try number(
                """
                SELECT count(*) FROM label_spans s JOIN label_runs r ON r.id = s.run_id
                WHERE r.name = 'refused' AND s.status <> 'pending'
                """) == 0)
    }

    @Test func noKeyIsSeenAnywhere() throws {
        let server = try serve(
            ["--faults", "500:0.2,garbage:0.2", "--key-env", "SERVER_KEY"], ["SERVER_KEY": Self.secret])
        let running = try label.start(
            [
                "run", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--log-level", "debug",
                "--store", "x.sqlite", "--limit", "5", "--controls", "0",
            ], in: folder, environment: ["OPENAI_API_KEY": Self.secret])
        #if os(Linux)
        let title = try? String(contentsOfFile: "/proc/\(running.pid)/cmdline", encoding: .utf8)
        #expect(title?.contains(Self.secret) != true)
        #endif
        let result = try running.wait()
        #expect(!result.output.contains(Self.secret) && !result.errors.contains(Self.secret))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let data = FileManager.default.contents(atPath: folder(name)) ?? Data()
            #expect(data.range(of: Data(Self.secret.utf8)) == nil, "\(name)")
        }
        try folder.write(Self.secret + "\n", to: "key")
        let fromFile = try run([
            "run", "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--quiet", "--set",
            "label.key_file=key", "--limit", "5", "--controls", "0",
        ])
        #expect(fromFile.status == 0, "\(fromFile.errors)")
    }

    // MARK: Batches

    /// Export, answers from the served annotator, import, and once more.
    @Test func batchesTakeTwoRounds() throws {
        let server = try serve()
        let options = [
            "--provider", "openai", "--model", "scripted", "--base-url", server.url, "--limit", "6", "--controls", "1",
        ]
        for round in 1...2 {
            let exported = try run(["export-batch", "--out", "batch\(round)", "--lines", "7", "--json"] + options)
            #expect(exported.status == 0, "\(exported.errors)")
            let again = try object(try run(["export-batch", "--out", "batch\(round)", "--json"] + options).output)
            #expect((again["files"] as? [Any])?.isEmpty == true)
            var answers: [String] = []
            for name in try FileManager.default.contentsOfDirectory(atPath: folder("batch\(round)")).sorted() {
                let lines = try String(contentsOfFile: folder("batch\(round)/\(name)"), encoding: .utf8)
                    .split(separator: "\n")
                #expect(lines.count <= 7)
                for (index, line) in lines.enumerated() {
                    answers.append(try answer(String(line), server, nested: index.isMultiple(of: 2)))
                }
            }
            answers.reverse()
            try folder.write(answers.joined(separator: "\n"), to: "answers\(round).jsonl")
            let imported = try run(["import-batch", "answers\(round).jsonl", "--json"])
            #expect(imported.status == 0, "\(imported.errors)")
            let report = try object(imported.output)
            #expect(report["answers"] as? Int == answers.count && report["outstanding"] as? Int == 0)
            let repeated = try object(try run(["import-batch", "answers\(round).jsonl", "--json"]).output)
            #expect(repeated["repeated"] as? Int == answers.count && repeated["answers"] as? Int == 0)
        }
        #expect(try number("SELECT count(*) FROM label_spans WHERE status <> 'scored'") == 0)
        #expect(try number("SELECT count(*) FROM label_calls WHERE source <> 'batch'") == 0)
        try folder.write(
            "not json\n{\"custom_id\": \"r9-s1-p1-w0-n0-a0\", \"response\": {\"body\": {}}}\n", to: "bad.jsonl")
        let bad = try run(["import-batch", "bad.jsonl"])
        #expect(bad.status == 65 && bad.output.contains("bad.jsonl, line 1"))
        #expect(try run(["import-batch", "no.jsonl"]).status == 66)
    }

    private func answer(_ line: String, _ server: Server, nested: Bool) throws -> String {
        let request = try object(line)
        let id = try #require(request["custom_id"] as? String)
        var call = URLRequest(url: try #require(URL(string: server.url + "/chat/completions")))
        call.httpMethod = "POST"
        call.setValue(id, forHTTPHeaderField: "X-Client-Request-Id")
        call.httpBody = try JSONSerialization.data(withJSONObject: try #require(request["body"]))
        let body = String(decoding: try send(call), as: UTF8.self)
        return nested
            ? #"{"id":"x","custom_id":"\#(id)","response":{"status_code":200,"request_id":"q","#
                + #""body":\#(body)},"error":null}"#
            : #"{"id":"x","custom_id":"\#(id)","response":\#(body),"error":null}"#
    }

    // MARK: Errors

    @Test func whatCannotBeDoneIsSaid() throws {
        for (arguments, status, text) in [
            (["run", "--provider", "nobody"], 64, "expected one of scripted, openai, gemini, anthropic, replay"),
            (["run", "--provider", "openai"], 64, "--model"),
            (["run", "--provider", "openai", "--model", "m"], 64, "OPENAI_API_KEY"),
            (["run", "--unit", "episode"], 64, "one of task, instruction"), (["run", "--shard", "3/2"], 64, "i/n"),
            (["run", "--limit", "0"], 64, "--limit"), (["run", "--run", "../x"], 64, "--run"),
            (["run", "--dataset", "no"], 66, "has no dataset no; it has alfred"),
            (["run", "--splits", "no"], 66, "has no task instructions in no"),
            (["run", "--set", "label.windw=3"], 65, "did you mean \"label.window\"?"),
            (["run", "--set", "label.window=0"], 65, "expected 1 to 64"),
            (["run", "--set", "label.samples=2", "--set", "label.temperature=0"], 65, "several samples"),
            (["run", "--set", "label.prompts=nowhere"], 66, "nowhere/analysis.mustache"),
            (
                [
                    "run", "--set", "label.prices=nowhere", "--provider", "openai", "--model", "m", "--base-url",
                    "http://127.0.0.1:1",
                ], 66, "nowhere"
            ),
            (["run", "--provider", "openai", "--model", "m", "--base-url", "ftp://x"], 64, "https://host/path"),
            (["lint", "--run", "no"], 66, "has no label run no"), (["lint"], 66, "holds no labels yet"),
            (["retry"], 66, "has no label run"), (["retry", "--kind", "bad"], 64, "transport"),
            (["serve", "--faults", "earthquake:1"], 64, "earthquake"),
            (["serve", "--host", "0.0.0.0"], 64, "127.0.0.1"),
        ] as [([String], Int32, String)] {
            let result = try run(arguments)
            #expect(result.status == status && result.errors.contains(text), "\(arguments): \(result)")
            #expect(result.output == "")
        }
        let missing = try label.run(["run", "--store", "no.sqlite"], in: folder)
        #expect(missing.status == 66 && !FileManager.default.fileExists(atPath: folder("no.sqlite")))
        // The same name with other settings is another run.
        #expect(try run(["run", "--quiet", "--limit", "2", "--controls", "0"]).status == 0)
        let other = try run(["run", "--quiet", "--limit", "2", "--set", "label.window=5"])
        #expect(other.status == 65 && other.errors.contains("label.window"), "\(other.errors)")
    }

    @Test func missingPicturesBlockTheirSpansOnly() throws {
        let server = try serve()
        let store = try ExperimentStore(folder("x.sqlite"), access: .write)
        try store.execute("UPDATE frames SET status = 'missing', path = NULL WHERE episode_id = 3 AND t = 2")
        try store.close()
        let made = try served(server, ["--controls", "0"])
        #expect(made.status == 66 && made.errors.contains("observation 2"), "\(made.errors)")
        #expect(try number("SELECT count(*) FROM label_spans WHERE status = 'blocked'") == 1)
        #expect(try number("SELECT count(*) FROM label_spans WHERE status NOT IN ('blocked', 'scored')") == 0)
    }
}

/// A request and its body, waited for.
private func send(_ request: URLRequest) throws -> Data {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: Result<Data, any Error> = .failure(URLError(.unknown))
    URLSession.shared.dataTask(with: request) { data, _, error in
        result = data.map { .success($0) } ?? .failure(error ?? URLError(.unknown))
        done.signal()
    }.resume()
    done.wait()
    return try result.get()
}
