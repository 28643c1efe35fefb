import ArgumentParser
internal import ExperimentStore
internal import Ground
internal import StageSupport

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Training runs in the store: how far they are and their latest figures.")

    @Option(help: ArgumentHelp("Only this run (default: all).", valueName: "name"))
    var run: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    struct Status: Encodable {
        var run: String
        var status: String
        var step: Int
        var algorithm: String
        var preset: String
        var encoder: String
        var parameters: Int
        var seed: String
        var reward: String
        var startedAt: String
        var updatedAt: String
        var message: String?
        var figures: [String: [String: Double]]
    }

    func run() async throws {
        try await runStage {
            let configuration = try common.configuration()
            let store = try ExperimentStore(configuration.store, access: .read)
            let statuses = try store.read { db in
                try TrainRun.all(db).filter { run == nil || $0.identity.name == run }
                    .map { run in
                        let metrics = try run.metrics(after: -1, db)
                        return (value: Status(run, metrics), text: Status(run, metrics).text(metrics))
                    }
            }
            if let run, statuses.isEmpty {
                throw StageError(.inputMissing, "\(configuration.store): has no training run \(run)")
            }
            if common.json {
                try printJSON(statuses.map(\.value))
            } else if statuses.isEmpty {
                try writeToStandardOutput("The store holds no training runs yet; rgvlm-train run makes some.\n")
            } else {
                try writeToStandardOutput(statuses.map(\.text).joined(separator: "\n"))
            }
            return .done
        }
    }
}

extension StatusCommand.Status {
    init(_ run: TrainRun, _ metrics: [TrainMetricRow]) {
        self.init(
            run: run.identity.name, status: run.status.rawValue, step: run.step, algorithm: run.identity.algorithm,
            preset: run.identity.preset, encoder: run.identity.encoder, parameters: run.identity.parameters,
            seed: String(UInt64(bitPattern: run.identity.seed)), reward: run.identity.reward.json ?? "",
            startedAt: run.startedAt, updatedAt: run.updatedAt, message: run.message, figures: metrics.latest)
    }

    /// A line about the run, and its latest figures.
    func text(_ metrics: [TrainMetricRow]) -> String {
        "\(run): \(status) after \(step.grouped) updates; \(algorithm), \(preset), \(encoder), seed \(seed), "
            + "\(parameters.grouped) parameters\n"
            + (message.map { "  \($0)\n" } ?? "") + metrics.latestText
    }
}
