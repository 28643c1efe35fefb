package import ALFRED
package import Episodes
internal import Foundation
internal import Ground
internal import Household
internal import Rooms

/// Acts the tasks of a dataset's trajectories anew, with the behaviours of a recipe, and writes what came of it as a
/// dataset of its own, on all cores. The same options give the same files, on any number of cores.
///
/// Episodes that are there already and whole are kept, so that a run that was stopped is continued by the same options.
package struct GradeRun: Sendable {
    /// What is made.
    package struct Options: Sendable, Equatable {
        /// Who acts, and how often.
        package var recipe: GradeRecipe
        /// Of everything random.
        package var seed: UInt64 = 0
        /// The splits whose trajectories are acted anew; each becomes a split of the same name.
        package var splits = ["train"]
        /// Nil for all trajectories.
        package var selection: TrajectorySelection?
        /// Side of the pictures in pixels.
        package var side = 56
        /// Nil for one a core.
        package var threads: Int?

        /// All of the train split.
        package init(recipe: GradeRecipe) { self.recipe = recipe }
    }

    /// What became of an episode.
    package struct Outcome: Sendable, Equatable {
        /// The split it was written to.
        package var split: String
        /// `<task>/<trial>`.
        package var key: String
        /// The number of its floor plan or generated room.
        package var scene: Int
        /// Who acted.
        package var behaviour: Behaviour
        /// Whether the goal held at the end.
        package var isSuccess: Bool
        /// Low actions taken.
        package var steps: Int
        /// Sub-tasks asked for, begun and done.
        package var asked, begun, done: Int
        /// Annotations that are samples of the split.
        package var samples: [Int]
        /// It was there before.
        package var isKept = false
    }

    /// What was made.
    package struct Report: Sendable {
        /// Trajectories whose tasks were to be acted.
        package var sources = 0
        /// In the order of split and key.
        package var outcomes: [Outcome] = []
        /// Trajectories whose task cannot be acted, as where the expert has no plan: `<split>/<task>/<trial>: why`.
        package var skipped: [String] = []
        /// Episodes that their room does not let be, as one without another object to take.
        package var unplayable: [String] = []
        /// Files that cannot be read or written.
        package var problems: [String] = []
        /// False when it was stopped.
        package var isComplete = true
    }

    /// What is made.
    package let options: Options
    /// Whose trajectories are acted.
    package let release: Release
    /// Where the episodes are written.
    package let root: String

    /// A run that has done nothing yet.
    package init(_ options: Options, from release: Release, to root: String) {
        self.options = options
        self.release = release
        self.root = root
    }

    private var dataset: GeneratedDataset {
        GeneratedDataset(root: root, suffix: "png", encoder: { pixels, _, _ in pixels })
    }

    /// The trajectories to act, by split and key.
    package var sources: [TrajectoryLocation] {
        options.splits.flatMap { split in
            let all = release.trajectories(in: split).trajectories
            return options.selection?.choose(all) ?? all
        }
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - onProgress: Called from any thread with the episodes done, and how many there will be if none is skipped.
    ///   - shouldStop: Asked between episodes.
    /// - Throws: ``GeneratedDataset/WriteError`` and `FileError` for splits, layouts and rooms.
    package func run(
        onProgress: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws -> Report {
        let sources = sources
        let library = SceneLibrary(release)
        let crew = GradeCrew(threads: options.threads ?? activeCores())
        let worker = GradeWorker(
            options: options, samples: release.samples, root: root, library: library, shouldStop: shouldStop)
        let parts = crew.map(
            sources, side: options.side, worker.grade,
            onDone: { onProgress($0 * options.recipe.episodes, sources.count * options.recipe.episodes) })
        var report = Report()
        report.sources = sources.count
        for part in parts {
            report.outcomes += part.outcomes
            report.skipped += part.skipped
            report.unplayable += part.unplayable
            report.problems += part.problems
            if !part.isComplete { report.isComplete = false }
        }
        guard report.isComplete else { return report }
        try finish(report, library)
        return report
    }

    /// Writes the splits file, and the rooms and layouts of the scenes used.
    private func finish(_ report: Report, _ library: SceneLibrary) throws {
        var samples: [String: [Splits.Sample]] = [:]
        for split in options.splits { samples[split] = [] }
        for outcome in report.outcomes {
            samples[outcome.split, default: []] += outcome.samples.map {
                Splits.Sample(task: outcome.key, repeatIndex: $0)
            }
        }
        try dataset.write(Splits(samples: samples))
        let numbers = Set(report.outcomes.map(\.scene))
        let rooms = FloorPlanFolder(root: root)
        for number in numbers.sorted() where !SceneGenerator.isScene(number) {
            try rooms.write(try library.floorPlan(number))
        }
        try copyLayouts(of: numbers)
    }

    private func copyLayouts(of numbers: Set<Int>) throws {
        guard let folder = release.layoutsFolder else { return }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            numbers.contains { name.hasPrefix("FloorPlan\($0)-") }
        }
        try Folder.make("\(root)/gen/layouts")
        for name in names.sorted() {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
            try AtomicFile.write(Array(data), to: "\(root)/gen/layouts/\(name)", durable: false)
        }
    }
}
