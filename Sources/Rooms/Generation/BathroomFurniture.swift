internal import Ground
internal import Household

/// A bathroom: washbasin in a counter, toilet, towels, often a bathtub or shower.
struct BathroomFurniture {
    static func furnish(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        if plan.has(.bathtub), !addBathtub(&builder, plan: plan), builder.random.chance(0.7) { return false }
        if !plan.has(.bathtub), plan.has(.showerDoor) { _ = addShower(&builder) }
        guard addWashbasin(&builder, plan: plan), addToilet(&builder) else { return false }
        var towel = FurnitureGroup.onWall(.towelHolder, 0.62, 0.05, 0.09, y: 1.25)
        towel.front = 0.6
        var hand = FurnitureGroup.onWall(.handTowelHolder, 0.26, 0.05, 0.08, y: 1.3)
        hand.front = 0.5
        guard builder.addToWall(hand), builder.addToWall(towel),
            builder.addToWall(.garbageCan)
        else { return false }
        if builder.random.chance(0.5) { _ = builder.addToWall(hand) }
        if plan.has(.cart) { _ = builder.addToWall(cart) }
        if plan.has(.shelf) || builder.landmarks < 8 { _ = builder.addToWall(.wallShelves(&builder.random)) }
        if plan.has(.sideTable) { _ = builder.addToWall(.sideTable(&builder.random, lamp: nil)) }
        if plan.has(.dresser) || builder.landmarks < 8 {
            _ = builder.addToWall(.dresser(&builder.random, width: 0.8))
        }
        _ = builder.addToWall(.onFloor(.scrubBrush), .corner)
        if plan.has(.housePlant) { _ = builder.addToWall(.plant(&builder.random), .corner) }
        return true
    }

    /// The counter with the basin in it, doors or drawers below, the mirror above.
    private static func addWashbasin(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        let hasDrawers = plan.has(.drawer)
        let hasCabinets = plan.has(.cabinet) || !hasDrawers
        let depth: Float = 0.56
        let top: Float = 0.86
        let sinkWidth: Float = 0.6
        let left = builder.random.length(0.35, 0.6)
        for right in [builder.random.length(0.35, 0.7), 0] as [Float] {
            let length = left + sinkWidth + right
            var group = FurnitureGroup(width: length, depth: depth, front: 0.72)
            let sinkX = -length / 2 + left + sinkWidth / 2
            group.addSink(width: sinkWidth, depth: depth, top: top, x: sinkX)
            group.add(.faucet, 0.18, 0.24, 0.2, x: sinkX, y: top, back: 0.02)
            group.add(
                .cabinet, sinkWidth - 0.004, top - 0.23 - 0.08, depth - 0.02, x: sinkX, y: 0.08, opening: .doubleDoor)
            for (width, x) in [(left, -length / 2 + left / 2), (right, length / 2 - right / 2)] where width > 0 {
                group.add(.counterTop, width, 0.04, depth, x: x, y: top - 0.04)
                if hasDrawers, x < sinkX || !hasCabinets {
                    let height = (top - 0.04 - 0.08) / 3
                    for row in 0..<3 {
                        group.add(
                            .drawer, width - 0.004, height - 0.004, depth - 0.02, x: x, y: 0.08 + Float(row) * height)
                    }
                } else {
                    group.add(
                        .cabinet, width - 0.004, top - 0.04 - 0.08, depth - 0.02, x: x, y: 0.08,
                        opening: width > 0.56 ? .doubleDoor : .leftHinged)
                }
            }
            group.add(.mirror, min(0.9, length - 0.1), 0.8, 0.03, x: sinkX / 2, y: 1.2)
            if builder.addToWall(group, .anywhere) { return true }
        }
        return false
    }

    /// The toilet, paper beside it on the wall, a plunger at its other side.
    private static func addToilet(_ builder: inout RoomBuilder) -> Bool {
        let side: Float = builder.random.chance(0.5) ? 1 : -1
        var group = FurnitureGroup(width: 1.0, depth: 0.68, front: 0.55)
        group.add(.toilet, 0.42, 0.8, 0.68)
        group.add(.toiletPaperHanger, 0.17, 0.09, 0.13, x: side * 0.38, y: 0.72)
        group.add(.plunger, 0.15, 0.42, 0.15, x: -side * 0.36, back: 0.05)
        return builder.addToWall(group)
    }

    private static func addBathtub(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        let width = builder.random.length(1.5, 1.7)
        var group = FurnitureGroup(width: width, depth: 0.78, front: 0.6)
        let tub = group.add(.bathtub, width, 0.55, 0.78)
        group.add(.bathtubBasin, 0.88 * width, 0.42, 0.62, y: 0.12, back: 0.08, basinOf: tub)
        if plan.has(.showerHead) {
            group.add(.showerHead, 0.18, 0.2, 0.3, x: width / 2 - 0.3, y: 1.9)
        }
        if plan.has(.showerCurtain) {
            // Drawn aside, so that the basin can be reached.
            group.add(.showerCurtain, 0.4, 1.6, 0.1, x: -width / 2 + 0.22, y: 0.56, back: 0.67)
        }
        return builder.addToWall(group, .corner)
    }

    /// A corner behind glass.
    private static func addShower(_ builder: inout RoomBuilder) -> Bool {
        var group = FurnitureGroup(width: 0.95, depth: 0.95, front: 0.5)
        group.add(.showerDoor, 0.9, 1.9, 0.04, back: 0.9)
        group.add(.showerGlass, 0.88, 1.9, 0.03, x: 0.455, yaw: 90)
        group.add(.showerHead, 0.18, 0.2, 0.3, y: 1.9)
        return builder.addToWall(group, .corner)
    }

    private static var cart: FurnitureGroup {
        var group = FurnitureGroup(width: 0.6, depth: 0.42, front: 0.6)
        group.add(.cart, 0.6, 0.8, 0.42)
        return group
    }
}
