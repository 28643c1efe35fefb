import ExperimentStore
import RewardLabeling
import Episodes
import Household
@testable import Rooms
import ScriptedAnnotator
@testable import Simulation
import Testing

@testable import ALFRED
@testable import ScriptedAnnotator

/// Generated episodes with their states and goals, made once and shared.
struct ScriptedEpisode: Sendable {
    let key: String
    let policy: Behaviour
    let type: TaskType
    let trajectory: Trajectory
    let truth: EpisodeTruth
    /// Action and class of every transition.
    let actions: [Span.ShownAction]
    /// The steps of every sub-task.
    let subTasks: [Range<Int>]

    init(_ setup: EpisodeSetup, _ policy: Behaviour, number: Int, renderer: Renderer) throws {
        var run = try EpisodeRun(setup, policy: policy, renderer: renderer, keepsFrames: false)
        run.play()
        let made = GeneratedEpisode(run, number: number)
        try self.init(
            "train/\(made.key)", policy, made.trajectory, setup.world, renderer: renderer)
    }

    init(
        _ key: String, _ policy: Behaviour, _ trajectory: Trajectory, _ world: World, renderer: Renderer
    ) throws {
        self.key = key
        self.policy = policy
        self.trajectory = trajectory
        type = try #require(trajectory.taskType.flatMap(TaskType.init(rawValue:)))
        truth = EpisodeTruth(trajectory, in: world, renderer: renderer)
        let plan = try #require(trajectory.plan)
        actions = plan.lowActions.enumerated().map { t, low in
            let object = low.targetObjectID.flatMap(ObjectClass.init(objectID:)).map(\.name)
            return Span.ShownAction(t: t, action: low.action, object: object)
        }
        var ranges: [Range<Int>] = []
        var start = 0
        let subgoals = Array(plan.subgoals)
        for (index, subgoal) in subgoals.enumerated() where subgoal.action != .goto || index == subgoals.count - 1 {
            let end = plan.lowActions.lastIndex { $0.highIndex <= index }.map { $0 + 1 } ?? start
            ranges.append(start..<end)
            start = end
        }
        subTasks = ranges
    }

    func goal(_ kind: Instruction.Kind, _ range: Range<Int>? = nil) throws -> ScriptedGoal {
        let source = ScriptedQuery.Goal(episodeKey: key, kind: kind, subTasks: range ?? subTasks.indices)
        return try ScriptedGoal(source, in: trajectory)
    }

    /// A scoring of some steps, perhaps shown as a control. Other words of the goal make another question.
    ///
    /// - Parameter run: As the store numbers it; an answer does not depend on it.
    func query(
        _ goal: ScriptedGoal, steps: Range<Int>? = nil, control: LabelControl? = nil, span id: Int64 = 1,
        stage: LabelStage = .scoring, sample: Int = 0, ask: Int = 0, run: Int64 = 1, words: Int64? = nil
    ) -> ScriptedQuery {
        let steps = steps ?? actions.indices
        var span = Span(
            id: id, runID: 1, instructionID: id, episodeID: 1, goal: "do it", goalInstructionID: id,
            actions: Array(actions[steps]), observations: Array(steps.lowerBound...steps.upperBound))
        if let control { span = span.showing(control) }
        return ScriptedQuery(
            root: "", episodeKey: key, stage: stage,
            reference: CallReference(runID: run, spanID: id, stage: stage, window: 0, sample: sample, ask: ask),
            goal: goal.source, goalText: "do it, way \(words ?? id)", actions: span.actions,
            observations: span.observations)
    }

    /// Two of each task type by the expert, and the first of each by lesser policies.
    static let all: Result<[ScriptedEpisode], any Error> = Result {
        var sampler = TaskSampler(seed: 11)
        let rooms = try Room.allCases.flatMap {
            try SceneGenerator.numbers(of: $0, in: .seen, count: 2).map { try FurnishedRoom(number: $0) }
        }
        let renderer = Renderer()
        return try (0..<14).flatMap { number in
            let found = sampler.next(among: rooms)
            let next = try #require(found)
            let setup = try EpisodeSetup(
                rooms[next.room], options: next.options, seed: UInt64(number), renderer: renderer)
            let policies: [Behaviour] = number < 7 ? [.expert, .noisy, .random] : [.expert]
            return try policies.map {
                try ScriptedEpisode(setup, $0, number: number, renderer: renderer)
            }
        }
    }
}
