internal import ALFRED
internal import Episodes
internal import ExperimentStore
internal import Simulation

/// A trajectory in the terms of learning: the part of an ingest that touches no file.
struct EpisodeConversion {
    let subgoals: [Subgoal]
    let episode: Episode
    let annotations: [AnnotationRecord]
    let goal: GoalRecord?
    let scene: SceneRecord

    /// - Parameters:
    ///   - trajectory: A validated trajectory.
    ///   - samples: The annotations that are samples of the split, or nil when all are.
    init(_ trajectory: Trajectory, split: String, key: String, samples: Set<Int>?) {
        let subgoals = trajectory.plan.map(Self.subgoals) ?? []
        let graded = GradedRecord(trajectory)
        let subTasks = Self.subTasks(subgoals, graded)
        let outcome = GeneratedEpisode.outcome(of: trajectory)
        var annotations: [AnnotationRecord] = []
        var instructions: [Instruction] = []
        for (index, annotation) in trajectory.annotations.enumerated() {
            let isInSplit = samples?.contains(index) ?? true
            let labels = Instruction.labels(
                subgoals: graded?.subgoals ?? subgoals, goal: annotation.taskDescription,
                sentences: annotation.stepDescriptions, annotation: index, done: graded?.done)
            if isInSplit {
                instructions += labels.instructions.map { label in
                    var label = label
                    // Sub-tasks of generated episodes are recorded when they are done; the task may fail all the same.
                    if label.kind == .task { label.isFulfilled = outcome?.isSuccess ?? true }
                    return label
                }
            }
            annotations.append(
                AnnotationRecord(
                    isInSplit: isInSplit, isAligned: trajectory.plan == nil ? nil : labels.isAligned,
                    taskDescription: annotation.taskDescription, stepDescriptions: annotation.stepDescriptions,
                    votes: annotation.votes))
        }
        self.subgoals = subgoals
        self.annotations = annotations
        var episode = Episode(
            key: key, split: split, transitions: Self.transitions(trajectory, subTasks), subTasks: subTasks,
            instructions: instructions)
        episode.policy = outcome?.policy.rawValue
        episode.isSuccess = outcome?.isSuccess
        self.episode = episode
        goal = trajectory.goal.map {
            GoalRecord(
                taskType: trajectory.taskType ?? "", objectTarget: $0.objectTarget, objectSliced: $0.objectSliced,
                parentTarget: $0.parentTarget, movableTarget: $0.movableTarget, toggleTarget: $0.toggleTarget)
        }
        let scene = trajectory.scene
        self.scene = SceneRecord(floorPlan: scene.floorPlan, number: scene.number, room: scene.room?.rawValue)
    }

    private static func subgoals(_ plan: Plan) -> [Subgoal] {
        var steps = [Range<Int>](repeating: 0..<0, count: plan.subgoals.count)
        for (t, action) in plan.lowActions.enumerated() {
            let range = steps[action.highIndex]
            steps[action.highIndex] = (range.isEmpty ? t : range.lowerBound)..<(t + 1)
        }
        return zip(plan.subgoals, steps).compactMap { subgoal, steps in
            SubTaskKind(subgoal.action).map {
                Subgoal(
                    kind: $0, steps: steps, objectID: subgoal.targetObjectID,
                    receptacleID: subgoal.receptacleObjectID)
            }
        }
    }

    /// What was recorded; of a graded episode also what was asked for and never begun.
    private static func subTasks(_ subgoals: [Subgoal], _ graded: GradedRecord?) -> [SubTask] {
        var subTasks = SubTask.merging(subgoals)
        guard let graded else { return subTasks }
        let asked = SubTask.merging(graded.subgoals)
        let done = graded.done
        for index in subTasks.indices where done.indices.contains(index) { subTasks[index].isDone = done[index] }
        for var missing in asked.dropFirst(subTasks.count) {
            missing.subgoals = subgoals.count..<subgoals.count
            missing.isDone = false
            subTasks.append(missing)
        }
        return subTasks
    }

    private static func transitions(_ trajectory: Trajectory, _ subTasks: [SubTask]) -> [Transition] {
        guard let plan = trajectory.plan else { return [] }
        var subTask = 0
        return plan.lowActions.enumerated().map { t, low in
            while subTask < subTasks.count - 1, t >= subTasks[subTask].steps.upperBound { subTask += 1 }
            let objectID = low.targetObjectID
            return Transition(
                action: low.action, objectClass: objectID.flatMap(ObjectClass.init(objectID:)) ?? .noObject,
                objectID: objectID, subTask: subTask, recordedReward: trajectory.recordedRewards?.rewards[t])
        }
    }
}
