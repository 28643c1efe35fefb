package import Episodes
package import ExperimentStore

/// What is evaluated on what.
package struct EvaluationSettings: Sendable {
    /// Tasks that are read from a file, or drawn from a split of the store.
    package struct Tasks: Sendable, Equatable {
        /// Where tasks come from.
        package enum Source: Sendable, Equatable {
            /// In SPRINT's format.
            case file(String)
            case split(String)
        }

        /// The set's name.
        package var name: String
        /// Where the tasks come from.
        package var source: Source
        /// Tasks in all, spread evenly over the lengths; nil for a file's all, or 100 of a split.
        package var count: Int?
        /// Numbers of sub-tasks; nil for a file's all, or 1 to 6 of a split.
        package var lengths: [Int]?
        /// Of a split: the kinds of sentences; those of sub-tasks, single and joined, when nil.
        package var kinds: [Instruction.Kind]?
        /// Of a split: cut from episodes of these behaviours; the expert's when nil.
        package var behaviours: [Behaviour]?
        /// Where the agent begins.
        package var start: TaskSet.Start
        /// What happens to refused actions: an evaluation for each.
        package var rules: [EvalRun.Rules]

        /// A set; without a count all of a file, or 100 of a split.
        package init(
            name: String, source: Source, count: Int? = nil, lengths: [Int]? = nil, kinds: [Instruction.Kind]? = nil,
            behaviours: [Behaviour]? = nil, start: TaskSet.Start = .recorded, rules: [EvalRun.Rules] = [.sprint]
        ) {
            self.kinds = kinds
            self.behaviours = behaviours
            self.name = name
            self.source = source
            self.count = count
            self.lengths = lengths
            self.start = start
            self.rules = rules
        }
    }

    /// Of the drawing of tasks and of what agents draw.
    package var seed: UInt64
    /// Whose episodes the tasks are of.
    package var dataset: DatasetRow
    /// The release that trajectories and floor plans are read from.
    package var root: String
    /// Nil for one a core.
    package var threads: Int?
    /// ResNet-18's weights, for policies on features that are made with them.
    package var weights: String?
    /// Training runs whose last checkpoint acts, or the best where validations decide.
    package var runs: [String]
    /// Who else acts: `expert` or `random`.
    package var agents: [EvalRun.Agent]
    /// The sets in the order in which they are tried.
    package var sets: [Tasks]

    /// What to evaluate; somebody must act.
    package init(
        seed: UInt64, dataset: DatasetRow, root: String, threads: Int? = nil, weights: String? = nil,
        runs: [String] = [],
        agents: [EvalRun.Agent] = [], sets: [Tasks]
    ) {
        self.seed = seed
        self.dataset = dataset
        self.root = root
        self.threads = threads
        self.weights = weights
        self.runs = runs
        self.agents = agents
        self.sets = sets
    }

    /// Pixels of a side of what policies see.
    package static let side = 56
}

extension EvaluationSettings.Tasks {
    /// As it is stored with an evaluation.
    package var definition: EvalRun.SetDefinition {
        switch source {
        case .file(let file):
            EvalRun.SetDefinition(file: file, split: "", count: count, lengths: lengths, start: start.rawValue)
        case .split(let split):
            EvalRun.SetDefinition(
                file: nil, split: split, count: count, lengths: lengths, kinds: kinds?.map(\.rawValue),
                behaviours: behaviours?.map(\.rawValue), start: start.rawValue)
        }
    }

    /// Reads or draws the tasks.
    ///
    /// - Throws: ``TaskSetError`` where there are none.
    func set(of dataset: DatasetRow, in store: ExperimentStore, seed: UInt64) throws -> TaskSet {
        switch source {
        case .file(let file):
            var set = try TaskSet(sprint: file, name: name, start: start)
            if let lengths { set.tasks.removeAll { !lengths.contains($0.subTasks.count) } }
            return count.map { set.limited(to: $0) } ?? set
        case .split(let split):
            let sample = TaskSet.Sample(
                dataset: dataset.name, split: split, count: definition.count ?? EvalRun.SetDefinition.drawnCount,
                lengths: definition.lengths ?? EvalRun.SetDefinition.drawnLengths,
                kinds: kinds ?? [.primitive, .composite], behaviours: behaviours ?? Behaviour.expertLike, seed: seed)
            return try TaskSet(sample, from: store, name: name, start: start)
        }
    }
}
