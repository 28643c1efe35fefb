import ArgumentParser
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Takes agents through sets of tasks and stores their rollouts.",
        discussion: """
            The rules are SPRINT's: twice the expert's steps, the best action that is legal, its object by class and \
            then by distance, a window of as many frames as the policy was trained with. A sub-task counts once those \
            before it are done. --rules masked leaves out what the simulator has refused, until an action succeeds; \
            --rules sampled draws actions by the policy's probabilities in place of the best.

            What has been evaluated already is not evaluated again, and an evaluation that was stopped goes on: it is \
            known by its weights, tasks, rules, seed and settings. Others are added beside it; rgvlm-evaluate status \
            lists them.

            Tasks are a file in SPRINT's format, or drawn from a split of the store: --tasks eval_instruct.json, \
            --tasks valid_seen. Without --tasks those of the config's section evaluate, else of valid_seen.
            """)

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "A training run whose last checkpoint acts, or the best by its validations; may be given more than once.",
            valueName: "name")
    )
    var runs: [String] = []

    @Option(
        name: .customLong("agent"),
        help: ArgumentHelp(
            "Another agent: expert (the recorded actions) or random (legal actions); may be given more than once.",
            valueName: "name"))
    var agents: [String] = []

    @Option(help: ArgumentHelp("A file of tasks, or a split to draw them from.", valueName: "file|split"))
    var tasks: String?

    @Option(help: ArgumentHelp("Tasks to draw from a split (default: 100).", valueName: "number"))
    var count: Int?

    @Option(help: ArgumentHelp("Where the agent starts: recorded or random (default: recorded).", valueName: "place"))
    var start: String?

    @Option(
        help: ArgumentHelp(
            "sprint, masked or sampled, or several with commas (default: sprint).",
            valueName: "a,b"))
    var rules: String?

    @Option(
        help: ArgumentHelp(
            "ResNet-18's weights from torchvision, for policies on resnet18 or featConv.",
            valueName: "file.safetensors"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "The release that trajectories are read from (default: where the dataset was ingested from).",
            valueName: "dir"))
    var root: String?

    @Option(help: ArgumentHelp("Threads (default: one a core).", valueName: "number"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "A file for the rollouts; the store is then read only, and rgvlm-experiment merge takes the file into it.",
            valueName: "file"))
    var results: String?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let configuration = try common.configuration([
                .init("--root", "evaluate.root", root), .init("--threads", "evaluate.threads", threads),
                .init("--rules", "evaluate.rules", rules), .init("--weights", "evaluate.weights", weights),
            ])
            let store = try ExperimentStore(
                try configuration.existingStore(), access: self.results == nil ? .read : .frozen)
            let progress = common.progress("rgvlm-evaluate")
            defer { progress.clear() }
            let session = try EvaluationSession(
                try EvaluationSettings(self, configuration, store), store: store,
                results: self.results, onEvent: { show($0, progress) }, shouldStop: { interruption.hasCome })
            try store.close()
            guard let results = try session.run() else { return .interrupted }
            if common.json { try printJSON(results) } else { try writeToStandardOutput(results.text) }
            return .done
        }
    }

    private func show(_ event: EvaluationEvent, _ progress: ProgressLine) {
        switch event {
        case .preparing(let set, let tasks): common.say(.debug, "setting up \(tasks) tasks of \(set)")
        case .warning(let text): common.say(.warning, "warning: \(text)")
        case .progress(_, tasks: 0, _, steps: 0): progress.restart()
        case .progress(let name, let tasks, let total, let steps):
            progress.show(name, done: tasks, of: total, unit: "tasks", detail: progress.rate(of: steps, "steps"))
        case .stored(let name, let others):
            progress.clear()
            if others > 0 {
                common.say(
                    .info,
                    """
                    \(name): kept beside \(others) of other tasks, weights or settings; rgvlm-evaluate status lists \
                    them
                    """
                )
            }
        }
    }
}
