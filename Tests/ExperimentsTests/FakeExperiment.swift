import FakeStage
import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An experiment of six cells in a folder with an awkward name, whose stages only pretend.
final class FakeExperiment {
    static let cells = ["a-s1", "b-s1", "c-s1", "a-s2", "b-s2", "c-s2"]

    let folder: TemporaryFolder
    let base: String
    var fake = Fake()
    /// In place of the usual sets and rows.
    var yaml: String?
    private(set) var events: [FakeEvent] = []
    private var iterator: AsyncStream<FakeEvent>.AsyncIterator
    private let pipe: Int32

    init() throws {
        folder = try TemporaryFolder()
        base = folder("it's an experiment")
        let files = FileManager.default
        try files.createDirectory(atPath: base + "/bin", withIntermediateDirectories: true)
        for stage in ["simulate", "ingest", "label", "train", "evaluate", "report"] {
            try files.createSymbolicLink(
                atPath: "\(base)/bin/rgvlm-\(stage)", withDestinationPath: Executable("FakeStage").path)
        }
        try files.createSymbolicLink(
            atPath: base + "/bin/rgvlm-experiment", withDestinationPath: Executable("rgvlm-experiment").path)
        #expect(mkfifo(base + "/events", 0o600) == 0)
        pipe = open(base + "/events", O_RDWR | O_CLOEXEC)
        let (stream, continuation) = AsyncStream.makeStream(of: FakeEvent.self)
        iterator = stream.makeAsyncIterator()
        let handle = FileHandle(fileDescriptor: pipe)
        Thread.detachNewThread {
            var rest = Data()
            while true {
                let data = handle.availableData
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = rest[rest.startIndex..<end]
                    rest = rest[(end + 1)...]
                    // An empty line says that nobody listens any more.
                    guard let event = try? JSONDecoder().decode(FakeEvent.self, from: line) else { return }
                    continuation.yield(event)
                }
            }
        }
    }

    deinit {
        for event in events where event.kind == .start && Self.isAlive(event.pid) { kill(event.pid, SIGKILL) }
        _ = write(pipe, "\n", 1)
    }

    func callAsFunction(_ name: String) -> String { "\(base)/\(name)" }

    // MARK: Running it

    /// Writes what the stages are told.
    func configure() throws {
        try JSONEncoder().encode(fake).write(to: URL(fileURLWithPath: self("fake.json")), options: .atomic)
        let yaml =
            yaml ?? """
                train: {steps: \(fake.updates)}
                evaluate: {sets: [{name: near, split: valid_seen}]}
                experiment: {seeds: [1, 2], rows: [{name: a}, {name: b}, {name: c}]}
                """
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: self("c.yaml")), options: .atomic)
    }

    func start(_ arguments: String..., jobs: String? = "2") throws -> Executable.Running {
        try configure()
        let options = ["--config", self("c.yaml"), "--store", self("s.sqlite"), "--out", self("out")]
        return try Executable(path: self("bin/rgvlm-experiment")).start(
            ["run"] + options + (jobs.map { ["--jobs", $0] } ?? []) + arguments, in: folder,
            environment: ["RGVLM_FAKE": self("fake.json"), "RGVLM_FAKE_EVENTS": self("events")])
    }

    func run(_ arguments: String..., jobs: String? = "2") throws -> Executable.Result {
        try configure()
        let options = ["--config", self("c.yaml"), "--store", self("s.sqlite"), "--out", self("out")]
        return try Executable(path: self("bin/rgvlm-experiment")).run(
            ["run"] + options + (jobs.map { ["--jobs", $0] } ?? []) + arguments, in: folder,
            environment: ["RGVLM_FAKE": self("fake.json"), "RGVLM_FAKE_EVENTS": self("events")])
    }

    // MARK: What has happened

    /// Waits until so many events of a kind have come that a condition holds for.
    @discardableResult
    func wait(
        for kind: FakeEvent.Kind, count: Int = 1, where condition: (FakeEvent) -> Bool = { _ in true }
    ) async -> [FakeEvent] {
        var found: [FakeEvent] = []
        while found.count < count, let event = await iterator.next() {
            events.append(event)
            if event.kind == kind, condition(event) { found.append(event) }
        }
        return found
    }

    /// All events so far, as the stages have written them down.
    func history() throws -> [FakeEvent] {
        guard let text = try? String(contentsOfFile: self("s.sqlite.fake/events"), encoding: .utf8) else { return [] }
        return try text.split(separator: "\n").map { try JSONDecoder().decode(FakeEvent.self, from: Data($0.utf8)) }
    }

    /// Without the check before training, which is a stage of the same program.
    func starts(_ program: String) throws -> [String] {
        try history().filter { $0.kind == .start && $0.program == program && $0.what != "train check" }.map(\.what)
    }

    var table: String { (try? String(contentsOfFile: self("out/table.md"), encoding: .utf8)) ?? "" }

    func log(_ run: String) -> String {
        (try? String(contentsOfFile: self("out/logs/\(run).log"), encoding: .utf8)) ?? ""
    }

    static func isAlive(_ pid: Int32) -> Bool {
        guard kill(pid, 0) == 0 else { return false }
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return !FileManager.default.fileExists(atPath: "/proc/self")
        }
        return text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst(2).first != "Z"
    }

    /// Waits until none of the stages is left.
    func nothingIsLeft() async throws {
        let pids = Set(try history().map(\.pid))
        for _ in 0..<6000 where pids.contains(where: Self.isAlive) { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!pids.contains(where: Self.isAlive))
    }

    /// The table of an experiment that nothing disturbed.
    static func undisturbed(updates: Int) throws -> String {
        let experiment = try FakeExperiment()
        experiment.fake.updates = updates
        let result = try experiment.run()
        #expect(result.status == 0, "\(result.errors)")
        return experiment.table
    }
}
