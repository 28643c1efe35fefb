extension ExperimentStore {
    /// Task sets in the order in which they were first evaluated.
    package func evaluatedSets() throws -> [String] {
        var sets: [String] = []
        for run in try read({ try EvalRun.all($0) }) where !sets.contains(run.identity.taskSet) {
            sets.append(run.identity.taskSet)
        }
        return sets
    }
}
