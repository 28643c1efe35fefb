internal import Foundation
internal import Ground
internal import StageSupport

extension ExperimentDriver {
    func takeSteps() async throws {
        // What it will take comes first.
        try showPlan()
        if run.steps.contains(.data) { try await makeData() }
        if run.steps.contains(.ingest) {
            for command in dataCommands.ingest {
                try await step(.ingest, command.program, command.arguments, ["--log-level", "warning"])
            }
        }
        // What a chain of jobs has left that was not collected.
        for line in try ResultFiles.takeAll(into: run.configuration.store) { console.say(line) }
        if run.steps.contains(.label) { try await label() }
        let isTrusted = run.steps.contains(.lint) ? try await lint() : true
        if run.steps.contains(.check) { try await checkData() }
        if run.steps.contains(.tune) { try await tune() }
        if run.steps.contains(.train) {
            guard try TunedExperiment(original.configuration, original.places).isTuned else {
                throw StageError(.badInput, "the rows are not tuned yet; take the step tune first")
            }
            try await train()
        }
        if run.steps.contains(.evaluate) { try await evaluate() }
        if run.steps.contains(.references) { try await evaluateReferences() }
        if run.steps.contains(.report) { try await makeReport() }
        if !isTrusted {
            console.say("The lint does not trust the scores, or has too few to tell: see \(run.out)/lint.html")
        }
        showFailures()
    }

    // MARK: One process

    /// Runs a stage on the terminal.
    ///
    /// - Parameter accepting: Codes besides 0 that are returned rather than end it all.
    @discardableResult
    private func step(
        _ step: ExperimentStep, _ program: String, _ arguments: [String], _ more: [String] = [],
        named name: String? = nil,
        accepting: Set<Int32> = []
    ) async throws -> Int32 {
        let name = name ?? step.rawValue
        let job = Job(name: name, arguments: run.places.command(program, arguments) + more)
        console.say("")
        console.say("\(name): \(ShellWords.line(job.arguments))")
        let code = try await pool([job], width: 1).first?.code ?? 0
        if code != 0, !accepting.contains(code) { throw failed(name, code) }
        return code
    }

    private func failed(_ name: String, _ code: Int32) -> DriverEnd {
        console.say(
            "\(name) failed with exit code \(code); the lines above say why. The same command goes on from here.")
        return DriverEnd(code: code)
    }

    private var dataCommands: DataCommands {
        DataCommands(run.configuration.experiment.grade, root: run.root, out: run.out)
    }

    private func makeData() async throws {
        if let root = run.root {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
                throw StageError(.inputMissing, "\(root): there is no such folder; make alfred fetches the release")
            }
        }
        for command in dataCommands.make { try await step(.data, command.program, command.arguments) }
    }

    private func label() async throws {
        if try plan.estimate(run.configuration, facts(withEstimates: true), jobs: run.jobs).isAsking {
            try await step(.label, "rgvlm-label", ["estimate"], named: "estimate")
        }
        let code = try await step(.label, "rgvlm-label", ["run"], accepting: [66])
        // 66 is also the code when some spans cannot be shown, which stays so: then nothing else may be waiting.
        if code == 66, !(try await isLabelled()) { throw failed("label", code) }
        for labels in plan.labels {
            try await step(.label, "rgvlm-label", ["run"], labels.options, named: "label-\(labels.name)")
        }
    }

    /// Whether spans are scored and none is left to ask about.
    private func isLabelled() async throws -> Bool {
        let file = run.out + "/jobs/labels.json"
        let job = Job(name: "status", arguments: run.places.command("rgvlm-label", ["status"]) + ["--json"])
        try? FileManager.default.removeItem(atPath: file)
        guard try await pool([job], width: 1, log: { _ in file }).isEmpty else { return false }
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.contains("\"scored\"") && !text.contains("\"pending\"")
    }

    /// - Returns: Whether the scores deserve trust.
    private func lint() async throws -> Bool {
        let main = ExperimentPlan.lintOptions(nil, out: run.out)
        let isTrusted = try await step(.lint, "rgvlm-label", ["lint"], main, accepting: [65]) == 0
        // What these deserve is for comparison: some are made to fail.
        for labels in plan.labels {
            try await step(
                .lint, "rgvlm-label", ["lint"], ExperimentPlan.lintOptions(labels, out: run.out),
                named: "lint-\(labels.name)", accepting: [65])
        }
        return isTrusted
    }

    /// Leverage and the proxy, before anything is trained. Data that cannot be checked can be trained on.
    private func checkData() async throws {
        let code = try await step(
            .check, "rgvlm-train", ["check"], ["--results", run.out + "/check.json"], accepting: [65, 66])
        if code != 0 { console.say("The data could not be checked; the lines above say why.") }
    }

    /// Tries all settings with all rows, and goes on with each row's best. What is reported decides nothing, so its
    /// tasks are known first.
    private func tune() async throws {
        guard let tuning = try Tuning(original.configuration) else { return }
        try await evaluateReferences()
        let reported = run
        plan = try tuning.plan(original.places)
        (run.configuration, run.places) = (tuning.configuration, original.places)
        console.say("")
        console.say("tune: \(tuning.trials.count) rows with settings to try on \(tuning.set)")
        try await train()
        try await evaluate()
        let tuned = try TunedExperiment(original.configuration, original.places)
        let text = Tuning.text(tuned.results)
        try AtomicFile.write(Array(text.utf8), to: run.out + "/tuning.txt")
        console.say(text)
        run = reported
        guard tuned.isTuned else {
            showFailures()
            console.say("The rows are not tuned: cells have failed, or were not evaluated on \(tuning.set)")
            throw DriverEnd(code: failures.first?.code ?? StageExit.badInput.rawValue)
        }
        (run.configuration, run.places) = (tuned.configuration, tuned.places)
        plan = try ExperimentPlan(tuned.configuration, tuned.places)
    }

    private func makeReport() async throws {
        let files = ["lint", "check"].map { (option: "--\($0)", path: "\(run.out)/\($0).json") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
        let more = ["--out", run.out] + files.flatMap { [$0.option, $0.path] }
        try await step(.report, "rgvlm-report", ["make"], more)
        guard let table = try? String(contentsOfFile: run.out + "/table.md", encoding: .utf8) else {
            throw StageError(.cannotWrite, "\(run.out)/table.md: was not written")
        }
        // What was found, and the main table; all else is in the file.
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
        let main = lines.prefix { !$0.hasPrefix("Further measures") }
        var text = "\n" + main.joined(separator: "\n") + (main.count < lines.count ? "\n" : "")
        text += "\ntable:  \(run.out)/table.md\n"
        let figures = ["differences", "figure4"].flatMap { name in ["png", "svg"].map { "\(run.out)/\(name).\($0)" } }
        if let figure = figures.first(where: { FileManager.default.fileExists(atPath: $0) }) {
            text += "figure: \(figure)\n"
        }
        try writeToStandardOutput(text + "report: \(run.out)/report.html\n")
    }

    // MARK: Cells

    private func train() async throws {
        console.say("")
        console.say("train: \(run.jobs) at a time, logs in \(logs)")
        let restart = run.restart ? ["--restart"] : []
        try await work(
            .cells, width: run.jobs, plan.cells.map { Job(name: $0.run, arguments: $0.trainCommand + restart) })
        try check([.trained, .evaluated], "was not trained as planned")
    }

    private func evaluate() async throws {
        console.say("")
        console.say("evaluate")
        try check([.trained, .evaluated], "is not trained")
        let facts = try facts()
        let ready = plan.cells.filter { [.trained, .evaluated].contains(plan.state(of: $0, facts)) }
        // One at a time: it uses all cores by itself.
        try await work(.evaluations, width: 1, ready.map { Job(name: $0.run, arguments: $0.evaluateCommand) })
        try check([.evaluated], "was not evaluated on all sets")
    }

    private func evaluateReferences() async throws {
        let jobs = plan.referenceCommands.enumerated().map { Job(name: "references-\($0 + 1)", arguments: $1) }
        try await work(.evaluations, width: 1, jobs)
    }

    private func work(_ work: ExperimentPlan.Work, width: Int, _ jobs: [Job]) async throws {
        let before = try plan.updatesDone(facts())
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await pool(
            jobs, width: width, log: { self.log($0.name) }, didFail: { self.remember($0) },
            look: { running in
                guard let facts = try? self.facts() else { return }
                let seconds = (clock.now - start) / .seconds(1)
                self.console.show(self.plan.progress(work, facts, running: running, seconds: seconds, before: before))
            })
    }

    func log(_ run: String) -> String { "\(logs)/\(run).log" }

    private func remember(_ failure: Scheduler.Failure) {
        failures.append(failure)
        let log = log(failure.job)
        console.say("\(failure.job) failed with exit code \(failure.code): \(Self.lastLine(log)); see \(log)")
    }

    /// Cells in none of the states count as failed.
    private func check(_ states: Set<ExperimentPlan.State>, _ message: String) throws {
        let facts = try facts()
        for cell in plan.cells {
            let state = plan.state(of: cell, facts)
            guard !states.contains(state), !failures.contains(where: { $0.job == cell.run }) else { continue }
            let step = facts.trainings[cell.run]?.step ?? 0
            let text = "its state is \"\(state.rawValue)\" after \(step) of \(cell.updates ?? 0) updates"
            Self.append("error: \(cell.run): \(message); \(text)\n", to: log(cell.run))
            remember(Scheduler.Failure(job: cell.run, code: StageExit.badInput.rawValue))
        }
    }

    private static func append(_ text: String, to file: String) {
        if !FileManager.default.fileExists(atPath: file) {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
        }
        guard let handle = FileHandle(forWritingAtPath: file) else { return }
        defer { try? handle.close() }
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data(text.utf8))
    }

    private static func lastLine(_ file: String) -> String {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").last.map(String.init) ?? ""
    }

    private func showFailures() {
        guard !failures.isEmpty else { return }
        console.say("")
        for failure in failures {
            console.say("failed: \(failure.job) (exit code \(failure.code)), log \(log(failure.job))")
        }
        console.say("\(failures.count) failed; the same command tries them again")
        if failures.contains(where: { Self.lastLine(log($0.job)).contains("--restart") }) {
            console.say(
                """
                Some were begun with other settings or data: with --restart (make: RESTART=1) it trains those anew; \
                or give another folder.
                """)
        }
    }

    // MARK: What is known

    private func facts(withEstimates: Bool = false) throws -> ExperimentFacts {
        try ExperimentFacts.read(run.configuration, withEstimates: withEstimates).facts
    }

    private func showPlan() throws {
        let (facts, note) = try ExperimentFacts.read(run.configuration, withEstimates: true)
        if let note { console.say("warning: \(note)") }
        let free = ExperimentFacts.freeBytes(run.configuration.store)
        try writeToStandardOutput(plan.text(run.configuration, facts, jobs: run.jobs, freeBytes: free))
    }
}
