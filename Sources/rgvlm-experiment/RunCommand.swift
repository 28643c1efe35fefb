import ArgumentParser
internal import Experiments
internal import Ground
internal import StageSupport

/// What `run` and `reproduce` share.
struct DriveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Cells trained at once, each with one thread (default: one a core).", valueName: "number"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "What to do of data, ingest, label, lint, check, tune, train, evaluate, references, report (default: all).",
            valueName: "a,b"))
    var steps: String?

    @Flag(help: "Train cells anew that were trained with other settings or data than now (default: they are an error).")
    var restart = false

    @Option(
        help: ArgumentHelp(
            "Between two looks at the progress (default: 5 on a terminal, else 60).", valueName: "seconds"))
    var interval: Double?

    @Argument(help: ArgumentHelp("Settings over the config's, as --set has them.", valueName: "key.path=value"))
    var settings: [String] = []

    /// Takes an experiment through its steps.
    func drive(_ common: CommonOptions, _ places: ExperimentPlan.Places, out: String, root: String?) async throws
        -> Int32
    {
        var places = places
        places.overrides += settings
        var configuration = try Configuration(file: places.config, overrides: places.overrides.map { .init($0) })
        configuration.store = places.store
        let run = try ExperimentRun(
            configuration, places, out: out, root: root, jobs: jobs, steps: ExperimentStep.parse(steps),
            restart: restart, interval: interval, quiet: common.quiet)
        return try await ExperimentDriver(run).drive()
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Takes an experiment from its data to its report, or goes on where it was stopped.",
        discussion: """
            Cells are trained as many at once as there are cores. Ctrl-C tells all that runs to save and end; a second \
            one ends it at once. Cells that fail are named at the end, with their logs, and the others go on. The exit \
            code is 0 when all is done, 130 when it was stopped, else that of the stage, or of the first cell, that \
            failed.
            """)

    @Option(help: ArgumentHelp("The folder of the report, the logs and generated data.", valueName: "dir"))
    var out: String

    @Option(
        help: ArgumentHelp(
            "An ALFRED release; without it a dataset is generated in <out>/data, as the section simulate says.",
            valueName: "dir"))
    var root: String?

    @OptionGroup
    var options: DriveOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runExperiment {
            let places = common.places(try common.configuration())
            return try await options.drive(common, places, out: out, root: root)
        }
    }
}

struct ReproduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "RG-VLM's Table I and Figure 4, by Pipelines/reproduce.yaml.",
        discussion:
            "As run, with the settings that follow from a budget, a release and a file of tasks; --set wins over them.")

    @Option(help: "Updates of a cell: small 800, default 2000, long 20000 on all trajectories.")
    var budget = Reproduction.Budget.default

    @Option(
        help: ArgumentHelp(
            "An ALFRED release, for real trajectories and floor plans; without it data are generated.",
            valueName: "dir"))
    var root: String?

    @Option(
        help: ArgumentHelp(
            "SPRINT's task file (default: eval_instruct.json in the release, else tasks are drawn from the splits).",
            valueName: "file"))
    var tasks: String?

    @Option(help: ArgumentHelp("As in 1,2,3 (default: those of the config).", valueName: "numbers"))
    var seeds: String?

    @Option(
        help: ArgumentHelp(
            "The folder of the report, the logs and the store (default: one in Datasets/generated for each budget).",
            valueName: "dir"))
    var out: String?

    @OptionGroup
    var options: DriveOptions

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runExperiment {
            var reproduction = Reproduction()
            reproduction.budget = budget
            reproduction.root = root
            reproduction.tasks = tasks
            reproduction.seeds = try seeds.map(Reproduction.seeds)
            let (settings, note) = try reproduction.settings()
            if let note { common.say(.info, note) }
            let out = out ?? reproduction.defaultOutput
            let places = ExperimentPlan.Places(
                config: common.config ?? "Pipelines/reproduce.yaml", store: common.store ?? "\(out)/reproduce.sqlite",
                overrides: settings + common.overrides + (common.seed.map { ["seed=\($0)"] } ?? []),
                programs: ExperimentPlan.Places.calledIn)
            return try await options.drive(common, places, out: out, root: root)
        }
    }
}

extension Reproduction.Budget: ExpressibleByArgument {}

extension AsyncParsableCommand {
    /// As ``runStage(_:)``, for a body that returns an exit code of its own.
    func runExperiment(_ body: () async throws -> Int32) async throws {
        var code: Int32 = 0
        try await runStage {
            code = try await body()
            return .done
        }
        if code != 0 { throw ExitCode(code) }
    }
}
