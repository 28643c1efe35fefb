internal import Ground
internal import Household

/// A room being furnished: what stands where, and what may still be put where.
struct RoomBuilder {
    let outline: FloorOutline
    let height: Float
    var random: SeededGenerator
    private let variantSeed: UInt64
    private(set) var objects: [SceneObject] = []
    private(set) var boxes: [Bounds] = []
    /// Floor that stays free so that furniture can be used.
    private var zones: [Bounds] = []
    /// Space on and in receptacles that stays free for things.
    private var reserved: [Bounds] = []

    /// Gap between furniture and wall, in metres.
    static let wallGap: Float = 0.02
    /// Nothing that hangs higher is in the agent's way.
    static let agentHeight: Float = 1.8
    /// Wall decoration is thinner than this and in nobody's way.
    static let thin: Float = 0.12

    init(outline: FloorOutline, height: Float, random: SeededGenerator) {
        self.outline = outline
        self.height = height
        self.random = random
        variantSeed = self.random.next()
    }

    /// Whether a box keeps the agent from standing under or in it.
    static func blocks(_ box: Bounds) -> Bool {
        box.min.y < agentHeight && isBulky(box)
    }

    private static func isBulky(_ box: Bounds) -> Bool { min(box.size.x, box.size.z) > thin }

    // MARK: Placing

    /// Adds a group if it fits.
    mutating func add(_ group: FurnitureGroup, at placement: Placement, yaw: Float) -> Bool {
        guard fits(group, at: placement) else { return false }
        let first = objects.count
        let space = Self.reservedSpace(group, placement)
        for (index, piece) in group.pieces.enumerated() {
            let position = Self.snapped(placement.point(piece.offset))
            let turned = (yaw + piece.yaw).truncatingRemainder(dividingBy: 360)
            let id =
                piece.basinOf.map { "\(objects[first + $0].id)|\(piece.type.rawValue)" }
                ?? SceneObject.id(piece.type, at: position)
            guard !objects.contains(where: { $0.id == id }) else {
                objects.removeSubrange(first...)
                boxes.removeSubrange(first...)
                return false
            }
            objects.append(
                SceneObject(
                    id: id, type: piece.type, size: piece.size, position: position, yaw: turned,
                    surfaces: Looks.surfaces(of: piece.type, size: piece.size).map { surface in
                        var surface = surface
                        surface.clearance = min(surface.clearance, piece.clearance ?? surface.clearance)
                        return surface
                    },
                    opening: piece.opening ?? Looks.opening(of: piece.type, size: piece.size),
                    parent: piece.parent.map { first + $0 },
                    variant: variant(of: piece.type), initialFlags: piece.flags))
            boxes.append(box(of: group, index, placement))
        }
        if let zone = Self.zone(group, placement) { zones.append(zone) }
        reserved += space
        return true
    }

    /// Furniture of a type looks alike in a room, and fronts match each other; pictures and plants differ.
    private mutating func variant(of type: ObjectType) -> UInt32 {
        let family: ObjectType =
            switch type {
            case .drawer: .cabinet
            case .sinkBasin, .faucet: .sink
            default: type
            }
        switch type {
        case .painting, .poster, .housePlant, .window: return UInt32(truncatingIfNeeded: random.next())
        default:
            let index = ObjectType.allCases.firstIndex(of: family) ?? 0
            var choice = SeededGenerator(variantSeed, UInt64(index))
            return UInt32(truncatingIfNeeded: choice.next() >> 20)
        }
    }

    /// Millimetres, so that ids and positions agree to the centimetre on every machine.
    private static func snapped(_ point: SIMD3<Float>) -> SIMD3<Float> {
        (point * 1000).rounded(.toNearestOrAwayFromZero) / 1000
    }

    private func box(of group: FurnitureGroup, _ index: Int, _ placement: Placement) -> Bounds {
        let piece = group.pieces[index]
        let local = Placement(position: piece.offset, yaw: piece.yaw).bounds(
            Bounds(
                min: SIMD3(-piece.size.x / 2, 0, -piece.size.z / 2),
                max: SIMD3(piece.size.x / 2, piece.size.y, piece.size.z / 2)))
        return placement.bounds(local)
    }

    private static func zone(_ group: FurnitureGroup, _ placement: Placement) -> Bounds? {
        guard group.front > 0 else { return nil }
        return placement.bounds(
            Bounds(
                min: SIMD3(-group.width / 2, 0, group.depth),
                max: SIMD3(group.width / 2, agentHeight, group.depth + group.front)))
    }

    /// The space over the open surfaces of a group, where things will stand or hang.
    private static func reservedSpace(_ group: FurnitureGroup, _ placement: Placement) -> [Bounds] {
        group.pieces.flatMap { piece in
            Looks.surfaces(of: piece.type, size: piece.size).filter { !$0.isInterior }.map { surface in
                let clearance = min(surface.clearance, piece.clearance ?? (surface.y < 0 ? 0.66 : 0.45))
                let local = Bounds(
                    min: SIMD3(surface.minX, surface.y + 0.002, surface.minZ),
                    max: SIMD3(surface.maxX, surface.y + clearance, surface.maxZ))
                return placement.bounds(Placement(position: piece.offset, yaw: piece.yaw).bounds(local))
            }
        }
    }

    /// Whether every piece is inside the room, touches nothing and leaves free what must stay free.
    func fits(_ group: FurnitureGroup, at placement: Placement) -> Bool {
        let added = group.pieces.indices.map { box(of: group, $0, placement) }
        for box in added {
            guard outline.contains(box), box.max.y <= height else { return false }
            let shrunk = Bounds(min: box.min + 0.001, max: box.max - 0.001)
            guard !boxes.contains(where: shrunk.overlaps) else { return false }
            guard !Self.blocks(box) || !zones.contains(where: shrunk.overlaps) else { return false }
            guard !Self.isBulky(box) || !reserved.contains(where: shrunk.overlaps) else { return false }
        }
        for space in Self.reservedSpace(group, placement) {
            guard !boxes.contains(where: { Self.isBulky($0) && $0.overlaps(space) }) else { return false }
        }
        if group.view > 0 {
            for piece in group.pieces {
                let view = placement.bounds(
                    Bounds(
                        min: piece.offset - SIMD3(piece.size.x / 2, 0, 0),
                        max: piece.offset + SIMD3(piece.size.x / 2, piece.size.y, group.view)))
                guard !boxes.contains(where: view.overlaps) else { return false }
            }
        }
        guard let zone = Self.zone(group, placement) else { return true }
        let shrunk = Bounds(min: zone.min + 0.001, max: zone.max - 0.001)
        return outline.contains(zone) && !boxes.contains { Self.blocks($0) && shrunk.overlaps($0) }
    }

    // MARK: Finding places

    /// Where along a wall something likes to stand.
    enum Spot { case anywhere, corner, middle }

    /// Puts a group against a wall.
    ///
    /// - Parameters:
    ///   - walls: Indices of the walls to try; nil for all.
    ///   - gap: Distance from the wall in metres.
    mutating func addToWall(
        _ group: FurnitureGroup, _ spot: Spot = .anywhere, walls: [Int]? = nil, gap: Float = wallGap
    ) -> Bool {
        var best: (score: Float, placement: Placement, yaw: Float)?
        for index in walls ?? Array(outline.walls.indices) {
            let wall = outline.walls[index]
            let (low, high) = (group.width / 2 + 0.02, wall.length - group.width / 2 - 0.02)
            guard low <= high else { continue }
            let bias = random.unit() * 0.6
            for step in 0...Int((high - low) / 0.05) {
                let along = step == Int((high - low) / 0.05) ? high : low + Float(step) * 0.05
                let placement = Placement(
                    position: wall.placement.point(SIMD3(along, 0, gap)), yaw: wall.yaw)
                let score: Float
                switch spot {
                case .anywhere: score = random.unit()
                case .corner: score = min(along - low, high - along) + bias
                case .middle: score = abs(along - wall.length / 2) - wall.length / 4 + bias
                }
                if let best, best.score <= score { continue }
                if fits(group, at: placement) { best = (score, placement, wall.yaw) }
            }
        }
        guard let best else { return false }
        return add(group, at: best.placement, yaw: best.yaw)
    }

    /// Puts a group where there is most space around it.
    ///
    /// - Parameter clearance: Free floor around it, in metres.
    mutating func addToMiddle(_ group: FurnitureGroup, clearance: Float) -> Bool {
        var best: (score: Float, placement: Placement, yaw: Float)?
        let room = outline.outer
        for yaw in random.shuffled([0, 90, 180, 270] as [Float]) {
            var x = room.minX
            while x <= room.maxX {
                var z = room.minZ
                while z <= room.maxZ {
                    let placement = Placement(position: SIMD3(x, 0, z), yaw: yaw)
                    let space = freeSpace(around: footprint(group, placement))
                    let score = -min(space, 1.2) + random.unit() * 0.05
                    if space >= clearance, score < best?.score ?? .infinity, fits(group, at: placement) {
                        best = (score, placement, yaw)
                    }
                    z += 0.125
                }
                x += 0.125
            }
        }
        guard let best else { return false }
        return add(group, at: best.placement, yaw: best.yaw)
    }

    private func footprint(_ group: FurnitureGroup, _ placement: Placement) -> Bounds {
        placement.bounds(
            Bounds(min: SIMD3(-group.width / 2, 0, 0), max: SIMD3(group.width / 2, Self.agentHeight, group.depth)))
    }

    /// Distance from a footprint to the nearest wall or furniture, in metres; negative outside.
    private func freeSpace(around box: Bounds) -> Float {
        guard outline.contains(box) else { return -1 }
        let room = outline.outer
        var space = min(
            box.min.x - room.minX, room.maxX - box.max.x, box.min.z - room.minZ, room.maxZ - box.max.z)
        var others = boxes.filter(Self.blocks)
        if let notch = outline.notch {
            others.append(
                Bounds(min: SIMD3(notch.minX, 0, notch.minZ), max: SIMD3(notch.maxX, height, notch.maxZ)))
        }
        for other in others {
            let (dx, dz) = (
                max(other.min.x - box.max.x, box.min.x - other.max.x),
                max(other.min.z - box.max.z, box.min.z - other.max.z)
            )
            space = min(space, max(dx, dz))
        }
        return space
    }

    /// Turns on or off, opens or closes what is there.
    mutating func setFlags(_ flags: ObjectFlags, of object: Int) { objects[object].initialFlags = flags }

    /// Fixed places for things.
    var landmarks: Int {
        objects.count { $0.type.traits.contains(.receptacle) && !$0.type.traits.contains(.pickupable) }
    }

    func count(_ type: ObjectType) -> Int { objects.count { $0.type == type } }
}

extension SeededGenerator {
    /// A multiple of 5 cm in the range.
    mutating func length(_ low: Float, _ high: Float) -> Float {
        let steps = Int(((high - low) / 0.05).rounded())
        return low + Float(int(0...max(0, steps))) * 0.05
    }
}
