internal import ExperimentStore

/// The tasks of a set as the page shows them: of the version that the table counts, or, where no evaluation is complete
/// yet, of the one that is furthest.
struct ShownSet {
    /// Of each task one, in the order of the set.
    let rollouts: [Rollout]
    private let indices: Set<Int>
    private let sha256: [UInt8]?
    private let counted: SetVersion?
    /// Of each measure, which tasks have it in every evaluation that counts: those that the table's means are over.
    private let covered: [Measure: [Bool]]

    init(_ set: String, _ data: ReportData) {
        let evaluations =
            data.rows.flatMap { $0.runs.compactMap { $0.evaluations[set] } }
            + data.references.compactMap { $0.evaluations[set] }
        let counted = SetVersion.counted(of: set, data)
        let furthest = evaluations.max { $0.rollouts.count < $1.rollouts.count }
        let sha256 = counted?.sha256 ?? furthest?.run.identity.taskSetSHA256
        (self.counted, self.sha256) = (counted, sha256)
        let sources = evaluations.filter { counted?.counts($0) ?? ($0.run.identity.taskSetSHA256 == sha256) }
        var tasks: [Int: Rollout] = [:]
        for rollout in sources.flatMap({ $0.rollouts.map(\.rollout) }) where tasks[rollout.index]?.episodeID == nil {
            tasks[rollout.index] = rollout
        }
        rollouts = (counted?.indices ?? tasks.keys.sorted()).compactMap { tasks[$0] }
        indices = Set(rollouts.map(\.index))
        let counting = evaluations.filter { counted?.counts($0) ?? false }.map { evaluation in
            Dictionary(evaluation.rollouts.map { ($0.rollout.index, $0.rollout) }, uniquingKeysWith: { $1 })
        }
        var covered: [Measure: [Bool]] = [:]
        for measure in Measure.all {
            covered[measure] = rollouts.map { task in
                counting.allSatisfy { $0[task.index].flatMap(measure.score) != nil }
            }
        }
        self.covered = covered
    }

    /// The mean of a measure over the tasks that have it in all counted evaluations; nil where none of them is done.
    ///
    /// - Parameter done: An evaluation's rollouts by task, as of ``places(of:)``.
    func mean(of measure: Measure, _ done: [Rollout?]) -> Double? {
        let scores = zip(done, covered[measure] ?? []).compactMap { rollout, isCovered in
            isCovered ? rollout.flatMap(measure.score) : nil
        }
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }

    /// An evaluation's rollouts by task, nil where there is none, and why the table does not count it. Nothing of an
    /// evaluation of another version.
    func places(
        of evaluation: ReportData.Evaluation
    ) -> (uncounted: String?, rollouts: [EvalRun.Stored?]) {
        let mine = Dictionary(evaluation.rollouts.map { ($0.rollout.index, $0) }, uniquingKeysWith: { $1 })
        let isOfVersion =
            evaluation.run.identity.taskSetSHA256 == sha256
            && indices.isSuperset(of: mine.keys)
        guard isOfVersion else { return ("another version of the set", []) }
        let places = rollouts.map { mine[$0.index] }
        if counted?.counts(evaluation) ?? false { return (nil, places) }
        return (evaluation.run.status == .done ? "another version of the set" : "not complete", places)
    }
}

extension PageData.Task {
    init(_ rollout: Rollout) {
        self.init(
            key: Plain.text(rollout.key), text: Plain.text(rollout.instruction), n: rollout.subTasks.count,
            type: rollout.taskType.map(Plain.text), scene: rollout.scene, start: rollout.start.rawValue,
            expert: rollout.expertSteps, limit: rollout.stepLimit, episode: rollout.episodeID)
    }
}
