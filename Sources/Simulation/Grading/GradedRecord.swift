package import ALFRED
package import Episodes
internal import Household

/// What a graded trajectory says of itself, beside what the format has a place for: whose task it is, what its
/// sentences ask for in full, and what of it was begun and done.
package struct GradedRecord: Sendable, Equatable {
    /// `<split>/<task>/<trial>` of the trajectory whose task it is.
    package let source: String
    /// The recipe's name.
    package let recipe: String
    /// Who acted.
    package let behaviour: Behaviour
    /// Whether the goal held at the end.
    package let isSuccess: Bool
    /// The source's sub-goals without the closing NoOp: what the step sentences are about, one each.
    package let asked: [HighLevelStep]
    /// Of the sub-tasks begun, in order: the steps spent on each, and whether it was done.
    package let attempts: [Attempt]
    /// By sub-task what the source closes in it; nil for nothing.
    package let closed: [String?]
    /// Ids as the source's recording writes them; they name things whose pose is a centimetre off.
    package let recordedIDs: [String]
    /// Pixels of a side of the pictures, drawn as an ingest draws those that are missing.
    package let frameSide: Int

    /// The stretch of the episode that was spent on a sub-task.
    package struct Attempt: Sendable, Equatable {
        /// Not empty.
        package let steps: Range<Int>
        /// Whether the last of them does it.
        package let isDone: Bool
    }

    /// The steps of each sub-goal asked for: those of a sub-task's walk are counted to its last sub-goal; empty at the
    /// episode's end for what was never begun.
    package var subgoals: [Subgoal] {
        let ranges = GradeSource.subgoals(of: asked)
        let end = attempts.last?.steps.upperBound ?? 0
        return zip(ranges.indices, ranges).flatMap { index, range -> [Subgoal] in
            let steps = attempts.indices.contains(index) ? attempts[index].steps : end..<end
            return range.compactMap { number in
                SubTaskKind(asked[number].action).map { kind in
                    Subgoal(
                        kind: kind,
                        steps: number == range.upperBound - 1 ? steps : steps.lowerBound..<steps.lowerBound,
                        objectID: asked[number].targetObjectID, receptacleID: asked[number].receptacleObjectID)
                }
            }
        }
    }

    /// By sub-task asked for whether it was done.
    package var done: [Bool] {
        GradeSource.subgoals(of: asked).indices.map { attempts.indices.contains($0) && attempts[$0].isDone }
    }

    /// The sub-tasks asked for, as evaluation has them, with the steps spent on them here.
    ///
    /// - Throws: ``TaskError`` when the scene does not have an object of the plan.
    func subTasks(in scene: HouseScene) throws(TaskError) -> [SprintSubTask] {
        var subTasks = try SprintSubTask.list(of: Plan(highLevel: asked, lowActions: []), in: scene)
        for index in subTasks.indices {
            subTasks[index].closes = closed.indices.contains(index) ? closed[index].flatMap(scene.index(ofID:)) : nil
            if attempts.indices.contains(index) { subTasks[index].steps = attempts[index].steps }
        }
        return subTasks
    }
}

// MARK: - As JSON

extension GradedRecord {
    /// The member of ``GeneratedEpisode/extrasKey`` that holds it.
    static let key = "graded"

    /// The record of a trajectory; nil for one that was not graded, or whose record does not fit its actions.
    package init?(_ trajectory: Trajectory) {
        guard case .object(let extras)? = trajectory.extras[GeneratedEpisode.extrasKey],
            case .object(let members)? = extras[Self.key], case .string(let policy)? = extras["policy"],
            let behaviour = Behaviour(rawValue: policy), case .bool(let isSuccess)? = extras["success"],
            case .string(let source)? = members["source"], case .string(let recipe)? = members["recipe"],
            case .array(let asked)? = members["asked"], case .array(let attempts)? = members["attempts"],
            case .array(let closed)? = members["closes"], case .int(let side)? = members["frame_side"],
            case .array(let ids)? = members["ids"]
        else { return nil }
        self.source = source
        self.recipe = recipe
        self.behaviour = behaviour
        self.isSuccess = isSuccess
        frameSide = side
        self.asked = asked.enumerated().compactMap { HighLevelStep(index: $0, json: $1) }
        self.attempts = attempts.compactMap(Attempt.init)
        self.closed = closed.map(Self.text)
        recordedIDs = ids.compactMap(Self.text)
        let count = GradeSource.subgoals(of: self.asked).count
        guard self.asked.count == asked.count, !asked.isEmpty, self.attempts.count == attempts.count,
            !attempts.isEmpty, attempts.count <= count, self.closed.count == count,
            self.attempts.map(\.steps.lowerBound) == [0] + self.attempts.dropLast().map(\.steps.upperBound),
            self.attempts.last?.steps.upperBound == trajectory.actionCount
        else { return nil }
    }

    private static func text(_ json: JSONTree) -> String? {
        guard case .string(let text) = json else { return nil }
        return text
    }

    init(_ run: GradedRun, behaviour: Behaviour, recipe: String, frameSide: Int) {
        let source = run.source
        self.source = "\(source.location.split)/\(source.location.key)"
        self.recipe = recipe
        self.behaviour = behaviour
        self.frameSide = frameSide
        isSuccess = run.isSuccess
        asked = source.asked
        attempts = run.attempts.map { Attempt(steps: $0.steps, isDone: $0.isDone) }
        closed = source.subTasks.map { $0.closes.map { source.world.scene.objects[$0].id } }
        let ids = (source.trajectory.plan?.lowActions ?? []).flatMap { [$0.api.objectID, $0.api.receptacleObjectID] }
        recordedIDs = Set(ids.compactMap { $0 }).sorted()
    }

    var json: JSONTree {
        .object([
            "source": .string(source), "recipe": .string(recipe), "frame_side": .int(frameSide),
            "asked": .array(asked.map(\.asked)), "ids": .array(recordedIDs.map { .string($0) }),
            "closes": .array(closed.map { $0.map { .string($0) } ?? .null }),
            "attempts": .array(
                attempts.map {
                    .object([
                        "first": .int($0.steps.lowerBound), "count": .int($0.steps.count), "done": .bool($0.isDone),
                    ])
                }),
        ])
    }
}

extension GradedRecord.Attempt {
    fileprivate init?(_ json: JSONTree) {
        guard case .object(let members) = json, case .int(let first)? = members["first"],
            case .int(let count)? = members["count"], case .bool(let isDone)? = members["done"],
            first >= 0, count > 0, count < 1_000_000, first < 1_000_000
        else { return nil }
        self.init(steps: first..<(first + count), isDone: isDone)
    }
}

extension HighLevelStep {
    fileprivate static var members: [(String, WritableKeyPath<PlannerAction, String?>)] {
        [
            ("location", \.location), ("object", \.objectID), ("cleaned", \.cleanObjectID),
            ("receptacle", \.receptacleObjectID),
        ]
    }

    fileprivate var asked: JSONTree {
        var found: [String: JSONTree] = ["action": .string(action.rawValue)]
        for (name, path) in Self.members {
            if let text = planner[keyPath: path] { found[name] = .string(text) }
        }
        return .object(found)
    }

    fileprivate init?(index: Int, json: JSONTree) {
        guard case .object(let found) = json, case .string(let name)? = found["action"],
            let action = HighAction(rawValue: name), action != .noOp
        else { return nil }
        var planner = PlannerAction(action: name)
        for (name, path) in Self.members {
            if case .string(let text)? = found[name] { planner[keyPath: path] = text }
        }
        self.init(index: index, action: action, planner: planner)
    }
}
