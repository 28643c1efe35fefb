import ALFRED
import Episodes
import Household
import Simulation
import Testing

@testable import Simulation

@Suite struct SimulationGoalTests {
    private func conditions(_ task: HouseTask, _ world: World, _ treatments: Treatments<Int> = Treatments())
        -> GoalConditions
    {
        GoalConditions(
            task.type, task.goal, in: HouseholdFacts(world, treatments, goal: task.goal, sight: Renderer()))
    }

    /// Conditions that hold, and their number.
    private func counts(_ task: HouseTask, _ world: World, _ treatments: Treatments<Int> = Treatments()) -> [Int] {
        let conditions = conditions(task, world, treatments)
        return [conditions.met, conditions.total]
    }

    @Test func whatLiesThereAtTheStartCounts() throws {
        var builder = SceneBuilder()
        let fridge = builder.add(.fridge)
        let plate = builder.add(.plate, in: fridge)
        builder.add(.apple, in: plate)
        builder.add(.counterTop)
        let world = try builder.world()
        #expect(conditions(.simple("Apple", in: "Fridge"), world).isSatisfied, "a plate in the fridge brings its apple")
        #expect(conditions(.simple("Apple", in: "CounterTop"), world).met == 0)
        #expect(WorldFacts().known.isEmpty, "the recorded actions alone know nothing of the start")
    }

    @Test func whatIsBuiltInKeepsItsContents() throws {
        var builder = SceneBuilder()
        let counter = builder.add(.counterTop)
        let basin = builder.add(.sinkBasin, in: counter, part: "Sink")
        let bowl = builder.add(.bowl, in: basin)
        builder.add(.apple, in: bowl)
        let world = try builder.world()
        #expect(!conditions(.simple("Apple", in: "CounterTop"), world).isSatisfied)
        #expect(conditions(.simple("Apple", in: "SinkBasin"), world).isSatisfied)
        #expect(world.reportedContents(of: counter) == [basin])
        #expect(world.reportedContents(of: basin).count == 2)
    }

    /// Every pair of names of which one contains the other behaves as ALFRED's substring matching has it.
    @Test(arguments: [
        ("Pot", ObjectType.potato), ("Pen", .pencil), ("Knife", .butterKnife), ("Box", .tissueBox), ("Cup", .cup),
    ])
    func namesMatchAsSubstrings(name: String, type: ObjectType) throws {
        var builder = SceneBuilder()
        let table = builder.add(.diningTable)
        builder.add(type, in: table)
        #expect(conditions(.simple(name, in: "DiningTable"), try builder.world()).isSatisfied)
    }

    @Test func receptaclesMatchAsSubstringsToo() throws {
        var builder = SceneBuilder()
        let hanger = builder.add(.toiletPaperHanger)
        builder.add(.toiletPaper, in: hanger)
        let world = try builder.world()
        #expect(conditions(.simple("ToiletPaper", in: "Toilet"), world).isSatisfied)
        #expect(!conditions(.simple("ToiletPaper", in: "ToiletPaperRoll"), world).isSatisfied)
    }

    /// A desk lamp is neither a pickupable nor a receptacle, whatever its name contains.
    @Test func rolesAreAskedFor() throws {
        var builder = SceneBuilder()
        let desk = builder.add(.desk)
        builder.add(.deskLamp, in: desk)
        builder.add(.book, in: desk)
        let world = try builder.world()
        #expect(conditions(.simple("DeskLamp", in: "Desk"), world).met == 0)
        #expect(conditions(.simple("Book", in: "Desk"), world).isSatisfied)
        #expect(conditions(.simple("Desk", in: "Book"), world).met == 0)
    }

    @Test func piecesAppearOnlyWhenCut() throws {
        var builder = SceneBuilder()
        let table = builder.add(.diningTable)
        builder.add(.apple, in: table)
        var goal = GoalParameters(objectTarget: "Apple", objectSliced: true, parentTarget: "DiningTable")
        #expect(counts(HouseTask(.simple, goal), try builder.world()) == [0, 2])
        goal.objectSliced = false
        #expect(counts(HouseTask(.simple, goal), try builder.world()) == [1, 1])
    }

    @Test func twoHaveToBeInTheSameReceptacle() throws {
        var builder = SceneBuilder()
        let tables = [builder.add(.sideTable), builder.add(.sideTable)]
        builder.add(.pen, in: tables[0])
        builder.add(.pen, in: tables[1])
        let task = HouseTask(.two, GoalParameters(objectTarget: "Pen", parentTarget: "SideTable"))
        #expect(counts(task, try builder.world()) == [1, 2])
        builder.add(.pencil, in: tables[1])
        #expect(conditions(task, try builder.world()).isSatisfied, "a pencil passes for a pen")
    }

    /// In place, treated, and the same object both.
    @Test(arguments: [(TaskType.clean, Treatment.cleaned), (.heat, .heated), (.cool, .cooled)])
    func treatmentsAreCountedApart(type: TaskType, treatment: Treatment) throws {
        var builder = SceneBuilder()
        let table = builder.add(.diningTable)
        let there = builder.add(.apple, in: table)
        let elsewhere = builder.add(.apple, in: builder.add(.counterTop))
        let world = try builder.world()
        let task = HouseTask(type, GoalParameters(objectTarget: "Apple", parentTarget: "DiningTable"))
        func treated(_ object: Int) -> Treatments<Int> {
            var treatments = Treatments<Int>()
            let action: Action = treatment == .cooled ? .close : .toggleOn
            treatments.note(action, on: 0, in: Appliance(treatment: treatment, contents: [object]))
            return treatments
        }
        #expect(counts(task, world) == [1, 3])
        #expect(counts(task, world, treated(elsewhere)) == [2, 3])
        #expect(counts(task, world, treated(there)) == [3, 3])
    }

    /// One appliance that holds some objects.
    private struct Appliance: ApplianceFacts {
        var treatment: Treatment
        var contents: [Int]

        func objectID(of object: Int) -> String {
            switch treatment {
            case .cleaned: "Faucet|0|0|0"
            case .heated: "Microwave|0|0|0"
            case .cooled: "Fridge|0|0|0"
            }
        }
        func appliances(named name: String) -> [Int] { [0] }
        func isVisible(_ object: Int) -> Bool { true }
        func squaredDistance(_ first: Int, _ second: Int) -> Double { 0 }
        func contents(ofAppliance object: Int) -> [Int] { contents }
    }

    /// Object in the movable; movable in place; both at once: all eight combinations of two bowls.
    @Test(arguments: 0..<8)
    func stacks(bits: Int) throws {
        var builder = SceneBuilder()
        let table = builder.add(.diningTable)
        let counter = builder.add(.counterTop)
        let first = builder.add(.bowl, in: bits & 1 == 0 ? counter : table)
        let second = builder.add(.bowl, in: bits & 2 == 0 ? counter : table)
        builder.add(.apple, in: bits & 4 == 0 ? first : second)
        let task = HouseTask(
            .movable, GoalParameters(objectTarget: "Apple", parentTarget: "DiningTable", movableTarget: "Bowl"))
        let anyPlaced = bits & 3 != 0
        let loadedPlaced = bits & 4 == 0 ? bits & 1 != 0 : bits & 2 != 0
        #expect(
            counts(task, try builder.world()) == [1 + (anyPlaced ? 1 : 0) + (loadedPlaced ? 1 : 0), 3])
    }

    @Test func lampsHaveToBeOnAndSeen() throws {
        for (isOn, heading) in [(false, 0), (true, 0), (true, 2)] {
            var builder = SceneBuilder()
            builder.add(.floorLamp, at: SIMD3(0, 0, 1), flags: isOn ? .on : [])
            let world = try builder.world(AgentPose(x: 0, z: 0, heading: heading, horizon: 0))
            let task = HouseTask(.light, GoalParameters(objectTarget: "Book", toggleTarget: "FloorLamp"))
            #expect(conditions(task, world).met == (isOn && heading == 0 ? 1 : 0))
            #expect(conditions(task, world).total == 2)
        }
    }
}
