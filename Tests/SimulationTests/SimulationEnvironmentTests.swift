import ALFRED
import Episodes
import Household
import Simulation
import Testing

@testable import Simulation

@Suite struct SimulationEnvironmentTests {
    private static let start = AgentPose(x: 0, z: 4, heading: 0, horizon: 30)

    private func environment(expertSteps: Int = 17, kind: TaskEnvironment.RewardKind = .dense) throws -> TaskEnvironment
    {
        let world = try Corridor.world(at: Self.start)
        var environment = TaskEnvironment(
            .simple("Apple", in: "SideTable"), in: world, renderer: Renderer(), rewardKind: kind)
        try environment.follow(try Corridor.plan(in: world), expertSteps: expertSteps)
        return environment
    }

    private func play(_ environment: inout TaskEnvironment, _ actions: [Action] = Corridor.actions) throws
        -> [TaskEnvironment.Step]
    {
        let apple = try Corridor.index(.apple, in: environment.world)
        let table = try Corridor.index(.sideTable, in: environment.world)
        return actions.map {
            environment.step($0, target: $0 == .pickup ? apple : $0 == .put ? table : nil)
        }
    }

    private func expectRewards(_ steps: [TaskEnvironment.Step], _ expected: [Double]) {
        #expect(steps.count == expected.count)
        for (index, (step, value)) in zip(steps, expected).enumerated() {
            #expect(abs(step.reward - value) < 1e-9, "step \(index): \(step.reward), expected \(value)")
        }
    }

    /// The distance counts looks; a GotoLocation ends two actions early, and those two are invalid for what follows.
    @Test func denseRewardsOfTheExpert() throws {
        var environment = try environment()
        let steps = try play(&environment)
        expectRewards(
            steps,
            [0.2, 0.2, 4.2, -0.1, -0.1, 2] + [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 4.2, -0.1, -0.1] + [7])
        #expect(steps.compactMap(\.completedSubgoal) == [0, 1, 2, 3])
        #expect(steps.map(\.isDone) == Array(repeating: false, count: 16) + [true])
        #expect(environment.score == EpisodeScore(conditions: environment.state.conditions, steps: 17, expertSteps: 17))
        #expect(environment.step(.rotateLeft).reward == 0, "nothing is rewarded after the goal")
    }

    /// The reference counts steps from 0, so that the step penalty begins with the second step too many.
    @Test func stepPenaltyBeyondTheExpert() throws {
        var environment = try environment(expertSteps: 10, kind: .sparse)
        expectRewards(
            try play(&environment), Array(repeating: 0, count: 11) + Array(repeating: -0.01, count: 5) + [4.99])
    }

    @Test func bonusesForSuccessAndFailure() throws {
        var environment = try environment(kind: [.success, .failure])
        #expect(environment.step(.lookDown).reward == 2)
        let blocked = environment.step(.pickup, target: try Corridor.index(.diningTable, in: environment.world))
        #expect(blocked.failure == .notPickupable)
        #expect(abs(blocked.reward + 0.05) < 1e-12)
    }

    /// Going away costs what coming nearer gives; an action that cannot serve the sub-goal costs 0.5 on the way.
    @Test func wrongActionsOnTheWay() throws {
        var environment = try environment()
        let steps = [
            environment.step(.rotateLeft), environment.step(.rotateRight), environment.step(.lookUp),
            environment.step(.open, target: try Corridor.index(.diningTable, in: environment.world)),
        ]
        expectRewards(steps, [-0.2, 0.2, -0.2, -0.5])
    }

    @Test func wrongObjectInTheHand() throws {
        var environment = try environment()
        _ = try play(&environment, Array(Corridor.actions.prefix(5)))
        let pen = try Corridor.index(.pen, in: environment.world)
        #expect(environment.step(.pickup, target: pen).reward == -1)
        // The apple does not come into a full hand.
        #expect(
            environment.step(.pickup, target: try Corridor.index(.apple, in: environment.world)).failure == .handFull)
    }

    @Test func plansAboutOtherScenesAreRefused() throws {
        var environment = try environment()
        let stranger = HighLevelStep(
            index: 0, action: .pickup, planner: PlannerAction(action: "PickupObject", objectID: "Mug|0|0|0"))
        #expect(throws: TaskError.unknownObject("Mug|0|0|0")) { try environment.follow([stranger], expertSteps: 1) }
        let empty = HighLevelStep(index: 0, action: .pickup, planner: PlannerAction(action: "PickupObject"))
        #expect(throws: TaskError.incompleteSubgoal(index: 0, action: "PickupObject")) {
            try environment.follow([empty], expertSteps: 1)
        }
    }

    @Test func snapshotsBringBackEverything() throws {
        var environment = try environment()
        _ = try play(&environment, Array(Corridor.actions.prefix(5)))
        let snapshot = environment.snapshot()
        let first = try play(&environment, Array(Corridor.actions.dropFirst(5)))
        environment.restore(snapshot)
        #expect(try play(&environment, Array(Corridor.actions.dropFirst(5))) == first)
        #expect(environment.isGoalSatisfied)
    }

    @Test func masksPointAtObjects() throws {
        var environment = try environment()
        _ = try play(&environment, Array(Corridor.actions.prefix(5)))
        let apple = try Corridor.index(.apple, in: environment.world)
        let picture = environment.renderer.instancePicture(of: environment.world)
        let mask = MaskTarget.mask(of: apple, in: picture)
        #expect(mask.area > 10)
        #expect(mask.bitmap() == picture.map { Int($0) == apple + 1 })
        #expect(environment.step(.pickup, mask: Mask(runs: [])).failure == .noTarget)
        #expect(environment.step(.pickup, mask: mask).isSuccess)
        #expect(environment.world.held == apple)
    }

    /// Intersection over union decides; what is held and what nothing can be done with is passed over.
    @Test func maskResolution() throws {
        var builder = SceneBuilder()
        let window = builder.add(.window)
        let table = builder.add(.diningTable)
        let apple = builder.add(.apple, in: table)
        let world = try builder.world()
        var picture = [UInt16](repeating: 0, count: 90_000)
        for pixel in 0..<1000 { picture[pixel] = UInt16(table + 1) }
        for pixel in 1000..<1100 { picture[pixel] = UInt16(apple + 1) }
        for pixel in 1100..<1200 { picture[pixel] = UInt16(window + 1) }
        func resolve(_ start: Int32, _ length: Int32) -> Int? {
            MaskTarget.resolve(Mask(runs: [.init(start: start, length: length)]), in: picture, of: world)
        }
        #expect(resolve(950, 150) == apple, "100 of 150 pixels against 50 of 1,100")
        #expect(resolve(0, 1100) == table)
        #expect(resolve(1100, 100) == nil, "a window takes no action")
        #expect(resolve(1090, 110) == apple)
        #expect(resolve(5000, 300) == nil)
        #expect(resolve(89_999, 1000) == nil, "a mask that leaves the picture")
    }

    /// The recorded point is on the mask even where the middle of its box is not.
    @Test func recordedPointsAreOnTheMask() throws {
        let ring = Mask(runs: [.init(start: 0, length: 11), .init(start: 3000, length: 11)])
        let target = try #require(InteractionTarget(ring))
        #expect(target.box == [0, 1, 10, 11])
        #expect(target.point == [5, 0] || target.point == [5, 10])
        #expect(InteractionTarget(Mask(runs: [])) == nil)
    }
}

@Suite struct NavigationFieldTests {
    /// Every pose of an L-shaped grid against a search that only knows the agent's own moves.
    @Test func distancesAreShortest() {
        let grid = CellGrid(cells: [SIMD2(0, 0), SIMD2(1, 0), SIMD2(2, 0), SIMD2(2, 1), SIMD2(2, 2), SIMD2(9, 9)])
        let poses = grid.cells.flatMap { cell in
            (0..<4).map { AgentPose(x: cell.x, z: cell.y, heading: $0, horizon: 0) }
        }
        for goal in poses {
            let field = NavigationField(to: goal, on: grid)
            for start in poses {
                let steps = Self.search(from: start, to: goal, grid)
                #expect(field.steps(from: start) == steps)
                let path = field.path(from: start)
                #expect(path?.count == steps)
                #expect(path.map { $0.reduce(start) { $0.after($1) } } ?? goal == goal)
            }
        }
        let field = NavigationField(to: poses[0], on: grid)
        #expect(field.actions(from: AgentPose(x: 0, z: 0, heading: 0, horizon: 45)) == 3)
        #expect(field.steps(from: AgentPose(x: 5, z: 5, heading: 0, horizon: 0)) == nil)
        #expect(
            NavigationField(to: AgentPose(x: 5, z: 5, heading: 0, horizon: 0), on: grid).steps(from: poses[0]) == nil)
    }

    private static func search(from start: AgentPose, to goal: AgentPose, _ grid: CellGrid) -> Int? {
        var frontier: Set<AgentPose> = [start]
        var seen = frontier
        for depth in 0...100 {
            if frontier.contains(goal) { return depth }
            let next = frontier.flatMap { pose in
                [Action.moveAhead, .rotateLeft, .rotateRight].map { pose.after($0) }
            }
            frontier = Set(next.filter { grid.contains(x: $0.x, z: $0.z) }).subtracting(seen)
            seen.formUnion(frontier)
        }
        return nil
    }
}
