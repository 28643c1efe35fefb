internal import Ground
internal import Household

/// A kitchen: units along one wall or round a corner, what stands on them, a table where there is room.
struct KitchenFurniture {
    /// A stretch of the run.
    private enum Unit {
        case cabinet, drawers, hob, sink, fridge
        /// The part of the run that the next wall's run hides.
        case corner

        var hasCounter: Bool { self != .sink && self != .fridge }
    }

    private struct Slot {
        var unit: Unit
        var width: Float
    }

    /// Measures in metres.
    private enum Measure {
        static let depth: Float = 0.62
        static let counter: Float = 0.92
        static let slab: Float = 0.04
        static let plinth: Float = 0.08
        static let upperBase: Float = 1.45
        static let upperHeight: Float = 0.66
        static let upperDepth: Float = 0.34
        static let hob: Float = 0.6
        static let front: Float = 0.65
        static let fridgeDepth: Float = 0.7
    }

    static func furnish(_ builder: inout RoomBuilder, plan: RoomPlan) -> Bool {
        guard addUnits(&builder) else { return false }
        guard builder.addToWall(.garbageCan, .anywhere) else { return false }
        if plan.has(.diningTable) { addTable(&builder) }
        if plan.has(.sideTable) { _ = builder.addToWall(.sideTable(&builder.random, lamp: nil)) }
        if plan.has(.shelf) { _ = builder.addToWall(.wallShelves(&builder.random)) }
        if plan.has(.safe) { _ = builder.addToWall(.safe) }
        if plan.has(.housePlant) { _ = builder.addToWall(.plant(&builder.random), .corner) }
        return true
    }

    // MARK: Units

    private static func addUnits(_ builder: inout RoomBuilder) -> Bool {
        let walls = builder.outline.walls
        let corners = walls.indices.filter { walls[$0].endsInCorner }
        guard let first = builder.random.pick(corners) else { return false }
        let second = (first + 1) % walls.count
        let (a, b) = (walls[first].length, walls[second].length)
        if builder.random.chance(0.55), min(a, b) >= 2.6 {
            return addRound(&builder, first, second)
        }
        return addStraight(&builder, first)
    }

    /// Everything along one wall: fridge, sink between counters, hob.
    private static func addStraight(_ builder: inout RoomBuilder, _ wall: Int) -> Bool {
        let length = builder.outline.walls[wall].length
        var slots = [
            Slot(unit: .cabinet, width: builder.random.length(0.4, 0.6)), Slot(unit: .sink, width: 0.7),
            Slot(unit: .drawers, width: builder.random.length(0.45, 0.6)), Slot(unit: .hob, width: Measure.hob),
            Slot(unit: .cabinet, width: 0.55),
        ]
        let fridge = Slot(unit: .fridge, width: 0.8)
        var space = length - fridge.width - slots.reduce(0) { $0 + $1.width } - 0.06
        guard space >= 0 else { return false }
        while space >= 0.45 {
            let width = min(space, builder.random.length(0.45, 0.6))
            slots.insert(
                Slot(unit: builder.random.chance(0.35) ? .drawers : .cabinet, width: width),
                at: builder.random.chance(0.5) ? 3 : slots.count)
            space -= width
            if slots.count >= 8 { break }
        }
        slots.append(fridge)
        if builder.random.chance(0.5) { slots.reverse() }
        let atStart = builder.random.chance(0.5)
        return addRuns(&builder, [(wall, slots, atStart ? 0.02 : max(0.02, space + 0.04))])
    }

    /// Sink along one wall, hob and fridge along the next, a counter in the corner.
    private static func addRound(_ builder: inout RoomBuilder, _ first: Int, _ second: Int) -> Bool {
        let walls = builder.outline.walls
        // From the corner outwards; the first wall's run is laid the other way round.
        var sinkSide = [Slot(unit: .corner, width: Measure.depth + 0.04)]
        var hobSide: [Slot] = []
        sinkSide += [
            Slot(unit: .cabinet, width: builder.random.length(0.4, 0.55)), Slot(unit: .sink, width: 0.7),
            Slot(unit: .drawers, width: builder.random.length(0.45, 0.55)),
        ]
        hobSide += [
            Slot(unit: .cabinet, width: builder.random.length(0.4, 0.55)), Slot(unit: .hob, width: Measure.hob),
        ]
        func total(_ slots: [Slot]) -> Float { slots.reduce(0) { $0 + $1.width } }
        // Where the hob's wall is long enough, a last unit and the fridge end it; else they end the sink's wall.
        let end = [Slot(unit: .drawers, width: 0.5), Slot(unit: .fridge, width: 0.8)]
        let hobSpace = walls[second].length - Measure.depth - 0.1
        let sinkSpace = walls[first].length - 0.05
        if total(hobSide) + total(end) <= hobSpace {
            hobSide += end
        } else if total(sinkSide) + total(end) <= sinkSpace {
            sinkSide += end
        } else {
            return false
        }
        if total(sinkSide) + 0.5 <= sinkSpace, sinkSide.last?.unit != .fridge, builder.random.chance(0.6) {
            sinkSide.append(Slot(unit: .cabinet, width: 0.5))
        }
        guard total(sinkSide) <= sinkSpace, total(hobSide) <= hobSpace else { return false }
        let start = walls[first].length - total(sinkSide) - 0.02
        return addRuns(
            &builder, [(first, sinkSide.reversed(), start), (second, hobSide, Measure.depth + 0.021)])
    }

    /// - Parameter runs: Wall, units in the wall's direction, where the first begins.
    private static func addRuns(
        _ builder: inout RoomBuilder, _ runs: [(wall: Int, slots: [Slot], start: Float)]
    ) -> Bool {
        var appliances = builder.random.shuffled([ObjectType.microwave, .coffeeMachine, .toaster])
        for (number, run) in runs.enumerated() {
            let wall = builder.outline.walls[run.wall]
            let length = run.slots.reduce(0) { $0 + $1.width }
            var group = FurnitureGroup(width: length, depth: Measure.depth)
            addBase(&group, run.slots, length, &builder.random)
            addUppers(&group, run.slots, length)
            let isLast = number == runs.count - 1
            appliances = addAppliances(appliances, &group, run.slots, length, all: isLast, &builder.random)
            let placement = Placement(
                position: wall.placement.point(SIMD3(run.start + length / 2, 0, RoomBuilder.wallGap)), yaw: wall.yaw)
            guard builder.add(group, at: placement, yaw: wall.yaw) else { return false }
            // Free floor in front, except before the corner.
            let front = FurnitureGroup(
                width: length - cornerWidth(run.slots), depth: Measure.fridgeDepth, front: Measure.front)
            let shift = run.slots.last?.unit == .corner ? -cornerWidth(run.slots) / 2 : 0
            let middle = Placement(
                position: wall.placement.point(
                    SIMD3(run.start + length / 2 + shift, 0, RoomBuilder.wallGap)), yaw: wall.yaw)
            guard builder.add(front, at: middle, yaw: wall.yaw) else { return false }
        }
        return appliances.isEmpty
    }

    private static func cornerWidth(_ slots: [Slot]) -> Float {
        slots.filter { $0.unit == .corner }.reduce(0) { $0 + $1.width }
    }

    /// Each slot's middle in the group's frame.
    private static func middles(_ slots: [Slot], _ length: Float) -> [Float] {
        var left = -length / 2
        return slots.map { slot in
            left += slot.width
            return left - slot.width / 2
        }
    }

    private static func addBase(
        _ group: inout FurnitureGroup, _ slots: [Slot], _ length: Float, _ random: inout SeededGenerator
    ) {
        let base = Measure.counter - Measure.slab
        let depth = Measure.depth - 0.02
        for (slot, x) in zip(slots, middles(slots, length)) {
            switch slot.unit {
            case .corner: break
            case .fridge:
                group.add(.fridge, 0.76, random.length(1.65, 1.85), Measure.fridgeDepth, x: x)
            case .cabinet, .hob:
                group.add(
                    .cabinet, slot.width - 0.004, base - Measure.plinth, depth, x: x, y: Measure.plinth,
                    opening: slot.width > 0.56 ? .doubleDoor : random.chance(0.5) ? .leftHinged : .rightHinged)
            case .drawers:
                let count = random.chance(0.5) ? 3 : 4
                let height = (base - Measure.plinth) / Float(count)
                for number in 0..<count {
                    group.add(
                        .drawer, slot.width - 0.004, height - 0.004, depth, x: x,
                        y: Measure.plinth + Float(number) * height)
                }
            case .sink:
                group.addSink(width: slot.width, depth: Measure.depth, top: Measure.counter, x: x)
                group.add(.faucet, 0.2, 0.28, 0.22, x: x, y: Measure.counter, back: 0.02)
                group.add(
                    .cabinet, slot.width - 0.004, Measure.counter - 0.25 - Measure.plinth, depth, x: x,
                    y: Measure.plinth, opening: .doubleDoor)
            }
        }
        for (low, high) in counters(slots, length) {
            let counter = group.add(
                .counterTop, high - low, Measure.slab, Measure.depth, x: (low + high) / 2, y: base)
            for (slot, x) in zip(slots, middles(slots, length)) where slot.unit == .hob && low < x && x < high {
                for (column, row) in [(-1, 0), (1, 0), (-1, 1), (1, 1)] as [(Float, Float)] {
                    group.add(
                        .stoveBurner, 0.24, 0.015, 0.24, x: x + column * 0.15, y: Measure.counter,
                        back: 0.09 + row * 0.24, on: counter)
                }
                for number in 0..<4 {
                    group.add(
                        .stoveKnob, 0.05, 0.045, 0.035, x: x + (Float(number) - 1.5) * 0.11, y: Measure.counter,
                        back: 0.578, on: counter)
                }
            }
        }
    }

    /// The stretches of counter between sink and fridge.
    private static func counters(_ slots: [Slot], _ length: Float) -> [(low: Float, high: Float)] {
        var counters: [(low: Float, high: Float)] = []
        var (left, isOpen) = (-length / 2, false)
        for slot in slots {
            if slot.unit.hasCounter {
                if isOpen {
                    counters[counters.count - 1].high = left + slot.width
                } else {
                    counters.append((left, left + slot.width))
                }
            }
            isOpen = slot.unit.hasCounter
            left += slot.width
        }
        return counters
    }

    private static func addUppers(_ group: inout FurnitureGroup, _ slots: [Slot], _ length: Float) {
        for (slot, x) in zip(slots, middles(slots, length)) where slot.unit == .cabinet || slot.unit == .drawers {
            group.add(
                .cabinet, slot.width - 0.004, Measure.upperHeight, Measure.upperDepth, x: x, y: Measure.upperBase,
                opening: x < 0 ? .leftHinged : .rightHinged)
        }
    }

    /// Puts as many appliances on the run's counters as leave room to work. Those left over are returned.
    private static func addAppliances(
        _ types: [ObjectType], _ group: inout FurnitureGroup, _ slots: [Slot], _ length: Float, all: Bool,
        _ random: inout SeededGenerator
    ) -> [ObjectType] {
        var left: [ObjectType] = []
        var free: [(low: Float, high: Float, counter: Int)] = []
        for (index, piece) in group.pieces.enumerated() where piece.type == .counterTop {
            var (low, high) = (piece.offset.x - piece.size.x / 2, piece.offset.x + piece.size.x / 2)
            for (slot, x) in zip(slots, middles(slots, length)) where low < x && x < high {
                switch slot.unit {
                case .hob:
                    if x - slot.width / 2 - low > 0.25 { free.append((low, x - slot.width / 2, index)) }
                    low = x + slot.width / 2
                case .corner where x < 0: low = x + slot.width / 2 - 0.25
                case .corner: high = x - slot.width / 2 + 0.25
                default: break
                }
            }
            if high - low > 0.25 { free.append((low, high, index)) }
        }
        for type in types {
            let size = type.typicalSize
            let width = size.x + 0.04
            let fitting = free.indices.filter { free[$0].high - free[$0].low >= width }
            let space = free.reduce(0) { $0 + $1.high - $1.low }
            guard let choice = random.pick(fitting), all || space - width >= 0.5 else {
                left.append(type)
                continue
            }
            let atLow = random.chance(0.5)
            let x = atLow ? free[choice].low + width / 2 : free[choice].high - width / 2
            if atLow { free[choice].low += width } else { free[choice].high -= width }
            group.add(
                type, size.x, size.y, size.z, x: x, y: Measure.counter, back: 0.03, on: free[choice].counter)
        }
        return left
    }

    // MARK: Table

    private static func addTable(_ builder: inout RoomBuilder) {
        for (width, chairs) in [(1.4, 4), (1.2, 4), (1.0, 2), (0.9, 0)] as [(Float, Int)] {
            if builder.addToMiddle(.diningTable(width: width, depth: 0.8, chairs: chairs), clearance: 0.5) { return }
        }
    }
}
