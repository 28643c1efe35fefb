internal import ALFRED
internal import Episodes
internal import Ground
internal import Household

/// A graded episode in the release's format.
struct GradedEpisode {
    let key: String
    let trajectory: Trajectory
    /// PNG files of the L + 1 observations, by name.
    let images: [(name: String, bytes: [UInt8])]

    /// - Parameters:
    ///   - played: Finished.
    ///   - number: Of the episode among its source's.
    init(_ played: GradedPlayer.Played, _ behaviour: Behaviour, recipe: GradeRecipe, number: Int, frameSide: Int) {
        let (run, source) = (played.run, played.run.source)
        key = Self.key(source.location.key, recipe, number)
        let record = GradedRecord(run, behaviour: behaviour, recipe: recipe.name, frameSide: frameSide)
        var scene = source.trajectory.scene
        scene.initialAction.position.x = Double(run.start.x) / 4
        scene.initialAction.position.z = Double(run.start.z) / 4
        scene.initialAction.rotation = run.start.heading * 90
        scene.initialAction.horizon = run.start.horizon
        var made = Trajectory(
            taskID: String(key.split(separator: "/").last ?? ""), scene: scene,
            annotations: source.trajectory.annotations)
        made.taskType = source.trajectory.taskType
        made.goal = source.trajectory.goal
        let plan = Self.plan(run)
        made.plan = plan
        made.images = plan.lowActions.enumerated().map {
            ImageEntry(highIndex: $1.highIndex, lowIndex: $0, name: GeneratedEpisode.frameName($0, "png"))
        }
        var extras: [String: JSONTree] = [
            "generator": .string("rgvlm-simulate"), "version": .int(GeneratedEpisode.generatorVersion),
            "policy": .string(behaviour.rawValue), "success": .bool(run.isSuccess),
            "start": .string(run.start == source.world.agent ? "recorded" : "random"),
            "action_success": .array(run.failures.map { .bool($0 == nil) }),
            "action_errors": .object(
                Dictionary(
                    uniqueKeysWithValues: run.failures.enumerated().compactMap { index, failure in
                        failure.map { (String(index), .string($0.message)) }
                    })),
            GradedRecord.key: record.json,
        ]
        if let step = played.branchedAt { extras["branched_at"] = .int(step) }
        if let step = played.recoversAt { extras["recovers_at"] = .int(step) }
        if case .object(let known)? = source.trajectory.extras[GeneratedEpisode.extrasKey] {
            for name in ["placement", "episode_seed"] { extras[name] = known[name] }
        }
        made.extras[GeneratedEpisode.extrasKey] = .object(extras)
        trajectory = made
        images = run.frames.enumerated().map { (GeneratedEpisode.frameName($0, "png"), $1) }
    }

    /// `<task>/<trial>_<recipe>-<number>`.
    static func key(_ source: String, _ recipe: GradeRecipe, _ number: Int) -> String {
        "\(source)_\(recipe.name)-\(number < 10 ? "0" : "")\(number)"
    }

    /// The sub-goals that were begun, with the actions for each, and a closing NoOp: of a sub-task's walk the actions
    /// up to its last move, of the rest those after. A walk that no action is left for is not listed.
    static func plan(_ run: GradedRun) -> Plan {
        var plan = Plan(highLevel: [], lowActions: run.lowActions)
        let ranges = GradeSource.subgoals(of: run.source.asked)
        for (range, attempt) in zip(ranges, run.attempts) {
            let steps = attempt.steps
            var cuts = [steps.lowerBound, steps.upperBound]
            var listed = [range.upperBound - 1]
            if range.count > 1, steps.count > 1 {
                let last = steps.last { !run.lowActions[$0].action.isInteraction } ?? steps.lowerBound
                cuts.insert(min(max(last + 1, steps.lowerBound + 1), steps.upperBound - 1), at: 1)
                listed.insert(range.lowerBound, at: 0)
            }
            for (position, number) in listed.enumerated() {
                var step = run.source.asked[number]
                step.index = plan.highLevel.count
                for low in cuts[position]..<cuts[position + 1] { plan.lowActions[low].highIndex = step.index }
                plan.highLevel.append(step)
            }
        }
        var end = PlannerAction(action: "End")
        end.extras["value"] = .int(1)
        plan.highLevel.append(HighLevelStep(index: plan.highLevel.count, action: .noOp, planner: end))
        return plan
    }
}
