import ALFRED
import Episodes
import Household
@testable import Rooms
import Simulation
import Testing

@testable import Simulation

@Suite struct SimulationExpertTests {
    @Test func everyTaskTypeIsSolved() throws {
        let setups = try GeneratedEpisodes.setups.get()
        #expect(Set(setups.map(\.option.type)) == Set(TaskType.allCases))
        for setup in setups {
            var environment = TaskEnvironment(setup.task, in: setup.world, renderer: Renderer())
            try environment.follow(setup.expert.plan.subgoals, expertSteps: setup.expert.plan.lowActions.count)
            #expect(!environment.isGoalSatisfied, "\(setup.task) holds at the start")
            var completed: [Int] = []
            for (low, target) in zip(setup.expert.plan.lowActions, setup.expert.targets) {
                let step = environment.step(low.action, target: target)
                #expect(step.failure == nil, "\(setup.task): \(low.action)")
                if let subgoal = step.completedSubgoal { completed.append(subgoal) }
            }
            #expect(environment.isGoalSatisfied, "\(setup.task)")
            // The last one may be left: the goal can hold one action before it counts as done.
            #expect(completed == Array(setup.expert.plan.subgoals.indices), "\(setup.task)")
        }
    }

    /// The release's conventions: walks at horizon 45, masks of 10 pixels or more on the target, boxes and points of
    /// them.
    @Test func plansKeepTheReleasesConventions() throws {
        let renderer = Renderer()
        for setup in try GeneratedEpisodes.setups.get() {
            var world = setup.world
            let plan = setup.expert.plan
            #expect(plan.highLevel.last?.action == .noOp)
            for (low, target) in zip(plan.lowActions, setup.expert.targets) {
                switch low.action {
                case .moveAhead, .rotateLeft, .rotateRight: #expect(world.agent.horizon == 45)
                case .lookUp, .lookDown: break
                default:
                    let recorded = try #require(low.target)
                    let object = try #require(target)
                    #expect(recorded.mask.area >= Expert.minimumPixels)
                    #expect(low.targetObjectID == setup.scene.objects[object].id)
                    let box = try #require(recorded.mask.tightBox())
                    #expect(recorded.box == [box.xMin, box.yMin + 1, box.xMax, box.yMax + 1])
                    #expect(recorded.mask.bitmap()[recorded.point[1] * 300 + recorded.point[0]])
                }
                try world.step(low.action, target: target, sight: renderer)
            }
            for step in plan.subgoals where step.action == .goto {
                #expect(step.planner.location.flatMap(AgentPose.init(location:)) != nil)
            }
            let doors = setup.scene.objects.indices.filter {
                setup.scene.objects[$0].type.traits.contains(.mustBeOpen)
                    && !setup.scene.objects[$0].initialFlags.contains(.open)
            }
            #expect(doors.allSatisfy { !world.states[$0].flags.contains(.open) }, "a door is left open")
        }
    }

    /// From the middle of every plan, with things held, doors open and work half done.
    @Test func plansFromAnyPointOfAPlan() throws {
        for (number, setup) in try GeneratedEpisodes.setups.get().enumerated() {
            let renderer = Renderer()
            var environment = TaskEnvironment(setup.task, in: setup.world, renderer: renderer)
            let actions = setup.expert.plan.lowActions
            for (index, low) in actions.enumerated() {
                if (index + number) % 9 == 0 || low.action.isInteraction {
                    let solution = try Expert.plan(from: environment)
                    var copy = environment
                    for (next, target) in zip(solution.plan.lowActions, solution.targets) {
                        #expect(copy.step(next.action, target: target).isSuccess)
                    }
                    #expect(copy.isGoalSatisfied, "\(setup.task) from action \(index)")
                }
                environment.step(low.action, target: setup.expert.targets[index])
            }
            let rest = try Expert.plan(from: environment)
            #expect(rest.plan.lowActions.isEmpty && rest.plan.highLevel.map(\.action) == [.noOp])
        }
    }

    @Test func unreachableGoalsAreTypedErrors() throws {
        let world = try Corridor.world(at: AgentPose(x: 0, z: 4, heading: 0, horizon: 30))
        func error(_ task: HouseTask) -> ExpertError.Reason? {
            let environment = TaskEnvironment(task, in: world, renderer: Renderer())
            do throws(ExpertError) {
                _ = try Expert.plan(from: environment)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(error(.simple("Apple", in: "SideTable")) == nil)
        #expect(error(.simple("Mug", in: "SideTable")) == .nothing(named: "Mug"))
        #expect(error(.simple("Apple", in: "Fridge")) == .nothing(named: "Fridge"))
        let heat = GoalParameters(objectTarget: "Apple", parentTarget: "SideTable")
        #expect(error(HouseTask(.heat, heat)) == .nothing(named: "Microwave"))
        #expect(error(HouseTask(.clean, heat)) == .nothing(named: "SinkBasin"))
        let sliced = GoalParameters(objectTarget: "Apple", objectSliced: true, parentTarget: "SideTable")
        #expect(error(HouseTask(.simple, sliced)) == .nothing(named: "knife"))
        let light = GoalParameters(objectTarget: "Apple", toggleTarget: "DeskLamp")
        #expect(error(HouseTask(.light, light)) == .nothing(named: "DeskLamp"))
        let two = GoalParameters(objectTarget: "Apple", parentTarget: "SideTable")
        #expect(error(HouseTask(.two, two)) == .nothing(named: "Apple"))
    }

    /// A thing no cell is near.
    @Test func whatCannotBeReachedIsSaid() throws {
        var builder = SceneBuilder()
        builder.cells = [SIMD2(0, 0), SIMD2(0, 1)]
        let shelf = builder.add(.shelf, at: SIMD3(1.9, 1, 3))
        builder.add(.book, at: SIMD3(1.9, 1.1, 3), in: shelf)
        builder.add(.sideTable, at: SIMD3(0, 0, 0.9))
        let environment = TaskEnvironment(
            .simple("Book", in: "SideTable"), in: try builder.world(), renderer: Renderer())
        let id = try Corridor.id(.book, in: environment.world)
        #expect(throws: ExpertError(.noPose(objectID: id, action: "PickupObject", last: nil))) {
            _ = try Expert.plan(from: environment)
        }
    }

    @Test func samplerIsBalancedAndKeepsTheConstraints() throws {
        let rooms = try Room.allCases.map {
            try FurnishedRoom(number: SceneGenerator.numbers(of: $0, in: .seen, count: 1)[0])
        }
        var sampler = TaskSampler(seed: 3)
        var counts: [TaskType: Int] = [:]
        for _ in 0..<140 {
            let found = sampler.next(among: rooms)
            let next = try #require(found)
            let option = try #require(next.options.first)
            counts[option.type, default: 0] += 1
        }
        #expect(TaskType.allCases.allSatisfy { counts[$0] == 20 })
        for room in rooms {
            for option in TaskSampler.options(in: room) {
                let carried = option.carriedType
                switch option.type {
                case .heat: #expect(TaskObjectTypes.heatable.contains(carried) && option.destination != .microwave)
                case .cool: #expect(TaskObjectTypes.coolable.contains(carried) && option.destination != .fridge)
                case .clean: #expect(TaskObjectTypes.cleanable.contains(carried) && option.destination != .sinkBasin)
                case .two: #expect(option.destination?.acceptedTypes == nil)
                case .light: #expect(option.lamp != nil && option.destination == nil && !option.isSliced)
                case .movable:
                    let movable = try #require(option.movable)
                    #expect(AllowedReceptacles.allows(carried, in: movable))
                case .simple: break
                }
                if let destination = option.destination {
                    #expect(AllowedReceptacles.allows(option.movable ?? carried, in: destination))
                    #expect(destination != .toaster)
                }
            }
        }
    }
}
