package import ALFRED
internal import Household

/// One of the seven task types with its parameters.
package struct HouseTask: Sendable, Equatable {
    /// One of the seven.
    package var type: TaskType
    /// What it is about.
    package var goal: GoalParameters

    package init(_ type: TaskType, _ goal: GoalParameters) {
        self.type = type
        self.goal = goal
    }

    /// The task of a trajectory; nil for the test splits and for types outside the seven.
    package init?(_ trajectory: Trajectory) {
        guard let type = trajectory.taskType.flatMap(TaskType.init(rawValue:)), let goal = trajectory.goal else {
            return nil
        }
        self.init(type, goal)
    }

    /// The name of the task's folder: `<type>-<object>-<movable|None>-<receptacle|lamp>-<scene>`.
    func folderName(sceneNumber: Int) -> String {
        let movable = goal.movableTarget.isEmpty ? "None" : goal.movableTarget
        let place = type == .light ? goal.toggleTarget : goal.parentTarget
        return "\(type.rawValue)-\(goal.targetName)-\(movable)-\(place)-\(sceneNumber)"
    }

    /// What has to be done to the object besides moving it.
    package var treatment: Treatment? {
        switch type {
        case .clean: .cleaned
        case .heat: .heated
        case .cool: .cooled
        default: nil
        }
    }
}

/// Why a task cannot be set up in a scene.
package enum TaskError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A plan names an object that the scene does not have.
    case unknownObject(String)
    /// A sub-goal lacks the object or place it is about.
    case incompleteSubgoal(index: Int, action: String)
    /// An action names an interaction without saying on what.
    case missingTarget(index: Int, action: String)

    package var description: String {
        switch self {
        case .unknownObject(let id): "the scene has no object \(id)"
        case .incompleteSubgoal(let index, let action):
            "sub-goal \(index) (\(action)) does not say what it is about, or where"
        case .missingTarget(let index, let action): "low action \(index) (\(action)) has no target"
        }
    }
}
