import ALFRED
import Episodes
import Household
@testable import Rooms
import Simulation
import Testing

@testable import Simulation

/// Scenes of a few objects for the tests of tasks.
struct SceneBuilder {
    var objects: [SceneObject] = []
    var cells: [SIMD2<Int>] = (-4...4).flatMap { x in (-4...8).map { SIMD2(x, $0) } }

    /// Adds an object as it usually is, with its pieces.
    @discardableResult
    mutating func add(
        _ type: ObjectType, at position: SIMD3<Float> = .zero, size: SIMD3<Float>? = nil, yaw: Float = 0,
        in parent: Int? = nil, part: String = "", flags: ObjectFlags = []
    ) -> Int {
        let size = size ?? type.typicalSize
        // Ids are unique because every object gets a place of its own when none is given.
        let place = position == .zero ? SIMD3(Float(objects.count) * 0.01, 0, 0) : position
        var id = SceneObject.id(type, at: place)
        if !part.isEmpty {
            id = "\(part)|" + id.split(separator: "|").dropFirst().joined(separator: "|") + "|\(type.rawValue)"
        }
        objects.append(
            SceneObject(
                id: id, type: type, size: size, position: place, yaw: yaw,
                surfaces: Looks.surfaces(of: type, size: size), opening: Looks.opening(of: type, size: size),
                parent: parent, initialFlags: flags))
        let index = objects.count - 1
        if let slices = type.slices {
            for number in 1...slices.count {
                objects.append(
                    SceneObject(
                        id: "\(id)|\(slices.type.rawValue)_\(number)", type: slices.type, size: slices.type.typicalSize,
                        position: place, yaw: yaw, sliceOf: index))
            }
        }
        return index
    }

    func scene() throws -> HouseScene {
        let floor = RoomShape.Rectangle(minX: -2, maxX: 2, minZ: -2, maxZ: 3.5)
        let plain = Material(SIMD3(200, 200, 200))
        return try HouseScene(
            room: RoomShape(floor: [floor], floorMaterial: plain, wallMaterial: plain, ceilingMaterial: plain),
            objects: objects, grid: CellGrid(cells: cells))
    }

    func world(_ pose: AgentPose = AgentPose(x: 0, z: 0, heading: 0, horizon: 30)) throws -> World {
        World(try scene(), agent: pose)
    }
}

/// A corridor with a table at one end and a side table at the other; an apple and a plate to carry between them.
enum Corridor {
    static let apple = "Apple|+00.00|+00.75|+02.60"
    static let table = "DiningTable|00.00|00.00|+02.75"
    static let sideTable = "SideTable|00.00|00.00|-00.75"

    static func world(at pose: AgentPose) throws -> World {
        var builder = SceneBuilder()
        builder.cells = (0...8).map { SIMD2(0, $0) }
        let table = builder.add(
            .diningTable, at: SIMD3(0, 0, 2.75), size: SIMD3(1.2, 0.75, 0.6), yaw: 180)
        builder.add(.sideTable, at: SIMD3(0, 0, -0.75), size: SIMD3(0.8, 0.75, 0.6))
        builder.add(.apple, at: SIMD3(0, 0.75, 2.6), in: table)
        builder.add(.pen, at: SIMD3(0.3, 0.75, 2.6), in: table)
        return try builder.world(pose)
    }

    static func id(_ type: ObjectType, in world: World) throws -> String {
        try #require(world.scene.objects.first { $0.type == type }).id
    }

    static func index(_ type: ObjectType, in world: World) throws -> Int {
        try #require(world.scene.objects.firstIndex { $0.type == type })
    }

    /// Fetches the apple and puts it on the side table.
    static func plan(in world: World) throws -> [HighLevelStep] {
        let (apple, table) = (try id(.apple, in: world), try id(.sideTable, in: world))
        let planners = [
            (HighAction.goto, PlannerAction(action: "GotoLocation", location: "loc|0|8|0|45")),
            (.pickup, PlannerAction(action: "PickupObject", objectID: apple)),
            (.goto, PlannerAction(action: "GotoLocation", location: "loc|0|0|2|45")),
            (.put, PlannerAction(action: "PutObject", objectID: apple, receptacleObjectID: table)),
            (.noOp, PlannerAction(action: "End")),
        ]
        return planners.enumerated().map { HighLevelStep(index: $0, action: $1.0, planner: $1.1) }
    }

    /// The expert's actions from (0, 4) looking north, horizon 30.
    static let actions: [Action] =
        [.lookDown] + repeatElement(.moveAhead, count: 4) + [.pickup, .rotateRight, .rotateRight]
        + repeatElement(.moveAhead, count: 8) + [.put]
}

extension HouseTask {
    static func simple(_ object: String, in place: String) -> HouseTask {
        HouseTask(.simple, GoalParameters(objectTarget: object, parentTarget: place))
    }
}

/// Episodes of generated rooms, set up once and shared.
enum GeneratedEpisodes {
    /// Two of each task type.
    static let setups: Result<[EpisodeSetup], any Error> = Result {
        var sampler = TaskSampler(seed: 11)
        let rooms = try Room.allCases.flatMap {
            try SceneGenerator.numbers(of: $0, in: .seen, count: 2).map { try FurnishedRoom(number: $0) }
        }
        let renderer = Renderer()
        return try (0..<14).map { number in
            let found = sampler.next(among: rooms)
            let next = try #require(found)
            return try EpisodeSetup(
                rooms[next.room], options: next.options, seed: UInt64(number), renderer: renderer)
        }
    }
}
