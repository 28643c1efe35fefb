package import ExperimentStore
package import StageSupport

extension StageSupport.Configuration {
    /// What an experiment wants of its evaluations, by the set as reports name it.
    package var wantedEvaluations: [String: EvalRun.Wanted] {
        let all = evaluate.shownSets.map { shown in
            let set = shown.set
            let definition = EvalRun.SetDefinition(
                file: set.file, split: set.split ?? set.name, count: set.tasks, lengths: set.lengths,
                kinds: set.kinds?.map(\.rawValue), behaviours: set.behaviours, start: set.start.rawValue)
            return (shown.name, EvalRun.Wanted(set: definition, seed: seed))
        }
        return Dictionary(all, uniquingKeysWith: { first, _ in first })
    }
}
