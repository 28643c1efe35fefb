import ALFRED
import Episodes
import Ground
import Household
@testable import Rooms
import Simulation
import Testing

@testable import Simulation

@Suite struct SimulationSprintTests {
    /// A kitchen corner where every action has something to work on within reach of the middle.
    private static func corner() throws -> HouseScene {
        var builder = SceneBuilder()
        builder.cells = (-2...2).flatMap { x in (-2...2).map { SIMD2(x, $0) } }
        let counter = builder.add(.counterTop, at: SIMD3(-0.4, 0, 1.2), size: SIMD3(1.6, 0.9, 0.6), yaw: 180)
        builder.add(.microwave, at: SIMD3(-0.9, 0.9, 1.2), yaw: 180, in: counter)
        let basin = builder.add(
            .sinkBasin, at: SIMD3(0.9, 0.7, 1.1), size: SIMD3(0.5, 0.2, 0.4), yaw: 180, part: "Sink")
        builder.add(.faucet, at: SIMD3(0.9, 0.9, 1.3), yaw: 180)
        builder.add(.fridge, at: SIMD3(1.4, 0, 0), yaw: 270)
        let table = builder.add(.sideTable, at: SIMD3(-1.2, 0, 0), size: SIMD3(0.8, 0.7, 0.8), yaw: 90)
        builder.add(.knife, at: SIMD3(-0.2, 0.9, 1.1), in: counter)
        builder.add(.apple, at: SIMD3(-1.1, 0.7, 0), in: table)
        builder.add(.laptop, at: SIMD3(-1.2, 0.7, 0.2), yaw: 90, in: table, flags: .open)
        builder.add(.mug, at: SIMD3(0.9, 0.72, 1.1), in: basin)
        builder.add(.box, at: SIMD3(0, 0, -1.1), flags: .open)
        return try builder.scene()
    }

    /// Every pose, action and candidate, before and after a walk of random actions: SPRINT forbids nothing that would
    /// work, but for the rules it is stricter in, and what it allows fails only for reasons it does not look at.
    @Test func legalityAgreesWithTheWorld() throws {
        let renderer = Renderer()
        let rules = SprintRules()
        let scene = try Self.corner()
        var world = World(scene, agent: AgentPose(x: 0, z: 0, heading: 0, horizon: 30))
        var random = SeededGenerator(5)
        var legalSeen: Set<Action> = []
        for _ in 0..<60 {
            for cell in scene.grid.cells {
                for heading in 0..<4 {
                    guard world.teleport(to: AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: 45)) else {
                        continue
                    }
                    let candidates = rules.candidates(in: world, sight: renderer)
                    let nearby = rules.nearby(in: world)
                    for action in Action.interactions {
                        let legal = rules.legalTargets(of: action, among: candidates, in: world)
                        #expect(
                            rules.legalTargets(of: action, nearby: nearby, in: world, sight: renderer) == legal,
                            "\(action)")
                        if !legal.isEmpty { legalSeen.insert(action) }
                        for target in candidates {
                            check(action, target, legal.contains(target), candidates, world, renderer)
                        }
                    }
                }
            }
            takeRandomActions(&world, 4, rules, renderer, &random)
        }
        #expect(legalSeen == Set(Action.interactions), "not every action came up")
    }

    private func check(
        _ action: Action, _ target: Int, _ isLegal: Bool, _ candidates: [Int], _ world: World,
        _ renderer: Renderer
    ) {
        let type = world.scene.objects[target].type
        let flags = world.states[target].flags
        let error = world.check(action, target: target, sight: renderer)
        if isLegal {
            // SPRINT does not ask what fits where, and takes anything open to be closable and anything off to start.
            let overlooked: [ActionError?] = [
                nil, .noRoom, .restricted, .mustBeClosedToToggle, .notVisible, .notReceptacle,
            ]
            #expect(overlooked.contains(error), "\(action) on \(type.rawValue): \(String(describing: error))")
        } else if error == nil {
            let stricter =
                action == .put && type.traits.contains(.openable) && !flags.contains(.open)
                || action == .open && flags.contains(.on)
                || action == .toggleOn && type == .faucet
                    && !candidates.contains { world.scene.objects[$0].type == .sinkBasin }
            #expect(stricter, "\(action) on \(type.rawValue) works but is not legal")
        }
    }

    private func takeRandomActions(
        _ world: inout World, _ count: Int, _ rules: SprintRules, _ renderer: Renderer, _ random: inout SeededGenerator
    ) {
        for _ in 0..<count {
            guard let cell = random.pick(world.scene.grid.cells) else { return }
            _ = world.teleport(to: AgentPose(x: cell.x, z: cell.y, heading: random.below(4), horizon: 45))
            let legal = rules.legalActions(in: world, sight: renderer)
            let actions = Action.interactions.filter { legal[$0] != nil }
            guard let action = random.pick(actions), let target = random.pick(legal[action] ?? []) else { continue }
            try? world.step(action, target: target, sight: renderer)
        }
    }

    @Test func classNamesAndNearestInstances() throws {
        var builder = SceneBuilder()
        builder.add(.sinkBasin, at: SIMD3(0, 0.7, 0.5), part: "Sink")
        let far = builder.add(.mug, at: SIMD3(0, 0.9, 1))
        let near = builder.add(.mug, at: SIMD3(0, 0.9, 0.6))
        builder.add(.apple, at: SIMD3(0, 0.9, 0.7))
        let world = try builder.world()
        #expect(world.scene.objects[0].objectClass?.name == "Sink")
        let piece = try Corridor.index(.appleSliced, in: world)
        #expect(world.scene.objects[piece].objectClass?.name == "Apple")
        let rules = SprintRules()
        let mug = try #require(ObjectClass(name: "Mug"))
        #expect(rules.nearest(mug, among: [far, near], in: world) == near)
        #expect(rules.nearest(mug, among: [far], in: world) == far)
        #expect(rules.nearest(try #require(ObjectClass(name: "Cup")), among: [far, near], in: world) == nil)
    }

    @Test func candidatesAreSeenAndNear() throws {
        let world = try Corridor.world(at: AgentPose(x: 0, z: 8, heading: 0, horizon: 45))
        let renderer = Renderer()
        let candidates = SprintRules().candidates(in: world, sight: renderer)
        #expect(candidates.contains(try Corridor.index(.apple, in: world)))
        #expect(!candidates.contains(try Corridor.index(.sideTable, in: world)))
        #expect(candidates.allSatisfy { world.states[$0].isPresent && renderer.sees($0, in: world) })
        var away = world
        let hasMoved = away.teleport(to: AgentPose(x: 0, z: 8, heading: 2, horizon: 45))
        #expect(hasMoved)
        #expect(SprintRules().candidates(in: away, sight: renderer).isEmpty)
    }

    // MARK: Sub-tasks

    private func corridorPlan(_ world: World) throws -> Plan {
        let targets: [Action: ObjectType] = [.pickup: .apple, .put: .sideTable]
        let highs = [0, 0, 0, 0, 0, 1] + Array(repeating: 2, count: 10) + [3]
        let held = try Corridor.id(.apple, in: world)
        return Plan(
            highLevel: try Corridor.plan(in: world),
            lowActions: try zip(Corridor.actions, highs).map { action, high in
                let target = try targets[action].map { try Corridor.id($0, in: world) }
                return LowAction(
                    highIndex: high, action: action, api: APIAction(action, target, held: held))
            })
    }

    private func environment() throws -> TaskEnvironment {
        let world = try Corridor.world(at: AgentPose(x: 0, z: 4, heading: 0, horizon: 30))
        return TaskEnvironment(.simple("Apple", in: "SideTable"), in: world, renderer: Renderer())
    }

    @Test func navigationIsMergedIntoWhatFollows() throws {
        let environment = try environment()
        let subTasks = try SprintSubTask.list(of: corridorPlan(environment.world), in: environment.world.scene)
        #expect(subTasks.map(\.kind) == [.pickup, .put])
        #expect(subTasks.map(\.steps) == [0..<6, 6..<17])
        #expect(subTasks[1].receptacle == (try Corridor.index(.sideTable, in: environment.world)))
    }

    @Test func returnCountsSubTasksInOrder() throws {
        var environment = try environment()
        let subTasks = try SprintSubTask.list(of: corridorPlan(environment.world), in: environment.world.scene)
        var progress = SubTaskProgress(subTasks)
        #expect(progress.stepLimit == 34)
        let apple = try Corridor.index(.apple, in: environment.world)
        let table = try Corridor.index(.sideTable, in: environment.world)
        var rewards: [Int] = []
        for action in Corridor.actions {
            environment.step(action, target: action == .pickup ? apple : action == .put ? table : nil)
            rewards.append(progress.note(action, in: environment))
        }
        #expect(rewards.indices.filter { rewards[$0] == 1 } == [5, 16])
        #expect(progress.isFinished && progress.proportion == 1)
    }

    /// The pen instead of the apple: the exact object counts; and the limit is twice the expert's steps.
    @Test func otherObjectsAndIdlingDoNotCount() throws {
        var environment = try environment()
        var progress = SubTaskProgress(
            try SprintSubTask.list(of: corridorPlan(environment.world), in: environment.world.scene))
        let pen = try Corridor.index(.pen, in: environment.world)
        for action in Corridor.actions.prefix(6) {
            environment.step(action, target: action == .pickup ? pen : nil)
            progress.note(action, in: environment)
        }
        #expect(environment.world.held == pen && progress.completed == 0)
        for _ in 0..<28 { progress.noteIllegalAction() }
        #expect(progress.isTimedOut && progress.isDone && !progress.isFinished)
        progress.noteIllegalAction()
        #expect(progress.steps == progress.stepLimit)
    }

    /// With the goal reached, SPRINT stops counting; asked not to, the rest counts too.
    @Test(arguments: [true, false])
    func nothingCountsAfterTheGoal(stopsAtGoal: Bool) throws {
        var environment = try environment()
        let apple = try Corridor.index(.apple, in: environment.world)
        let table = try Corridor.index(.sideTable, in: environment.world)
        let subTasks = [
            SprintSubTask(kind: .put, object: apple, receptacle: table, steps: 0..<17),
            SprintSubTask(kind: .pickup, object: apple, steps: 17..<18),
        ]
        var progress = SubTaskProgress(subTasks, stopsAtGoal: stopsAtGoal)
        for action in Corridor.actions + [.pickup] {
            environment.step(action, target: action == .pickup ? apple : action == .put ? table : nil)
            progress.note(action, in: environment)
        }
        #expect(environment.world.held == apple)
        #expect(progress.completed == (stopsAtGoal ? 1 : 2))
    }

    /// What completes a sub-task of each kind, by last action: everything else about the state being right.
    @Test func lastActionsThatComplete() throws {
        for setup in try GeneratedEpisodes.setups.get() {
            let renderer = Renderer()
            var environment = TaskEnvironment(setup.task, in: setup.world, renderer: renderer)
            let subTasks = try SprintSubTask.list(of: setup.expert.plan, in: setup.scene)
            var progress = SubTaskProgress(subTasks, stopsAtGoal: false)
            var ends: [Int] = []
            for (index, low) in setup.expert.plan.lowActions.enumerated() {
                environment.step(low.action, target: setup.expert.targets[index])
                if progress.note(low.action, in: environment) == 1 { ends.append(index + 1) }
            }
            // Clean is done with the pick-up, Heat and Cool with closing the door, all with the sub-task's last action.
            #expect(ends == subTasks.map(\.steps.upperBound), "\(setup.task)")
        }
    }
}
