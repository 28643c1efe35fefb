internal import Episodes
internal import Ground
internal import Household
internal import Rooms

/// Random actions: mostly navigation, now and then an interaction with something on screen.
struct RandomBehaviour {
    /// Share of interactions among random actions, where anything is on screen to interact with.
    static let interactionShare: Float = 0.35
    /// Share of interactions that SPRINT's rules allow; the others may fail.
    static let legalShare: Float = 0.75

    var random: SeededGenerator

    /// - Parameter picture: Instance ids of the present view, 300 x 300; targets have at least one pixel there.
    mutating func action(
        in world: World, picture: @autoclosure () -> [UInt16], sight: Renderer
    ) -> (action: Action, target: Int?) {
        if random.chance(Self.interactionShare), let choice = interaction(world, picture(), sight) { return choice }
        return (random.weighted([0.5, 0.18, 0.18, 0.07, 0.07]).map { Action.navigation[$0] } ?? .moveAhead, nil)
    }

    private mutating func interaction(
        _ world: World, _ picture: [UInt16], _ sight: Renderer
    ) -> (action: Action, target: Int?)? {
        var isSeen = [Bool](repeating: false, count: world.scene.objects.count + 1)
        for id in picture { isSeen[Int(id)] = true }
        let seen = world.scene.objects.indices.filter {
            isSeen[$0 + 1] && $0 != world.held
                && !world.scene.objects[$0].type.traits.isDisjoint(with: .interactable)
        }
        if random.chance(Self.legalShare) {
            let legal = SprintRules().legalActions(in: world, sight: sight)
            let choices = Action.interactions.filter { legal[$0] != nil }
            if let action = random.pick(choices), let target = random.pick((legal[action] ?? []).filter(seen.contains))
            {
                return (action, target)
            }
        }
        guard let target = random.pick(seen), let action = random.pick(Action.interactions)
        else { return nil }
        return (action, target)
    }
}
