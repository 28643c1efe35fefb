internal import ALFRED
internal import Episodes
internal import Household
internal import Simulation
internal import Synchronization

/// A goal with its things looked up in a room.
///
/// Things of a type can be any of several objects. Those that anything happens to in the episode are told apart; the
/// others are all alike, and stand for the one that is nearest.
final class GoalInRoom: Sendable {
    /// An object that a thing of the goal is supposed to be; nil for any untouched one.
    typealias Binding = [Int?]

    let goal: ScriptedGoal
    let scene: HouseScene
    /// By thing: every object that it could be.
    let candidates: [[Int]]
    /// By thing: the candidates nothing happens to in the episode.
    let untouched: [[Int]]
    /// The ways to choose objects, by thing. Receptacles and appliances are not chosen: any of the candidates will do.
    let bindings: [Binding]
    /// Whether a thing is taken along and put down, or acted on: as opposed to a place.
    let isActedOn: [Bool]
    /// Whether the room has everything the goal is about.
    let isPossible: Bool
    let faucets: [Int]
    /// What the task's conditions ask for by name.
    let named: [Name: [Int]]
    private let shared: ApproachFields
    private let fields = Mutex([StateKey: ApproachField]())
    let ways = Mutex([WayKey: WayToGoal]())

    struct Name: Hashable {
        var text: String
        var role: GoalRole
    }

    /// What decides a way through the sub-goals that are left.
    struct WayKey: Hashable {
        var epoch: Int
        var first: Int
        var binding: Binding
        var isUnderWay: Bool
    }

    private struct StateKey: Hashable {
        var epoch: Int
        var objects: [Int]
    }

    /// Choices of objects that are tried at most.
    private static let bindingLimit = 64

    /// - Parameters:
    ///   - first: The episode's first state, `last` its last: what happens to nothing in between is not told apart.
    ///   - fields: Of the episode, shared by its goals.
    init(_ goal: ScriptedGoal, scene: HouseScene, first: StateFacts, last: StateFacts, fields: ApproachFields) {
        self.goal = goal
        shared = fields
        self.scene = scene
        var isActedOn = [Bool](repeating: false, count: goal.things.count)
        for subGoal in goal.subGoals { if let object = subGoal.object { isActedOn[object] = true } }
        self.isActedOn = isActedOn
        let candidates = goal.things.indices.map { Self.candidates(for: goal.things[$0], isActedOn[$0], scene) }
        self.candidates = candidates
        let places = Set(goal.subGoals.compactMap(\.place).flatMap { candidates[$0] })
        let untouched = candidates.map { objects in
            objects.filter { object in
                !last.handled.contains(object) && !last.world.states[object].flags.contains(.sliced)
                    && !first.receptacles(of: object).contains(where: places.contains)
            }
        }
        self.untouched = untouched
        bindings = Self.bindings(candidates, untouched, isActedOn)
        let needed = Set(goal.subGoals.flatMap { [$0.object, $0.place].compactMap { $0 } })
        isPossible = needed.allSatisfy { !candidates[$0].isEmpty }
        faucets = scene.objects.indices.filter { scene.objects[$0].type == .faucet }
        named = goal.task.map { Self.named(by: $0.goal, scene) } ?? [:]
    }

    private static func named(by goal: GoalParameters, _ scene: HouseScene) -> [Name: [Int]] {
        let names = [
            Name(text: goal.targetName, role: .pickupable), Name(text: goal.movableTarget, role: .pickupable),
            Name(text: goal.parentTarget, role: .receptacle), Name(text: goal.toggleTarget, role: .toggleable),
        ]
        var found: [Name: [Int]] = [:]
        for name in names where !name.text.isEmpty {
            let trait: ObjectTraits =
                switch name.role {
                case .pickupable: .pickupable
                case .receptacle: .receptacle
                case .toggleable: .toggleable
                }
            found[name] = scene.objects.indices.filter {
                scene.objects[$0].type.traits.contains(trait)
                    && ObjectID.goalCheckMatches(scene.objects[$0].id, name: name.text)
            }
        }
        return found
    }

    private static func candidates(
        for thing: ScriptedGoal.Thing, _ isActedOn: Bool, _ scene: HouseScene
    ) -> [Int] {
        let objects = scene.objects.indices
        if thing.isKnife { return objects.filter { scene.objects[$0].type.traits.contains(.knife) } }
        if let object = thing.objectID.flatMap(scene.index(ofID:)) {
            guard thing.isPiece else { return [object] }
            let whole = scene.objects[object].sliceOf ?? object
            return objects.filter { scene.objects[$0].sliceOf == whole }
        }
        let exact = objects.filter { scene.objects[$0].type.rawValue == thing.type }
        guard exact.isEmpty, thing.objectID == nil, !thing.type.isEmpty else { return exact }
        // ALFRED's goal check takes any id with the name in it.
        let wanted: ObjectTraits = isActedOn ? [.pickupable, .toggleable] : .receptacle
        return objects.filter {
            !scene.objects[$0].type.traits.isDisjoint(with: wanted)
                && ObjectID.goalCheckMatches(scene.objects[$0].id, name: thing.type)
        }
    }

    private static func bindings(_ candidates: [[Int]], _ untouched: [[Int]], _ isActedOn: [Bool]) -> [Binding] {
        var options = candidates.indices.map { thing -> [Int?] in
            guard isActedOn[thing] else { return [nil] }
            let touched = candidates[thing].filter { !untouched[thing].contains($0) }.map { Optional($0) }
            return untouched[thing].isEmpty && !touched.isEmpty ? touched : touched + [nil]
        }
        while options.reduce(1, { $0 * $1.count }) > bindingLimit {
            guard let longest = options.indices.max(by: { options[$0].count < options[$1].count }) else { break }
            options[longest].remove(at: options[longest].count - 2)
        }
        var bindings: [Binding] = [[]]
        for choices in options {
            bindings = bindings.flatMap { binding in
                choices.filter { $0 == nil || !binding.contains($0) }.map { binding + [$0] }
            }
        }
        return bindings
    }

    /// The objects a thing is, as far as they are there.
    func objects(_ thing: Int, _ binding: Binding, in facts: StateFacts) -> [Int] {
        if let object = binding[thing] { return facts.world.states[object].isPresent ? [object] : [] }
        return (isActedOn[thing] ? untouched[thing] : candidates[thing]).filter {
            facts.world.states[$0].isPresent
        }
    }

    /// The way to some objects as they are now.
    func field(to objects: [Int], in facts: StateFacts) -> ApproachField {
        let key = StateKey(epoch: facts.epoch, objects: objects)
        if let known = fields.withLock({ $0[key] }) { return known }
        let field = shared.field(to: objects.map(facts.world.bounds(of:)), in: scene)
        fields.withLock { $0[key] = field }
        return field
    }
}

/// What ALFRED's goal check asks, for a goal in whatever room.
struct RoomFacts: GoalFacts {
    let room: GoalInRoom
    let facts: StateFacts

    func objects(named name: String, _ role: GoalRole) -> [Int] {
        (room.named[GoalInRoom.Name(text: name, role: role)] ?? []).filter { facts.world.states[$0].isPresent }
    }

    func receptacles(holding object: Int) -> [Int] { facts.receptacles(of: object) }
    var heldObject: Int? { facts.world.held }
    func isLit(_ lamp: Int) -> Bool { facts.litLamps.contains(lamp) }
    func isTreated(_ object: Int, _ treatment: Treatment) -> Bool { facts.treatments.contains(object, treatment) }
}
