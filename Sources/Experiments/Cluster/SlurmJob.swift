internal import Dispatch
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

/// What one of a chain's jobs does, on the machine where Slurm has started it.
package final class SlurmJob {
    private let chain: SlurmChain
    private let stage: SlurmChain.Stage
    private let environment: [String: String]
    private let happenings: AsyncStream<Happening>
    private let report: AsyncStream<Happening>.Continuation
    private let signals: [any DispatchSourceSignal]
    /// Whether Slurm has said that the job's time is nearly over.
    private var isExpired = false
    private var wantsEnd = false

    private enum Happening: Sendable {
        case ended(Int32)
        case signal(Int32)
    }

    /// - Throws: ``StageError`` for a file that is no chain.
    package init(_ stage: SlurmChain.Stage, chain file: String, environment: [String: String]) throws {
        self.stage = stage
        self.environment = environment
        do {
            chain = try JSONDecoder().decode(SlurmChain.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw StageError(.inputMissing, "\(file): is no chain of jobs: \(error.localizedDescription)")
        }
        (happenings, report) = AsyncStream.makeStream(of: Happening.self)
        signals = Signals.watch([SIGUSR1, SIGTERM, SIGINT]) { [report] in report.yield(.signal($0)) }
    }

    /// - Returns: The exit code.
    /// - Throws: ``StageError``.
    package func run() async throws -> Int32 {
        let start = (Int(environment["SLURM_RESTART_COUNT"] ?? "") ?? 0) + 1
        let task = environment["SLURM_ARRAY_TASK_ID"].map { " \($0)" } ?? ""
        let place = "on \(environment["SLURMD_NODENAME"] ?? "?"), job \(environment["SLURM_JOB_ID"] ?? "?")"
        say("--- \(Date.now.formatted(.iso8601)) rgvlm-\(stage.rawValue)\(task) \(place), start \(start)")
        do {
            switch stage {
            case .ingest: try await ingest()
            case .label: try await label()
            case .merge:
                try await takeLabels((1...chain.shards).map(chain.shard))
                for labels in chain.labels { try await run(command("rgvlm-label", ["run"]) + labels.options) }
            case .train:
                let cell = try cell()
                try await run(cell.train + ["--results", chain.results(cell.run)])
            case .evaluate:
                let cell = try cell()
                try await run(cell.evaluate + ["--results", chain.results(cell.run)] + threads)
            case .references:
                for command in chain.references {
                    try await run(command + ["--results", chain.results("references")] + threads)
                }
            case .collect: try collect()
            case .report: try await makeReport()
            }
            return 0
        } catch let end as DriverEnd {
            return end.code
        }
    }

    private func say(_ text: String) { writeToStandardError(text + "\n") }

    // MARK: Processes

    /// Runs a stage. Slurm sends USR1 before the job's time is over: the stage stops where it can go on later, and the
    /// job goes back into the queue. After a node's failure or a preemption Slurm puts it there by itself.
    ///
    /// - Parameter accepting: Codes besides 0 that are returned rather than end the job.
    @discardableResult
    private func run(_ arguments: [String], output: Int32? = nil, accepting: Set<Int32> = []) async throws -> Int32 {
        say("$ \(ShellWords.line(arguments))")
        let pid = try ChildProcess.start(arguments, output: output) { [report] in report.yield(.ended($0)) }
        if wantsEnd { kill(-pid, SIGTERM) }
        var code: Int32 = 0
        events: for await happening in happenings {
            switch happening {
            case .ended(let status):
                code = status
                break events
            case .signal(let number):
                // Slurm may send it to all processes of the job: a second one ends a stage before it has saved.
                if number == SIGUSR1 { isExpired = true }
                if !wantsEnd { kill(-pid, SIGTERM) }
                wantsEnd = true
            }
        }
        guard code != 0, !accepting.contains(code) else { return code }
        if isExpired, let id = environment["SLURM_JOB_ID"] {
            say("out of time; back into the queue")
            // Slurm ends this job then.
            if try SlurmTool.run(["scontrol", "requeue", id]).code == 0 { try? await Task.sleep(for: .seconds(600)) }
        }
        say("exit code \(code)")
        throw DriverEnd(code: code)
    }

    private func command(_ program: String, _ arguments: [String]) -> [String] {
        chain.places.command(program, arguments)
    }

    private var threads: [String] { ["--threads", environment["SLURM_CPUS_PER_TASK"] ?? "1"] }

    private func task() throws -> Int {
        guard let task = environment["SLURM_ARRAY_TASK_ID"].flatMap({ Int($0) }), task > 0 else {
            throw StageError(.usage, "SLURM_ARRAY_TASK_ID: this is no task of an array")
        }
        return task
    }

    private func cell() throws -> SlurmChain.Cell {
        let task = try task()
        guard task <= chain.cells.count else {
            throw StageError(.inputMissing, "the chain has \(chain.cells.count) cells, not \(task)")
        }
        return chain.cells[task - 1]
    }

    // MARK: Stages

    private func ingest() async throws {
        for part in chain.data.make + chain.data.ingest { try await run(command(part.program, part.arguments)) }
        // What a chain left that ended before it was collected.
        let slurm = chain.out + "/slurm"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: slurm)) ?? []).sorted()
        try await takeLabels(names.filter { $0.hasPrefix("label-") && $0.hasSuffix(".shard") }.map { "\(slurm)/\($0)" })
        try collect()
    }

    /// One shard of the labels, in a copy of the store.
    private func label() async throws {
        let number = try task()
        let shard = chain.shard(number)
        try copyStore(to: shard)
        var places = chain.places
        places.store = shard + "/store.sqlite"
        let code = try await run(
            places.command("rgvlm-label", ["run"]) + ["--shard", "\(number)/\(chain.shards)"], accepting: [66])
        guard code == 66 else { return }
        // 66 is also the code when some spans cannot be shown, which stays so: then nothing else may be waiting.
        let file = shard + "/status.json"
        let output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        defer { close(output) }
        try await run(places.command("rgvlm-label", ["status"]) + ["--json"], output: output)
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        if text.contains("\"pending\"") || !text.contains("\"scored\"") { throw DriverEnd(code: 66) }
    }

    private func copyStore(to shard: String) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: shard) else { return }
        let new = shard + ".new"
        let folder = URL(fileURLWithPath: chain.store).deletingLastPathComponent().path
        let name = URL(fileURLWithPath: chain.store).lastPathComponent
        do {
            try? files.removeItem(atPath: new)
            try files.createDirectory(atPath: new, withIntermediateDirectories: false)
            // Nobody writes to the store now; what its log still holds belongs to it.
            for end in ["", "-wal"] where files.fileExists(atPath: chain.store + end) {
                try files.copyItem(atPath: chain.store + end, toPath: "\(new)/store.sqlite\(end)")
            }
            for frames in try files.contentsOfDirectory(atPath: folder)
            where frames.hasPrefix(name + ".") && frames.hasSuffix(".frames") {
                try files.createSymbolicLink(
                    atPath: "\(new)/store.sqlite\(frames.dropFirst(name.count))",
                    withDestinationPath: "\(folder)/\(frames)")
            }
            try files.moveItem(atPath: new, toPath: shard)
        } catch {
            throw StageError(.cannotWrite, "\(shard): the store cannot be copied: \(error.localizedDescription)")
        }
    }

    /// Takes the labels of shards into the store, then removes the shards. None are left where the job was stopped when
    /// it was nearly done.
    private func takeLabels(_ shards: [String]) async throws {
        let left = shards.filter { FileManager.default.fileExists(atPath: $0 + "/store.sqlite") }
        guard !left.isEmpty else { return }
        try await run(command("rgvlm-label", ["merge"]) + left.map { $0 + "/store.sqlite" })
        for shard in left {
            try? FileManager.default.moveItem(atPath: shard, toPath: shard + ".done")
            try? FileManager.default.removeItem(atPath: shard + ".done")
        }
    }

    private func collect() throws {
        for text in try ResultFiles.takeAll(into: chain.store) { say(text) }
    }

    private func makeReport() async throws {
        for labels in [nil] + chain.labels.map(Optional.some) {
            // 65: the scores do not deserve trust, which the report says.
            try await run(
                command("rgvlm-label", ["lint"]) + ExperimentPlan.lintOptions(labels, out: chain.out), accepting: [65])
        }
        let check = chain.out + "/check.json"
        try await run(command("rgvlm-train", ["check"]) + ["--results", check], accepting: [65, 66])
        let checked = FileManager.default.fileExists(atPath: check) ? ["--check", check] : []
        try await run(
            command("rgvlm-report", ["make"]) + ["--out", chain.out, "--lint", chain.out + "/lint.json"] + checked)
    }
}

extension SlurmChain {
    /// Where the jobs of a run write what they find out.
    func results(_ name: String) -> String { ResultFiles.path(store: store, name) }
}
