package import Episodes
package import ExperimentStore
package import Frames

/// An episode that is made by a rule: walking and handling an apple, one sub-task after the other.
package struct EpisodePlan: Sendable {
    package var split = "train"
    /// The kinds of the sub-tasks and their lengths in steps.
    package var subTasks: [(kind: SubTaskKind, steps: Int)]
    /// Whether the task is fulfilled at the end.
    package var isSuccess = true
    package var annotations = 2
    /// Of these, how many the splits file does not list: the last ones.
    package var annotationsOutside = 0
    /// Observations without a record.
    package var missing: Set<Int> = []
    /// The sentence of the task; nil makes one.
    package var goal: String?
    /// The first byte of its frames; nil for the episode's place. Episodes of one look see the same pictures.
    package var look: UInt8?

    package init(
        split: String = "train", subTasks: [(kind: SubTaskKind, steps: Int)], isSuccess: Bool = true,
        annotations: Int = 2, annotationsOutside: Int = 0, missing: Set<Int> = [], goal: String? = nil,
        look: UInt8? = nil
    ) {
        self.split = split
        self.subTasks = subTasks
        self.isSuccess = isSuccess
        self.annotations = annotations
        self.annotationsOutside = annotationsOutside
        self.missing = missing
        self.goal = goal
        self.look = look
    }

    /// The record of the plan's episode.
    ///
    /// - Parameters:
    ///   - index: The episode's place, of which its key and its actions are made.
    ///   - frames: Takes a frame an observation, whose first two bytes are the episode's place and t; nil for none.
    package func record(_ index: Int, _ frames: FrameStoreWriter?) throws -> EpisodeRecord {
        var subgoals: [Subgoal] = []
        var transitions: [Transition] = []
        for (subTask, part) in subTasks.enumerated() {
            subgoals.append(Subgoal(kind: part.kind, steps: transitions.count..<(transitions.count + part.steps)))
            for step in 1...part.steps {
                transitions.append(Self.transition(transitions.count, index, subTask, isListed: step % 2 == 0))
            }
        }
        var instructions: [Instruction] = []
        for annotation in 0..<annotations {
            let sentences = subTasks.indices.map { "Do part \($0) of \(index), way \(annotation)." }
            instructions +=
                Instruction.labels(
                    subgoals: subgoals, goal: goal ?? "Goal \(index), way \(annotation)", sentences: sentences,
                    annotation: annotation
                ).instructions
        }
        for place in instructions.indices where instructions[place].kind == .task {
            instructions[place].isFulfilled = isSuccess
        }
        var episode = Episode(
            key: "task/e\(index)", split: split, transitions: transitions, subTasks: SubTask.merging(subgoals),
            instructions: instructions)
        episode.isSuccess = isSuccess
        return EpisodeRecord(
            episode: episode, scene: SceneRecord(floorPlan: "FloorPlan1001", number: 1001, room: "Kitchen"),
            goal: GoalRecord(
                taskType: "simple", objectTarget: "Apple", objectSliced: false, parentTarget: "", movableTarget: "",
                toggleTarget: ""),
            taskID: "e\(index)", subgoals: subgoals,
            annotations: (0..<annotations).map {
                AnnotationRecord(
                    isInSplit: $0 < annotations - annotationsOutside, isAligned: true,
                    taskDescription: goal ?? "Goal \(index), way \($0)", stepDescriptions: [], votes: [])
            },
            frames: try observations(transitions.count + 1, index, frames), imageCount: transitions.count + 1,
            features: nil,
            source: SourceRecord(
                path: "\(split)/task/e\(index)/traj_data.json", byteCount: 1, stamp: "s",
                sha256: [UInt8](repeating: 1, count: 32), contentSHA256: [UInt8](repeating: 2, count: 32)))
    }

    private static func transition(_ t: Int, _ index: Int, _ subTask: Int, isListed: Bool) -> Transition {
        let action = Action(rawValue: UInt8(1 + (t * 5 + index) % 12)) ?? .moveAhead
        guard action.isInteraction else { return Transition(action: action, subTask: subTask) }
        let apple = ObjectClass(name: "Apple") ?? .noObject
        return Transition(
            action: action, objectClass: isListed ? apple : .noObject, objectID: "Apple|1", subTask: subTask)
    }

    private func observations(_ count: Int, _ index: Int, _ frames: FrameStoreWriter?) throws -> [FrameRecord] {
        try (0..<count).map { t in
            guard let frames, !missing.contains(t) else { return FrameRecord(name: "\(t)", status: .missing) }
            var bytes = [UInt8](repeating: 0, count: frames.format.byteCount)
            bytes[0] = look ?? UInt8(index)
            bytes[1] = UInt8(t)
            let record = try bytes.withUnsafeBytes { try frames.append($0) }
            return FrameRecord(name: "\(t)", status: .present, record: record)
        }
    }
}
