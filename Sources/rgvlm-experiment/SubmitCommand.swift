import ArgumentParser
internal import Experiments
internal import Foundation
internal import Ground
internal import StageSupport

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submits an experiment to Slurm as a chain of jobs.",
        discussion: """
            ingest, label (an array over shards), merge, train and evaluate (arrays over the cells) with references \
            beside them, collect, report: each job after the one before it has succeeded; the last two take what there \
            is. Machines share the folders of store and results; who trains or evaluates only reads the store and \
            writes a file of its own. Submitting again goes on where a chain ended. sbatch's own variables hold, as \
            SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT.
            """)

    @Option(help: ArgumentHelp("The folder of the report, the logs and generated data.", valueName: "dir"))
    var out: String

    @Option(
        help: ArgumentHelp(
            "An ALFRED release; without it a dataset is generated in <out>/data, as the section simulate says.",
            valueName: "dir"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "Jobs that label at once, each with label.concurrency and label.budget of its own.", valueName: "number"))
    var shards = 4

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            guard let config = common.config else { throw StageError(.usage, "--config: name the experiment's file") }
            guard shards > 0 else { throw StageError(.usage, "--shards \(shards): expected 1 or more") }
            let original = try common.configuration()
            let tuned = try TunedExperiment(original, common.places(original))
            guard tuned.isTuned else {
                throw StageError(.badInput, "the rows are not tuned yet; rgvlm-experiment run --steps tune does that")
            }
            let configuration = tuned.configuration
            var places = tuned.places
            let own = Bundle.main.executableURL?.deletingLastPathComponent().path
            let programs = Self.absolute(places.programs ?? own ?? ".")
            places.config = Self.absolute(config)
            places.store = Self.absolute(configuration.store)
            places.programs = programs
            let plan = try ExperimentPlan(configuration, places)
            let (facts, _) = try ExperimentFacts.read(configuration, withEstimates: true)
            // What it will take comes first. Budgets of shards add up.
            let free = ExperimentFacts.freeBytes(configuration.store)
            common.say(.info, plan.text(configuration, facts, jobs: plan.cells.count, freeBytes: free))
            let chain = SlurmChain(
                plan, places, config: Self.absolute(config), programs: programs, out: Self.absolute(out),
                root: root.map(Self.absolute), shards: shards)
            try writeToStandardOutput(try chain.submit())
            common.say(
                .info,
                "\(plan.cells.count) cells; report and logs will be in \(chain.out). squeue --me shows how far it is."
            )
            return .done
        }
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
