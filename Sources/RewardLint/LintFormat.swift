internal import ExperimentStore
internal import Pages
internal import RewardLabeling
internal import Statistics

/// Numbers and words as report, page and terminal show them.
enum LintFormat {
    static func interval(_ interval: Interval?, _ digits: Int = 2) -> String {
        interval.map { "\(Show.number($0.low, digits)) to \(Show.number($0.high, digits))" } ?? ""
    }

    static func lowercased(_ title: String) -> String { title.prefix(1).lowercased() + title.dropFirst() }

    /// `the transition before (lag -1)`: whose change scores at this lag fit.
    static func transition(_ lag: Int) -> String {
        let side = lag < 0 ? "before" : "after"
        return (abs(lag) == 1 ? "the transition \(side)" : "the transition \(abs(lag)) places \(side)")
            + (lag < 0 ? " (lag \u{2212}\(-lag))" : " (lag +\(lag))")
    }

    /// What a control shows, and what it means when it is scored high.
    static func words(_ control: LabelControl) -> (shown: String, cause: String) {
        switch control {
        case .frozen:
            (
                "the same picture throughout",
                "Scores do not come from what the pictures show. Check that pictures reach the model."
            )
        case .reversed:
            ("pictures and actions backwards", "The annotator does not look at the direction of time.")
        case .shuffled:
            ("pictures in random order", "The annotator does not look at what changes from picture to picture.")
        case .mismatched:
            (
                "the goal of another instruction",
                "The annotator is blind to the goal. Check that the goal is in both prompts."
            )
        }
    }
}
