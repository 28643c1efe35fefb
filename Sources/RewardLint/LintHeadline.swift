internal import Statistics

extension LintMeasures {
    /// The verdict with its main cause: of several failures the one that explains most of the others.
    func headline(_ verdict: LintReport.Verdict, _ checks: [LintCheck]) -> String {
        func failed(_ name: LintCheck.Name) -> Bool { checks.contains { $0.name == name && $0.verdict == .fail } }
        switch verdict {
        case .pass:
            return "These scores follow what happens in the episodes, and stay low where they must."
        case .undecided:
            let missing = checks.filter { $0.isRequired && $0.verdict == .notMeasured }
            return "Nothing speaks against these scores, but \(missing.count) of the required checks could not be "
                + "measured: \(missing.map { LintFormat.lowercased($0.title) }.joined(separator: "; "))."
        case .fail: break
        }
        let advice = "Do not train on these scores: "
        if let onlyScore { return advice + "they carry no information, every one is \(onlyScore)." }
        if let shift { return advice + "each belongs to \(LintFormat.transition(shift))." }
        if isBackwards { return advice + "they fit the episodes only when read backwards, time is reversed." }
        let isUnrelated = failed(.progressCorrelation) || failed(.completionAUC)
        if isUnrelated, failed(.mismatchedControl), failed(.frozenControl) {
            return advice + "they have no relation to what happens."
        }
        if failed(.mismatchedControl) {
            return advice + "they do not depend on the goal, a wrong one is scored as if it were the right one."
        }
        if isUnrelated { return advice + "they do not follow progress towards the goal." }
        let controls = checks.filter { $0.verdict == .fail && $0.name.rawValue.hasPrefix("control") }
        if !controls.isEmpty {
            return advice + "what must score low does not: "
                + controls.map { LintFormat.lowercased($0.title) }.joined(separator: "; ") + "."
        }
        if failed(.topCompression) { return advice + "nearly all lie at the top of the scale." }
        if failed(.coverage) { return "Too many transitions have no score. Complete the labels, then lint again." }
        let others = checks.filter { $0.verdict == .fail }.map { LintFormat.lowercased($0.title) }
        return advice + "failed: \(others.joined(separator: "; "))."
    }
}
