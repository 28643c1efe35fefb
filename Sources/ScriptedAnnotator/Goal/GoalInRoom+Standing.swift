internal import ALFRED
internal import Episodes
internal import Household
internal import Simulation

extension GoalInRoom {
    /// How far the goal is: 0 for nothing done, 1 for reached.
    func progress(of facts: StateFacts) -> Double { standing(of: facts).progress(of: goal.subGoals.count) }

    /// Judges one state by itself. The sub-goals done are those up to the last one whose result is seen, if all before
    /// it have left their traces or could not.
    func standing(of facts: StateFacts) -> Standing {
        var best: Standing?
        for binding in bindings {
            let completed = completed(binding, facts)
            if let known = best, completed < known.completed { continue }
            let standing = standing(of: facts, binding, completed)
            if let known = best, known.completed == completed, part(known) >= part(standing) { continue }
            best = standing
        }
        return best ?? Standing(isPossible: false)
    }

    /// To choose among objects: one out of reach is worse than any.
    private func part(_ standing: Standing) -> Double {
        standing.part + (standing.isTidy ? Standing.untidiness : 0) + (standing.isPossible ? 1 : 0)
    }

    private func standing(of facts: StateFacts, _ binding: Binding, _ completed: Int) -> Standing {
        var standing = Standing(completed: completed)
        standing.binding = binding
        let count = goal.subGoals.count
        standing.isPossible = isPossible
        if completed > 0 { standing.isTidy = isTidy(completed - 1, binding, facts) }
        if let task = goal.task {
            // The conditions cost more than the sub-goals: they are asked only where these can be met.
            let mayHold = completed == count || goal.subGoals.count - completed == 1
            standing.isDone =
                mayHold
                && GoalConditions(task.type, task.goal, in: RoomFacts(room: self, facts: facts)).isSatisfied
            // All done one by one, but not together, such as a lamp that is on and not seen.
            if !standing.isDone, completed == count { standing.completed = count - 1 }
        } else {
            standing.isDone = completed == count && standing.isTidy
        }
        guard standing.completed < count, !standing.isDone else { return standing }
        standing.current = standing.completed
        work(on: standing.completed, binding, facts, &standing)
        return standing
    }

    // MARK: Sub-goals done

    private func completed(_ binding: Binding, _ facts: StateFacts) -> Int {
        for last in goal.subGoals.indices.reversed() where holds(last, binding, facts) {
            if (0..<last).allSatisfy({ hasLeftItsTrace($0, before: last, binding, facts) }) { return last + 1 }
        }
        return 0
    }

    /// Whether the sub-goal's result is there, as that of the last one done.
    private func holds(_ index: Int, _ binding: Binding, _ facts: StateFacts) -> Bool {
        let subGoal = goal.subGoals[index]
        guard let thing = subGoal.object else { return subGoal.location == facts.agent }
        guard let object = binding[thing] else { return false }
        let isHeld = facts.world.held == object
        switch subGoal.kind {
        case .pickup:
            if isHeld { return true }
            // In the appliance that comes next, where it was put.
            guard index + 1 < goal.subGoals.count, facts.handled.contains(object) else { return false }
            let next = goal.subGoals[index + 1]
            return next.object == thing && next.kind != .put && isInside(object, next.place, binding, facts)
        case .put:
            guard let place = subGoal.place else { return !isHeld && facts.handled.contains(object) }
            guard goal.task != nil || facts.handled.contains(object) else { return false }
            return isInside(object, place, binding, facts)
        case .clean, .heat, .cool: return isHeld && isTreated(object, subGoal.kind, facts)
        case .toggle: return facts.isOn(object)
        case .slice: return facts.world.states[object].flags.contains(.sliced)
        case .open: return facts.isOpen(object)
        case .close:
            let wasOpened = goal.subGoals[..<index].contains { $0.kind == .open && $0.object == thing }
            return !facts.isOpen(object) && (!wasOpened || facts.handled.contains(object))
        case .goto: return subGoal.location == facts.agent
        }
    }

    /// Whether nothing speaks against the sub-goal being done, if `last` is.
    private func hasLeftItsTrace(
        _ index: Int, before last: Int, _ binding: Binding, _ facts: StateFacts
    ) -> Bool {
        let subGoal = goal.subGoals[index]
        guard let thing = subGoal.object, let object = binding[thing] else { return subGoal.object == nil }
        let later = goal.subGoals[(index + 1)...last]
        switch subGoal.kind {
        case .pickup:
            return facts.world.held == object || holds(index, binding, facts)
                || later.contains { $0.kind == .slice || ($0.kind == .put && $0.object == thing) }
                || later.contains { $0.kind == .pickup && $0.object != thing }
        case .put:
            return later.contains { $0.kind == .pickup && $0.object == thing } || holds(index, binding, facts)
        case .clean, .heat, .cool: return isTreated(object, subGoal.kind, facts)
        case .slice: return facts.world.states[object].flags.contains(.sliced)
        case .toggle, .open, .close, .goto: return true
        }
    }

    private func isTreated(_ object: Int, _ kind: SubTaskKind, _ facts: StateFacts) -> Bool {
        switch kind {
        case .clean: facts.treatments.contains(object, .cleaned)
        case .heat: facts.treatments.contains(object, .heated)
        case .cool: facts.treatments.contains(object, .cooled)
        default: false
        }
    }

    private func isInside(_ object: Int, _ place: Int?, _ binding: Binding, _ facts: StateFacts) -> Bool {
        guard let place else { return false }
        return facts.receptacles(of: object).contains { receptacle in
            isActedOn[place] ? binding[place] == receptacle : candidates[place].contains(receptacle)
        }
    }

    /// Whether the doors that a sub-goal had to open are shut.
    private func isTidy(_ index: Int, _ binding: Binding, _ facts: StateFacts) -> Bool {
        let subGoal = goal.subGoals[index]
        guard let thing = subGoal.object, let object = binding[thing] else { return true }
        func isAjar(_ container: Int) -> Bool {
            facts.isOpen(container) && scene.objects[container].type.traits.contains(.mustBeOpen)
        }
        switch subGoal.kind {
        case .pickup:
            guard facts.world.held == object else { return true }
            // What is held remembers where it was taken from.
            let source = facts.world.states[object].position
            return !scene.objects.indices.contains { isAjar($0) && facts.world.bounds(of: $0).contains(source) }
        case .put:
            return !facts.world.receptacles(holding: object).contains(where: isAjar)
        case .slice:
            let piece = scene.objects.indices.first { scene.objects[$0].sliceOf == object }
            return !(piece.map(facts.world.receptacles(holding:)) ?? []).contains(where: isAjar)
        case .heat, .cool:
            guard let place = subGoal.place else { return true }
            return !candidates[place].contains(where: isAjar)
        default: return true
        }
    }

    // MARK: The sub-goal under way

    private func work(on index: Int, _ binding: Binding, _ facts: StateFacts, _ standing: inout Standing) {
        let subGoal = goal.subGoals[index]
        guard let thing = subGoal.object else {
            guard let location = subGoal.location else { return }
            standing.approachWeight = 1
            standing.distance = NavigationField(to: location, on: scene.grid).actions(from: facts.agent).map(
                Double.init)
            standing.isPossible = standing.isPossible && standing.distance != nil
            return
        }
        var targets: [Int]
        switch subGoal.kind {
        case .pickup, .slice:
            targets = objects(thing, binding, in: facts)
            standing.approachWeight = 0.6
            let isFree = subGoal.kind == .slice || facts.world.held == nil
            standing.phase = isFree ? 0.1 : 0
        case .toggle, .open, .close:
            targets = objects(thing, binding, in: facts)
            standing.approachWeight = 0.8
        case .put:
            targets = places(of: index, binding, facts)
            standing.approachWeight = 0.7
        case .clean, .heat, .cool:
            targets = places(of: index, binding, facts)
            if let object = binding[thing], isInside(object, subGoal.place, binding, facts) {
                standing.phase = treatment(of: object, subGoal.kind, facts)
                standing.focus = object
                standing.isInAppliance = true
                return
            }
            standing.approachWeight = 0.35
        case .goto: targets = []
        }
        targets.removeAll { facts.world.isCarried($0) }
        standing.isPossible = standing.isPossible && (!targets.isEmpty || subGoal.place == nil && subGoal.kind == .put)
        guard !targets.isEmpty else { return }
        let field = field(to: targets, in: facts)
        standing.distance = field.cost(from: facts.agent)
        let nearest = nearest(targets, facts)
        standing.focus = nearest
        standing.isInView = nearest.map { isInView($0, facts) } ?? false
        switch subGoal.kind {
        case .pickup, .slice: if nearest.map(facts.world.isShutAway) == false { standing.phase += 0.2 }
        case .put: if isOpenForGoods(targets, nearest, facts) { standing.phase += 0.2 }
        case .heat, .cool: if isOpenForGoods(targets, nearest, facts) { standing.phase += 0.05 }
        default: break
        }
    }

    /// Where a put or a treatment can happen: once one of two things is in place, the other belongs with it.
    func places(of index: Int, _ binding: Binding, _ facts: StateFacts) -> [Int] {
        let subGoal = goal.subGoals[index]
        guard let place = subGoal.place else { return [] }
        let all = objects(place, binding, in: facts)
        for earlier in goal.subGoals[..<index] where earlier.kind == .put && earlier.place == place {
            guard earlier.object != subGoal.object, let object = earlier.object.flatMap({ binding[$0] }) else {
                continue
            }
            let same = facts.receptacles(of: object).filter(all.contains)
            if !same.isEmpty { return same }
        }
        return all
    }

    /// In the sink, washed, faucet off; in the microwave, shut, hot, off, open; in the fridge, cold, open.
    private func treatment(of object: Int, _ kind: SubTaskKind, _ facts: StateFacts) -> Double {
        let isTreated = isTreated(object, kind, facts)
        let appliance = facts.receptacles(of: object).last
        let isOpen = appliance.map(facts.isOpen) ?? false
        switch kind {
        case .clean:
            return isTreated ? (faucets.contains(where: facts.isOn) ? 0.75 : 0.85) : 0.5
        case .heat:
            guard isTreated else { return isOpen ? 0.5 : 0.6 }
            return appliance.map(facts.isOn) ?? false ? 0.75 : isOpen ? 0.9 : 0.82
        default: return isTreated ? (isOpen ? 0.9 : 0.75) : 0.5
        }
    }

    private func nearest(_ objects: [Int], _ facts: StateFacts) -> Int? {
        guard objects.count > 1 else { return objects.first }
        return objects.map { ($0, facts.world.distance(to: $0)) }.min { $0.1 < $1.1 }?.0
    }

    /// Whether something can be put there: an open container within reach, or a place without a door.
    private func isOpenForGoods(_ places: [Int], _ nearest: Int?, _ facts: StateFacts) -> Bool {
        if let nearest, !facts.isShut(nearest), !facts.world.isShutAway(nearest) { return true }
        return places.contains {
            facts.isOpen($0) && !facts.world.isShutAway($0) && facts.world.distance(to: $0) <= World.reach
        }
    }

    /// Whether the middle of the object is in the picture's frame and not behind a shut door. Things in between are not
    /// looked at.
    private func isInView(_ object: Int, _ facts: StateFacts) -> Bool {
        guard !facts.world.isShutAway(object),
            let place = Camera(facts.world).project(facts.world.bounds(of: object).centre)
        else { return false }
        return (0..<300).contains(place.u) && (0..<300).contains(place.v)
    }
}
