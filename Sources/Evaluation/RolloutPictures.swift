internal import ALFRED
internal import Episodes
package import ExperimentStore
internal import Ground
internal import Household
package import Images
internal import Simulation

/// What an agent saw in a rollout: its actions carried out again.
package enum RolloutPictures {
    /// The pictures of a stored rollout.
    ///
    /// - Parameters:
    ///   - run: The evaluation's name.
    ///   - task: The task's number in its set.
    ///   - root: The release that trajectories are read from.
    ///   - side: Pixels of a picture's side.
    /// - Throws: ``EvaluationError`` where there is no such rollout, ``TaskSetError`` as ``draw``, `ALFREDError`.
    package static func series(
        of run: String, task: Int, in store: ExperimentStore, root: String, side: Int
    ) throws -> PictureSeries {
        let (rollout, steps, seed) = try store.read { db in
            guard let evaluation = try EvalRun.named(run, db) else {
                throw EvaluationError(.missing, "\(store.path): holds no evaluation \"\(run)\"")
            }
            guard let found = try evaluation.rollouts(db).first(where: { $0.rollout.index == task }) else {
                throw EvaluationError(.missing, "\(run): has no task \(task)")
            }
            return (found.rollout, try Rollout.steps(found.id, db), UInt64(bitPattern: evaluation.identity.seed))
        }
        let evalTask = EvalTask(
            key: rollout.key, split: nil, annotation: rollout.annotation, subTasks: rollout.subTasks,
            instruction: rollout.instruction)
        let pictures = try draw(
            evalTask, start: rollout.start == .random ? .random : .recorded, seed: seed, index: rollout.index, steps,
            preparation: TaskPreparation(try Release(root: root)), side: side)
        let title =
            "\(run), task \(task): \(rollout.completed) of \(rollout.subTasks.count) done. \(rollout.instruction)"
        return PictureSeries(
            pictures, captions: steps.enumerated().map { captions($0, $1) } + [["\(steps.count) end", ""]],
            title: TextTable.printable(title))
    }

    /// A picture before each step and one after the last.
    ///
    /// - Throws: ``TaskSetError`` when the task cannot be set up, or a step does not end as it is stored.
    package static func draw(
        _ task: EvalTask, start: TaskSet.Start, seed: UInt64, index: Int, _ steps: [Rollout.Step],
        preparation: TaskPreparation, side: Int
    ) throws(TaskSetError) -> [RGBImage] {
        let drawing = FrameDrawing(side: side)
        let renderer = drawing.makeRenderer()
        let prepared = try preparation.prepare(task, start: start, seed: seed, index: index, renderer: renderer)
        let actions = try steps.enumerated().map { t, step throws(TaskSetError) in
            guard let action = UInt8(exactly: step.action).flatMap(Action.init(rawValue:)) else {
                throw TaskSetError("step \(t) has no known action", at: task.key)
            }
            return RecordedAction(action, objectID: step.objectID, fails: step.failure != nil)
        }
        var replay = RecordedReplay(actions, from: prepared.environment(renderer))
        var pictures = [drawing.frame(of: replay.world, by: renderer)]
        while let step = replay.next() {
            guard step.refusal?.message == steps[step.index].failure else {
                throw TaskSetError(
                    "step \(step.index), \(step.recorded.action), ends otherwise than it is stored: the "
                        + "trajectories or "
                        + "the simulator have changed", at: task.key)
            }
            pictures.append(drawing.frame(of: replay.world, by: renderer))
        }
        return pictures
    }

    /// Two lines under a picture.
    static func captions(_ t: Int, _ step: Rollout.Step) -> [String] {
        let name = Action(rawValue: UInt8(clamping: step.action))?.name ?? "?"
        let object = ObjectClass(id: step.objectClass).map { $0.id == 0 ? "" : $0.name } ?? ""
        return ["\(t) \(name)\(step.failure == nil ? "" : " (failed)")\(step.completed ? " *" : "")", object]
    }
}
