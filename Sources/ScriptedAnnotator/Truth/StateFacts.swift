package import ALFRED
package import Household

/// What is true at one observation, where a model would see a picture.
///
/// Observations between two interactions share the storage of the objects' states.
package struct StateFacts: Sendable {
    /// The world at this moment.
    package let world: World
    /// What was cleaned, heated and cooled since the episode began, by object index.
    package let treatments: Treatments<Int>
    /// Objects that were in the hand, opened, closed or switched since the episode began.
    package let handled: Set<Int>
    /// Lamps that are on, within reach and on screen.
    package let litLamps: [Int]
    /// Interactions that succeeded so far: within an episode, equal numbers mean equal object states.
    let epoch: Int

    init(
        world: World, treatments: Treatments<Int> = Treatments(), handled: Set<Int> = [], litLamps: [Int] = [],
        epoch: Int = 0
    ) {
        self.world = world
        self.treatments = treatments
        self.handled = handled
        self.litLamps = litLamps
        self.epoch = epoch
    }

    var agent: AgentPose { world.agent }

    func isOpen(_ object: Int) -> Bool { world.states[object].flags.contains(.open) }

    func isOn(_ object: Int) -> Bool { world.states[object].flags.contains(.on) }

    /// Whether a door, lid or drawer that has to be open for things to go in is shut.
    func isShut(_ object: Int) -> Bool {
        world.scene.objects[object].type.traits.contains(.mustBeOpen) && !isOpen(object)
    }

    /// The receptacles that list an object, as THOR reports them: the one it is in, and what that is in as long as it
    /// can be carried.
    func receptacles(of object: Int) -> [Int] {
        var chain: [Int] = []
        var current = object
        while let receptacle = world.parent(of: current) {
            chain.append(receptacle)
            guard world.scene.objects[receptacle].type.traits.contains(.pickupable) else { break }
            current = receptacle
        }
        return chain
    }

    /// Whether the objects are in the same states: the agent may stand elsewhere.
    func hasSameObjects(as other: StateFacts) -> Bool {
        epoch == other.epoch || (world.held == other.world.held && world.states == other.world.states)
    }

    /// Whether a picture of one would be the picture of the other.
    func looksLike(_ other: StateFacts) -> Bool { agent == other.agent && hasSameObjects(as: other) }
}
