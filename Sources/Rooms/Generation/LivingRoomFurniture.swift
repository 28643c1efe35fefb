internal import Ground
internal import Household

/// A living room: sofa and armchair round a table, the television opposite, lamps, drawers, shelves.
struct LivingRoomFurniture {
    static func furnish(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        guard addSeats(&builder, plan: plan), addTelevision(&builder) else { return false }
        let lampIsOn = builder.random.chance(0.3)
        guard builder.addToWall(.floorLamp(isOn: lampIsOn), .corner), builder.addToWall(.garbageCan) else {
            return false
        }
        if plan.has(.diningTable), builder.outline.area > 24 {
            let chairs = plan.has(.chair) ? 4 : 2
            _ = builder.addToMiddle(.diningTable(width: 1.3, depth: 0.85, chairs: chairs), clearance: 0.45)
        }
        if plan.has(.desk) || plan.has(.deskLamp) {
            _ = builder.addToWall(
                .desk(&builder.random, lamp: plan.has(.deskLamp) ? .deskLamp : nil, chair: plan.has(.chair)))
        }
        if plan.has(.dresser) { _ = builder.addToWall(.dresser(&builder.random, width: 1.1)) }
        if plan.has(.sideTable) || builder.count(.drawer) == 0 {
            let lamp: ObjectType? = plan.has(.lamp) ? .lamp : nil
            _ = builder.addToWall(.sideTable(&builder.random, lamp: lamp, drawer: true), .corner)
        }
        if plan.has(.shelf) { _ = builder.addToWall(.wallShelves(&builder.random)) }
        if plan.has(.cabinet) { _ = builder.addToWall(cabinets) }
        if plan.has(.safe) { _ = builder.addToWall(.safe) }
        if plan.has(.ottoman) {
            var ottoman = FurnitureGroup(width: 0.7, depth: 0.55, front: 0.5)
            ottoman.add(.ottoman, 0.7, 0.42, 0.55)
            _ = builder.addToMiddle(ottoman, clearance: 0.45)
        }
        if plan.has(.housePlant) { _ = builder.addToWall(.plant(&builder.random), .corner) }
        // Rooms with few places for things get more.
        var extras = [
            FurnitureGroup.sideTable(&builder.random, lamp: nil, drawer: true), .wallShelves(&builder.random),
            .dresser(&builder.random, width: 0.8), .sideTable(&builder.random, lamp: nil),
        ]
        while builder.landmarks < 10, !extras.isEmpty { _ = builder.addToWall(extras.removeFirst()) }
        return true
    }

    /// The sofa against a long wall, a table before it, a chair at the table's side.
    private static func addSeats(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        let hasTable = plan.has(.coffeeTable) || !plan.has(.sideTable)
        let walls = builder.outline.walls
        let sofaWidth = builder.random.length(1.8, 2.2)
        let side: Float = builder.random.chance(0.5) ? 1 : -1
        let longest = walls.indices.sorted { (walls[$0].length, $1) > (walls[$1].length, $0) }
        for wall in builder.random.shuffled(Array(longest.prefix(3))) {
            for hasChair in [true, false] {
                var group = FurnitureGroup(width: sofaWidth, depth: 0.92, front: 0.65)
                group.add(.sofa, sofaWidth, 0.85, 0.92)
                if hasTable { group.add(.coffeeTable, 1.1, 0.44, 0.6, back: 0.92 + 0.65) }
                if hasChair {
                    group.add(
                        .armChair, 0.85, 0.9, 0.85, x: side * (sofaWidth / 2 + 0.75), back: 0.92 + 0.35,
                        yaw: side > 0 ? 270 : 90)
                }
                guard builder.addToWall(group, .middle, walls: [wall]) else { continue }
                return hasChair || builder.addToWall(armChair, .corner)
            }
        }
        return false
    }

    private static var armChair: FurnitureGroup {
        var group = FurnitureGroup(width: 0.85, depth: 0.85, front: 0.7)
        group.add(.armChair, 0.85, 0.9, 0.85)
        return group
    }

    /// Opposite the sofa where there is a wall, else on any.
    private static func addTelevision(_ builder: inout RoomBuilder) -> Bool {
        let width = builder.random.length(1.2, 1.6)
        var group = FurnitureGroup(width: width, depth: 0.44, front: 0.7)
        let stand = group.add(.tvStand, width, 0.5, 0.42)
        group.add(.television, SIMD3(min(1.15, width - 0.2), 0.68, 0.2), onTopOf: stand, z: -0.08)
        let sofaYaw = builder.objects.first { $0.type == .sofa }?.yaw ?? 0
        let opposite = builder.outline.walls.indices.filter {
            builder.outline.walls[$0].yaw == (sofaYaw + 180).truncatingRemainder(dividingBy: 360)
        }
        return builder.addToWall(group, .middle, walls: opposite) || builder.addToWall(group, .middle)
    }

    private static var cabinets: FurnitureGroup {
        var group = FurnitureGroup(width: 1.0, depth: 0.42, front: 0.7)
        for x in [-0.25, 0.25] as [Float] {
            group.add(
                .cabinet, 0.496, 0.8, 0.4, x: x, y: 0, opening: x < 0 ? .leftHinged : .rightHinged)
        }
        return group
    }
}
