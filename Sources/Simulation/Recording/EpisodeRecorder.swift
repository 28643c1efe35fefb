internal import ALFRED
internal import Episodes
internal import Household
internal import Rooms

/// Takes the actions of an episode in a task environment and keeps everything the format records: a picture before each
/// action and one after the last, masks, sub-goals, rewards, and which actions failed.
struct EpisodeRecorder {
    /// A picture's red, green and blue, row by row.
    typealias Frame = [UInt8]

    private(set) var environment: TaskEnvironment
    /// One before every action; ``finish()`` adds the last.
    private(set) var frames: [Frame] = []
    private(set) var lowActions: [LowAction] = []
    private(set) var rewards: [Double] = []
    /// Why each action failed; nil where it succeeded.
    private(set) var failures: [ActionError?] = []
    /// The sub-goals completed so far, in order.
    private(set) var segments: [RecordedSubgoal] = []
    /// Draws the frames, when they have another size than the 300 x 300 that masks refer to.
    private let painter: Renderer?
    private let keepsFrames: Bool
    private var hasPicture = false
    /// The world when the running sub-goal began, and before the last action.
    private(set) var startOfSubgoal: World
    private(set) var lastWorld: World

    /// - Parameters:
    ///   - environment: At the start of the episode, following the expert's plan. Its renderer has 300 x 300 pixels.
    ///   - painter: Draws the frames kept; nil for the environment's own renderer.
    ///   - keepsFrames: Whether frames are kept at all.
    init(_ environment: TaskEnvironment, painter: Renderer? = nil, keepsFrames: Bool = true) {
        self.environment = environment
        self.painter = painter
        self.keepsFrames = keepsFrames
        startOfSubgoal = environment.world
        lastWorld = environment.world
    }

    /// Instance ids of the present view; also takes the frame of the action that comes.
    mutating func look() -> [UInt16] {
        let renderer = environment.renderer
        let isPainting = keepsFrames && !hasPicture
        renderer.render(environment.world, colors: isPainting && painter == nil)
        let picture = renderer.instanceIDs
        if isPainting {
            painter?.render(environment.world)
            frames.append((painter ?? renderer).rgbPixels)
            hasPicture = true
        }
        return picture
    }

    /// Takes an action and records it.
    ///
    /// - Parameter target: Index of the object; it has to be on screen, as the format has no interaction without a
    ///   mask.
    /// - Returns: What the environment says; nil, and nothing happens, for an interaction whose target is not on
    ///   screen.
    @discardableResult
    mutating func act(_ action: Action, _ target: Int? = nil) -> TaskEnvironment.Step? {
        let picture = look()
        var recorded: InteractionTarget?
        if action.isInteraction {
            guard let target, let found = InteractionTarget(MaskTarget.mask(of: target, in: picture)) else {
                return nil
            }
            recorded = found
        }
        let world = environment.world
        let objectID = { (index: Int) in world.scene.objects[index].id }
        let api = APIAction(action, target.map(objectID), held: world.held.map(objectID))
        lastWorld = world
        let step = environment.step(action, target: target)
        lowActions.append(
            LowAction(highIndex: 0, action: action, target: recorded, api: api))
        rewards.append(step.reward)
        failures.append(step.failure)
        hasPicture = false
        return step
    }

    /// Notes that the actions since the last sub-goal completed this one. Without any, nothing is noted.
    mutating func complete(_ subgoal: RecordedSubgoal) {
        var subgoal = subgoal
        let start = segments.last?.end ?? 0
        guard lowActions.count > start else { return }
        subgoal.end = lowActions.count
        subgoal.start = start
        segments.append(subgoal)
        startOfSubgoal = environment.world
    }

    /// Notes that the last action alone completed a sub-goal; what came before it was the way there.
    mutating func completeLastAction(_ subgoal: RecordedSubgoal, comingFrom way: RecordedSubgoal) {
        let start = segments.last?.end ?? 0
        if lowActions.count - 1 > start {
            var way = way
            way.turn = turnOfSubgoal
            (way.start, way.end) = (start, lowActions.count - 1)
            segments.append(way)
        }
        complete(subgoal)
    }

    /// The turn with which the running sub-goal began, before the first step; nil for none.
    var turnOfSubgoal: RecordedSubgoal.Turn? {
        var quarters = 0
        for index in (segments.last?.end ?? 0)..<lowActions.count where failures[index] == nil {
            switch lowActions[index].action {
            case .rotateLeft: quarters -= 1
            case .rotateRight: quarters += 1
            case .lookUp, .lookDown: continue
            default: return Self.turn(quarters)
            }
        }
        return Self.turn(quarters)
    }

    private static func turn(_ quarters: Int) -> RecordedSubgoal.Turn? {
        switch (quarters % 4 + 4) % 4 {
        case 1: .right
        case 2: .around
        case 3: .left
        default: nil
        }
    }

    /// Ends the episode: what came after the last sub-goal counts as going where the agent now is, and the last picture
    /// is taken.
    mutating func finish() {
        if lowActions.count > segments.last?.end ?? 0 { complete(.goto(environment.world.agent, nil)) }
        for (index, segment) in segments.enumerated() {
            for low in segment.start..<segment.end { lowActions[low].highIndex = index }
        }
        _ = look()
    }

    /// The recorded sub-goals and actions with a closing NoOp.
    var plan: Plan {
        let objects = environment.world.scene.objects
        var steps = segments.enumerated().map { $1.step(index: $0, objects) }
        var end = PlannerAction(action: "End")
        end.extras["value"] = .int(1)
        steps.append(HighLevelStep(index: steps.count, action: .noOp, planner: end))
        return Plan(highLevel: steps, lowActions: lowActions)
    }
}
