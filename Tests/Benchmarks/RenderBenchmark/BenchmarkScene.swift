import Ground
import Household

/// A kitchen of 5 x 4 m with 116 objects and about 2,000 faces, and looks of its own, so that its figures do not change
/// when the looks of real objects do.
enum BenchmarkScene {
    static func make(seed: UInt64 = 1) throws -> HouseScene {
        var random = SplitMix64(seed: seed)
        var objects: [SceneObject] = []
        func add(
            _ type: ObjectType, _ size: SIMD3<Float>, _ position: SIMD3<Float>, yaw: Float = 0, parent: Int? = nil
        ) -> Int {
            objects.append(
                SceneObject(
                    id: "\(type.rawValue)|\(objects.count)", type: type, size: size, position: position, yaw: yaw,
                    parent: parent, variant: UInt32(truncatingIfNeeded: random.next())))
            return objects.count - 1
        }
        var tops: [(index: Int, bounds: Bounds)] = []
        for column in 0..<6 {
            let x = 0.4 + 0.8 * Float(column)
            let counter = add(.counterTop, SIMD3(0.8, 0.9, 0.6), SIMD3(x, 0, 3.7), yaw: 180)
            tops.append((counter, Bounds(min: SIMD3(x - 0.35, 0.9, 3.45), max: SIMD3(x + 0.35, 2, 3.95))))
            for half in 0..<2 {
                let side = x - 0.2 + 0.4 * Float(half)
                _ = add(.cabinet, SIMD3(0.38, 0.5, 0.05), SIMD3(side, 0.1, 3.39), yaw: 180)
                _ = add(.drawer, SIMD3(0.38, 0.18, 0.05), SIMD3(side, 0.66, 3.39), yaw: 180)
                if column > 0 { _ = add(.cabinet, SIMD3(0.39, 0.7, 0.35), SIMD3(side, 1.5, 3.82), yaw: 180) }
            }
        }
        _ = add(.fridge, SIMD3(0.8, 1.8, 0.7), SIMD3(0.36, 0, 2.8), yaw: 90)
        let table = add(.diningTable, SIMD3(1.2, 0.75, 0.8), SIMD3(3.4, 0, 1.2))
        tops.append((table, Bounds(min: SIMD3(2.9, 0.75, 0.9), max: SIMD3(3.9, 2, 1.5))))
        for (x, z, yaw) in [(Float(2.6), Float(1.2), Float(90)), (4.2, 1.2, 270), (3.4, 0.6, 0), (3.4, 1.8, 180)] {
            _ = add(.chair, SIMD3(0.42, 0.9, 0.42), SIMD3(x, 0, z), yaw: yaw)
        }
        _ = add(.microwave, SIMD3(0.5, 0.3, 0.35), SIMD3(0.9, 0.9, 3.75), yaw: 180)
        _ = add(.garbageCan, SIMD3(0.3, 0.6, 0.3), SIMD3(4.75, 0, 2.9))
        _ = add(.window, SIMD3(1.2, 1, 0.04), SIMD3(4.97, 1, 2), yaw: 270)
        _ = add(.painting, SIMD3(0.8, 0.6, 0.03), SIMD3(2, 1.4, 0.02))
        let kinds: [(ObjectType, SIMD3<Float>)] = [
            (.apple, SIMD3(0.08, 0.08, 0.08)), (.mug, SIMD3(0.09, 0.1, 0.09)), (.bowl, SIMD3(0.16, 0.07, 0.16)),
            (.bread, SIMD3(0.26, 0.12, 0.12)), (.book, SIMD3(0.16, 0.03, 0.22)), (.pot, SIMD3(0.24, 0.14, 0.24)),
            (.wineBottle, SIMD3(0.08, 0.3, 0.08)), (.potato, SIMD3(0.1, 0.06, 0.07)),
        ]
        for number in 0..<60 {
            let (type, size) = kinds[number % kinds.count]
            let (parent, bounds) = tops[number % tops.count]
            let x = bounds.min.x + random.unit() * (bounds.max.x - bounds.min.x)
            let z = bounds.min.z + random.unit() * (bounds.max.z - bounds.min.z)
            _ = add(type, size, SIMD3(x, bounds.min.y, z), yaw: 360 * random.unit(), parent: parent)
        }
        var cells: [SIMD2<Int>] = []
        for x in 2...18 { for z in 2...12 { cells.append(SIMD2(x, z)) } }
        return try HouseScene(
            room: RoomShape(
                floor: [.init(minX: 0, maxX: 5, minZ: 0, maxZ: 4)], height: 2.6,
                floorMaterial: Material(SIMD3(176, 138, 98), accent: SIMD3(120, 88, 58), .planks, scale: 0.6),
                wallMaterial: Material(SIMD3(226, 216, 196)), ceilingMaterial: Material(SIMD3(240, 240, 236))),
            objects: objects, grid: CellGrid(cells: cells), seed: seed)
    }

    /// Boxes with panels, legs, and 8-sided frustums.
    @Sendable static func look(_ object: SceneObject, _ flags: ObjectFlags) -> Mesh {
        var mesh = Mesh()
        let size = object.size
        let box = object.localBounds
        switch object.type {
        case .counterTop:
            let wood = Material(SIMD3(205, 190, 160), accent: SIMD3(150, 130, 100), .wood, scale: 0.5)
            let stone = Material(SIMD3(70, 72, 78), accent: SIMD3(150, 150, 155), .speckles, scale: 0.4)
            mesh.addBox(Bounds(min: box.min, max: SIMD3(box.max.x, size.y - 0.04, box.max.z)), wood)
            mesh.addBox(Bounds(min: SIMD3(box.min.x, size.y - 0.04, box.min.z), max: box.max), stone)
        case .cabinet, .drawer:
            let wood = Material(SIMD3(222, 205, 170), accent: SIMD3(180, 155, 118), .wood, scale: 0.4)
            let steel = Material(SIMD3(130, 130, 135), .brushedMetal, scale: 0.1)
            mesh.addBox(Bounds(min: box.min, max: box.max - SIMD3(0, 0, 0.02)), wood)
            mesh.addBox(
                Bounds(
                    min: SIMD3(-0.06, size.y / 2 - 0.01, box.max.z - 0.02),
                    max: SIMD3(0.06, size.y / 2 + 0.01, box.max.z)), steel)
        case .diningTable, .chair:
            let wood = Material(SIMD3(150, 96, 58), accent: SIMD3(100, 60, 34), .wood, scale: 0.5)
            let seat = object.type == .chair ? size.y / 2 : size.y
            mesh.addBox(
                Bounds(min: SIMD3(box.min.x, seat - 0.05, box.min.z), max: SIMD3(box.max.x, seat, box.max.z)), wood)
            for x in [box.min.x + 0.04, box.max.x - 0.04] {
                for z in [box.min.z + 0.04, box.max.z - 0.04] {
                    mesh.addFrustum(
                        centre: SIMD3(x, 0, z), height: seat - 0.05, bottom: SIMD2(0.02, 0.02), top: SIMD2(0.03, 0.03),
                        wood)
                }
            }
            if object.type == .chair {
                mesh.addBox(
                    Bounds(min: SIMD3(box.min.x, seat, box.min.z), max: SIMD3(box.max.x, size.y, box.min.z + 0.04)),
                    wood)
            }
        case .apple, .potato, .mug, .bowl, .pot, .wineBottle, .garbageCan:
            let colors: [SIMD3<UInt8>] = [
                SIMD3(200, 40, 36), SIMD3(60, 110, 190), SIMD3(235, 235, 230), SIMD3(60, 130, 70), SIMD3(150, 150, 155),
            ]
            let material = Material(colors[Int(object.variant) % colors.count])
            let radii = SIMD2(size.x, size.z) / 2
            for storey in 0..<3 {
                let widths: [Float] = [0.7, 1, 0.95, 0.6]
                mesh.addFrustum(
                    centre: SIMD3(0, size.y / 3 * Float(storey), 0), height: size.y / 3,
                    bottom: radii * widths[storey], top: radii * widths[storey + 1], material, hasTop: storey == 2)
            }
        case .book: mesh.addBox(box, Material(SIMD3(150, 60, 60), .fabric, scale: 0.1))
        case .painting, .window:
            mesh.addBox(box, Material(SIMD3(90, 60, 40)))
            let inner = Bounds(min: box.min + SIMD3(0.05, 0.05, 0), max: box.max + SIMD3(-0.05, -0.05, 0.005))
            mesh.addBox(inner, Material(SIMD3(150, 200, 235), isLuminous: object.type == .window), sides: .front)
        default:
            mesh.addBox(box, Material(SIMD3(200, 202, 205), accent: SIMD3(170, 172, 178), .brushedMetal, scale: 0.5))
        }
        return mesh
    }
}
