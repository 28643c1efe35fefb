internal import ExperimentStore
internal import Foundation
internal import Reporting
internal import StageSupport

/// What a report is made from: the configuration's experiment, or else all runs of the store.
enum ReportSource {
    static func data(
        _ configuration: Configuration, _ common: CommonOptions, _ store: ExperimentStore
    ) throws -> ReportData {
        let plan = try plan(configuration, common, store)
        guard !plan.rows.isEmpty else {
            throw StageError(
                .inputMissing,
                "\(configuration.store): has no training runs, and the configuration names no rows (experiment.rows); train some with rgvlm-train run"
            )
        }
        return try ReportData(plan, from: store)
    }

    private static func plan(
        _ configuration: Configuration, _ common: CommonOptions, _ store: ExperimentStore
    ) throws -> ReportPlan {
        let commands = ReproductionCommand(configuration, config: common.config, overrides: common.overrides)
        let experiment = configuration.experiment
        let fileName = URL(fileURLWithPath: configuration.store).deletingPathExtension().lastPathComponent
        let seeds = experiment.seeds ?? [Int(truncatingIfNeeded: configuration.seed)]
        var plan: ReportPlan
        if experiment.rows.isEmpty {
            plan = try ReportPlan.derived(name: experiment.name ?? fileName, from: store) { training in
                commands.evaluation(of: training.identity.name)
            }
        } else {
            plan = ReportPlan(
                name: experiment.name ?? fileName,
                rows: experiment.rows.map { row in
                    ReportPlan.Row(
                        name: row.name, title: row.title ?? row.name,
                        kind: ReportPlan.Kind(rawValue: row.kind) ?? .method,
                        runs: seeds.map { seed in
                            .init(seed: seed, name: row.run(seed: seed), command: commands.line(row, seed: seed))
                        })
                }, sets: [])
        }
        let sets = configuration.evaluate.sets.map(\.name)
        if !sets.isEmpty {
            plan.sets = sets
        } else if plan.sets.isEmpty {
            plan.sets = try store.evaluatedSets()
        }
        plan.splits = configuration.train.splits ?? plan.splits
        plan.kinds = configuration.train.kinds ?? plan.kinds
        for agent in ["expert", "random"] { plan.referenceCommands[agent] = commands.reference(agent) }
        plan.version = Version.commit
        return plan
    }
}

extension ExperimentStore {
    /// Task sets in the order in which they were first evaluated.
    fileprivate func evaluatedSets() throws -> [String] {
        var sets: [String] = []
        for run in try read({ try EvalRun.all($0) }) where !sets.contains(run.identity.taskSet) {
            sets.append(run.identity.taskSet)
        }
        return sets
    }
}

/// The shell lines that make a row's runs anew.
struct ReproductionCommand {
    private let common: [String]

    init(_ configuration: Configuration, config: String?, overrides: [String]) {
        common =
            (config.map { ["--config", $0] } ?? []) + ["--store", configuration.store]
            + overrides.flatMap { ["--set", $0] }
    }

    func line(_ row: Configuration.Row, seed: Int) -> String {
        let train =
            ["rgvlm-train", "run"] + common + row.set.flatMap { ["--set", $0] }
            + ["--run", row.run(seed: seed), "--seed", String(seed)]
        return "\(Self.shell(train)) && \(evaluation(of: row.run(seed: seed)))"
    }

    func evaluation(of run: String) -> String { Self.shell(["rgvlm-evaluate", "run"] + common + ["--run", run]) }

    func reference(_ agent: String) -> String { Self.shell(["rgvlm-evaluate", "run"] + common + ["--agent", agent]) }

    /// Quoted where a shell would read more than a word.
    static func shell(_ words: [String]) -> String {
        words.map { word in
            let isPlain =
                !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"):
                        true
                    default: "._-/=:,+@%".utf8.contains(byte)
                    }
                }
            return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}

enum Version {
    /// The commit of the checkout this program was built in; nil when that is unknown.
    static var commit: String? {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        if let own = Bundle.main.executableURL { folder = own.resolvingSymlinksInPath() }
        folder.deleteLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder.path, "rev-parse", "--short=12", "HEAD"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0, !text.isEmpty, text.allSatisfy(\.isHexDigit) else { return nil }
        return "commit \(text)"
    }
}
