internal import ALFRED
internal import Household

/// The objects of a scene that a task's rules ask for by name, found once: the rules run at every step.
final class TaskObjects: Sendable {
    let scene: HouseScene
    let goal: GoalParameters
    let targets: [Int]
    let destinations: [Int]
    let movables: [Int]
    let lamps: [Int]
    let sinkBasins: [Int]
    let microwaves: [Int]
    let fridges: [Int]
    /// For every object a number that all pieces of one whole share: their ids agree up to "Sliced".
    let sliceGroup: [Int]

    init(_ scene: HouseScene, _ goal: GoalParameters) {
        self.scene = scene
        self.goal = goal
        targets = Self.find(goal.targetName, .pickupable, in: scene)
        destinations = Self.find(goal.parentTarget, .receptacle, in: scene)
        movables = Self.find(goal.movableTarget, .pickupable, in: scene)
        lamps = Self.find(goal.toggleTarget, .toggleable, in: scene)
        func all(_ type: ObjectType) -> [Int] { scene.objects.indices.filter { scene.objects[$0].type == type } }
        sinkBasins = all(.sinkBasin)
        microwaves = all(.microwave)
        fridges = all(.fridge)
        var groups: [String: Int] = [:]
        sliceGroup = scene.objects.map { object in
            let root = object.id.firstRange(of: "Sliced").map { String(object.id[..<$0.lowerBound]) } ?? object.id
            let number = groups[root] ?? groups.count
            groups[root] = number
            return number
        }
    }

    /// Empty for an empty name: the task does not use the field.
    static func find(_ name: String, _ role: GoalRole, in scene: HouseScene) -> [Int] {
        guard !name.isEmpty else { return [] }
        let trait = role.trait
        return scene.objects.indices.filter {
            scene.objects[$0].type.traits.contains(trait) && ObjectID.goalCheckMatches(scene.objects[$0].id, name: name)
        }
    }
}

extension GoalRole {
    var trait: ObjectTraits {
        switch self {
        case .pickupable: .pickupable
        case .receptacle: .receptacle
        case .toggleable: .toggleable
        }
    }
}
