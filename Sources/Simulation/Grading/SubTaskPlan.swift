internal import ALFRED
internal import Episodes
internal import Household

/// The expert's way to do one sub-task of a plan with its very objects, from whatever state the room is in.
///
/// Where ``Expert`` looks for any way to the goal, this does what the sentence says.
struct SubTaskPlan: Sendable {
    /// A place to go to and what to do there; interactions do not move the agent.
    struct Leg: Sendable, Equatable {
        var pose: AgentPose
        var interactions: [Interaction]
    }

    struct Interaction: Sendable, Equatable {
        var action: Action
        /// Index of the object acted on.
        var target: Int
    }

    private(set) var legs: [Leg] = []

    /// Plans a sub-task, carrying it out on a copy of the world.
    ///
    /// - Parameter other: What is taken, put down or treated in place of the sub-task's own object.
    /// - Throws: ``ExpertError`` with what stands in the way.
    init(_ subTask: SprintSubTask, from environment: TaskEnvironment, with other: Int? = nil) throws(ExpertError) {
        if subTask.kind == .goto {
            guard let pose = subTask.location else { throw ExpertError(.nothing(named: "place")) }
            legs = [Leg(pose: pose, interactions: [])]
            return
        }
        guard let object = other ?? subTask.object else { throw ExpertError(.nothing(named: subTask.kind.rawValue)) }
        let objects = environment.objects
        var draft = PlanDraft(
            world: environment.world, treatments: environment.state.treatments, objects: objects,
            sight: environment.renderer)
        switch subTask.kind {
        case .pickup:
            try emptyHand(&draft, environment)
            try add(.pickup(Self.present(object, draft)), &draft)
        case .put:
            guard let place = subTask.receptacle else { throw ExpertError(.nothing(named: "receptacle")) }
            let item = try take(object, &draft, environment)
            try add(.put(item, into: place), &draft)
        case .slice:
            try takeKnife(&draft, environment)
            try add(.slice(object), &draft)
        case .clean:
            guard let basin = subTask.receptacle, let faucet = Self.faucet(of: basin, draft) else {
                throw ExpertError(.nothing(named: "Faucet"))
            }
            let item = try take(object, &draft, environment)
            try add(.clean(item, in: basin, under: faucet), &draft)
        case .heat, .cool:
            guard let place = subTask.receptacle else { throw ExpertError(.nothing(named: "appliance")) }
            let item = try take(object, &draft, environment)
            try add(subTask.kind == .heat ? .heat(item, in: place) : .cool(item, in: place), &draft)
        case .toggle: try add(.toggle(object), &draft)
        case .open, .close, .goto, .noOp: throw ExpertError(.nothing(named: subTask.kind.rawValue))
        }
        if let door = subTask.closes, draft.world.states[door].flags.contains(.open), let last = legs.indices.last {
            legs[last].interactions.append(Interaction(action: .close, target: door))
        }
    }

    private mutating func add(_ errand: Errand, _ draft: inout PlanDraft) throws(ExpertError) {
        let first = draft.lowActions.count
        try draft.carryOut(errand, startsHere: true)
        note(draft, since: first)
    }

    private mutating func note(_ draft: PlanDraft, since first: Int) {
        let interactions = (first..<draft.lowActions.count).compactMap { index in
            draft.targets[index].map { Interaction(action: draft.lowActions[index].action, target: $0) }
        }
        legs.append(Leg(pose: draft.world.agent, interactions: interactions))
    }

    /// Has the agent hold the object, or a piece of the same whole.
    private mutating func take(
        _ object: Int, _ draft: inout PlanDraft, _ environment: TaskEnvironment
    ) throws(ExpertError) -> Int {
        let groups = draft.objects.sliceGroup
        if let held = draft.world.held, groups[held] == groups[object] { return held }
        try emptyHand(&draft, environment)
        let item = Self.present(object, draft)
        try add(.pickup(item), &draft)
        return item
    }

    private mutating func takeKnife(_ draft: inout PlanDraft, _ environment: TaskEnvironment) throws(ExpertError) {
        if let held = draft.world.held, draft.type(held).traits.contains(.knife) { return }
        try emptyHand(&draft, environment)
        let knives = draft.world.scene.objects.indices.filter { [draft] in
            draft.type($0).traits.contains(.knife) && draft.world.states[$0].isPresent
        }
        guard let knife = Expert(environment).sorted(knives, from: draft).first else {
            throw ExpertError(.nothing(named: "Knife"))
        }
        try add(.pickup(knife), &draft)
    }

    private mutating func emptyHand(_ draft: inout PlanDraft, _ environment: TaskEnvironment) throws(ExpertError) {
        guard draft.world.held != nil else { return }
        let first = draft.lowActions.count
        draft = try Expert(environment).freeHand(draft) { draft in draft }
        note(draft, since: first)
    }

    /// The object, or where it was cut a piece that is there.
    private static func present(_ object: Int, _ draft: PlanDraft) -> Int {
        guard !draft.world.states[object].isPresent else { return object }
        let groups = draft.objects.sliceGroup
        return draft.world.scene.objects.indices.first {
            groups[$0] == groups[object] && draft.world.states[$0].isPresent
        } ?? object
    }

    private static func faucet(of basin: Int, _ draft: PlanDraft) -> Int? {
        let here = draft.world.bounds(of: basin).centre
        func distance(_ object: Int) -> Float {
            let d = draft.world.states[object].position - here
            return (d * d).sum()
        }
        return draft.world.scene.objects.indices.filter { draft.type($0) == .faucet }
            .min { distance($0) < distance($1) }
    }
}

extension NavigationField {
    /// The next action of a walk to the goal as the expert walks: eyes at the walking horizon, then the shortest way,
    /// the looks last. Nil at the goal, and where there is no way.
    func nextStep(from pose: AgentPose) -> Action? {
        guard let left = steps(from: pose) else { return nil }
        func look(at horizon: Int) -> Action? {
            pose.horizon == horizon ? nil : pose.horizon < horizon ? .lookDown : .lookUp
        }
        guard left > 0 else { return look(at: goal.horizon) }
        return look(at: PlanDraft.walkingHorizon)
            ?? [.moveAhead, .rotateRight, .rotateLeft].first { steps(from: pose.after($0)) == left - 1 }
    }
}
