internal import Ground
internal import Household

/// Puts things in and on furniture: only where ALFRED's table allows, in free places, within the agent's reach.
struct ThingPlacer {
    let room: FurnishedRoom
    private(set) var objects: [SceneObject]
    /// Boxes of `objects`, with the space that open lids take.
    private var boxes: [Bounds]
    private var random: SeededGenerator
    private let cells: [SIMD2<Int>]
    /// Room that must be left, by receptacle.
    private var guarded: [(receptacle: Int, size: SIMD3<Float>, count: Int)] = []

    /// Places tried on a receptacle before another one is taken.
    private static let spotTries = 24
    private static let receptacleTries = 10
    /// How far from a standable cell a thing may lie, in metres; the agent reaches 1.5 m.
    private static let reach: Float = 1.3

    init(_ room: FurnishedRoom, random: SeededGenerator) {
        self.room = room
        self.random = random
        objects = room.furniture
        boxes = room.boxes
        cells = room.grid.cells
    }

    static func isPiece(_ type: ObjectType) -> Bool {
        ObjectType.allCases.contains { $0.slices?.type == type }
    }

    /// Sets room aside in all receptacles of a type that have it when empty.
    mutating func leave(_ space: PlacementRequest.Space) throws(GenerationError) {
        let receptacles = room.furniture.indices.filter { room.furniture[$0].type == space.receptacle }
        guard !receptacles.isEmpty else { throw .missingReceptacle(space.receptacle, number: room.number) }
        let size = Self.outerSize(space.object, space.object.typicalSize * Self.largest)
        let able = receptacles.filter { hasRoom(in: $0, for: size, count: space.count) }
        guard !able.isEmpty else {
            throw .noRoomLeft(
                receptacle: space.receptacle, object: space.object, count: space.count, number: room.number)
        }
        guarded += able.map { ($0, size, space.count) }
    }

    // MARK: Placing

    /// Sizes vary between these factors.
    private static let smallest: Float = 0.94
    private static let largest: Float = 1.05

    /// Places one object of a type.
    ///
    /// - Parameters:
    ///   - forbidden: Receptacle types where it may not lie.
    ///   - isThorough: Tries every receptacle before giving up.
    /// - Returns: Whether a place was found.
    mutating func place(
        _ type: ObjectType, notIn forbidden: [ObjectType] = [], isThorough: Bool, isDirty: Bool
    ) -> Bool {
        let scale = Self.smallest + (Self.largest - Self.smallest) * random.unit()
        let size = type.typicalSize * scale
        let receptacles = room.furniture.indices.filter {
            AllowedReceptacles.allows(type, in: room.furniture[$0].type)
                && !forbidden.contains(room.furniture[$0].type)
        }
        let types = ObjectType.allCases.filter { candidate in
            (isThorough || !Self.hangs(type) || candidate.traits.contains(.restricted))
                && receptacles.contains { room.furniture[$0].type == candidate }
        }
        for _ in 0..<Self.receptacleTries {
            guard let choice = random.weighted(types.map(Self.weight)) else { return false }
            let candidates = receptacles.filter { room.furniture[$0].type == types[choice] }
            guard let receptacle = random.pick(candidates) else { continue }
            if place(type, size, scale, in: receptacle, isDirty) { return true }
        }
        guard isThorough else { return false }
        return random.shuffled(receptacles).contains { place(type, size, scale, in: $0, isDirty) }
    }

    /// Things that look odd anywhere but on their holder.
    private static func hangs(_ type: ObjectType) -> Bool { type == .towel || type == .handTowel }

    /// How often things are left in a kind of receptacle. About a tenth is behind doors, as in ALFRED.
    private static func weight(_ receptacle: ObjectType) -> Float {
        switch receptacle {
        case .counterTop, .diningTable: 4
        case .coffeeTable, .desk, .sideTable, .dresser, .bed, .sofa: 3
        case .shelf, .armChair, .stoveBurner, .tvStand, .ottoman: 1.5
        case .towelHolder, .handTowelHolder, .toiletPaperHanger: 4
        case .sinkBasin, .bathtubBasin, .toilet, .cart: 0.8
        case .garbageCan, .microwave, .safe, .coffeeMachine, .laundryHamper: 0.3
        case .fridge: 0.6
        case .cabinet, .drawer: 0.3
        default: 1
        }
    }

    private mutating func place(
        _ type: ObjectType, _ size: SIMD3<Float>, _ scale: Float, in receptacle: Int, _ isDirty: Bool
    ) -> Bool {
        let holder = room.furniture[receptacle]
        let isTaken = objects.contains { $0.parent == receptacle }
        guard !(isTaken && holder.type.traits.contains(.restricted)) else { return false }
        let outer = Self.outerSize(type, size)
        let frame = Placement(position: holder.position, yaw: holder.yaw)
        for _ in 0..<Self.spotTries {
            guard let surface = random.pick(holder.surfaces), outer.y <= surface.clearance else { continue }
            let turn = turn(of: type, on: holder.type)
            let half = Placement(position: .zero, yaw: turn).bounds(
                Bounds(min: -outer / 2, max: outer / 2)
            ).max
            let (spanX, spanZ) = (surface.maxX - surface.minX - 2 * half.x, surface.maxZ - surface.minZ - 2 * half.z)
            guard spanX >= 0, spanZ >= 0 else { continue }
            let local = SIMD3(
                surface.minX + half.x + spanX * random.unit(), surface.y,
                surface.minZ + half.z + spanZ * random.unit())
            let position = frame.point(local)
            let yaw = (holder.yaw + turn).truncatingRemainder(dividingBy: 360)
            let box = Placement(position: position, yaw: yaw).bounds(
                Bounds(min: SIMD3(-outer.x / 2, 0, -outer.z / 2), max: SIMD3(outer.x / 2, outer.y, outer.z / 2)))
            let id = SceneObject.id(type, at: position)
            guard room.outline.contains(box), isFree(box, in: receptacle), isInReach(box, holder),
                !objects.contains(where: { $0.id == id })
            else { continue }
            var flags: ObjectFlags = type.startsOpen ? .open : []
            if isDirty, type.traits.contains(.dirtyable) { flags.insert(.dirty) }
            objects.append(
                SceneObject(
                    id: id, type: type, size: size, position: position, yaw: yaw,
                    surfaces: Looks.surfaces(of: type, size: size), opening: Looks.opening(of: type, size: size),
                    parent: receptacle, variant: UInt32(truncatingIfNeeded: random.next()), initialFlags: flags))
            boxes.append(box)
            if keepsRoom(in: receptacle) { return true }
            objects.removeLast()
            boxes.removeLast()
            return false
        }
        return false
    }

    /// The size with what sticks out of it when it is open.
    static func outerSize(_ type: ObjectType, _ size: SIMD3<Float>) -> SIMD3<Float> {
        switch type {
        case .laptop: SIMD3(size.x, max(size.y, size.z), size.z)
        default: size
        }
    }

    /// Degrees against the receptacle: hung and standing things straight, things that lie about at any angle.
    private mutating func turn(of type: ObjectType, on receptacle: ObjectType) -> Float {
        if receptacle.traits.contains(.restricted), receptacle != .stoveBurner { return 0 }
        switch type {
        case .laptop, .box, .pillow, .alarmClock, .statue, .tissueBox:
            return Float(random.int(-2...2)) * 5 + (receptacle.traits.contains(.openable) ? 90 : 0)
        default: return Float(random.int(0...23)) * 15
        }
    }

    // MARK: Checks

    private func isFree(_ box: Bounds, in receptacle: Int) -> Bool {
        let holder = room.furniture[receptacle]
        let isInside = holder.surfaces.contains(where: \.isInterior)
        return !boxes.indices.contains { index in
            guard box.overlaps(boxes[index]), index != receptacle else { return false }
            if isInside, objects[index].parent != receptacle { return false }
            // A basin is inside its sink.
            return !holder.id.hasPrefix(objects[index].id + "|")
        }
    }

    /// Whether the agent can stand where it reaches a box, on the side where its receptacle is open.
    private func isInReach(_ box: Bounds, _ holder: SceneObject) -> Bool {
        let isOneSided =
            holder.surfaces.contains(where: \.isInterior) || holder.type == .shelf || holder.type == .coffeeMachine
        return cells.contains { cell in
            let (x, z) = (Float(cell.x) * Household.AgentPose.cell, Float(cell.y) * Household.AgentPose.cell)
            guard box.horizontalDistance(x: x, z: z) <= Self.reach else { return false }
            guard isOneSided else { return true }
            let offset = SIMD3(x, 0, z) - holder.position
            let local = Placement(position: .zero, yaw: holder.yaw).inverseDirection(offset)
            return local.z > holder.size.z / 2 + 0.2 && abs(local.x) < holder.size.x / 2 + 0.4
        }
    }

    private func keepsRoom(in receptacle: Int) -> Bool {
        guarded.allSatisfy { guarding in
            guarding.receptacle != receptacle
                || hasRoom(in: receptacle, for: guarding.size, count: guarding.count)
        }
    }

    /// Whether so many boxes of a size can be put one after the other, lengthwise or crosswise.
    private func hasRoom(in receptacle: Int, for size: SIMD3<Float>, count: Int) -> Bool {
        let holder = room.furniture[receptacle]
        let contents = objects.indices.filter { objects[$0].parent == receptacle }
        if holder.type.traits.contains(.restricted) { return contents.isEmpty && count == 1 }
        let frame = Placement(position: holder.position, yaw: holder.yaw)
        var obstacles = contents.map { index in
            let object = objects[index]
            return Placement(
                position: frame.inverseDirection(object.position - frame.position), yaw: object.yaw - holder.yaw
            ).bounds(object.localBounds)
        }
        var left = count
        for surface in holder.surfaces where size.y <= surface.clearance {
            for half in [SIMD2(size.x, size.z) / 2, SIMD2(size.z, size.x) / 2] {
                for z in Self.raster(surface.minZ + half.y, surface.maxZ - half.y) {
                    for x in Self.raster(surface.minX + half.x, surface.maxX - half.x) {
                        let box = Bounds(
                            min: SIMD3(x - half.x, surface.y, z - half.y),
                            max: SIMD3(x + half.x, surface.y + size.y, z + half.y))
                        guard !obstacles.contains(where: box.overlaps) else { continue }
                        left -= 1
                        if left == 0 { return true }
                        // Things are not packed as tightly as can be.
                        let margin = SIMD3<Float>(0.04, 0, 0.04)
                        obstacles.append(Bounds(min: box.min - margin, max: box.max + margin))
                    }
                }
            }
        }
        return false
    }

    private static func raster(_ low: Float, _ high: Float) -> [Float] {
        guard low <= high else { return [] }
        return (0...Int((high - low) / 0.05)).map { low + Float($0) * 0.05 } + [high]
    }

    /// Things that are there, furniture not counted.
    var thingCount: Int { objects.count { $0.type.traits.contains(.pickupable) } }

    /// Takes things away again, before they have pieces. Furniture stays.
    mutating func remove(_ things: [Int]) {
        for index in things.sorted(by: >) where index >= room.furniture.count {
            objects.remove(at: index)
            boxes.remove(at: index)
        }
    }

    // MARK: Pieces

    /// Adds the pieces of everything that can be cut. They appear when it is.
    mutating func addPieces() {
        for (index, whole) in objects.enumerated() {
            guard let slices = whole.type.slices else { continue }
            let scale = whole.size.x / whole.type.typicalSize.x
            for number in 1...slices.count {
                objects.append(
                    SceneObject(
                        id: "\(whole.id)|\(slices.type.rawValue)_\(number)", type: slices.type,
                        size: slices.type.typicalSize * scale, position: whole.position, yaw: whole.yaw,
                        surfaces: [], sliceOf: index, variant: whole.variant,
                        initialFlags: whole.initialFlags.intersection(.dirty)))
            }
        }
    }

    mutating func setFlags(_ flags: ObjectFlags, of object: Int) { objects[object].initialFlags = flags }

    mutating func chance(_ probability: Float) -> Bool { random.chance(probability) }

    mutating func shuffled<T>(_ values: [T]) -> [T] { random.shuffled(values) }

    mutating func int(_ range: ClosedRange<Int>) -> Int { random.int(range) }
}
