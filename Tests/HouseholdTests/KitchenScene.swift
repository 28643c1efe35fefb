@testable import Household

/// A small kitchen with one of each thing that behaves in its own way.
enum KitchenScene {
    struct Builder {
        var objects: [SceneObject] = []

        @discardableResult
        mutating func add(
            _ type: ObjectType, _ size: SIMD3<Float>, at position: SIMD3<Float>, yaw: Float = 0,
            surfaces: [SceneObject.Surface] = [], opening: SceneObject.Opening? = nil, parent: Int? = nil,
            flags: ObjectFlags = [], part: String = ""
        ) -> Int {
            var id = SceneObject.id(type, at: position)
            if !part.isEmpty {
                id = "\(part)|" + id.split(separator: "|").dropFirst().joined(separator: "|") + "|\(type.rawValue)"
            }
            objects.append(
                SceneObject(
                    id: id, type: type, size: size, position: position, yaw: yaw, surfaces: surfaces, opening: opening,
                    parent: parent, variant: UInt32(objects.count), initialFlags: flags))
            let index = objects.count - 1
            if let slices = type.slices {
                for number in 1...slices.count {
                    objects.append(
                        SceneObject(
                            id: "\(id)|\(slices.type.rawValue)_\(number)", type: slices.type,
                            size: size / SIMD3(Float(slices.count), 1, 1), position: position, yaw: yaw, sliceOf: index,
                            variant: UInt32(number)))
                }
            }
            return index
        }
    }

    /// A surface over most of a box of this width and depth.
    static func surface(_ width: Float, _ depth: Float, _ y: Float, clearance: Float = 2, inside: Bool = false)
        -> SceneObject.Surface
    {
        SceneObject.Surface(
            minX: -width / 2 + 0.02, maxX: width / 2 - 0.02, minZ: -depth / 2 + 0.02, maxZ: depth / 2 - 0.02, y: y,
            clearance: clearance, isInterior: inside)
    }

    /// Floor from (-2, -2) to (2, 2); the furniture stands along the walls.
    static func make() throws(SceneError) -> HouseScene {
        var builder = Builder()
        // North wall: counter, sink, microwave on the counter.
        let counter = builder.add(
            .counterTop, SIMD3(2.4, 0.9, 0.6), at: SIMD3(-0.8, 0, 1.7), yaw: 180, surfaces: [surface(2.4, 0.6, 0.9)])
        builder.add(
            .microwave, SIMD3(0.5, 0.3, 0.4), at: SIMD3(-0.8, 0.9, 1.75), yaw: 180,
            surfaces: [surface(0.5, 0.4, 0.03, clearance: 0.25, inside: true)], opening: .leftHinged, parent: counter)
        let basin = builder.add(
            .sinkBasin, SIMD3(0.5, 0.2, 0.4), at: SIMD3(0, 0.9, 1.7), yaw: 180,
            surfaces: [surface(0.5, 0.4, 0.02)], part: "Sink")
        builder.add(.faucet, SIMD3(0.1, 0.3, 0.2), at: SIMD3(0, 1.1, 1.92), yaw: 180)
        // East wall: fridge, table.
        builder.add(
            .fridge, SIMD3(0.8, 1.7, 0.7), at: SIMD3(1.65, 0, 1.4), yaw: 270,
            surfaces: [
                surface(0.8, 0.7, 0.3, clearance: 0.4, inside: true),
                surface(0.8, 0.7, 0.8, clearance: 0.4, inside: true),
            ], opening: .leftHinged)
        let table = builder.add(
            .diningTable, SIMD3(1.2, 0.75, 0.8), at: SIMD3(1.6, 0, -0.4), yaw: 270,
            surfaces: [surface(1.2, 0.8, 0.75)])
        // West wall: drawers under a shelf, a stove.
        let drawer = builder.add(
            .drawer, SIMD3(0.5, 0.2, 0.5), at: SIMD3(-1.75, 0.5, 0), yaw: 90,
            surfaces: [surface(0.5, 0.5, 0.02, clearance: 0.17, inside: true)], opening: .slide(0.35))
        builder.add(
            .cabinet, SIMD3(0.5, 0.45, 0.5), at: SIMD3(-1.75, 0.02, 0), yaw: 90,
            surfaces: [surface(0.5, 0.5, 0.03, clearance: 0.4, inside: true)], opening: .rightHinged)
        builder.add(
            .stoveBurner, SIMD3(0.45, 0.02, 0.45), at: SIMD3(-1.75, 0.9, -1), yaw: 90,
            surfaces: [surface(0.3, 0.3, 0.02)])
        builder.add(.stoveKnob, SIMD3(0.05, 0.05, 0.05), at: SIMD3(-1.5, 0.85, -1), yaw: 90)
        builder.add(.deskLamp, SIMD3(0.2, 0.4, 0.2), at: SIMD3(1.7, 0.75, -0.9), yaw: 270, parent: table)
        // Things.
        builder.add(.apple, SIMD3(0.08, 0.08, 0.08), at: SIMD3(1.4, 0.75, -0.4), parent: table)
        builder.add(.bread, SIMD3(0.25, 0.1, 0.12), at: SIMD3(1.5, 0.75, -0.1), parent: table)
        builder.add(.egg, SIMD3(0.05, 0.05, 0.05), at: SIMD3(1.35, 0.75, -0.6), parent: table)
        builder.add(.knife, SIMD3(0.25, 0.02, 0.04), at: SIMD3(-1.35, 0.9, 1.6), parent: counter)
        builder.add(
            .plate, SIMD3(0.22, 0.02, 0.22), at: SIMD3(-0.4, 0.9, 1.6), surfaces: [surface(0.22, 0.22, 0.02)],
            parent: counter, flags: .dirty)
        builder.add(
            .mug, SIMD3(0.1, 0.1, 0.1), at: SIMD3(0, 0.92, 1.7), surfaces: [surface(0.1, 0.1, 0.02)], parent: basin,
            flags: .dirty)
        builder.add(
            .pot, SIMD3(0.25, 0.15, 0.25), at: SIMD3(-1.7, 0.9, 1.6), surfaces: [surface(0.25, 0.25, 0.02)],
            parent: counter)
        builder.add(.kettle, SIMD3(0.2, 0.2, 0.2), at: SIMD3(1.3, 0.75, 0.1), parent: table)
        builder.add(.fork, SIMD3(0.15, 0.01, 0.03), at: SIMD3(-1.75, 0.52, 0), yaw: 90, parent: drawer)
        let cells = (-5...4).flatMap { x in (-6...4).map { z in SIMD2(x, z) } }
        let floor = RoomShape.Rectangle(minX: -2, maxX: 2, minZ: -2, maxZ: 2)
        return try HouseScene(
            room: RoomShape(
                floor: [floor], floorMaterial: Material(SIMD3(170, 140, 110), .planks),
                wallMaterial: Material(SIMD3(220, 220, 210)), ceilingMaterial: Material(SIMD3(240, 240, 240))),
            objects: builder.objects, grid: CellGrid(cells: cells), seed: 1)
    }

    static func world() throws(SceneError) -> World {
        World(try make(), agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 30))
    }
}
