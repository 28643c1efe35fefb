import Episodes
import Testing

@testable import Household

/// Each precondition, met and not, by the action's own words.
@Suite struct WorldRulesTests {
    var world: World
    let sight = Renderer()

    init() throws { world = try KitchenScene.world() }

    func object(_ type: ObjectType) throws -> Int {
        try #require(world.scene.objects.firstIndex { $0.type == type })
    }

    mutating func moved(to pose: AgentPose) -> Bool { world.teleport(to: pose) }

    /// Teleports the agent to the first pose from which it sees the object within reach.
    mutating func face(_ object: Int) throws {
        for cell in world.scene.grid.cells {
            for heading in 0...3 {
                for horizon in stride(from: -30, through: 60, by: 15) {
                    _ = world.teleport(to: AgentPose(x: cell.x, z: cell.y, heading: heading, horizon: horizon))
                    if world.distance(to: object) <= World.reach, sight.sees(object, in: world) { return }
                }
            }
        }
        Issue.record("\(world.scene.objects[object].id) is seen from nowhere")
    }

    mutating func act(_ action: Action, _ type: ObjectType) throws {
        let target = try object(type)
        try face(target)
        try world.step(action, target: target, sight: sight)
    }

    @Test mutating func navigation() throws {
        _ = world.teleport(to: AgentPose(x: 4, z: 0, heading: 1, horizon: 60))
        #expect(world.check(.moveAhead, sight: sight) == .blocked)
        #expect(world.check(.lookDown, sight: sight) == .horizonLimit)
        try world.step(.rotateLeft, sight: sight)
        try world.step(.moveAhead, sight: sight)
        try world.step(.lookUp, sight: sight)
        #expect(world.agent == AgentPose(x: 4, z: 1, heading: 0, horizon: 45))
        for _ in 0..<5 { try world.step(.lookUp, sight: sight) }
        #expect(world.agent.horizon == -30)
        #expect(world.check(.lookUp, sight: sight) == .horizonLimit)
        let outside = moved(to: AgentPose(x: 40, z: 0, heading: 0, horizon: 0))
        #expect(!outside)
        let between = moved(to: AgentPose(x: 0, z: 0, heading: 0, horizon: 10))
        #expect(!between)
    }

    @Test mutating func handsHoldOneThing() throws {
        let (apple, egg, table) = (try object(.apple), try object(.egg), try object(.diningTable))
        #expect(world.check(.put, target: table, sight: sight) == .handEmpty)
        try act(.pickup, .apple)
        #expect(world.held == apple)
        #expect(world.parent(of: apple) == nil)
        try face(egg)
        #expect(world.check(.pickup, target: egg, sight: sight) == .handFull)
        #expect(world.check(.pickup, target: apple, sight: sight) == .noTarget)
        try act(.put, .diningTable)
        #expect(world.held == nil)
        #expect(world.parent(of: apple) == table)
        #expect(world.check(.pickup, target: table, sight: sight) == .notPickupable)
        #expect(world.check(.pickup, target: nil, sight: sight) == .noTarget)
        #expect(world.check(.pickup, target: 10_000, sight: sight) == .noTarget)
    }

    @Test mutating func doors() throws {
        let fridge = try object(.fridge)
        #expect(world.check(.close, target: fridge, sight: sight) == .alreadyClosed)
        try act(.pickup, .apple)
        try face(fridge)
        #expect(world.check(.put, target: fridge, sight: sight) == .receptacleClosed)
        #expect(world.check(.open, target: try object(.diningTable), sight: sight) == .notOpenable)
        try act(.open, .fridge)
        #expect(world.check(.open, target: fridge, sight: sight) == .alreadyOpen)
        try act(.put, .fridge)
        try act(.close, .fridge)
        let apple = try object(.apple)
        #expect(world.states[apple].flags.contains(.cold))
        #expect(world.isShutAway(apple))
        #expect(world.check(.pickup, target: apple, sight: sight) == .notVisible)
    }

    @Test mutating func microwave() throws {
        let microwave = try object(.microwave)
        try act(.pickup, .apple)
        try act(.open, .microwave)
        #expect(world.check(.toggleOn, target: microwave, sight: sight) == .mustBeClosedToToggle)
        try act(.put, .microwave)
        try act(.close, .microwave)
        #expect(world.check(.toggleOff, target: microwave, sight: sight) == .alreadyOff)
        try act(.toggleOn, .microwave)
        #expect(world.check(.toggleOn, target: microwave, sight: sight) == .alreadyOn)
        #expect(world.check(.open, target: microwave, sight: sight) == .mustBeOffToOpen)
        try act(.toggleOff, .microwave)
        try act(.open, .microwave)
        let apple = try object(.apple)
        #expect(world.states[apple].flags.contains(.hot))
        #expect(!world.isShutAway(apple))
        try face(apple)
        #expect(world.check(.toggleOn, target: apple, sight: sight) == .notToggleable)
    }

    @Test mutating func slicing() throws {
        let (bread, table) = (try object(.bread), try object(.diningTable))
        try face(bread)
        #expect(world.check(.slice, target: bread, sight: sight) == .noKnife)
        try act(.pickup, .knife)
        try face(bread)
        #expect(world.check(.slice, target: table, sight: sight) == .notSliceable)
        try act(.slice, .bread)
        #expect(world.check(.slice, target: bread, sight: sight) == .noTarget)
        let pieces = world.scene.objects.indices.filter { world.scene.objects[$0].sliceOf == bread }
        #expect(pieces.count == 8)
        for piece in pieces {
            #expect(world.states[piece].isPresent)
            #expect(world.parent(of: piece) == table)
        }
        try act(.put, .counterTop)
        try act(.pickup, .breadSliced)
    }

    @Test mutating func washing() throws {
        let (mug, plate) = (try object(.mug), try object(.plate))
        try act(.toggleOn, .faucet)
        #expect(world.states[mug].flags.contains(.clean))
        #expect(!world.states[mug].flags.contains(.dirty))
        #expect(world.states[plate].flags.contains(.dirty))
    }

    @Test mutating func whatLiesOnAThingGoesWithIt() throws {
        let (fork, plate, table) = (try object(.fork), try object(.plate), try object(.diningTable))
        let drawer = try object(.drawer)
        let inside = world.states[fork].position
        try act(.open, .drawer)
        #expect(world.states[fork].position == inside + SIMD3(0.35, 0, 0))
        try act(.pickup, .fork)
        try act(.close, .drawer)
        try act(.put, .plate)
        #expect(world.parent(of: fork) == plate)
        try act(.pickup, .plate)
        #expect(world.isCarried(fork))
        #expect(world.check(.put, target: plate, sight: sight) == .noTarget)
        let offset = world.states[fork].position - world.states[plate].position
        try act(.put, .diningTable)
        #expect(world.receptacles(holding: fork) == [plate, table])
        #expect(world.allContents(of: table).contains(fork))
        let moved = world.states[fork].position - world.states[plate].position
        #expect(abs((moved * moved).sum() - (offset * offset).sum()) < 1e-6)
        #expect(world.parent(of: drawer) == nil)
    }

    @Test mutating func restrictedReceptaclesHoldOneThingOfTheirKind() throws {
        let burner = try object(.stoveBurner)
        try act(.pickup, .apple)
        try face(burner)
        #expect(world.check(.put, target: burner, sight: sight) == .restricted)
        try act(.put, .diningTable)
        try act(.pickup, .pot)
        try act(.put, .stoveBurner)
        #expect(world.parent(of: try object(.pot)) == burner)
        try act(.toggleOn, .stoveKnob)
        #expect(world.states[burner].flags.contains(.on))
        #expect(world.states[try object(.pot)].flags.contains(.hot))
    }

    @Test mutating func aFullReceptacleTakesNoMore() throws {
        let burner = try object(.stoveBurner)
        try act(.pickup, .pot)
        try act(.put, .stoveBurner)
        try act(.pickup, .kettle)
        try face(burner)
        #expect(world.check(.put, target: burner, sight: sight) == .noRoom)
    }

    @Test mutating func reachEndsAtOneAndAHalfMetres() throws {
        let fridge = try object(.fridge)
        // The fridge's front is at x = 1.3: 1.5 m to x = -0.2.
        _ = world.teleport(to: AgentPose(x: 0, z: 4, heading: 1, horizon: 0))
        #expect(world.check(.open, target: fridge, sight: sight) == nil)
        _ = world.teleport(to: AgentPose(x: -1, z: 4, heading: 1, horizon: 0))
        #expect(world.check(.open, target: fridge, sight: sight) == .tooFar)
    }
}
