internal import ALFRED
internal import Episodes
internal import Evaluation
internal import ExperimentStore
internal import Foundation
internal import Ground
internal import StageSupport

extension EvaluationSettings {
    /// Options and config together, checked.
    init(_ options: RunCommand, _ configuration: Configuration, _ store: ExperimentStore) throws {
        let section = configuration.evaluate
        let dataset = try store.dataset(named: section.dataset)
        let agents = try options.agents.map { name in
            guard let agent = EvalRun.Agent(rawValue: name), agent != .policy else {
                throw StageError(.usage, "--agent \(name): expected expert or random; a policy is named with --run")
            }
            return agent
        }
        guard !options.runs.isEmpty || !agents.isEmpty else {
            throw StageError(
                .usage, "nobody to evaluate: give --run NAME (rgvlm-train status lists the runs) or --agent expert")
        }
        self.init(
            seed: configuration.seed, dataset: dataset, root: section.root ?? dataset.root, threads: section.threads,
            weights: section.weights, runs: options.runs, agents: agents,
            sets: try Self.sets(options, section.sets, store).map { try Tasks($0, rules: section.rules) })
    }

    private static func sets(
        _ options: RunCommand, _ known: [Configuration.TaskSet], _ store: ExperimentStore
    ) throws -> [Configuration.TaskSet] {
        let start = options.start.map(Configuration.TaskSet.Start.init(rawValue:))
        if start == .some(nil) {
            throw StageError(.usage, "--start \(options.start ?? ""): expected recorded or random")
        }
        if let count = options.count, !(1...100_000).contains(count) {
            throw StageError(.usage, "--count \(count): expected 1 to 100,000 tasks")
        }
        if options.tasks == nil, !known.isEmpty {
            guard options.start == nil, options.count == nil else {
                throw StageError(
                    .usage,
                    "\(options.start != nil ? "--start" : "--count"): the config's sets say this themselves; give "
                        + "--tasks too for a set of your own")
            }
            return known
        }
        var set = Configuration.TaskSet()
        (set.tasks, set.start) = (options.count, start.flatMap { $0 } ?? .recorded)
        if let tasks = options.tasks {
            let isFile = tasks.hasSuffix(".json") || tasks.contains("/")
            set.name = isFile ? URL(fileURLWithPath: tasks).deletingPathExtension().lastPathComponent : tasks
            guard Configuration.isName(set.name) else {
                throw StageError(.usage, "--tasks \(tasks): \"\(set.name)\" cannot name a set")
            }
            (set.file, set.split) = isFile ? (tasks, nil) : (nil, tasks)
        } else {
            let present = try store.read { try DatasetSummary.splitNames($0) }
            guard let split = present.contains("valid_seen") ? "valid_seen" : present.first else {
                throw StageError(.inputMissing, "\(store.path): holds no episodes")
            }
            (set.name, set.split) = (split, split)
        }
        if set.start == .random { set.name += "-random" }
        return [set]
    }
}

extension EvaluationSettings.Tasks {
    /// A set of the section `evaluate`.
    ///
    /// - Parameter rules: Where it names none itself.
    init(_ set: Configuration.TaskSet, rules: [Configuration.Evaluate.Rules]) throws {
        self.init(
            name: set.name, source: set.file.map { .file($0) } ?? .split(set.split ?? set.name), count: set.tasks,
            lengths: set.lengths, kinds: try set.kinds?.map { try $0.named() },
            behaviours: try set.behaviours.map { try Behaviour.named($0) }, start: try set.start.named(),
            rules: try (set.rules ?? rules).map { try $0.named() })
    }
}
