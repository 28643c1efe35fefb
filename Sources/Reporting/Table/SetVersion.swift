internal import ExperimentStore

/// The version of a task set whose evaluations are counted.
struct SetVersion: Sendable, Equatable {
    var sha256: [UInt8]
    /// Of its tasks, in the order of the set.
    var indices: [Int]

    /// The version that most complete evaluations of policies used, the first of several; that of the reference agents
    /// where no policy is evaluated.
    static func counted(of set: String, _ data: ReportData) -> SetVersion? {
        func versions(_ evaluations: [ReportData.Evaluation]) -> [SetVersion] {
            evaluations.filter { $0.run.status == .done && !$0.rollouts.isEmpty }.map { SetVersion($0) }
        }
        let policies = versions(data.rows.flatMap { $0.runs.compactMap { $0.evaluations[set] } })
        let found = policies.isEmpty ? versions(data.references.compactMap { $0.evaluations[set] }) : policies
        var best: (version: SetVersion, count: Int)?
        for version in found {
            let count = found.count { $0 == version }
            if count > best?.count ?? 0 { best = (version, count) }
        }
        return best?.version
    }

    /// Whether an evaluation is complete and of this version.
    func counts(_ evaluation: ReportData.Evaluation?) -> Bool {
        guard let evaluation, evaluation.run.status == .done else { return false }
        return SetVersion(evaluation) == self
    }
}

extension SetVersion {
    init(_ evaluation: ReportData.Evaluation) {
        self.init(
            sha256: evaluation.run.identity.taskSetSHA256, indices: evaluation.rollouts.map(\.rollout.index))
    }
}
