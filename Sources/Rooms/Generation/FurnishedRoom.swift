package import ALFRED
internal import Ground
package import Household

/// A generated floor plan: a room with its furniture, without the things that lie about.
package struct FurnishedRoom: Sendable {
    /// The scene's number, over 1000.
    package let number: Int
    /// Its kind.
    package let room: Room
    /// Floor, walls and openings.
    package let shape: RoomShape
    /// Furniture, appliances and decoration; a parent is an index into this list.
    package let furniture: [SceneObject]
    /// Where the agent can stand.
    package let grid: CellGrid
    /// Types of things every episode in this room has, in the order of ``ObjectType``'s cases or of the room's list.
    package let things: [ObjectType]

    let outline: FloorOutline
    /// Boxes of ``furniture``.
    let boxes: [Bounds]

    /// Arrangements that are tried before giving up.
    private static let attemptLimit = 200

    /// Furnishes a scene. The same number gives the same room.
    ///
    /// - Throws: ``GenerationError/unknownScene(number:)``; ``GenerationError/unfurnishable(number:reason:)`` when no
    ///   arrangement has all required furniture within reach.
    package init(number: Int) throws(GenerationError) {
        guard SceneGenerator.isScene(number), let room = Room(sceneNumber: number) else {
            throw .unknownScene(number: number)
        }
        var reason = ""
        for attempt in 0..<Self.attemptLimit {
            var random = SeededGenerator(UInt64(number), UInt64(attempt))
            let plan = RoomPlan(room: room, random: &random)
            let outline = Self.outline(of: room, &random)
            let height = random.length(2.5, 2.9)
            var builder = RoomBuilder(outline: outline, height: height, random: random)
            guard Self.furnish(&builder, plan), WallDecoration.decorate(&builder, plan: plan) else {
                reason = "the furniture does not fit"
                continue
            }
            let grid = CellGrid(of: outline, without: builder.boxes)
            if let flaw = Self.flaw(of: builder, grid, room) {
                reason = flaw
                continue
            }
            self.number = number
            self.room = room
            self.outline = outline
            self.grid = grid
            furniture = builder.objects
            boxes = builder.boxes
            things = plan.things
            shape = RoomMaterials.shape(of: room, outline, height: height, &builder.random)
            return
        }
        throw .unfurnishable(number: number, reason: reason)
    }

    private static func furnish(_ builder: inout RoomBuilder, _ plan: RoomPlan) -> Bool {
        switch plan.room {
        case .kitchen: KitchenFurniture.furnish(&builder, plan: plan)
        case .livingRoom: LivingRoomFurniture.furnish(&builder, plan: plan)
        case .bedroom: BedroomFurniture.furnish(&builder, plan: plan)
        case .bathroom: BathroomFurniture.furnish(&builder, plan: plan)
        }
    }

    /// Sides are multiples of 0.25 m.
    private static func outline(of room: Room, _ random: inout SeededGenerator) -> FloorOutline {
        func side(_ low: Int, _ high: Int) -> Float { Float(random.int(low...high)) * 0.25 }
        let (width, depth, notched): (Float, Float, Float) =
            switch room {
            case .kitchen: (side(14, 20), side(12, 18), 0.3)
            case .livingRoom: (side(18, 25), side(16, 22), 0.4)
            case .bedroom: (side(15, 20), side(14, 18), 0.3)
            case .bathroom: (side(11, 14), side(10, 13), 0.15)
            }
        guard random.chance(notched) else {
            return random.chance(0.5)
                ? FloorOutline(width: width, depth: depth) : FloorOutline(width: depth, depth: width)
        }
        let more: Float = 0.5
        let notch = SIMD2(
            (width * (0.2 + 0.15 * random.unit()) / 0.25).rounded() * 0.25,
            (depth * (0.2 + 0.15 * random.unit()) / 0.25).rounded() * 0.25)
        return FloorOutline(width: width + more, depth: depth + more, notch: notch, corner: random.below(4))
    }

    // MARK: Checks

    /// Types every room of a kind has, with their least number (as in ALFRED's rooms).
    static func required(in room: Room) -> [(type: ObjectType, count: Int)] {
        switch room {
        case .kitchen:
            [
                (.counterTop, 1), (.cabinet, 4), (.drawer, 2), (.fridge, 1), (.microwave, 1), (.sink, 1),
                (.sinkBasin, 1), (.faucet, 1), (.stoveBurner, 4), (.stoveKnob, 4), (.coffeeMachine, 1), (.toaster, 1),
                (.garbageCan, 1),
            ]
        case .livingRoom:
            [
                (.sofa, 1), (.armChair, 1), (.tvStand, 1), (.television, 1), (.floorLamp, 1), (.drawer, 1),
                (.garbageCan, 1),
            ]
        case .bedroom: [(.bed, 1), (.deskLamp, 1), (.drawer, 1), (.shelf, 1), (.garbageCan, 1)]
        case .bathroom:
            [
                (.sink, 1), (.sinkBasin, 1), (.faucet, 1), (.toilet, 1), (.toiletPaperHanger, 1),
                (.handTowelHolder, 1), (.towelHolder, 1), (.counterTop, 1), (.cabinet, 1), (.garbageCan, 1),
            ]
        }
    }

    /// Standable cells a generated room may have.
    static func cells(in room: Room) -> ClosedRange<Int> {
        switch room {
        case .kitchen: 55...200
        case .livingRoom: 90...250
        case .bedroom: 55...200
        case .bathroom: 45...130
        }
    }

    /// What is wrong with an arrangement; nil if nothing.
    private static func flaw(of builder: RoomBuilder, _ grid: CellGrid, _ room: Room) -> String? {
        for (type, count) in required(in: room) where builder.count(type) < count {
            return "there are \(builder.count(type)) of \(count) \(type.rawValue)"
        }
        guard cells(in: room).contains(grid.count) else { return "the agent can stand on \(grid.count) cells" }
        guard builder.landmarks >= 8 else { return "there are \(builder.landmarks) receptacles" }
        let cells = grid.cells
        for (object, box) in zip(builder.objects, builder.boxes)
        where !object.type.traits.isDisjoint(with: .interactable) {
            guard cells.contains(where: { isUsable(object, box, from: $0) }) else {
                return "\(object.id) is out of reach"
            }
        }
        return nil
    }

    /// Whether the agent can use furniture from a cell: near enough, not on top of it, and on the side that it opens
    /// to.
    static func isUsable(_ object: SceneObject, _ box: Bounds, from cell: SIMD2<Int>) -> Bool {
        let (x, z) = (Float(cell.x) * Household.AgentPose.cell, Float(cell.y) * Household.AgentPose.cell)
        guard box.horizontalDistance(x: x, z: z) <= 1.1 else { return false }
        let offset = SIMD2(object.position.x - x, object.position.z - z)
        guard (offset * offset).sum() >= 0.25 else { return false }
        switch object.type {
        case .cabinet, .drawer, .fridge, .microwave, .safe, .shelf, .coffeeMachine, .toaster, .stoveKnob, .faucet,
            .towelHolder, .handTowelHolder, .toilet, .television, .lightSwitch, .dresser, .desk:
            let local = Placement(position: .zero, yaw: object.yaw).inverseDirection(SIMD3(-offset.x, 0, -offset.y))
            return local.z > object.size.z / 2 && abs(local.x) <= object.size.x / 2 + 0.5
        default: return true
        }
    }
}
