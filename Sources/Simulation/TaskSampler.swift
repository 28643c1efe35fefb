internal import ALFRED
internal import Ground
internal import Household
internal import Rooms

/// Chooses tasks for generated rooms so that task types and objects come up equally often.
///
/// Choosing is cheap and has to be done in order; what is chosen can be set up in parallel (``EpisodeSetup``).
struct TaskSampler: Sendable {
    private var random: SeededGenerator
    private var typeCounts: [TaskType: Int] = [:]
    private var objectCounts: [ObjectType: Int] = [:]
    private var placeCounts: [ObjectType: Int] = [:]
    private var roomCounts: [Int: Int] = [:]
    private var allowedTypes: [Int: Set<TaskType>] = [:]

    init(seed: UInt64) { random = SeededGenerator(seed, 0x7A5C) }

    /// Every task ALFRED's constraints allow in a room: the object may lie in the destination by the table of allowed
    /// receptacles, treatments are for objects that take them, and the destination is not the appliance.
    ///
    /// - Parameter types: The task types wanted.
    static func options(in room: FurnishedRoom, types: [TaskType] = TaskType.allCases) -> [TaskOption] {
        let things = ObjectType.allCases.filter { room.things.contains($0) }
        let places = room.receptacleTypes.filter { $0 != .toaster }
        let has = Set(room.furniture.map(\.type))
        let hasKnife = things.contains(.knife)
        return types.flatMap { type in
            things.flatMap { object -> [TaskOption] in
                let isCuttable = hasKnife && TaskObjectTypes.sliceable.contains(object) && type != .light
                return (isCuttable ? [false, true] : [false]).flatMap { isSliced in
                    options(type, object, isSliced, things, places, has)
                }
            }
        }
    }

    private static func options(
        _ type: TaskType, _ object: ObjectType, _ isSliced: Bool, _ things: [ObjectType], _ places: [ObjectType],
        _ has: Set<ObjectType>
    ) -> [TaskOption] {
        let carried = isSliced ? object.slices?.type ?? object : object
        func ends(_ thing: ObjectType, except: Set<ObjectType> = []) -> [ObjectType] {
            places.filter { AllowedReceptacles.allows(thing, in: $0) && !except.contains($0) }
        }
        func treated(_ list: [ObjectType], in appliance: ObjectType) -> [TaskOption] {
            guard list.contains(carried), has.contains(appliance) else { return [] }
            return ends(carried, except: [appliance]).map {
                TaskOption(type, object, isSliced: isSliced, destination: $0)
            }
        }
        switch type {
        case .simple:
            return ends(carried).map { TaskOption(type, object, isSliced: isSliced, destination: $0) }
        case .two:
            return ends(carried).filter { $0.acceptedTypes == nil }.map {
                TaskOption(type, object, isSliced: isSliced, destination: $0)
            }
        case .light:
            guard !ends(object).isEmpty else { return [] }
            return TaskObjectTypes.lamps.filter(has.contains).map { TaskOption(type, object, lamp: $0) }
        case .clean: return treated(TaskObjectTypes.cleanable, in: .sinkBasin)
        case .heat: return treated(TaskObjectTypes.heatable, in: .microwave)
        case .cool: return treated(TaskObjectTypes.coolable, in: .fridge)
        case .movable:
            let movables = TaskObjectTypes.movableReceptacles.filter {
                things.contains($0) && $0 != object && AllowedReceptacles.allows(carried, in: $0)
                    && fits(carried, in: $0)
            }
            return movables.flatMap { movable in
                ends(movable).map {
                    TaskOption(type, object, isSliced: isSliced, movable: movable, destination: $0)
                }
            }
        }
    }

    /// Whether an object of usual size has room on a movable receptacle of usual size.
    private static func fits(_ object: ObjectType, in movable: ObjectType) -> Bool {
        let size = object.typicalSize
        return Looks.surfaces(of: movable, size: movable.typicalSize).contains { surface in
            let (width, depth) = (surface.maxX - surface.minX, surface.maxZ - surface.minZ)
            return size.y <= surface.clearance
                && (size.x <= width && size.z <= depth || size.z <= width && size.x <= depth)
        }
    }

    /// The next tasks to try in a room, the first of which counts as used: task types that came up rarely come first,
    /// then objects, then destinations.
    ///
    /// - Returns: Up to `count` different options; empty when the room allows none of the types.
    mutating func next(
        in room: FurnishedRoom, types: [TaskType] = TaskType.allCases, count: Int = 6
    ) -> [TaskOption] {
        var options = Self.options(in: room, types: types)
        var chosen: [TaskOption] = []
        while chosen.count < count, let option = choose(options) {
            chosen.append(option)
            options.removeAll { $0 == option }
        }
        if let first = chosen.first { note(first) }
        return chosen
    }

    /// The next tasks to try in one of several rooms: the task type that came up least decides, then the room used
    /// least.
    ///
    /// - Returns: Index into `rooms` and the options; nil when no room allows any of the types.
    mutating func next(
        among rooms: [FurnishedRoom], types: [TaskType] = TaskType.allCases, count: Int = 6
    ) -> (room: Int, options: [TaskOption])? {
        for room in rooms where allowedTypes[room.number] == nil {
            allowedTypes[room.number] = Set(Self.options(in: room).map(\.type))
        }
        func allows(_ room: FurnishedRoom, _ type: TaskType) -> Bool {
            allowedTypes[room.number]?.contains(type) ?? false
        }
        let possible = types.filter { type in rooms.contains { allows($0, type) } }
        guard let rarest = possible.map({ typeCounts[$0] ?? 0 }).min(),
            let type = random.pick(possible.filter { typeCounts[$0] ?? 0 == rarest })
        else { return nil }
        let fitting = rooms.indices.filter { allows(rooms[$0], type) }
        guard let least = fitting.map({ roomCounts[rooms[$0].number] ?? 0 }).min(),
            let room = random.pick(fitting.filter { roomCounts[rooms[$0].number] ?? 0 == least })
        else { return nil }
        roomCounts[rooms[room].number, default: 0] += 1
        let options = next(in: rooms[room], types: [type], count: count)
        // Another type in the same room, should none of these work out.
        let others = types.filter { $0 != type }
        var spare = self
        return (room, options + spare.next(in: rooms[room], types: others, count: 2))
    }

    private mutating func note(_ option: TaskOption) {
        typeCounts[option.type, default: 0] += 1
        objectCounts[option.object, default: 0] += 1
        if let place = option.destination ?? option.lamp { placeCounts[place, default: 0] += 1 }
    }

    private mutating func choose(_ options: [TaskOption]) -> TaskOption? {
        let types = TaskType.allCases.filter { type in options.contains { $0.type == type } }
        guard let rarest = types.map({ typeCounts[$0] ?? 0 }).min(),
            let type = random.pick(types.filter { typeCounts[$0] ?? 0 <= rarest + 1 })
        else { return nil }
        let ofType = options.filter { $0.type == type }
        let objects = ObjectType.allCases.filter { object in ofType.contains { $0.object == object } }
        func weight(_ count: Int?) -> Float { 1 / Float(1 + (count ?? 0)) }
        guard let object = random.weighted(objects.map { weight(objectCounts[$0]) }).map({ objects[$0] }) else {
            return nil
        }
        // One in seven train trajectories is about slices; few objects can be sliced.
        let isSliced = random.chance(0.6)
        var ofObject = ofType.filter { $0.object == object && $0.isSliced == isSliced }
        if ofObject.isEmpty { ofObject = ofType.filter { $0.object == object } }
        return random.weighted(ofObject.map { weight(($0.destination ?? $0.lamp).flatMap { placeCounts[$0] }) })
            .map { ofObject[$0] }
    }
}
