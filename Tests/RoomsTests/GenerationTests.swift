@testable import Rooms
@testable import ALFRED
import Household
import Rooms
import Testing

/// Scenes of every kind, with three episodes each.
enum GeneratedSamples {
    static let numbers = [1000, 1200, 1300, 1400, 3400].flatMap { base in (1...12).map { base + $0 } }
    static let seeds: [UInt64] = [1, 2, 77]
}

@Suite("Generated rooms")
struct GeneratedRoomTests {
    @Test("Furniture stands in the room and touches no other", arguments: GeneratedSamples.numbers)
    func furniture(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        for (index, box) in room.boxes.enumerated() {
            #expect(room.outline.contains(box), "\(room.furniture[index].id)")
            #expect(box.min.y >= 0 && box.max.y <= room.shape.height)
        }
        for first in room.boxes.indices {
            for second in room.boxes.indices where second > first {
                let (a, b) = (room.furniture[first], room.furniture[second])
                guard !Self.isBuiltIn(a.type, b.type), !Self.isBuiltIn(b.type, a.type) else { continue }
                let shrunk = Bounds(min: room.boxes[first].min + 0.002, max: room.boxes[first].max - 0.002)
                #expect(!shrunk.overlaps(room.boxes[second]), "\(a.id) and \(b.id)")
            }
        }
    }

    /// Pieces that are made to be inside another one's box.
    private static func isBuiltIn(_ part: ObjectType, _ whole: ObjectType) -> Bool {
        switch part {
        case .drawer: [.dresser, .desk, .sideTable].contains(whole)
        case .sinkBasin: whole == .sink
        case .bathtubBasin: [.bathtub, .showerCurtain].contains(whole)
        case .showerCurtain: whole == .bathtub
        case .showerGlass: whole == .showerDoor
        default: false
        }
    }

    @Test("Required furniture is there, and eight receptacles", arguments: GeneratedSamples.numbers)
    func required(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        for (type, count) in FurnishedRoom.required(in: room.room) {
            #expect(room.furniture.count { $0.type == type } >= count, "\(type)")
        }
        func has(_ types: ObjectType...) -> Bool { room.furniture.contains { types.contains($0.type) } }
        switch room.room {
        case .kitchen: break
        case .livingRoom: #expect(has(.coffeeTable, .sideTable) && has(.drawer, .shelf, .cabinet))
        case .bedroom: #expect(has(.desk, .dresser, .sideTable))
        case .bathroom: #expect(has(.cabinet, .drawer))
        }
        let receptacles = room.furniture.filter {
            $0.type.traits.contains(.receptacle) && !$0.type.traits.contains(.pickupable)
        }
        #expect(receptacles.count >= 8)
        #expect(receptacles.allSatisfy { !$0.surfaces.isEmpty })
    }

    @Test("The agent can walk between all cells and stands clear of everything", arguments: GeneratedSamples.numbers)
    func cells(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        let cells = room.grid.cells
        #expect((45...260).contains(cells.count))
        #expect(CellGrid.largestPart(of: cells).count == cells.count)
        for cell in cells {
            let (x, z) = (Float(cell.x) * 0.25, Float(cell.y) * 0.25)
            #expect(room.outline.holdsDisc(x: x, z: z, radius: 0.2))
            for (object, box) in zip(room.furniture, room.boxes) where box.min.y < 1.8 {
                let isThin = min(box.size.x, box.size.z) < 0.13
                #expect(isThin || box.horizontalDistance(x: x, z: z) >= 0.2, "\(object.id)")
            }
        }
    }

    @Test("Fixed receptacles and switches are in reach from in front", arguments: GeneratedSamples.numbers)
    func reach(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        for (object, box) in zip(room.furniture, room.boxes)
        where !object.type.traits.isDisjoint(with: .interactable) {
            let near = room.grid.cells.filter {
                box.horizontalDistance(x: Float($0.x) * 0.25, z: Float($0.y) * 0.25) <= World.reach
            }
            #expect(!near.isEmpty, "\(object.id)")
        }
    }

    @Test("Things on furniture stand on it", arguments: GeneratedSamples.numbers)
    func appliances(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        for object in room.furniture {
            guard let parent = object.parent else { continue }
            let top = room.furniture[parent].position.y + room.furniture[parent].size.y
            #expect(abs(object.position.y - top) < 0.001, "\(object.id)")
        }
        for type in [ObjectType.microwave, .coffeeMachine, .toaster, .stoveBurner, .stoveKnob] {
            for object in room.furniture where object.type == type {
                let parent = try #require(object.parent)
                #expect(room.furniture[parent].type == .counterTop)
            }
        }
    }

    @Test("Rooms differ, and the same number is the same room")
    func determinism() throws {
        var seen: [String: Int] = [:]
        for number in GeneratedSamples.numbers {
            let (first, second) = (try FurnishedRoom(number: number), try FurnishedRoom(number: number))
            #expect(first.furniture == second.furniture)
            #expect(first.shape == second.shape)
            #expect(first.grid == second.grid)
            let ids = first.furniture.map(\.id).joined(separator: "\n")
            #expect(seen.updateValue(number, forKey: ids) == nil, "\(number)")
        }
    }

    @Test("Half of all kitchens have their units round a corner, some rooms have six walls")
    func variety() throws {
        let rooms = try SceneGenerator.numbers(of: .kitchen, in: .seen, count: 40).map(FurnishedRoom.init)
        let yaws = rooms.map { room in Set(room.furniture.filter { $0.type == .counterTop }.map(\.yaw)).count }
        #expect(yaws.contains(1) && yaws.contains(2))
        #expect(rooms.contains { $0.shape.floor.count == 2 } && rooms.contains { $0.shape.floor.count == 1 })
    }
}

@Suite("Scene numbers")
struct SceneNumberTests {
    @Test("Parts share no scene and keep to their kind of room")
    func parts() {
        for room in Room.allCases {
            let lists = SceneGenerator.Part.allCases.map { SceneGenerator.numbers(of: room, in: $0, count: 30) }
            #expect(lists.allSatisfy { $0.count == 30 && $0 == $0.sorted() })
            #expect(Set(lists.joined()).count == 90)
            #expect(lists.joined().allSatisfy { Room(sceneNumber: $0) == room && $0 > 1000 })
        }
    }

    @Test(
        "Numbers of THOR's floor plans and of no room are refused",
        arguments: [-1, 0, 1, 430, 1000, 1100, 1150, 1500, 1_000_001])
    func refused(number: Int) {
        #expect(SceneGenerator.part(ofScene: number) == nil)
        #expect(throws: GenerationError.unknownScene(number: number)) { try FurnishedRoom(number: number) }
    }
}
