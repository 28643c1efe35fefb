import Testing

@testable import Household

@Suite struct SceneTests {
    static let material = Material(SIMD3(1, 1, 1))
    static let room = RoomShape(
        floor: [.init(minX: 0, maxX: 1, minZ: 0, maxZ: 1)], floorMaterial: material, wallMaterial: material,
        ceilingMaterial: material)
    static let cells = CellGrid(cells: [SIMD2(1, 1)])

    static func object(_ id: String, _ type: ObjectType = .apple, parent: Int? = nil) -> SceneObject {
        SceneObject(id: id, type: type, size: SIMD3(0.1, 0.1, 0.1), position: .zero, parent: parent)
    }

    @Test func malformedScenesAreRefused() throws {
        func refuse(_ objects: [SceneObject], _ words: String, grid: CellGrid = SceneTests.cells) {
            let error = #expect(throws: SceneError.self) {
                _ = try HouseScene(room: Self.room, objects: objects, grid: grid)
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "-")")
        }
        refuse([Self.object("a"), Self.object("a")], "twice")
        refuse([Self.object("a", parent: 3)], "does not exist")
        refuse([Self.object("a", parent: 0)], "does not exist")
        refuse([Self.object("a"), Self.object("b", parent: 0)], "no receptacle")
        refuse([Self.object("a", .plate, parent: 1), Self.object("b", .bowl, parent: 0)], "inside itself")
        refuse([], "stand", grid: CellGrid(cells: [SIMD2<Int>]()))
        var flat = Self.object("a")
        flat.size.y = 0
        refuse([flat], "no size")
        flat.size.y = .nan
        refuse([flat], "no size")
    }

    @Test func idsFollowTHOR() {
        #expect(SceneObject.id(.fridge, at: SIMD3(-0.32, 0.002, 3.6)) == "Fridge|-00.32|+00.00|+03.60")
        #expect(SceneObject.id(.fridge, at: SIMD3(-0.32, -0.002, -13.6)) == "Fridge|-00.32|00.00|-13.60")
        #expect(ObjectType(objectID: "Sink|-01.90|+00.97|-01.50|SinkBasin") == .sinkBasin)
        #expect(ObjectType(objectID: "Apple|+00.93|+01.15|-01.02|AppleSliced_2") == .appleSliced)
        #expect(ObjectType(objectID: "Wall|1|2|3") == nil)
        #expect(ObjectType(objectID: "") == nil)
    }

    @Test func gridsKnowTheirCells() {
        let cells = [SIMD2(-3, 2), SIMD2(-1, 2), SIMD2(0, 5)]
        let grid = CellGrid(cells: cells)
        #expect(grid.cells == cells)
        for x in -5...3 { for z in 0...7 { #expect(grid.contains(x: x, z: z) == cells.contains(SIMD2(x, z))) } }
        #expect(CellGrid(cells: [SIMD2<Int>]()).count == 0)
    }

    @Test func wallsStandWhereTheFloorEnds() {
        // An L of two rectangles: the shared edge has no wall.
        let room = RoomShape(
            floor: [.init(minX: 0, maxX: 4, minZ: 0, maxZ: 2), .init(minX: 0, maxX: 2, minZ: 2, maxZ: 4)],
            floorMaterial: Self.material, wallMaterial: Self.material, ceilingMaterial: Self.material)
        let mesh = room.mesh
        func area(where chosen: (SIMD3<Float>) -> Bool) -> Float {
            mesh.faces.filter { chosen($0.normal) }.reduce(0) { sum, face in
                let v = Array(mesh.vertices[Int(face.first)..<Int(face.first + face.count)])
                let (a, b) = (v[1] - v[0], v[2] - v[1])
                return sum + (a * a).sum().squareRoot() * (b * b).sum().squareRoot()
            }
        }
        #expect(area { $0.y > 0.9 } == 12)
        #expect(area { $0.y < -0.9 } == 12)
        #expect(abs(area { abs($0.y) < 0.1 } - 16 * 2.7) < 1e-3)
        // Every wall looks into the room: opposite directions have the same area.
        #expect(abs(area { $0.x > 0.9 } - area { $0.x < -0.9 }) < 1e-3)
        #expect(abs(area { $0.z > 0.9 } - area { $0.z < -0.9 }) < 1e-3)
        #expect(RoomShape.uncovered(0, 4, [(1, 2), (1.5, 3)]).map { [$0.0, $0.1] } == [[0, 1], [3, 4]])
    }
}
