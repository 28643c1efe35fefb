internal import ExperimentStore
internal import Foundation
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Stands in for every stage; it is called by the stages' names. What it has done lies in `<store>.fake`, and the store
/// has the rows that the driver looks at.
@main
struct FakeStage {
    private let program = URL(fileURLWithPath: CommandLine.arguments[0]).lastPathComponent
    private let arguments = Array(CommandLine.arguments.dropFirst())
    private let fake: Fake
    private let store: String
    private let state: String
    private let what: String

    private static let signals = Atomic(0)
    private static let isStubborn = Atomic(false)

    static func main() throws {
        // A signal ends a wait at once; the second one ends the process.
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if FakeStage.isStubborn.load(ordering: .relaxed) { return }
                if FakeStage.signals.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
            }
        }
        try FakeStage().run()
    }

    private init() throws {
        let file = ProcessInfo.processInfo.environment["RGVLM_FAKE"] ?? ""
        fake = try JSONDecoder().decode(Fake.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        let arguments = arguments
        func option(_ name: String) -> String? { Self.option(name, in: arguments) }
        store = option("--store") ?? "store"
        state = store + ".fake"
        what =
            option("--run") ?? option("--agent") ?? "\(program.replacing("rgvlm-", with: "")) \(arguments.first ?? "")"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        Self.isStubborn.store(fake.stubborn.contains(what), ordering: .relaxed)
    }

    private func option(_ name: String) -> String? { Self.option(name, in: arguments) }

    private static func option(_ name: String, in arguments: [String]) -> String? {
        arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }

    // MARK: What it says

    private func event(_ kind: FakeEvent.Kind, _ text: String = "") {
        let event = FakeEvent(kind, pid: getpid(), what: what, program: program, text: text)
        guard var line = try? JSONEncoder().encode(event) else { return }
        line.append(UInt8(ascii: "\n"))
        for (path, flags) in [
            (state + "/events", O_WRONLY | O_APPEND | O_CREAT),
            (ProcessInfo.processInfo.environment["RGVLM_FAKE_EVENTS"] ?? "", O_RDWR),
        ] {
            let descriptor = open(path, flags | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { continue }
            // At once: lines of several processes do not mix.
            _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
        }
    }

    private func finish(_ code: Int32, _ text: String = "") -> Never {
        if FakeStage.signals.load(ordering: .relaxed) > 0 { event(.signal, "1") }
        event(.end, String(code))
        if !text.isEmpty { FileHandle.standardError.write(Data((text + "\n").utf8)) }
        exit(code)
    }

    // MARK: What it knows

    private struct Progress: Codable {
        var steps = 0
        var digest = ""
    }

    private func read(_ name: String) -> String? {
        try? String(contentsOfFile: "\(state)/\(name)", encoding: .utf8)
    }

    private func save(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(state)/\(name)"), options: .atomic)
    }

    private func progress(_ run: String) -> Progress {
        read(run + ".json").flatMap { try? JSONDecoder().decode(Progress.self, from: Data($0.utf8)) } ?? Progress()
    }

    /// Does something to the store, which has one writer at a time.
    private func update(_ body: (ExperimentStore) throws -> Void) throws {
        while true {
            do {
                let store = try ExperimentStore(self.store, access: .write)
                try body(store)
                return try store.close()
            } catch let error as StoreError where error.code == .locked {
                usleep(2000)
            }
        }
    }

    // MARK: What it does

    /// Counts to `count`, as training does: what was counted is not counted again.
    private func work(_ count: Int, isRun: Bool = false) throws {
        let lock = open("\(state)/\(what).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { finish(73, "error: another process works on \(what)") }
        var progress = progress(what)
        event(.start, String(progress.steps))
        func save() throws {
            try self.save(
                String(decoding: try JSONEncoder().encode(progress), as: UTF8.self), to: what + ".json")
            if isRun { try note(progress.steps, isDone: progress.steps == count) }
        }
        func isTold() -> Bool { FakeStage.signals.load(ordering: .relaxed) > 0 }
        while progress.steps < count {
            let isHalf = progress.steps * 2 >= count
            if let code = fake.fail[what], isHalf { finish(code, "error: it was to fail") }
            if isHalf, fake.hold.contains(what), progress.steps * 2 < count + 2 {
                try save()
                event(.half)
                while !isTold(), try FakeStage().fake.hold.contains(what) { usleep(5000) }
            }
            progress.steps += 1
            progress.digest = Self.hash("\(what) \(progress.steps) \(progress.digest)")
            if progress.steps % 5 == 0 || progress.steps == count { try save() }
            if fake.pause > 0 { usleep(UInt32(fake.pause * 1e6)) }
            if isTold() {
                try save()
                finish(130, "interrupted")
            }
        }
        if isRun { try note(progress.steps, isDone: true) }
        if let code = fake.fail[what] { finish(code, "error: it was to fail") }
        close(lock)
        finish(0, "\(what): \(progress.steps) updates")
    }

    private func note(_ steps: Int, isDone: Bool) throws {
        try update { try FakeRows.noteTraining(what, steps: steps, isDone: isDone, in: $0) }
    }

    /// A number that depends on all of a text: FNV-1a.
    private static func hash(_ text: String) -> String {
        String(text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
    }

    private func run() throws {
        switch (program, arguments.first) {
        case ("rgvlm-label", "status"):
            print("[{\"spans\": {\"scored\": 3, \"\(fake.isPending ? "pending" : "blocked")\": 1}}]")
        case ("rgvlm-label", "estimate"):
            event(.start)
            finish(0)
        case ("rgvlm-label", "run"): try work(10)
        case ("rgvlm-label", "lint"):
            event(.start)
            try Data("lint".utf8).write(to: URL(fileURLWithPath: option("--page") ?? ""))
            finish(fake.fail[what] ?? 0)
        case ("rgvlm-simulate", _):
            try FileManager.default.createDirectory(atPath: option("--out") ?? "", withIntermediateDirectories: true)
            try work(10)
        case ("rgvlm-ingest", _):
            guard let root = option("--root"), FileManager.default.fileExists(atPath: root) else {
                finish(66, "error: no such root")
            }
            try update { try FakeRows.addDataset(to: $0) }
            let settings = zip(arguments, arguments.dropFirst()).filter { $0.0 == "--set" }.map(\.1)
            event(.settings, ([root] + settings).joined(separator: "\n"))
            try work(10)
        case ("rgvlm-train", "check"):
            event(.start)
            if let file = option("--results") { try Data("{}".utf8).write(to: URL(fileURLWithPath: file)) }
            finish(fake.fail[what] ?? 0)
        case ("rgvlm-train", _):
            if arguments.contains("--restart") {
                event(.restart)
            } else if fake.other.contains(what) {
                event(.start)
                finish(65, "error: begun otherwise; use --restart")
            }
            try work(fake.updates, isRun: true)
        case ("rgvlm-evaluate", _): try evaluate()
        case ("rgvlm-report", "make"): try report()
        default: finish(64, "error: \(program) \(arguments)")
        }
    }

    /// Those of `evaluate.only`, else the one that tests have.
    private var sets: [String] {
        let only = arguments.last { $0.hasPrefix("evaluate.only=[") }?.dropFirst("evaluate.only=[".count).dropLast()
        return only?.split(separator: ", ").map(String.init) ?? ["near"]
    }

    private func evaluate() throws {
        event(.start)
        let run = option("--run")
        if let run, progress(run).steps < fake.updates { finish(66, "error: \(run) is not trained") }
        if fake.pause > 0 { usleep(UInt32(fake.pause * 1e6)) }
        if let code = fake.failEvaluation[what] { finish(code, "error: it was to fail") }
        try save(Self.hash(what + progress(what).digest), to: what + ".score")
        for set in sets {
            let completed = fake.completed[what] ?? 5
            try update {
                try FakeRows.noteEvaluation(
                    what, on: set, isRun: run != nil, step: fake.updates, completed: completed, in: $0)
            }
        }
        finish(0)
    }

    private func report() throws {
        event(.start)
        let out = option("--out") ?? ""
        let scores = try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.hasSuffix(".score") }
        let lines = scores.sorted().map { "| \($0.replacing(".score", with: "")) | \(read($0) ?? "") |\n" }
        for (name, text) in [("table.md", lines.joined()), ("figure4.png", ""), ("report.html", "")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(out)/\(name)"))
        }
        finish(0)
    }
}
