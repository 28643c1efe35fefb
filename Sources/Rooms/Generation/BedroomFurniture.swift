internal import Ground
internal import Household

/// A bedroom: the bed, something to write or put things on, drawers, a shelf.
struct BedroomFurniture {
    static func furnish(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        guard addBed(&builder, plan: plan) else { return false }
        let lampIsOn: ObjectFlags = builder.random.chance(0.3) ? .on : []
        let hasDesk = plan.has(.desk) || (!plan.has(.dresser) && !plan.has(.sideTable))
        if hasDesk {
            guard
                builder.addToWall(
                    .desk(&builder.random, lamp: .deskLamp, chair: plan.has(.chair)).with(lampIsOn, .deskLamp),
                    .anywhere)
            else { return false }
        }
        if plan.has(.dresser) || !hasDesk {
            let television = plan.has(.television)
            guard builder.addToWall(.dresser(&builder.random, width: 1.15, television: television)) else {
                return false
            }
        }
        if !hasDesk {
            guard
                builder.addToWall(
                    .sideTable(&builder.random, lamp: .deskLamp, drawer: true).with(lampIsOn, .deskLamp), .corner)
            else { return false }
        }
        guard builder.addToWall(.wallShelves(&builder.random)), builder.addToWall(.garbageCan) else { return false }
        if plan.has(.safe) { _ = builder.addToWall(.safe) }
        if plan.has(.laundryHamper) { _ = builder.addToWall(hamper, .corner) }
        if plan.has(.armChair) {
            var group = FurnitureGroup(width: 0.8, depth: 0.8, front: 0.6)
            group.add(.armChair, 0.8, 0.88, 0.8)
            _ = builder.addToWall(group, .corner)
        }
        if plan.has(.footstool) { _ = builder.addToMiddle(footstool, clearance: 0.5) }
        if plan.has(.housePlant) { _ = builder.addToWall(.plant(&builder.random), .corner) }
        if plan.has(.boots) { _ = builder.addToWall(.onFloor(.boots), .corner) }
        if plan.has(.teddyBear) { _ = builder.addToWall(.onFloor(.teddyBear), .corner) }
        var extras = [
            FurnitureGroup.sideTable(&builder.random, lamp: nil, drawer: true), .dresser(&builder.random, width: 0.8),
            .wallShelves(&builder.random),
        ]
        while builder.landmarks < 9, !extras.isEmpty { _ = builder.addToWall(extras.removeFirst()) }
        return builder.count(.drawer) > 0
    }

    /// The bed's head at a wall, with tables beside it where there is room.
    private static func addBed(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        let width = builder.random.length(1.2, 1.7)
        let tables = plan.has(.sideTable) ? builder.random.int(1...2) : 0
        let lamp: ObjectType? = plan.has(.lamp) ? .lamp : nil
        for count in (0...tables).reversed() {
            let step: Float = 0.58
            var group = FurnitureGroup(width: width + Float(count) * step, depth: 0.5)
            let middle = count == 1 ? -step / 2 : 0
            group.add(.bed, width, 0.95, 2.0, x: middle)
            for number in 0..<count {
                let side: Float = number == 0 ? 1 : -1
                let x = middle + side * (width / 2 + step / 2)
                let table = group.add(.sideTable, 0.5, 0.55, 0.42, x: x)
                group.add(.drawer, 0.42, 0.15, 0.38, x: x, y: 0.37, back: 0.06)
                if number == 0, let lamp {
                    group.add(lamp, SIMD3(0.22, 0.42, 0.22), onTopOf: table, x: 0.12, z: -0.08)
                }
            }
            if builder.addToWall(group, .middle) { return true }
        }
        return false
    }

    private static var hamper: FurnitureGroup {
        var group = FurnitureGroup(width: 0.48, depth: 0.4, front: 0.5)
        group.add(.laundryHamper, 0.48, 0.62, 0.38)
        return group
    }

    private static var footstool: FurnitureGroup {
        var group = FurnitureGroup(width: 0.45, depth: 0.4)
        group.add(.footstool, 0.45, 0.4, 0.4)
        return group
    }
}

extension FurnitureGroup {
    /// The group with a piece of a type in another state.
    func with(_ flags: ObjectFlags, _ type: ObjectType) -> FurnitureGroup {
        var group = self
        for index in group.pieces.indices where group.pieces[index].type == type { group.pieces[index].flags = flags }
        return group
    }

    /// A thing that stands on the floor.
    static func onFloor(_ type: ObjectType) -> FurnitureGroup {
        let size = type.typicalSize
        var group = FurnitureGroup(width: size.x, depth: size.z, front: 0.4)
        group.add(type, size.x, size.y, size.z)
        return group
    }
}
