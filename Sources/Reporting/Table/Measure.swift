internal import ExperimentStore
internal import Pages

/// What a column of the table averages over tasks.
enum Measure: Hashable {
    /// Sub-tasks completed in order.
    case completed
    /// Completed sub-tasks over all.
    case proportion
    /// As ``proportion``, of the tasks with so many sub-tasks.
    case proportionOf(Int)
    /// All sub-tasks completed.
    case success
    /// Conditions of ALFRED's goal that hold at the end, over all.
    case conditions
    /// Success times the expert's steps over the agent's, at most 1.
    case pathWeighted
    /// ``proportion`` and ``conditions`` with the same weight.
    case pathWeightedProportion
    case pathWeightedConditions

    static let lengths = 1...6

    static let all: [Measure] =
        [.completed, .proportion] + lengths.map { .proportionOf($0) }
        + [.success, .conditions, .pathWeighted, .pathWeightedProportion, .pathWeightedConditions]

    /// Nil where a task does not have this measure.
    func score(_ rollout: Rollout) -> Double? {
        switch self {
        case .completed: return Double(rollout.completed)
        case .proportion: return rollout.proportion
        case .proportionOf(let length): return rollout.subTasks.count == length ? rollout.proportion : nil
        case .success: return rollout.isSuccess ? 1 : 0
        case .conditions:
            guard let conditions = rollout.conditions, conditions.total > 0 else { return nil }
            return Double(conditions.met) / Double(conditions.total)
        case .pathWeighted: return rollout.isSuccess ? rollout.pathWeight : 0
        case .pathWeightedProportion: return rollout.proportion * rollout.pathWeight
        case .pathWeightedConditions: return Measure.conditions.score(rollout).map { $0 * rollout.pathWeight }
        }
    }

    /// As in the files' columns.
    var name: String {
        switch self {
        case .completed: "return"
        case .proportion: "proportion"
        case .proportionOf(let length): "proportion_\(length)"
        case .success: "success"
        case .conditions: "goal_conditions"
        case .pathWeighted: "path_weighted_success"
        case .pathWeightedProportion: "path_weighted_proportion"
        case .pathWeightedConditions: "path_weighted_goal_conditions"
        }
    }

    var title: String {
        switch self {
        case .completed: "Return"
        case .proportion: "Completed"
        case .proportionOf(let length): length == 1 ? "1 sub-task" : "\(length) sub-tasks"
        case .success: "Success"
        case .conditions: "Goal conditions"
        case .pathWeighted: "Path-weighted success"
        case .pathWeightedProportion: "Path-weighted completed"
        case .pathWeightedConditions: "Path-weighted goal conditions"
        }
    }

    /// For a reader who meets it the first time.
    var explanation: String {
        switch self {
        case .completed: "sub-tasks completed in order, mean over tasks"
        case .proportion: "completed sub-tasks over all of a task, mean over tasks"
        case .proportionOf(let length): "as Completed, of the tasks with \(Show.plural(length, "sub-task"))"
        case .success: "share of tasks with all sub-tasks completed"
        case .conditions:
            """
            share of the conditions of ALFRED's goal that hold at the end, mean over tasks; the goal is the whole \
            trajectory's
            """
        case .pathWeighted: "success times the recorded number of steps over the agent's, at most 1"
        case .pathWeightedProportion: "Completed times the recorded number of steps over the agent's, at most 1"
        case .pathWeightedConditions:
            "Goal conditions times the recorded number of steps over the agent's, at most 1"
        }
    }
}
