internal import ALFRED
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import StageSupport

/// Options and config together, checked.
struct EvaluateSettings {
    static let defaultCount = 100

    var storePath: String
    var seed: UInt64
    var dataset: DatasetRow
    var root: String
    var threads: Int?
    var runs: [String]
    var agents: [EvalRun.Agent]
    var sets: [Configuration.TaskSet]

    init(_ options: RunCommand, _ configuration: Configuration, _ store: ExperimentStore) throws {
        let section = configuration.evaluate
        storePath = configuration.store
        seed = configuration.seed
        dataset = try Self.dataset(section.dataset, store)
        root = options.root ?? section.root ?? dataset.root
        threads = options.threads ?? section.threads
        if let threads, !(1...256).contains(threads) {
            throw StageError(.usage, "--threads \(threads): expected 1 to 256")
        }
        runs = options.runs
        agents = try options.agents.map { name in
            guard let agent = EvalRun.Agent(rawValue: name), agent != .policy else {
                throw StageError(.usage, "--agent \(name): expected expert or random; a policy is named with --run")
            }
            return agent
        }
        guard !runs.isEmpty || !agents.isEmpty else {
            throw StageError(
                .usage, "nobody to evaluate: give --run NAME (rgvlm-train status lists the runs) or --agent expert")
        }
        sets = try Self.sets(options, section, store, dataset)
    }

    static func dataset(_ name: String?, _ store: ExperimentStore) throws -> DatasetRow {
        let all = try translatingErrors { try store.read { try DatasetRow.all($0) } }
        if let name {
            guard let found = all.first(where: { $0.name == name }) else {
                throw StageError(.inputMissing, "\(store.path): holds no dataset \"\(name)\"")
            }
            return found
        }
        guard let first = all.first else { throw StageError(.inputMissing, "\(store.path): holds no dataset") }
        guard all.count == 1 else {
            let names = all.map(\.name).joined(separator: ", ")
            throw StageError(.usage, "\(store.path): holds the datasets \(names); choose with evaluate.dataset")
        }
        return first
    }

    private static func sets(
        _ options: RunCommand, _ section: Configuration.Evaluate, _ store: ExperimentStore, _ dataset: DatasetRow
    ) throws -> [Configuration.TaskSet] {
        if let start = options.start, TaskSet.Start(rawValue: start) == nil {
            throw StageError(.usage, "--start \(start): expected recorded or random")
        }
        if let count = options.count, !(1...100_000).contains(count) {
            throw StageError(.usage, "--count \(count): expected 1 to 100,000 tasks")
        }
        var sets = section.sets
        if options.tasks == nil, !sets.isEmpty, options.start != nil || options.count != nil {
            throw StageError(
                .usage,
                "\(options.start != nil ? "--start" : "--count"): the config's sets say this themselves; give --tasks too for a set of your own"
            )
        }
        if let tasks = options.tasks {
            let isFile = tasks.hasSuffix(".json") || tasks.contains("/")
            let name = isFile ? URL(fileURLWithPath: tasks).deletingPathExtension().lastPathComponent : tasks
            guard Configuration.Evaluate.isName(name) else {
                throw StageError(.usage, "--tasks \(tasks): \"\(name)\" cannot name a set")
            }
            let suffix = options.start == "random" ? "-random" : ""
            sets = [
                Configuration.TaskSet(
                    name: name + suffix, file: isFile ? tasks : nil, split: isFile ? nil : tasks, tasks: options.count,
                    lengths: nil, start: options.start)
            ]
        }
        if sets.isEmpty {
            let present = try translatingErrors { try store.read { try DatasetSummary.splitNames($0) } }
            guard let split = present.contains("valid_seen") ? "valid_seen" : present.first else {
                throw StageError(.inputMissing, "\(store.path): holds no episodes")
            }
            let suffix = options.start == "random" ? "-random" : ""
            sets = [
                Configuration.TaskSet(name: split + suffix, split: split, tasks: options.count, start: options.start)
            ]
        }
        return sets
    }

    /// Reads or draws the tasks of a set.
    func taskSet(_ set: Configuration.TaskSet, _ store: ExperimentStore) throws -> TaskSet {
        let start = set.start.flatMap(TaskSet.Start.init(rawValue:)) ?? .recorded
        do {
            if let file = set.file {
                var tasks = try TaskSet(sprint: file, name: set.name, start: start)
                if let lengths = set.lengths { tasks.tasks.removeAll { !lengths.contains($0.subTasks.count) } }
                return set.tasks.map { tasks.limited(to: $0) } ?? tasks
            }
            let sample = TaskSet.Sample(
                dataset: dataset.name, split: set.split ?? "valid_seen", count: set.tasks ?? Self.defaultCount,
                lengths: set.lengths ?? Array(1...6), seed: seed)
            return try TaskSet(sample, from: store, name: set.name, start: start)
        } catch let error as TaskSetError {
            throw StageError(.inputMissing, error.description)
        } catch let error as StoreError {
            throw StageError(error)
        }
    }

    /// How the dataset's frames were made.
    func drawing(_ store: ExperimentStore) throws -> FrameDrawing {
        let side = Self.side
        let origin = try translatingErrors { [dataset] in try store.read { try dataset.frameOrigin($0) } }
        guard let origin else {
            throw StageError(
                .inputMissing,
                "\(storePath): dataset \"\(dataset.name)\" has no frames; ingest it with frames, or with --render")
        }
        // The simulator's own drawings are made twice as large and averaged.
        if origin.isDrawn { return FrameDrawing(drawnSide: 2 * side, side: side) }
        return FrameDrawing(drawnSide: min(max(origin.width ?? 300, side), 1024), side: side)
    }

    /// Pixels of a side of what policies see.
    static let side = 56
}
