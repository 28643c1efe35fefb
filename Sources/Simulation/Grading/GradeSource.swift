internal import ALFRED
internal import Episodes
internal import Ground
internal import Household
internal import Images
internal import Rooms

/// What draws and sees for one thread.
final class GradeEyes {
    /// 300 x 300: what can be seen, and masks.
    let sight = Renderer()
    private let drawing: FrameDrawing
    private let painter: Renderer

    /// - Parameter side: Pixels of a frame's side; frames are drawn as an ingest draws those that are missing.
    init(side: Int) {
        drawing = .averaged(side: side)
        painter = drawing.makeRenderer()
    }

    /// What the agent sees, as the bytes of a PNG file.
    func frame(of world: World) -> [UInt8] {
        // Only sizes that libpng refuses are errors.
        (try? drawing.frame(of: world, by: painter).png()) ?? []
    }
}

/// A trajectory whose task is acted again.
struct GradeSource {
    /// Where it was read from.
    let location: TrajectoryLocation
    let trajectory: Trajectory
    let task: HouseTask
    /// The world it begins in.
    let world: World
    /// The plan's sub-goals without the closing NoOp, and the sub-tasks they make.
    let asked: [HighLevelStep]
    let subTasks: [SprintSubTask]

    /// Why a trajectory's task cannot be acted again.
    struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        var description: String
    }

    init(_ location: TrajectoryLocation, _ trajectory: Trajectory, in world: World) throws(Refusal) {
        guard let plan = trajectory.plan, let task = HouseTask(trajectory) else {
            throw Refusal(description: "has no plan or goal, as trajectories of the test splits")
        }
        guard GradedRecord(trajectory) == nil else { throw Refusal(description: "is a graded episode itself") }
        self.location = location
        self.trajectory = trajectory
        self.task = task
        self.world = world
        asked = Array(plan.subgoals)
        do throws(TaskError) {
            subTasks = try SprintSubTask.list(of: plan, in: world.scene)
        } catch {
            throw Refusal(description: error.description)
        }
        guard !subTasks.isEmpty else { throw Refusal(description: "has no sub-goals") }
    }

    /// The task at its start, from another place if one is given.
    func environment(from start: AgentPose?, _ eyes: GradeEyes) throws(Refusal) -> TaskEnvironment {
        var environment = TaskEnvironment(task, in: world, renderer: eyes.sight, rewardKind: .sparse)
        if let start, !environment.teleport(to: start) {
            throw Refusal(description: "the agent cannot stand at \(start.location)")
        }
        guard !environment.isGoalSatisfied else { throw Refusal(description: "the goal holds at the start") }
        return environment
    }

    /// A place in the room from which the agent can walk to where the trajectory starts.
    func randomPlace(_ random: inout SeededGenerator) -> AgentPose? {
        let field = NavigationField(to: world.agent, on: world.scene.grid)
        let cells = world.scene.grid.cells.filter { cell in
            field.steps(from: AgentPose(x: cell.x, z: cell.y, heading: 0, horizon: 30)) != nil
        }
        return random.pick(cells).map {
            AgentPose(x: $0.x, z: $0.y, heading: random.below(4), horizon: EpisodeSetup.startHorizon)
        }
    }

    /// The recorded sub-goals of each sub-task: those of the walk, and the last.
    static func subgoals(of asked: [HighLevelStep]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var first = 0
        for (index, step) in asked.enumerated() where step.action != .goto || index == asked.count - 1 {
            ranges.append(first..<(index + 1))
            first = index + 1
        }
        return ranges
    }
}
