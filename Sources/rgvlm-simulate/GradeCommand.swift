internal import ALFRED
internal import ArgumentParser
internal import Ground
internal import Simulation
internal import StageSupport

struct GradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grade",
        abstract: "Acts recorded tasks anew, well and badly, under their own sentences.",
        discussion: """
            Takes trajectories of real floor plans or generated rooms and acts each task from the same state with \
            behaviours of known quality. The sentences stay, whatever happens; what of it was done is the simulator's \
            word. The folder can be read by "rgvlm-ingest alfred --root DIR". The same options and seed make the same \
            files, and a run that was stopped is continued by giving the same command again.

            Recipes: graded (expert, noisy, detour, wrong-object, partial and aimless, one each), hard (noisy, \
            wrong-object, two partial, two aimless), branches (expert, four that leave its way, one that comes back), \
            starts (four experts from random places), or a file: see Pipelines/grade.yaml.
            """)

    @Option(
        help: ArgumentHelp(
            "The dataset's folder: the checkout with data/ and gen/ (default: $ALFRED_ROOT).", valueName: "dir"))
    var root: String?

    @Option(help: ArgumentHelp("The splits whose tasks are acted, with commas.", valueName: "a,b"))
    var split = "train"

    @Option(
        help: ArgumentHelp(
            "A list of trajectories that are taken in any case: a name <task>/<trial> a line, or tasks in SPRINT's "
                + "format. Without --limit only these are taken.",
            valueName: "file"))
    var include: String?

    @Option(help: ArgumentHelp("Trajectories of each split, drawn by the seed (default: all).", valueName: "number"))
    var limit: Int?

    @Option(help: ArgumentHelp("Who acts: graded, hard, branches, starts, or a YAML file.", valueName: "recipe"))
    var recipe = "graded"

    @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
    var out: String

    @Option(help: ArgumentHelp("Side of the pictures in pixels, as they are ingested.", valueName: "pixels"))
    var size = 56

    @Option(help: ArgumentHelp("Trajectories worked on at once (default: one a core).", valueName: "n"))
    var threads: Int?

    @OptionGroup(title: "Common options")
    var common: CommonOptions

    func run() async throws {
        try await runStage {
            let interruption = Interruption()
            let run = try gradeRun(seed: try common.configuration().seed)
            guard !run.sources.isEmpty else {
                throw StageError(
                    .inputMissing, "\(run.release.dataFolder): has no such trajectory in \(split)")
            }
            try GradeManifest(run).claim(out)
            let progress = common.progress("rgvlm-simulate")
            let clock = ContinuousClock()
            let start = clock.now
            let report = try run.run(
                onProgress: { progress.show("grade", done: $0, of: $1, unit: "episodes") },
                shouldStop: { interruption.hasCome })
            progress.clear()
            for problem in report.problems { common.say(.error, "not made: \(problem)") }
            let text = GradeText(report, out: out, seconds: (clock.now - start) / .seconds(1))
            if common.json { try printJSON(text.encodable) } else { try writeToStandardOutput(text.text) }
            if !report.isComplete { return .interrupted }
            return report.problems.isEmpty && !report.outcomes.isEmpty ? .done : .badInput
        }
    }

    private func gradeRun(seed: UInt64) throws -> GradeRun {
        guard (16...1024).contains(size) else { throw StageError(.usage, "--size \(size): expected 16 to 1024") }
        guard limit.map({ $0 > 0 }) ?? true else { throw StageError(.usage, "--limit: expected 1 or more") }
        guard threads.map({ (1...1024).contains($0) }) ?? true else {
            throw StageError(.usage, "--threads: expected 1 to 1024")
        }
        let release = try openRelease(root)
        var options = GradeRun.Options(recipe: try gradeRecipe)
        options.seed = seed
        options.splits = try release.splits(named: NameList.parse(split, option: "--split", example: "train"))
        options.side = size
        options.threads = threads
        if limit != nil || include != nil {
            let named = try include.map { try TrajectorySelection.names(in: $0) } ?? []
            options.selection = TrajectorySelection(limit: limit ?? 0, named: named, seed: seed)
        }
        return GradeRun(options, from: release, to: out)
    }

    private var gradeRecipe: GradeRecipe {
        get throws {
            if let known = GradeRecipe.named(recipe) { return known }
            guard recipe.hasSuffix(".yaml") || recipe.hasSuffix(".yml") || recipe.contains("/") else {
                let known = GradeRecipe.known.map(\.name).joined(separator: ", ")
                throw StageError(.usage, "--recipe \(recipe): expected one of \(known), or a YAML file")
            }
            let file = try RecipeFile(file: recipe)
            do {
                return try GradeRecipe(
                    name: file.name, episodes: file.episodes, shares: file.shares.list.map { ($0.name, $0.share) },
                    randomStarts: file.randomStarts)
            } catch {
                throw StageError(.badInput, "\(recipe): \(error)")
            }
        }
    }
}
