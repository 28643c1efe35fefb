internal import Episodes

extension Trajectory {
    /// Sub-goals a plan may have. The released plans have at most 19; instructions grow with the square of the number.
    static let subgoalLimit = 200

    /// Checks that the parts fit together: actions and sub-goals, images and actions, masks and frame, finite numbers.
    ///
    /// - Throws: The first problem found, with its JSON path.
    package func validate() throws(ALFREDError) {
        try validateScene()
        if let plan {
            try validate(plan)
            try validateImages(of: plan)
        }
        if let rewards = recordedRewards {
            guard rewards.rewards.allSatisfy(\.isFinite), rewards.upperBound?.isFinite != false else {
                throw ALFREDError(.invalidValue, "a reward is not finite", location: "task.rewards")
            }
            guard rewards.rewards.count == actionCount else {
                throw ALFREDError(
                    .misaligned, "has \(rewards.rewards.count) rewards for \(actionCount) low actions",
                    location: "task.rewards")
            }
        }
    }

    private func validateScene() throws(ALFREDError) {
        guard scene.initialAction.position.isFinite else {
            throw ALFREDError(.invalidValue, "the pose is not finite", location: "scene.init_action")
        }
        for (index, pose) in scene.objectPoses.enumerated() where !(pose.position.isFinite && pose.rotation.isFinite) {
            throw ALFREDError(
                .invalidValue, "the pose of \(pose.objectName) is not finite", location: "scene.object_poses[\(index)]")
        }
    }

    private func validate(_ plan: Plan) throws(ALFREDError) {
        for (index, step) in plan.highLevel.enumerated() where step.index != index {
            throw ALFREDError(
                .misaligned, "high_idx is \(step.index), but the entry is number \(index)",
                location: "plan.high_pddl[\(index)]")
        }
        if let middle = plan.subgoals.firstIndex(where: { $0.action == .noOp }) {
            throw ALFREDError(
                .invalidValue, "NoOp stands before the end of the plan", location: "plan.high_pddl[\(middle)]")
        }
        guard plan.subgoals.count <= Self.subgoalLimit else {
            throw ALFREDError(
                .invalidValue, "has \(plan.subgoals.count) sub-goals; up to \(Self.subgoalLimit) are read",
                location: "plan.high_pddl")
        }
        guard !plan.lowActions.isEmpty else {
            throw ALFREDError(.invalidValue, "the plan has no low actions", location: "plan.low_actions")
        }
        var served = -1
        for (index, low) in plan.lowActions.enumerated() {
            guard low.highIndex >= served, low.highIndex >= 0, low.highIndex < plan.subgoals.count else {
                let reason =
                    low.highIndex < max(served, 0)
                    ? "after \(max(served, 0))" : "but the plan has \(plan.subgoals.count) sub-goals"
                throw ALFREDError(
                    .misaligned, "high_idx is \(low.highIndex), \(reason)", location: "plan.low_actions[\(index)]")
            }
            guard low.highIndex <= served + 1 else { throw Self.idle(plan, served + 1) }
            served = low.highIndex
            if low.action.isInteraction, low.targetObjectID == nil {
                throw ALFREDError(
                    .missingKey, "missing key \"objectId\": \(low.action.releaseName) needs the object it acts on",
                    location: "plan.low_actions[\(index)].api_action")
            }
            if low.action == .put, low.api.receptacleObjectID == nil {
                throw ALFREDError(
                    .missingKey, "missing key \"receptacleObjectId\": PutObject needs the receptacle",
                    location: "plan.low_actions[\(index)].api_action")
            }
            if let problem = low.target?.mask.firstProblem() {
                throw ALFREDError(
                    .invalidValue, problem.reason,
                    location: "plan.low_actions[\(index)].discrete_action.args.mask[\(problem.run)]")
            }
        }
        guard served == plan.subgoals.count - 1 else { throw Self.idle(plan, served + 1) }
    }

    private static func idle(_ plan: Plan, _ index: Int) -> ALFREDError {
        ALFREDError(
            .misaligned, "no low action serves sub-goal \(index) (\(plan.highLevel[index].action.rawValue))",
            location: "plan.low_actions")
    }

    private func validateImages(of plan: Plan) throws(ALFREDError) {
        var expected = 0
        for (index, image) in (images ?? []).enumerated() {
            let low = image.lowIndex
            if low >= plan.lowActions.count {
                throw ALFREDError(
                    .misaligned,
                    "the images list is longer than the plan: low_idx is \(low), but the plan has "
                        + "\(plan.lowActions.count) low actions",
                    location: "images[\(index)]")
            }
            guard low == expected || low == expected - 1, low >= 0 else {
                throw ALFREDError(
                    .misaligned, "low_idx is \(low), expected \(max(0, expected - 1)) or \(expected)",
                    location: "images[\(index)]")
            }
            if low == expected { expected += 1 }
        }
        guard expected == plan.lowActions.count else {
            throw ALFREDError(
                .misaligned,
                "the images list is shorter than the plan: no image for low action \(expected) of "
                    + "\(plan.lowActions.count)",
                location: "images")
        }
    }
}
