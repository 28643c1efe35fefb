internal import ALFRED
internal import Household

/// What ALFRED's goal check and bookkeeping ask, answered by a simulated world. Unlike ``WorldFacts`` it knows what lay
/// where at the start.
struct HouseholdFacts: GoalFacts, ApplianceFacts {
    let world: World
    let treatments: Treatments<Int>
    let objects: TaskObjects
    let sight: Renderer

    /// - Parameters:
    ///   - treatments: What was cleaned, heated and cooled so far, by object index.
    ///   - sight: Decides what the agent sees.
    init(_ world: World, _ treatments: Treatments<Int>, goal: GoalParameters, sight: Renderer) {
        self.init(world, treatments, TaskObjects(world.scene, goal), sight)
    }

    init(_ world: World, _ treatments: Treatments<Int>, _ objects: TaskObjects, _ sight: Renderer) {
        self.world = world
        self.treatments = treatments
        self.objects = objects
        self.sight = sight
    }

    func objects(named name: String, _ role: GoalRole) -> [Int] {
        let found =
            switch role {
            case .pickupable where name == objects.goal.targetName: objects.targets
            case .pickupable where name == objects.goal.movableTarget: objects.movables
            case .receptacle where name == objects.goal.parentTarget: objects.destinations
            case .toggleable where name == objects.goal.toggleTarget: objects.lamps
            default: TaskObjects.find(name, role, in: world.scene)
            }
        return found.filter { world.states[$0].isPresent }
    }

    func receptacles(holding object: Int) -> [Int] { world.reportedReceptacles(of: object) }
    var heldObject: Int? { world.held }
    func isLit(_ lamp: Int) -> Bool { world.states[lamp].flags.contains(.on) && isVisible(lamp) }
    func isTreated(_ object: Int, _ treatment: Treatment) -> Bool { treatments.contains(object, treatment) }

    func objectID(of object: Int) -> String { world.scene.objects[object].id }

    func appliances(named name: String) -> [Int] {
        switch name {
        case "SinkBasin": objects.sinkBasins
        case "Microwave": objects.microwaves
        case "Fridge": objects.fridges
        default: world.scene.objects.indices.filter { world.scene.objects[$0].type.rawValue == name }
        }
    }

    /// THOR's `visible`: within reach and on screen.
    func isVisible(_ object: Int) -> Bool {
        world.states[object].isPresent && world.distance(to: object) <= World.reach && sight.sees(object, in: world)
    }

    func squaredDistance(_ first: Int, _ second: Int) -> Double {
        let d = world.states[first].position - world.states[second].position
        return Double((d * d).sum())
    }

    func contents(ofAppliance object: Int) -> [Int] { world.reportedContents(of: object) }
}
