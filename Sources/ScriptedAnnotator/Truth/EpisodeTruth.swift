package import ALFRED
internal import Episodes
package import Household
internal import Rooms
internal import Simulation
internal import Synchronization

/// The simulator's state at every observation of a recorded episode.
///
/// The recorded actions are carried out in the world the episode began in. One that the simulator refuses leaves the
/// state as it is.
package final class EpisodeTruth: Sendable {
    /// The room and its things.
    package let scene: HouseScene
    /// L + 1, in order.
    package let facts: [StateFacts]
    /// Actions that the simulator refused, by index. In generated episodes these failed when they were recorded, too.
    package let failures: [Int: ActionError]

    private let fields = ApproachFields()
    private let rooms = Mutex<[ScriptedQuery.Goal: GoalInRoom]>([:])
    /// Goals kept with an episode: it has as a rule fewer than 30 instructions of its own.
    private static let roomLimit = 64

    /// - Parameters:
    ///   - world: At the start (``SceneLibrary/world(of:)``).
    ///   - renderer: Decides what is seen. Any size.
    package init(_ trajectory: Trajectory, in world: World, renderer: Renderer) {
        var facts = [StateFacts(world: world)]
        var failures: [Int: ActionError] = [:]
        var handled: Set<Int> = []
        var epoch = 0
        var burning = Self.burningLamps(world)
        var replay = RecordedReplay(trajectory, in: world, renderer: renderer)
        while let step = replay.next() {
            let (action, held) = (step.recorded.action, facts[step.index].world.held)
            if let refusal = step.refusal {
                failures[step.index] = refusal
            } else if action.isInteraction {
                epoch += 1
                if let object = action == .put ? held : step.target { handled.insert(object) }
                burning = Self.burningLamps(replay.world)
            }
            let lit = burning.filter { object in
                replay.world.distance(to: object) <= World.reach
                    && renderer.sees(object, in: replay.world)
            }
            facts.append(
                StateFacts(
                    world: replay.world, treatments: replay.environment.state.treatments, handled: handled,
                    litLamps: lit, epoch: epoch))
        }
        scene = world.scene
        self.facts = facts
        self.failures = failures
    }

    private static func burningLamps(_ world: World) -> [Int] {
        world.states.indices.filter {
            world.states[$0].flags.contains(.on)
                && [.deskLamp, .floorLamp, .lamp].contains(world.scene.objects[$0].type)
        }
    }

    /// How far a goal is at some observations: 0 for nothing done, 1 for reached.
    ///
    /// - Parameter observations: Indices into ``facts``.
    package func progress(of goal: ScriptedGoal, at observations: [Int]) -> [Double] {
        let room = room(for: goal)
        return observations.map { room.progress(of: facts[$0]) }
    }

    /// The goal's things in this episode's room.
    func room(for goal: ScriptedGoal) -> GoalInRoom {
        if let known = rooms.withLock({ $0[goal.source] }) { return known }
        let made = GoalInRoom(goal, scene: scene, first: facts[0], last: facts[facts.count - 1], fields: fields)
        return rooms.withLock { rooms in
            if let known = rooms[goal.source] { return known }
            if rooms.count >= Self.roomLimit { rooms.removeAll() }
            rooms[goal.source] = made
            return made
        }
    }
}
