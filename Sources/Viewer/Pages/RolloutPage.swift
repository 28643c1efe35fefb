internal import Episodes
internal import ExperimentStore

/// One task as an agent went through it.
struct RolloutPage {
    let content: PageContents

    /// Nil where there is no such rollout.
    init?(_ id: Int64, _ db: StoreConnection) throws {
        guard let found = try Rollout.withID(id, db) else { return nil }
        let (run, rollout) = (found.run, found.rollout)
        let steps = try Rollout.steps(id, db)
        var values: [String: Any] = [
            "id": id, "run": run, "instruction": rollout.instruction, "key": rollout.key,
            "type": EpisodeText.type(rollout.taskType), "scene": rollout.scene, "start": rollout.start.rawValue,
            "annotation": rollout.annotation, "index": rollout.index + 1,
            "problem": rollout.problem ?? "", "hasProblem": rollout.problem != nil,
            "isWhole": rollout.isSuccess, "facts": Self.facts(rollout, steps),
            "hasSteps": !steps.isEmpty, "steps": Self.rows(steps, rollout),
        ]
        if let episode = rollout.episodeID { values["episode"] = ["id": episode, "address": "/episodes/\(episode)"] }
        if let previous = found.previousID { values["previous"] = "/rollouts/\(previous)" }
        if let next = found.nextID { values["next"] = "/rollouts/\(next)" }
        content = PageContents(template: "rollout", title: "Rollout \(id)", values: values)
    }

    private static func facts(_ rollout: Rollout, _ steps: [Rollout.Step]) -> [[String: Any]] {
        var facts = [
            ("sub-tasks completed", "\(rollout.completed) of \(rollout.subTasks.count)"),
            ("steps", "\(rollout.stepCount) of at most \(rollout.stepLimit)"),
            ("expert's steps", "\(rollout.expertSteps)"),
            ("failed actions", "\(steps.lazy.filter { $0.failure != nil }.count)"),
        ]
        if let conditions = rollout.conditions {
            facts.append(("goal conditions", "\(conditions.met) of \(conditions.total)"))
        }
        return facts.map { ["name": $0.0, "value": $0.1] }
    }

    private static func rows(_ steps: [Rollout.Step], _ rollout: Rollout) -> [[String: Any]] {
        var subTask = rollout.subTasks.lowerBound
        return steps.enumerated().map { t, step in
            defer { if step.completed { subTask += 1 } }
            let object =
                step.objectClass > 0
                ? ObjectClass(id: step.objectClass)?.name : step.objectID.map(ActionText.className)
            return [
                "t": t, "action": UInt8(exactly: step.action).flatMap(Action.init(rawValue:))?.name ?? "\(step.action)",
                "object": object ?? "", "instance": step.objectID ?? "", "failure": step.failure ?? "",
                "failed": step.failure != nil, "completed": step.completed,
                "mark": step.completed ? "completes sub-task \(subTask + 1)" : "",
            ]
        }
    }
}
