extension ExperimentStore {
    /// Task sets, with rules other than SPRINT's, in the order in which they were first evaluated.
    package func evaluatedSets() throws -> [String] {
        var sets: [String] = []
        for run in try read({ try EvalRun.all($0) }) where !sets.contains(run.identity.shownSet) {
            sets.append(run.identity.shownSet)
        }
        return sets
    }
}
