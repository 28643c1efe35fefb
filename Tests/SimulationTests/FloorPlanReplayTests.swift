import ALFRED
import Episodes
import Household
@testable import Rooms
import Simulation
import Testing

@testable import Simulation

/// Recordings in a room of known boxes: a true one succeeds, one that was tampered with fails where it was.
@Suite struct FloorPlanReplayTests {
    private static let apple = "Apple|+00.00|+00.80|+02.40"

    private static func scene(_ poses: [ObjectPose]? = nil) -> Scene {
        Scene(
            floorPlan: "FloorPlan1001", number: 1001,
            initialAction: InitialAction(position: Vector3(x: 0, y: 0.901, z: 0.5), rotation: 0, horizon: 30),
            objectPoses: poses ?? [
                ObjectPose(
                    objectName: "Apple_00000001", position: Vector3(x: 0, y: 0.8, z: 2.4),
                    rotation: Vector3(x: 0, y: 0, z: 0))
            ])
    }

    private static func estimate() throws -> FloorPlanEstimate {
        try FloorPlanEstimate(FloorPlanEstimateTests.evidence(), layout: FloorPlanEstimateTests.layout)
    }

    private static func act(_ action: Action, _ object: String? = nil, in receptacle: String? = nil) -> LowAction {
        LowAction(
            highIndex: 0, action: action,
            target: object.map { _ in
                InteractionTarget(box: [0, 0, 0, 0], mask: Mask(runs: [.init(start: 0, length: 1)]), point: [0, 0])
            }, api: APIAction(action: action.apiName, objectID: object, receptacleObjectID: receptacle))
    }

    /// From the start to the table, the apple, the fridge.
    private static let trueActions: [LowAction] =
        [act(.lookDown)] + Array(repeating: act(.moveAhead), count: 4)
        + [act(.pickup, apple), act(.rotateRight), act(.rotateRight)]
        + Array(repeating: act(.moveAhead), count: 4) + [act(.rotateLeft)]
        + Array(repeating: act(.moveAhead), count: 5)
        + [
            act(.lookUp), act(.lookUp), act(.open, FloorPlanEstimateTests.fridgeID),
            act(.put, apple, in: FloorPlanEstimateTests.fridgeID), act(.close, FloorPlanEstimateTests.fridgeID),
        ]

    private static func replay(_ actions: [LowAction]) throws -> ReplayOutcome {
        var trajectory = Trajectory(taskID: "trial_T", scene: scene(), annotations: [])
        trajectory.taskType = TaskType.simple.rawValue
        trajectory.goal = GoalParameters(objectTarget: "Apple", parentTarget: "Fridge")
        trajectory.plan = Plan(
            highLevel: [HighLevelStep(index: 0, action: .noOp, planner: PlannerAction(action: "End"))],
            lowActions: actions)
        return ReplayOutcome(trajectory, in: try RealScene(estimate(), trajectory).world, renderer: Renderer())
    }

    @Test func aTrueRecordingReachesItsGoal() throws {
        let replay = try Self.replay(Self.trueActions)
        #expect(replay.divergences == [])
        #expect(replay.isSuccess)
    }

    @Test func anInteractionFromFarAwayFails() throws {
        // At the start the apple is 1.9 m away.
        var actions = Self.trueActions
        let pickup = actions.remove(at: 5)
        actions.insert(pickup, at: 0)
        let replay = try Self.replay(actions)
        #expect(replay.divergences.first?.refusal == .tooFar)
        #expect(replay.divergences.first?.index == 0)
        #expect(!replay.isSuccess)
    }

    @Test func nothingGoesThroughAClosedDoor() throws {
        var actions = Self.trueActions
        let open = try #require(actions.firstIndex { $0.action == .open })
        actions.remove(at: open)
        let replay = try Self.replay(actions)
        #expect(replay.divergences.first?.refusal == .receptacleClosed)
        #expect(!replay.isSuccess)
    }

    @Test func whatIsShutAwayCannotBeTaken() throws {
        let again = Self.trueActions + [Self.act(.pickup, Self.apple)]
        #expect(try Self.replay(again).divergences.map(\.refusal) == [.notVisible])
        let opened =
            Self.trueActions + [Self.act(.open, FloorPlanEstimateTests.fridgeID), Self.act(.pickup, Self.apple)]
        #expect(try Self.replay(opened).divergences == [])
    }

    @Test func wallsAndFurnitureStopTheAgent() throws {
        let into = Array(repeating: Self.act(.moveAhead), count: 9)
        let replay = try Self.replay(into)
        // Five cells are free before the table.
        #expect(replay.divergences.map(\.refusal) == Array(repeating: .blocked, count: 4))
        #expect(replay.divergences.first?.index == 5)
    }

    @Test func unknownObjectsAndWrongHandsAreRefused() throws {
        let replay = try Self.replay([
            Self.act(.pickup, "Apple|+09.00|+00.80|+02.40"),
            Self.act(.put, Self.apple, in: FloorPlanEstimateTests.tableID),
        ])
        #expect(replay.divergences.map(\.refusal) == [.noTarget, .handEmpty])
    }

    @Test func repeatedAndBrokenPosesDoNotThrow() throws {
        let pose = Self.scene().objectPoses[0]
        var broken = pose
        broken.position.x = .nan
        var unknown = pose
        unknown.objectName = "Unicorn_12345678"
        let real = try RealScene(Self.estimate(), Self.scene([pose, pose, broken, unknown]))
        #expect(real.notes.count == 3)
        #expect(real.scene.index(ofID: Self.apple) != nil)
        // The apple, its two pieces, the table and the fridge.
        #expect(real.scene.objects.count == 5)
    }

    @Test func aThingStandsOnTheTableItWasFoundOn() throws {
        let real = try RealScene(Self.estimate(), Self.scene())
        let apple = try #require(real.scene.index(ofID: Self.apple))
        let parent = try #require(real.world.parent(of: apple))
        #expect(real.scene.objects[parent].id == FloorPlanEstimateTests.tableID)
        #expect(!real.world.isShutAway(apple))
    }
}
