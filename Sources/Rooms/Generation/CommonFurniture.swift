internal import Ground
internal import Household

/// Furniture that more than one kind of room has.
extension FurnitureGroup {
    /// A sink let into a counter, with its basin in the opening that ``Looks`` leaves for it.
    mutating func addSink(width: Float, depth: Float, top: Float, x: Float) {
        let sink = add(.sink, width, 0.23, depth, x: x, y: top - 0.23)
        add(
            .sinkBasin, 0.8 * width, 0.18, 0.75 * depth, x: x, y: top - 0.19, back: 0.15 * depth, basinOf: sink)
    }

    static var garbageCan: FurnitureGroup {
        var group = FurnitureGroup(width: 0.36, depth: 0.36, front: 0.5)
        group.add(.garbageCan, 0.36, 0.48, 0.36)
        return group
    }

    static var safe: FurnitureGroup {
        var group = FurnitureGroup(width: 0.42, depth: 0.4, front: 0.7)
        group.add(.safe, 0.42, 0.4, 0.4)
        return group
    }

    static func plant(_ random: inout SeededGenerator) -> FurnitureGroup {
        let width = random.length(0.35, 0.5)
        var group = FurnitureGroup(width: width, depth: width)
        group.add(.housePlant, width, random.length(0.8, 1.4), width)
        return group
    }

    static func floorLamp(isOn: Bool) -> FurnitureGroup {
        var group = FurnitureGroup(width: 0.42, depth: 0.42, front: 0.45)
        group.add(.floorLamp, 0.42, 1.6, 0.42, flags: isOn ? .on : [])
        return group
    }

    /// A small table, with a drawer or a lamp.
    static func sideTable(_ random: inout SeededGenerator, lamp: ObjectType?, drawer: Bool = false) -> FurnitureGroup {
        let (width, height) = (random.length(0.5, 0.65), random.length(0.55, 0.65))
        var group = FurnitureGroup(width: width, depth: 0.45, front: 0.6)
        let table = group.add(.sideTable, width, height, 0.45)
        if drawer {
            group.add(.drawer, width - 0.1, 0.15, 0.4, y: height - 0.19, back: 0.06)
        }
        if let lamp {
            let size = lamp.typicalSize
            group.add(lamp, size, onTopOf: table, x: -(width - size.x) / 2 + 0.02, z: -(0.45 - size.z) / 2 + 0.02)
        }
        return group
    }

    /// Boards on the wall, one above the other.
    static func wallShelves(_ random: inout SeededGenerator) -> FurnitureGroup {
        let width = random.length(0.7, 1.0)
        var group = FurnitureGroup(width: width, depth: 0.26, front: 0.7)
        let lower = random.length(0.8, 0.95)
        group.add(.shelf, width, 0.03, 0.26, y: lower, clearance: 0.36)
        group.add(.shelf, width, 0.03, 0.26, y: lower + 0.4, clearance: 0.45)
        return group
    }

    /// A chest whose drawers lie side by side in rows.
    static func dresser(_ random: inout SeededGenerator, width: Float, television: Bool = false) -> FurnitureGroup {
        let height = random.length(0.75, 0.95)
        var group = FurnitureGroup(width: width, depth: 0.5, front: 0.7)
        let dresser = group.add(.dresser, width, height, 0.48)
        let rows = 3
        let columns = width > 0.9 ? 2 : 1
        let (w, h) = ((width - 0.08) / Float(columns), (height - 0.14) / Float(rows))
        for row in 0..<rows {
            for column in 0..<columns {
                group.add(
                    .drawer, w - 0.02, h - 0.02, 0.44, x: (Float(column) - Float(columns - 1) / 2) * w,
                    y: 0.09 + Float(row) * h, back: 0.06)
            }
        }
        if television { group.add(.television, SIMD3(min(1, width - 0.1), 0.6, 0.2), onTopOf: dresser, z: -0.1) }
        return group
    }

    /// A desk with drawers under it at one side, perhaps a lamp on it and a chair before it.
    static func desk(_ random: inout SeededGenerator, lamp: ObjectType?, chair: Bool) -> FurnitureGroup {
        let width = random.length(1.2, 1.5)
        let side: Float = random.chance(0.5) ? 1 : -1
        var group = FurnitureGroup(width: width, depth: 0.62, front: 0.7)
        let desk = group.add(.desk, width, 0.75, 0.6)
        for number in 0..<3 {
            group.add(
                .drawer, 0.38, 0.19, 0.52, x: side * (width / 2 - 0.25), y: 0.1 + Float(number) * 0.2, back: 0.1)
        }
        if let lamp {
            group.add(lamp, lamp.typicalSize, onTopOf: desk, x: -side * (width / 2 - 0.2), z: -0.12)
        }
        if chair { group.add(.chair, 0.45, 0.9, 0.48, x: -side * 0.2, back: 0.62, yaw: 180) }
        return group
    }

    /// A table with chairs on its long sides.
    static func diningTable(width: Float, depth: Float, chairs: Int) -> FurnitureGroup {
        let seat: Float = 0.46
        let hasChairs = chairs > 0
        var group = FurnitureGroup(width: width, depth: depth + (hasChairs ? 2 * seat : 0))
        group.add(.diningTable, width, 0.75, depth, back: hasChairs ? seat : 0)
        let perSide = chairs / 2
        for number in 0..<perSide {
            let x = (Float(number) - Float(perSide - 1) / 2) * width / Float(max(1, perSide))
            group.add(.chair, 0.44, 0.9, seat - 0.01, x: x)
            group.add(.chair, 0.44, 0.9, seat - 0.01, x: x, back: seat + depth + 0.01, yaw: 180)
        }
        return group
    }

    /// One thing that hangs on a wall, its lower edge at y.
    static func onWall(_ type: ObjectType, _ width: Float, _ height: Float, _ depth: Float, y: Float) -> FurnitureGroup
    {
        var group = FurnitureGroup(width: width, depth: depth)
        group.add(type, width, height, depth, y: y)
        return group
    }
}
