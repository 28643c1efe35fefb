package import ALFRED
package import Household
internal import Rooms

/// A task in terms of object types: what a sampler chooses among.
package struct TaskOption: Sendable, Hashable {
    /// One of the seven.
    package var type: TaskType
    /// The whole object's type, also when it is to be sliced.
    package var object: ObjectType
    /// Whether a piece of it is wanted.
    package var isSliced: Bool
    /// What the object is put into before both are carried; for that task type only.
    package var movable: ObjectType?
    /// Where the object ends; nil for looking at it in the light.
    package var destination: ObjectType?
    /// The lamp to look at the object under; for that task type only.
    package var lamp: ObjectType?

    package init(
        _ type: TaskType, _ object: ObjectType, isSliced: Bool = false, movable: ObjectType? = nil,
        destination: ObjectType? = nil, lamp: ObjectType? = nil
    ) {
        self.type = type
        self.object = object
        self.isSliced = isSliced
        self.movable = movable
        self.destination = destination
        self.lamp = lamp
    }

    /// The task in the release's terms.
    package var task: HouseTask {
        HouseTask(
            type,
            GoalParameters(
                objectTarget: object.rawValue, objectSliced: isSliced, parentTarget: destination?.rawValue ?? "",
                movableTarget: movable?.rawValue ?? "", toggleTarget: lamp?.rawValue ?? ""))
    }

    /// The type of what is carried in the end: the pieces' when sliced.
    var carriedType: ObjectType { isSliced ? object.slices?.type ?? object : object }

    /// What the scene must offer: copies of the object that are not yet where they belong, a knife, room in the
    /// appliances and the destination.
    ///
    /// - Parameter copies: Of the object and of the movable receptacle, 1-4.
    func request(copies: Int, movableCopies: Int = 1) -> PlacementRequest {
        let count = type == .two && !isSliced ? max(2, copies) : max(1, copies)
        var objects = [PlacementRequest.Demand(object, count: count, notIn: destination.map { [$0] } ?? [])]
        if let movable, movable != object {
            objects.append(.init(movable, count: movableCopies, notIn: destination.map { [$0] } ?? []))
        }
        if isSliced { objects.append(.init(.knife, count: 1)) }
        var spaces: [PlacementRequest.Space] = []
        if let destination {
            spaces.append(.init(in: destination, for: movable ?? object, count: type == .two ? 2 : 1))
        }
        switch type {
        case .clean: spaces.append(.init(in: .sinkBasin, for: object))
        case .heat: spaces.append(.init(in: .microwave, for: object))
        case .cool where destination != .fridge: spaces.append(.init(in: .fridge, for: object))
        default: break
        }
        return PlacementRequest(
            objects: objects, spaces: spaces, isEverythingDirty: type == .clean, areLampsOff: type == .light)
    }
}

/// Which objects ALFRED's tasks are about (its lists `OBJECTS` by property).
enum TaskObjectTypes {
    static let heatable: [ObjectType] = [
        .apple, .appleSliced, .bread, .breadSliced, .cup, .egg, .mug, .plate, .potato, .potatoSliced, .tomato,
        .tomatoSliced,
    ]
    static let coolable: [ObjectType] = [
        .apple, .appleSliced, .bowl, .bread, .breadSliced, .cup, .egg, .lettuce, .lettuceSliced, .mug, .pan, .plate,
        .pot, .potato, .potatoSliced, .tomato, .tomatoSliced, .wineBottle,
    ]
    static let cleanable: [ObjectType] = [
        .apple, .appleSliced, .bowl, .butterKnife, .cloth, .cup, .dishSponge, .egg, .fork, .kettle, .knife, .ladle,
        .lettuce, .lettuceSliced, .mug, .pan, .plate, .pot, .potato, .potatoSliced, .soapBar, .spatula, .spoon,
        .tomato, .tomatoSliced,
    ]
    /// An egg can be sliced too, but no task asks for it.
    static let sliceable: [ObjectType] = [.apple, .bread, .lettuce, .potato, .tomato]
    static let movableReceptacles: [ObjectType] = [.bowl, .box, .cup, .mug, .plate, .pan, .pot]
    static let lamps: [ObjectType] = [.deskLamp, .floorLamp]
}
