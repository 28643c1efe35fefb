import ArgumentParser
internal import Episodes
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import Networks
internal import OfflineRL
internal import StageSupport
internal import Tensors

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trains a policy, or goes on with a run that was stopped.",
        discussion: """
            Checkpoints, and events for TensorBoard, go to <store>.runs/<name>; the figures go to the store too. A run \
            that was stopped or killed goes on with the same command and ends with the same weights as one that was \
            not.
            """)

    @OptionGroup(title: "What to learn")
    var options: TrainOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration(options.overrides)
            let path = try configuration.existingStore()
            let store = try ExperimentStore(path, access: options.results == nil ? .read : .frozen)
            let dataset = try store.dataset(named: configuration.train.dataset)
            let labelRuns = try store.read { try LabelRun.all($0).filter { $0.datasetID == dataset.id }.map(\.name) }
            let settings = try TrainingSettings(configuration, labelRuns: labelRuns) {
                try store.labelRun(named: $0, by: $1, of: dataset).name
            }
            try store.close()
            let session = try TrainingSession(
                settings, store: path, results: options.results, restart: options.restart)
            for note in session.notes { common.say(.warning, "warning: \(note)") }
            for line in session.opening { common.say(.info, line) }
            let report = try train(session, interruption)
            if !report.isStored {
                common.say(
                    .warning, "warning: the store is in use; the last figures wait in the checkpoint for the next run")
            }
            let outcome = try TrainingOutcome(session, report)
            if common.json { try printJSON(outcome) } else { try writeToStandardOutput(outcome.text) }
            return report.isDone ? .done : .interrupted
        }
    }

    private func train(_ session: TrainingSession, _ interruption: Interruption) throws -> TrainingSession.Report {
        let progress = common.progress("rgvlm-train")
        defer { progress.clear() }
        let (first, total) = (session.learner.step, session.plan.steps)
        var latest = ""
        progress.restart()
        return try session.train(
            onEvent: { event in
                guard case .updated(let step, let metrics) = event else { return }
                if step % 10 == 0 || step == total {
                    latest = String(format: "action loss %.3f", metrics.actionLoss)
                    if let critic = metrics.critic { latest += String(format: ", V %.3f", critic.meanV) }
                }
                progress.show("updates", done: step - first, of: total - first, unit: "", detail: latest)
            }, shouldStop: { interruption.hasCome })
    }
}
