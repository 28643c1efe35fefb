@testable import Rooms
@testable import Household
import Rooms
import Testing

@Suite("Things in generated rooms")
struct GenerationPopulationTests {
    private static func things(_ scene: HouseScene) -> [SceneObject] {
        scene.objects.filter { $0.type.traits.contains(.pickupable) && $0.sliceOf == nil }
    }

    @Test("Things lie where the table allows, on a surface, free, inside", arguments: GeneratedSamples.numbers)
    func places(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        for seed in GeneratedSamples.seeds {
            let scene = try room.populated(seed: seed)
            let world = World(scene, agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
            #expect(FurnishedRoom.thingCounts.contains(Self.things(scene).count))
            for (index, object) in scene.objects.enumerated()
            where object.type.traits.contains(.pickupable) && object.sliceOf == nil {
                let box = world.bounds(of: index)
                #expect(room.outline.contains(box), "\(object.id)")
                guard let parent = object.parent else {
                    // ALFRED's table has no place for what stands on the floor.
                    #expect([.plunger, .scrubBrush, .boots, .teddyBear].contains(object.type))
                    #expect(object.position.y == 0)
                    continue
                }
                let holder = scene.objects[parent]
                #expect(AllowedReceptacles.allows(object.type, in: holder.type), "\(object.id) in \(holder.id)")
                #expect(Self.stands(box, object, on: holder), "\(object.id) in \(holder.id)")
                for (other, neighbour) in scene.objects.enumerated() where other != index && neighbour.sliceOf == nil {
                    let isSibling = neighbour.parent == parent
                    let isInside = holder.type.traits.contains(.mustBeOpen)
                    guard isSibling || (!isInside && neighbour.type.traits.contains(.pickupable)) else { continue }
                    #expect(!box.overlaps(world.bounds(of: other)), "\(object.id) and \(neighbour.id)")
                }
            }
        }
    }

    /// Whether a box rests on one of the holder's surfaces and lies within its edges and height.
    private static func stands(_ box: Bounds, _ object: SceneObject, on holder: SceneObject) -> Bool {
        holder.surfaces.contains { surface in
            let frame = Placement(position: holder.position, yaw: holder.yaw)
            let area = frame.bounds(
                Bounds(
                    min: SIMD3(surface.minX, surface.y, surface.minZ), max: SIMD3(surface.maxX, surface.y, surface.maxZ)
                ))
            let slack: Float = 0.001
            return abs(box.min.y - area.min.y) < slack && object.size.y <= surface.clearance
                && box.min.x >= area.min.x - slack && box.max.x <= area.max.x + slack
                && box.min.z >= area.min.z - slack && box.max.z <= area.max.z + slack
        }
    }

    @Test("The same seed gives the same scene, another seed another", arguments: GeneratedSamples.numbers)
    func determinism(number: Int) throws {
        let room = try FurnishedRoom(number: number)
        let first = try room.populated(seed: 5)
        #expect(try SceneGenerator.scene(number: number, seed: 5).objects == first.objects)
        let other = try room.populated(seed: 6)
        #expect(other.objects != first.objects)
        #expect(Array(other.objects.prefix(room.furniture.count)).map(\.id) == room.furniture.map(\.id))
        #expect(other.grid == first.grid && other.room == first.room)
    }

    @Test("Everything that can be cut has its pieces, named after it")
    func pieces() throws {
        for number in [1001, 1002, 1003] {
            let scene = try SceneGenerator.scene(number: number, seed: 3)
            var wholes = 0
            for (index, object) in scene.objects.enumerated() {
                let pieces = scene.objects.filter { $0.sliceOf == index }
                #expect(pieces.count == object.type.slices?.count ?? 0)
                wholes += pieces.isEmpty ? 0 : 1
                for piece in pieces {
                    #expect(piece.id.hasPrefix(object.id + "|\(piece.type.rawValue)_"))
                    #expect(ObjectType(objectID: piece.id) == piece.type)
                }
            }
            #expect(wholes >= 6)
        }
    }

    @Test("About a tenth of all things is behind doors, some things are dirty, some lamps on")
    func shares() throws {
        var (things, hidden, dirty, lamps, lit) = (0, 0, 0, 0, 0)
        for number in GeneratedSamples.numbers {
            let scene = try SceneGenerator.scene(number: number, seed: 9)
            for object in scene.objects where object.sliceOf == nil {
                if [.deskLamp, .floorLamp].contains(object.type) {
                    lamps += 1
                    lit += object.initialFlags.contains(.on) ? 1 : 0
                }
                guard object.type.traits.contains(.pickupable) else { continue }
                things += 1
                dirty += object.initialFlags.contains(.dirty) ? 1 : 0
                hidden += object.parent.map { scene.objects[$0].type.traits.contains(.mustBeOpen) } ?? false ? 1 : 0
            }
        }
        #expect((0.04...0.18).contains(Double(hidden) / Double(things)))
        #expect(dirty > 10 && lit > 2 && lit < lamps)
    }

    // MARK: Requests

    @Test("Asked-for numbers are met exactly, outside the goal's receptacle", arguments: GeneratedSamples.seeds)
    func demands(seed: UInt64) throws {
        for number in 1001...1012 {
            let request = PlacementRequest(
                objects: [
                    .init(.mug, count: 4, notIn: [.counterTop]), .init(.plate, count: 2), .init(.apple, count: 0),
                ])
            let scene = try SceneGenerator.scene(number: number, seed: seed, request: request)
            let mugs = scene.objects.filter { $0.type == .mug }
            #expect(mugs.count == 4)
            #expect(mugs.allSatisfy { $0.parent.map { scene.objects[$0].type } != .counterTop })
            #expect(scene.objects.count { $0.type == .plate } == 2)
            #expect(!scene.objects.contains { $0.type == .apple || $0.type == .appleSliced })
        }
    }

    @Test("What stands on the floor counts to what is asked for")
    func standing() throws {
        let bathroom = try FurnishedRoom(number: 1401)
        let one = try bathroom.populated(seed: 1, request: PlacementRequest(objects: [.init(.plunger, count: 1)]))
        #expect(one.objects.count { $0.type == .plunger } == 1)
        #expect(throws: GenerationError.self) {
            try bathroom.populated(seed: 1, request: PlacementRequest(objects: [.init(.plunger, count: 0)]))
        }
    }

    @Test("Towels hang unless nothing else is left")
    func towels() throws {
        for number in 1401...1420 where SceneGenerator.isScene(number) {
            let scene = try SceneGenerator.scene(number: number, seed: 2)
            for object in scene.objects where [.towel, .handTowel].contains(object.type) {
                let parent = try #require(object.parent)
                #expect(scene.objects[parent].type.traits.contains(.restricted))
            }
        }
    }

    @Test("Set-aside space is there for the hand", arguments: GeneratedSamples.seeds)
    func spaces(seed: UInt64) throws {
        let wanted: [PlacementRequest.Space] = [
            .init(in: .microwave, for: .mug), .init(in: .fridge, for: .bowl, count: 2),
            .init(in: .sinkBasin, for: .mug), .init(in: .coffeeMachine, for: .mug),
        ]
        for number in 1001...1008 {
            let scene = try SceneGenerator.scene(number: number, seed: seed, request: PlacementRequest(spaces: wanted))
            let world = World(scene, agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 0))
            for space in wanted {
                let object = try #require(scene.objects.firstIndex { $0.type == space.object })
                for receptacle in scene.objects.indices where scene.objects[receptacle].type == space.receptacle {
                    #expect(holds(world, receptacle, object, space.count), "\(scene.objects[receptacle].id)")
                }
            }
        }
    }

    /// Whether copies of an object can be put down one after the other.
    private func holds(_ world: World, _ receptacle: Int, _ object: Int, _ count: Int) -> Bool {
        var world = world
        let sight = Renderer()
        let others = world.scene.objects.indices.filter {
            world.scene.objects[$0].sliceOf != nil && world.scene.objects[$0].size.max() < 0.5
        }
        for number in 0..<count {
            guard let spot = world.freeSpot(for: object, in: receptacle, sight: sight) else { return false }
            // Something as small as a slice keeps the place; the next copy has to find another one.
            let marker = others[number]
            world.states[marker].position = spot.position
            world.states[marker].yaw = spot.yaw
            world.states[marker].flags.remove(.absent)
            world.states[marker].parent = Int16(receptacle)
        }
        return true
    }

    @Test("Dirty and empty, lamps off")
    func states() throws {
        let request = PlacementRequest(isEverythingDirty: true, areLampsOff: true)
        for number in [1001, 1205, 1301, 1404] {
            let scene = try SceneGenerator.scene(number: number, seed: 4, request: request)
            for object in scene.objects {
                if object.type.traits.contains(.pickupable), object.type.traits.contains(.dirtyable),
                    object.sliceOf == nil
                {
                    #expect(object.initialFlags.contains(.dirty))
                }
                #expect(![.deskLamp, .floorLamp, .lamp].contains(object.type) || !object.initialFlags.contains(.on))
                if let parent = object.parent { #expect(!scene.objects[parent].type.traits.contains(.pickupable)) }
            }
        }
    }

    @Test("What cannot be met is said")
    func refusals() throws {
        let kitchen = try FurnishedRoom(number: 1001)
        let bathroom = try FurnishedRoom(number: 1401)
        func error(_ room: FurnishedRoom, _ request: PlacementRequest) -> GenerationError? {
            do {
                _ = try room.populated(seed: 1, request: request)
                return nil
            } catch { return error }
        }
        func isMalformed(_ request: PlacementRequest) -> Bool {
            if case .malformedRequest = error(kitchen, request) { true } else { false }
        }
        #expect(
            error(kitchen, PlacementRequest(objects: [.init(.pillow, count: 1)]))
                == .nowhereToPut(.pillow, number: 1001))
        #expect(
            error(kitchen, PlacementRequest(spaces: [.init(in: .bed, for: .pillow)]))
                == .missingReceptacle(.bed, number: 1001))
        #expect(
            error(bathroom, PlacementRequest(objects: [.init(.towel, count: 8)]))
                == .noSpace(.towel, placed: 1, wanted: 8, number: 1401))
        #expect(
            error(bathroom, PlacementRequest(spaces: [.init(in: .toiletPaperHanger, for: .toiletPaper, count: 2)]))
                == .noRoomLeft(receptacle: .toiletPaperHanger, object: .toiletPaper, count: 2, number: 1401))
        #expect(isMalformed(PlacementRequest(objects: [.init(.fridge, count: 1)])))
        #expect(isMalformed(PlacementRequest(objects: [.init(.appleSliced, count: 1)])))
        #expect(isMalformed(PlacementRequest(objects: [.init(.apple, count: 9)])))
        #expect(isMalformed(PlacementRequest(objects: [.init(.apple, count: -1)])))
        #expect(isMalformed(PlacementRequest(objects: [.init(.apple, count: 1), .init(.apple, count: 2)])))
        #expect(isMalformed(PlacementRequest(spaces: [.init(in: .plate, for: .apple)])))
        #expect(isMalformed(PlacementRequest(spaces: [.init(in: .coffeeMachine, for: .apple)])))
        #expect(isMalformed(PlacementRequest(spaces: [.init(in: .fridge, for: .apple, count: 0)])))
    }

    @Test("The table has ALFRED's 36 receptacles and reads the same both ways")
    func table() {
        let receptacles = ObjectType.allCases.filter { !AllowedReceptacles.objects(in: $0).isEmpty }
        #expect(receptacles.count == 36)
        #expect(receptacles.allSatisfy { $0.traits.contains(.receptacle) })
        let counts: [ObjectType: Int] = [
            .counterTop: 58, .diningTable: 58, .cabinet: 29, .drawer: 29, .fridge: 19, .microwave: 14, .sinkBasin: 27,
            .shelf: 36, .safe: 7, .bowl: 28, .plate: 31, .tvStand: 1,
        ]
        for (type, count) in counts { #expect(AllowedReceptacles.objects(in: type).count == count) }
        for object in ObjectType.allCases {
            for receptacle in AllowedReceptacles.receptacles(for: object) {
                #expect(AllowedReceptacles.objects(in: receptacle).contains(object))
            }
        }
        #expect(AllowedReceptacles.receptacles(for: .towel) == [.towelHolder])
        for (receptacle, _) in counts {
            #expect(
                Set(AllowedReceptacles.objects(in: receptacle)).count
                    == AllowedReceptacles.objects(in: receptacle).count)
        }
    }
}
