/// Numbers of others, read off a figure of SPRINT's project page (to about 0.02): the proportion of tasks completed on
/// EVAL_INSTRUCT. They are from AI2-THOR with other data, features, networks and budgets.
struct Published: Sendable, Encodable {
    var title: String
    /// By number of sub-tasks, 1 to 6.
    var proportions: [Double]

    static let mark = "published, AI2-THOR, not comparable"

    static let rows = [
        Published(title: "SPRINT", proportions: [0.89, 0.76, 0.74, 0.59, 0.60, 0.51]),
        Published(title: "Episodic Transformer", proportions: [0.75, 0.60, 0.54, 0.36, 0.15, 0.14]),
        Published(title: "Actionable Models", proportions: [0.48, 0.37, 0.32, 0.14, 0.32, 0.20]),
        Published(title: "SayCan", proportions: [0.94, 0.34, 0.20, 0.15, 0.11, 0.04]),
        Published(title: "Language-conditioned BC, primitives", proportions: [0.90, 0.33, 0.09, 0.01, 0.01, 0.01]),
    ]

    /// Whether they stand beside the numbers of a task set: SPRINT's own, else the main one.
    static func belong(to set: Int, of sets: [ResultTable.TaskSet]) -> Bool {
        let own = sets.firstIndex { $0.name.lowercased().contains("instruct") }
        return set == own ?? 0
    }
}
