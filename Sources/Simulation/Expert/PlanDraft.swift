internal import ALFRED
internal import Episodes
internal import Household
internal import Rooms

/// A plan in the making and the world it has led to. A value: attempts are made on copies.
struct PlanDraft {
    var world: World
    var treatments: Treatments<Int>
    var highLevel: [HighLevelStep] = []
    var lowActions: [LowAction] = []
    /// Object index by low action; nil for navigation.
    var targets: [Int?] = []
    let objects: TaskObjects
    let sight: Renderer

    /// The horizon at which the expert walks, as all of ALFRED's do.
    static let walkingHorizon = 45

    func id(_ object: Int) -> String { world.scene.objects[object].id }
    func type(_ object: Int) -> ObjectType { world.scene.objects[object].type }

    /// The lower-case class of a sub-goal's arguments: pieces go by the name of the whole.
    func argument(_ object: Int) -> String {
        let whole = world.scene.objects[object].sliceOf ?? object
        return type(whole).rawValue.lowercased()
    }

    // MARK: Sub-goals

    mutating func begin(_ action: HighAction, _ arguments: [Int], _ planner: PlannerAction) {
        var planner = planner
        if action != .goto { planner.extras["forceVisible"] = .bool(true) }
        highLevel.append(
            HighLevelStep(index: highLevel.count, action: action, arguments: arguments.map(argument), planner: planner))
    }

    /// Walks to a pose as a GotoLocation of its own; nothing is added when the agent is there.
    mutating func go(to pose: AgentPose, for object: Int) throws(ExpertError.Obstacle) {
        guard world.agent != pose else { return }
        let field = NavigationField(to: pose, on: world.scene.grid)
        guard let path = field.path(from: world.agent) else { throw .noWay }
        begin(.goto, [object], PlannerAction(action: HighAction.goto.rawValue, location: pose.location))
        let needsWalk = !path.isEmpty
        if needsWalk { try look(at: Self.walkingHorizon) }
        for action in path { try act(action) }
        try look(at: pose.horizon)
    }

    private mutating func look(at horizon: Int) throws(ExpertError.Obstacle) {
        while world.agent.horizon < horizon { try act(.lookDown) }
        while world.agent.horizon > horizon { try act(.lookUp) }
    }

    // MARK: Low actions

    /// Takes an action and notes it with everything the format wants to know.
    mutating func act(_ action: Action, _ target: Int? = nil) throws(ExpertError.Obstacle) {
        var recorded: InteractionTarget?
        if let target {
            let mask = MaskTarget.mask(of: target, in: sight.instancePicture(of: world))
            guard mask.area >= Expert.minimumPixels else { throw .hidden(action, pixels: mask.area) }
            recorded = InteractionTarget(mask)
        }
        let api = APIAction(action, target.map(id), held: world.held.map(id))
        do throws(ActionError) {
            try world.step(action, target: target, sight: sight)
        } catch {
            throw .action(action, error)
        }
        if let target {
            let facts = HouseholdFacts(world, treatments, objects, sight)
            treatments.note(action, on: target, in: facts)
        }
        lowActions.append(LowAction(highIndex: highLevel.count - 1, action: action, target: recorded, api: api))
        targets.append(target)
    }
}

extension APIAction {
    /// The call for an action as the release writes it.
    ///
    /// - Parameters:
    ///   - target: Id of the object acted on: for Put the receptacle.
    ///   - held: Id of the object in the hand.
    init(_ action: Action, _ target: String?, held: String?) {
        let isPut = action == .put
        self.init(
            action: action.apiName, objectID: isPut ? held : target,
            receptacleObjectID: isPut ? target : nil, forceAction: isPut || !action.isInteraction ? true : nil,
            moveMagnitude: action == .moveAhead ? Double(AgentPose.cell) : nil, placeStationary: isPut ? true : nil)
    }
}
