internal import Ground
package import Household
package import Rooms

/// A generated scene with a task that the expert solves in it.
package struct EpisodeSetup: Sendable {
    /// The generated scene's number.
    package let sceneNumber: Int
    /// The episode's seed; it decides where things lie and where the agent starts.
    package let seed: UInt64
    let option: TaskOption
    /// The furnished room with the things of this episode.
    package let scene: HouseScene
    /// Where the agent begins.
    package let start: AgentPose
    /// The expert's plan from the start.
    package let expert: Expert.Solution
    /// What the scene was populated with; with the room and the task they give the scene again.
    let placement: RecordedPlacement
    /// Why earlier attempts were discarded, in order.
    let discarded: [String]

    /// Why an episode could not be set up.
    package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// The generated scene's number.
        package var sceneNumber: Int
        /// The episode's seed.
        package var seed: UInt64
        /// One for each attempt.
        var reasons: [String]

        package var description: String {
            "scene \(sceneNumber), seed \(seed): no task could be set up; "
                + (reasons.last.map { "the last of \(reasons.count) attempts: \($0)" } ?? "the room allows none")
        }
    }

    /// Placements tried for one task.
    private static let attemptsPerOption = 3
    static let startHorizon = 30

    /// The task that the expert solves.
    package var task: HouseTask { option.task }
    /// The world at the start.
    package var world: World { World(scene, agent: start) }

    /// Places things for the first of the tasks that works out: a scene whose goal does not hold yet, and a plan for
    /// it.
    ///
    /// - Parameters:
    ///   - options: From ``TaskSampler/next(in:types:count:)``.
    ///   - renderer: 300 x 300.
    package init(
        _ room: FurnishedRoom, options: [TaskOption], seed: UInt64, renderer: Renderer
    ) throws(Refusal) {
        var reasons: [String] = []
        for (number, option) in options.enumerated() {
            for attempt in 0..<Self.attemptsPerOption {
                var random = SeededGenerator(seed, UInt64(number), UInt64(attempt), 0x5E7)
                let copies = random.int(1...3)
                let movableCopies = random.int(1...2)
                let placement = RecordedPlacement(seed: random.next(), copies: copies, movableCopies: movableCopies)
                do {
                    let scene = try placement.scene(in: room, for: option)
                    guard let cell = random.pick(scene.grid.cells) else { continue }
                    let start = AgentPose(
                        x: cell.x, z: cell.y, heading: random.below(4), horizon: Self.startHorizon)
                    let environment = TaskEnvironment(
                        option.task, in: World(scene, agent: start), renderer: renderer)
                    guard !environment.isGoalSatisfied else {
                        reasons.append("\(option.task.folderName(sceneNumber: room.number)): holds at the start")
                        continue
                    }
                    expert = try Expert.plan(from: environment)
                    self.scene = scene
                    self.placement = placement
                    self.start = start
                    self.seed = seed
                    self.option = option
                    sceneNumber = room.number
                    discarded = reasons
                    return
                } catch {
                    reasons.append("\(option.task.folderName(sceneNumber: room.number)): \(error)")
                }
            }
        }
        throw Refusal(sceneNumber: room.number, seed: seed, reasons: reasons)
    }
}
