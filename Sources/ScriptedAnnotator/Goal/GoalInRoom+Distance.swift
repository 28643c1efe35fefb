internal import Episodes
internal import Household
internal import Synchronization

extension GoalInRoom {
    /// Actions that are left until the goal is reached: a shortest way (Dijkstra's algorithm on the room's grid)
    /// through the places of all sub-goals that are left, in their order, with the interactions that the expert makes
    /// there. Nil where something that the goal is about is not in the room or cannot be reached.
    ///
    /// Things that nothing happens to stand for each other, so that the nearest counts. Nothing is asked of the view
    /// but that the thing is ahead and, nearby, that it is not far above or below.
    func actionsToGo(from facts: StateFacts) -> Double? {
        let standing = standing(of: facts)
        if standing.isDone { return 0 }
        guard standing.isPossible else { return nil }
        let door: Double = standing.isTidy ? 0 : 1
        guard let current = standing.current else { return max(door, 1) }
        guard !standing.isInAppliance else {
            let rest = way(from: current + 1, standing.binding, isUnderWay: false, facts).actions(from: facts.agent)
            return rest.map { $0 + door + Self.actionsInAppliance(goal.subGoals[current].kind, standing.phase) }
        }
        let way = way(from: current, standing.binding, isUnderWay: true, facts)
        let targets = workplaces(of: current, standing.binding, facts)
        let tilt = targets.isEmpty ? 0 : field(to: targets, in: facts).looks(from: facts.agent)
        return way.actions(from: facts.agent).map { $0 + door + tilt }
    }

    /// The way through the sub-goals from `first` on. Within an episode it changes with interactions only.
    private func way(from first: Int, _ binding: Binding, isUnderWay: Bool, _ facts: StateFacts) -> WayToGoal {
        let key = WayKey(epoch: facts.epoch, first: first, binding: binding, isUnderWay: isUnderWay)
        if let known = ways.withLock({ $0[key] }) { return known }
        var way = WayToGoal(on: scene.grid)
        for index in (first..<goal.subGoals.count).reversed() {
            let isCurrent = isUnderWay && index == first
            let targets = workplaces(of: index, binding, facts)
            if !targets.isEmpty {
                way.precede(
                    places: targets.map {
                        (facts.world.bounds(of: $0), interactions(of: index, at: $0, isCurrent: isCurrent, facts))
                    })
            } else if let location = goal.subGoals[index].location {
                way.precede(pose: location)
            } else {
                way.precede(actions: interactions(of: index, at: nil, isCurrent: isCurrent, facts))
            }
        }
        ways.withLock { $0[key] = way }
        return way
    }

    /// The objects at which a sub-goal is worked on.
    private func workplaces(of index: Int, _ binding: Binding, _ facts: StateFacts) -> [Int] {
        let subGoal = goal.subGoals[index]
        switch subGoal.kind {
        case .pickup, .slice, .toggle, .open, .close:
            return (subGoal.object.map { objects($0, binding, in: facts) } ?? []).filter { !facts.world.isCarried($0) }
        case .put, .clean, .heat, .cool:
            return places(of: index, binding, facts).filter { !facts.world.isCarried($0) }
        case .goto: return []
        }
    }

    /// Interactions of a sub-goal that has not begun, doors included.
    ///
    /// - Parameters:
    ///   - object: At which it is worked on; nil for anywhere.
    ///   - isCurrent: Whether it is under way; before a later one the hand is as it should be.
    private func interactions(of index: Int, at object: Int?, isCurrent: Bool, _ facts: StateFacts) -> Double {
        let kind = goal.subGoals[index].kind
        let doors = object.map { doorActions($0, kind, facts) } ?? 0
        switch kind {
        case .pickup:
            let isHandFull = isCurrent && facts.world.held != nil
            return 1 + doors + (isHandFull ? Self.freeingTheHand : 0)
        case .slice, .put: return 1 + doors
        case .toggle, .open, .close: return 1
        case .clean: return 4
        case .heat: return 7 + (object.map(facts.isOpen) == true ? 0 : 1)
        case .cool: return 5 + (object.map(facts.isOpen) == true ? 0 : 1)
        case .goto: return 0
        }
    }

    /// Putting down what is in the hand.
    private static let freeingTheHand = 2.0

    /// Opening what is shut and shutting it again; shutting alone what stands open.
    private func doorActions(_ object: Int, _ kind: SubTaskKind, _ facts: StateFacts) -> Double {
        let containers = (kind == .put ? [object] : []) + facts.world.receptacles(holding: object)
        let doors = containers.filter { scene.objects[$0].type.traits.contains(.mustBeOpen) }
        return doors.reduce(0) { $0 + (facts.isOpen($1) ? 1 : 2) }
    }

    /// What is left of a treatment once the object is in the appliance, by ``Standing/phase``: washing and taking out;
    /// shutting, heating, taking out and shutting; the same without heating.
    static func actionsInAppliance(_ kind: SubTaskKind, _ phase: Double) -> Double {
        switch kind {
        case .clean: phase >= 0.85 ? 1 : phase >= 0.75 ? 2 : 3
        case .heat: phase >= 0.9 ? 2 : phase >= 0.82 ? 3 : phase >= 0.75 ? 4 : phase >= 0.6 ? 5 : 6
        default: phase >= 0.9 ? 2 : phase >= 0.75 ? 3 : 4
        }
    }
}
