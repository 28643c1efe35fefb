internal import ALFRED
internal import Episodes
internal import Household

/// One sub-goal of the expert and the low actions it consists of.
enum Errand: Equatable {
    case pickup(Int)
    /// The held object into or onto a receptacle.
    case put(Int, into: Int)
    case slice(Int)
    case clean(Int, in: Int, under: Int)
    case heat(Int, in: Int)
    case cool(Int, in: Int)
    case toggle(Int)
    /// Only going there and looking at it.
    case visit(Int)

    /// What has to be seen from the pose.
    var focus: Int {
        switch self {
        case .pickup(let object), .slice(let object), .toggle(let object), .visit(let object): object
        case .put(_, let place), .clean(_, let place, _), .heat(_, let place), .cool(_, let place): place
        }
    }

    var action: HighAction {
        switch self {
        case .pickup: .pickup
        case .put: .put
        case .slice: .slice
        case .clean: .clean
        case .heat: .heat
        case .cool: .cool
        case .toggle: .toggle
        case .visit: .goto
        }
    }
}

extension PlanDraft {
    /// Poses tried for one errand. Those that take an object back need a view of what they put down, too.
    private static func poseLimit(_ errand: Errand) -> Int {
        switch errand {
        case .clean, .heat, .cool: 96
        default: 24
        }
    }

    /// Goes where the errand can be done, and does it.
    ///
    /// - Parameters:
    ///   - startsHere: Whether to try from the present pose first, without a GotoLocation.
    ///   - keepsOpen: Whether a container stays open because the next sub-goal needs it too.
    mutating func carryOut(
        _ errand: Errand, startsHere: Bool = false, keepsOpen: Bool = false
    ) throws(ExpertError) {
        var last: ExpertError.Obstacle?
        if startsHere {
            var attempt = self
            do throws(ExpertError.Obstacle) {
                try attempt.expand(errand, keepsOpen: keepsOpen)
                self = attempt
                return
            } catch { last = error }
        }
        let supposed = world.opening(all: containersToOpen(errand))
        let poses = PoseFinder(sight: sight).ranked(
            for: errand.focus, in: supposed, minimumPixels: Expert.minimumPixels, keeping: Self.poseLimit(errand))
        for candidate in poses {
            var attempt = self
            do throws(ExpertError.Obstacle) {
                try attempt.go(to: candidate.pose, for: landmark(of: errand))
                try attempt.expand(errand, keepsOpen: keepsOpen)
                self = attempt
                return
            } catch {
                last = error
                // A full receptacle is full from everywhere.
                if case .action(.put, .noRoom) = error { break }
                if case .action(.put, .restricted) = error { break }
            }
        }
        throw ExpertError(.noPose(objectID: id(errand.focus), action: errand.action.rawValue, last: last))
    }

    /// What a GotoLocation is named after: the receptacle an object lies in, else the thing itself.
    private func landmark(of errand: Errand) -> Int {
        switch errand {
        case .pickup(let object), .slice(let object): world.receptacles(holding: object).last ?? object
        default: errand.focus
        }
    }

    private func containersToOpen(_ errand: Errand) -> [Int] {
        switch errand {
        case .pickup(let object), .slice(let object): return world.closedContainers(of: object)
        case .put(_, let place): return world.closedContainers(of: place) + selfIfClosed(place)
        case .heat(_, let place), .cool(_, let place): return selfIfClosed(place)
        case .clean, .toggle, .visit: return []
        }
    }

    private func selfIfClosed(_ object: Int) -> [Int] {
        type(object).traits.contains(.mustBeOpen) && !world.states[object].flags.contains(.open) ? [object] : []
    }

    /// Everything with a door around an object, open or not, itself included: closed again afterwards.
    private func containers(around object: Int) -> [Int] {
        ([object] + world.receptacles(holding: object)).filter { type($0).traits.contains(.mustBeOpen) }
    }

    /// The low actions of an errand from the present pose.
    mutating func expand(_ errand: Errand, keepsOpen: Bool) throws(ExpertError.Obstacle) {
        switch errand {
        case .pickup(let object):
            begin(.pickup, [object], PlannerAction(action: HighAction.pickup.rawValue, objectID: id(object)))
            let doors = containers(around: object)
            try openUp(world.closedContainers(of: object))
            if type(object) == .laptop, world.states[object].flags.contains(.open) { try act(.close, object) }
            try act(.pickup, object)
            if !keepsOpen { try shut(doors) }
        case .put(let object, let place):
            begin(
                .put, [object, place],
                PlannerAction(
                    action: HighAction.put.rawValue, objectID: id(object), receptacleObjectID: id(place)))
            let doors = containers(around: place)
            try openUp(world.closedContainers(of: place) + selfIfClosed(place))
            try act(.put, place)
            if !keepsOpen { try shut(doors) }
        case .slice(let object):
            begin(.slice, [object], PlannerAction(action: HighAction.slice.rawValue, objectID: id(object)))
            let doors = containers(around: object)
            try openUp(world.closedContainers(of: object))
            try act(.slice, object)
            if !keepsOpen { try shut(doors) }
        case .toggle(let lamp):
            begin(.toggle, [lamp], PlannerAction(action: HighAction.toggle.rawValue, objectID: id(lamp)))
            try act(.toggleOn, lamp)
        case .visit: break
        case .clean(let object, let basin, let faucet):
            begin(
                .clean, [object],
                PlannerAction(action: HighAction.clean.rawValue, objectID: id(basin), cleanObjectID: id(object)))
            try act(.put, basin)
            if world.states[faucet].flags.contains(.on) { try act(.toggleOff, faucet) }
            try act(.toggleOn, faucet)
            try act(.toggleOff, faucet)
            try act(.pickup, object)
            try require(object, .cleaned)
        case .heat(let object, let microwave):
            begin(.heat, [object], PlannerAction(action: HighAction.heat.rawValue, objectID: id(microwave)))
            if world.states[microwave].flags.contains(.on) { try act(.toggleOff, microwave) }
            try openUp(selfIfClosed(microwave))
            try act(.put, microwave)
            try act(.close, microwave)
            try act(.toggleOn, microwave)
            try act(.toggleOff, microwave)
            try takeBack(object, from: microwave)
            try require(object, .heated)
        case .cool(let object, let fridge):
            begin(.cool, [object], PlannerAction(action: HighAction.cool.rawValue, objectID: id(fridge)))
            try openUp(selfIfClosed(fridge))
            try act(.put, fridge)
            try act(.close, fridge)
            try takeBack(object, from: fridge)
            try require(object, .cooled)
        }
    }

    private mutating func openUp(_ doors: [Int]) throws(ExpertError.Obstacle) {
        for door in doors {
            if world.states[door].flags.contains(.on) { try act(.toggleOff, door) }
            try act(.open, door)
        }
    }

    private mutating func shut(_ doors: [Int]) throws(ExpertError.Obstacle) {
        for door in doors where world.states[door].flags.contains(.open) { try act(.close, door) }
    }

    private mutating func takeBack(_ object: Int, from appliance: Int) throws(ExpertError.Obstacle) {
        try act(.open, appliance)
        try act(.pickup, object)
        try act(.close, appliance)
    }

    private func require(_ object: Int, _ treatment: Treatment) throws(ExpertError.Obstacle) {
        guard treatments.contains(object, treatment) else { throw .untreated }
    }
}
