internal import Foundation
internal import Ground
internal import StageSupport

/// Takes an experiment through its steps, each a process of its own. The stages skip what is done and go on where they
/// were stopped or killed, and so does this when it is run again.
package final class ExperimentDriver {
    /// As tuned.
    var run: ExperimentRun
    /// What is worked on: the experiment's cells, or those that tune it.
    var plan: ExperimentPlan
    let console: Console
    let logs: String
    var failures: [Scheduler.Failure] = []
    /// Before it was tuned.
    let original: (configuration: Configuration, places: ExperimentPlan.Places)
    private let folder: JobFolder
    private let happenings: AsyncStream<Happening>
    private let report: AsyncStream<Happening>.Continuation
    private let signals: [any DispatchSourceSignal]

    private enum Happening: Sendable {
        case ended(String, Int32)
        case signal
        case second
    }

    /// How long those that were told to end may take, in seconds.
    static let patience = 30.0

    /// Takes the folder of results.
    ///
    /// - Throws: ``StageError`` for a configuration that makes no experiment, and while another driver works in the
    ///   folder.
    package init(_ run: ExperimentRun) throws {
        self.run = run
        original = (run.configuration, run.places)
        let tuned = try TunedExperiment(run.configuration, run.places)
        (self.run.configuration, self.run.places) = (tuned.configuration, tuned.places)
        plan = try ExperimentPlan(tuned.configuration, tuned.places)
        console = Console(quiet: run.quiet)
        logs = run.out + "/logs"
        let store = URL(fileURLWithPath: run.configuration.store).deletingLastPathComponent().path
        for path in [logs, store] { try Folder.make(path) }
        (happenings, report) = AsyncStream.makeStream(of: Happening.self)
        signals = Signals.watch(Signals.watched) { [report] _ in report.yield(.signal) }
        folder = try JobFolder(run.out)
    }

    /// Takes all steps.
    ///
    /// - Returns: The exit code: 0 when all was done, 130 when it was stopped, else that of the stage, or of the first
    ///   cell, that
    ///   failed.
    /// - Throws: ``StageError``.
    package func drive() async throws -> Int32 {
        defer { folder.release() }
        do {
            try await awaitLeftovers()
            try await takeSteps()
            return failures.first?.code ?? 0
        } catch let end as DriverEnd {
            return end.code
        }
    }

    // MARK: Jobs

    /// Runs jobs, `width` at a time.
    ///
    /// - Parameters:
    ///   - log: Where a job's output goes; nil for this process's own.
    ///   - didFail: Called for each that fails, at once.
    ///   - look: Called with the names of those that run, now and then.
    func pool(
        _ jobs: [Job], width: Int, log: ((Job) -> String)? = nil, didFail: (Scheduler.Failure) -> Void = { _ in },
        look: ([String]) -> Void = { _ in }
    ) async throws -> [Scheduler.Failure] {
        let byName = Dictionary(jobs.map { ($0.name, $0) }) { first, _ in first }
        return try await supervise(
            Scheduler(jobs.map(\.name), width: width), didFail: didFail, look: look,
            start: { [self] name in
                guard let job = byName[name] else { return }
                try start(job, log: log?(job))
            }, send: { [folder] in folder.send($0, to: $1) })
    }

    private func start(_ job: Job, log: String?) throws {
        var output: Int32?
        if let log {
            let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw StageError(.cannotWrite, "\(log): cannot be written: \(Platform.lastError)")
            }
            let line = "-- \(ShellWords.line(job.arguments))\n"
            _ = write(descriptor, line, line.utf8.count)
            output = descriptor
        }
        defer { if let output { close(output) } }
        let file = try folder.makeFile(for: job.name)
        defer { close(file) }
        try ChildProcess.start(job.arguments, output: output, jobFile: file) { [report] code in
            report.yield(.ended(job.name, code))
        }
    }

    /// What an earlier driver has left running is told to end by its watcher, and is waited for. Then it is ended.
    private func awaitLeftovers() async throws {
        let files = folder.leftovers()
        guard !files.isEmpty else { return }
        console.say("waiting for stages that an earlier run has left")
        var seconds = 0
        _ = try await supervise(
            Scheduler(files, width: files.count), didFail: { _ in }, look: { _ in },
            start: { [report] file in JobFolder.awaitEnd(of: file) { report.yield(.ended(file, 0)) } },
            send: { _, _ in throw DriverEnd(code: 130) },
            eachSecond: { files in
                seconds += 1
                for file in files where seconds % 10 == 0 {
                    JobFolder.send(seconds == 10 ? SIGTERM : SIGKILL, toLeftover: file)
                }
            })
        _ = folder.leftovers()
    }

    /// Drives a scheduler to its end.
    ///
    /// - Throws: ``DriverEnd`` when the user wants an end, after all jobs have ended.
    private func supervise(
        _ jobs: Scheduler, didFail: (Scheduler.Failure) -> Void, look: ([String]) -> Void,
        start: (String) throws -> Void, send: (Int32, [String]) throws -> Void,
        eachSecond: ([String]) -> Void = { _ in }
    ) async throws -> [Scheduler.Failure] {
        var scheduler = jobs
        let clock = ContinuousClock()
        let interval = Duration.seconds(run.interval ?? (console.isTerminal ? 5 : 60))
        var (looked, stopped) = (clock.now, clock.now)
        let seconds = Task { [report] in
            while (try? await Task.sleep(for: .seconds(1))) != nil { report.yield(.second) }
        }
        defer { seconds.cancel() }
        func carryOut(_ orders: [Scheduler.Order]) throws {
            for order in orders {
                switch order {
                case .start(let job):
                    do {
                        try start(job)
                    } catch let error as StageError {
                        console.say("error: \(error.description)")
                        report.yield(.ended(job, error.exit.rawValue))
                    }
                case .terminate:
                    stopped = clock.now
                    try send(SIGTERM, scheduler.running)
                case .kill: try send(SIGKILL, scheduler.running)
                }
            }
        }
        try carryOut(scheduler.begin())
        if !scheduler.isFinished {
            for await happening in happenings {
                switch happening {
                case .ended(let job, let code):
                    let known = scheduler.failures.count
                    let orders = scheduler.handle(.ended(job, code: code))
                    folder.remove(job)
                    scheduler.failures.dropFirst(known).forEach(didFail)
                    try carryOut(orders)
                case .signal:
                    if !scheduler.isStopping {
                        console.say("stopping: what is under way is saved; press again to stop at once")
                    }
                    try carryOut(scheduler.handle(.interrupted))
                case .second:
                    eachSecond(scheduler.running)
                    if scheduler.isStopping, clock.now - stopped > .seconds(Self.patience) {
                        try carryOut(scheduler.handle(.patienceLost))
                    } else if !scheduler.isStopping, clock.now - looked >= interval {
                        looked = clock.now
                        look(scheduler.running)
                    }
                }
                if scheduler.isFinished { break }
            }
        }
        guard !scheduler.isStopping else {
            console.say("stopped; the same command goes on from here")
            throw DriverEnd(code: 130)
        }
        return scheduler.failures
    }
}
