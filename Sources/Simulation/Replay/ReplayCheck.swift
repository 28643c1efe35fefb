internal import ALFRED
internal import Household
internal import Rooms

/// ALFRED's last check of a generated trajectory: it is replayed through its masks, twice, and everything has to be the
/// same.
struct ReplayCheck: Sendable, Equatable {
    /// What differed; empty when the replays agree with the record and with each other.
    var differences: [String] = []
    /// Whether the goal held at the end.
    var isGoalSatisfied = false

    var isIdentical: Bool { differences.isEmpty }

    /// Replays a trajectory in the world it began in.
    ///
    /// - Parameters:
    ///   - world: At the start.
    ///   - frames: The recorded pictures of L + 1 observations, or none. They must come from the renderer's size.
    ///   - renderer: 300 x 300.
    init(
        _ trajectory: Trajectory, in world: World, frames: [[UInt8]], renderer: Renderer
    ) {
        guard let task = HouseTask(trajectory), let plan = trajectory.plan else {
            differences = ["the trajectory has no task or no plan"]
            return
        }
        let isRecorded = trajectory.recordedSuccess != nil
        var first: [Moment] = []
        for pass in 0..<2 {
            var environment = TaskEnvironment(task, in: world, renderer: renderer)
            var moments = [Moment(environment, frames.isEmpty ? nil : renderer)]
            for (index, (low, recorded)) in zip(plan.lowActions, trajectory.recordedActions).enumerated() {
                let step = environment.step(low.action, mask: low.target?.mask)
                let target = step.target.map { world.scene.objects[$0].id }
                if target != recorded.objectID {
                    differences.append(
                        "pass \(pass), action \(index): the mask gives \(target ?? "nothing"), recorded is "
                            + (recorded.objectID ?? "nothing"))
                }
                if isRecorded, recorded.fails == step.isSuccess {
                    differences.append(
                        "pass \(pass), action \(index): \(low.action.releaseName) "
                            + (step.failure.map { "fails: \($0.message)" } ?? "succeeds, the record has it fail"))
                }
                moments.append(Moment(environment, frames.isEmpty ? nil : renderer))
            }
            isGoalSatisfied = environment.isGoalSatisfied
            if pass == 0 {
                first = moments
            } else if let index = zip(first, moments).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                differences.append("the replays differ at observation \(index)")
            }
        }
        guard !frames.isEmpty else { return }
        if frames.count != first.count { differences.append("\(frames.count) frames for \(first.count) observations") }
        if let index = zip(frames, first).enumerated().first(where: { $1.0 != $1.1.frame })?.offset {
            differences.append("frame \(index) differs from the recorded one")
        }
    }

    private struct Moment: Equatable {
        let agent: AgentPose
        let states: [ObjectState]
        let held: Int?
        let frame: [UInt8]?

        init(_ environment: TaskEnvironment, _ renderer: Renderer?) {
            agent = environment.world.agent
            states = environment.world.states
            held = environment.world.held
            renderer?.render(environment.world)
            frame = renderer?.rgbPixels
        }
    }
}
