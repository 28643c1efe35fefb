internal import ALFRED
internal import Household
internal import Rooms

/// The order of sub-goals by task type (as in ALFRED's plans), from whatever state the world is in.
extension Expert {
    func solve(_ draft: PlanDraft) throws(ExpertError) -> PlanDraft {
        switch task.type {
        case .simple, .clean, .heat, .cool:
            return try acquire(draft) { draft, object throws(ExpertError) in
                try treat(draft, object) { draft throws(ExpertError) in
                    try place(draft, object, then: finish)
                }
            }
        case .two: return try placeTwo(draft)
        case .light:
            return try acquire(draft) { draft, object throws(ExpertError) in
                let lamps = sorted(present(objects.lamps, draft), from: draft)
                return try first(of: lamps, orElse: .nothing(named: task.goal.toggleTarget)) {
                    lamp throws(ExpertError) in
                    let isOn = draft.world.states[lamp].flags.contains(.on)
                    return try finish(done(isOn ? .visit(lamp) : .toggle(lamp), in: draft))
                }
            }
        case .movable: return try stack(draft)
        }
    }

    // MARK: Getting the object

    /// The objects of exactly the class asked for; the goal check's substring matches only where there are none.
    private func exact(_ candidates: [Int], _ name: String, _ draft: PlanDraft) -> [Int] {
        let found = present(candidates, draft)
        let same = found.filter { draft.type($0).rawValue == name }
        return same.isEmpty ? found : same
    }

    func present(_ candidates: [Int], _ draft: PlanDraft) -> [Int] {
        candidates.filter { draft.world.states[$0].isPresent }
    }

    /// Has the agent hold an object of the target class: slices one first where pieces are asked for and there are
    /// none.
    ///
    /// - Parameter excluded: Objects that already are where they belong.
    func acquire(
        _ draft: PlanDraft, excluding excluded: @escaping (PlanDraft, Int) -> Bool = { _, _ in false },
        then next: @escaping (PlanDraft, Int) throws(ExpertError) -> PlanDraft
    ) throws(ExpertError) -> PlanDraft {
        let available = exact(objects.targets, task.goal.targetName, draft).filter { !excluded(draft, $0) }
        if let held = draft.world.held, available.contains(held) { return try next(draft, held) }
        if available.isEmpty, task.goal.objectSliced {
            return try slice(draft) { draft throws(ExpertError) in try acquire(draft, excluding: excluded, then: next) }
        }
        return try freeHand(draft) { draft throws(ExpertError) in
            let treated = task.treatment.map { treatment in
                available.filter { draft.treatments.contains($0, treatment) }
            }
            let options = sorted(available, from: draft)
            let ordered = options.filter { treated?.contains($0) ?? false }
            let rest = options.filter { !ordered.contains($0) }
            return try first(of: ordered + rest, orElse: .nothing(named: task.goal.targetName)) {
                object throws(ExpertError) in try next(done(.pickup(object), in: draft), object)
            }
        }
    }

    /// Fetches a knife, cuts a whole object and puts the knife down.
    private func slice(_ draft: PlanDraft, then next: @escaping Continuation) throws(ExpertError) -> PlanDraft {
        try fetchKnife(draft) { draft throws(ExpertError) in
            let wholes = draft.world.scene.objects.indices.filter {
                draft.type($0).rawValue == task.goal.objectTarget && draft.type($0).traits.contains(.sliceable)
                    && draft.world.states[$0].isPresent
            }
            return try first(of: sorted(wholes, from: draft), orElse: .nothing(named: task.goal.objectTarget)) {
                whole throws(ExpertError) in
                try freeHand(done(.slice(whole), in: draft), then: next)
            }
        }
    }

    private func fetchKnife(_ draft: PlanDraft, then next: @escaping Continuation) throws(ExpertError) -> PlanDraft {
        if let held = draft.world.held, draft.type(held).traits.contains(.knife) { return try next(draft) }
        return try freeHand(draft) { draft throws(ExpertError) in
            let knives = draft.world.scene.objects.indices.filter {
                draft.type($0).traits.contains(.knife) && draft.world.states[$0].isPresent
            }
            return try first(of: sorted(knives, from: draft), orElse: .nothing(named: "knife")) {
                knife throws(ExpertError) in try next(done(.pickup(knife), in: draft))
            }
        }
    }

    /// Puts down whatever is in the hand: where such things belong, away from what the task still needs.
    func freeHand(_ draft: PlanDraft, then next: @escaping Continuation) throws(ExpertError) -> PlanDraft {
        guard let held = draft.world.held else { return try next(draft) }
        let open = draft.world.scene.objects.indices.filter { object in
            let traits = draft.type(object).traits
            return traits.contains(.receptacle)
                && traits.isDisjoint(with: [.pickupable, .restricted, .mustBeOpen])
                && draft.world.states[object].isPresent
        }
        func rank(_ object: Int) -> Int {
            (AllowedReceptacles.allows(draft.type(held), in: draft.type(object)) ? 0 : 1)
                + (objects.destinations.contains(object) || draft.type(object) == .sinkBasin ? 2 : 0)
        }
        let places = sorted(open, from: draft)
        let ordered = (0...3).flatMap { wanted in places.filter { rank($0) == wanted } }
        return try first(of: ordered, orElse: .nothing(named: "place to put the \(draft.type(held).rawValue) down")) {
            place throws(ExpertError) in try next(done(.put(held, into: place), in: draft))
        }
    }

    // MARK: Treating it

    private func treat(_ draft: PlanDraft, _ object: Int, then next: @escaping Continuation)
        throws(ExpertError) -> PlanDraft
    {
        guard let treatment = task.treatment, !draft.treatments.contains(object, treatment) else {
            return try next(draft)
        }
        var errands: [Errand] = []
        switch treatment {
        case .cleaned:
            for basin in sorted(objects.sinkBasins, from: draft) {
                if let faucet = faucet(of: basin, draft) { errands.append(.clean(object, in: basin, under: faucet)) }
            }
        case .heated: errands = objects.microwaves.prefix(1).map { .heat(object, in: $0) }
        case .cooled: errands = objects.fridges.prefix(1).map { .cool(object, in: $0) }
        }
        let name = treatment == .cleaned ? "SinkBasin" : treatment == .heated ? "Microwave" : "Fridge"
        return try first(of: errands, orElse: .nothing(named: name)) { errand throws(ExpertError) in
            try next(done(errand, in: draft))
        }
    }

    private func faucet(of basin: Int, _ draft: PlanDraft) -> Int? {
        let here = draft.world.bounds(of: basin).centre
        func distance(_ object: Int) -> Float {
            let d = draft.world.states[object].position - here
            return (d * d).sum()
        }
        return draft.world.scene.objects.indices.filter { draft.type($0) == .faucet }
            .min { distance($0) < distance($1) }
    }

    // MARK: Placing it

    func place(_ draft: PlanDraft, _ object: Int, then next: @escaping Continuation) throws(ExpertError) -> PlanDraft {
        let places = sorted(destinations(draft), from: draft)
        return try first(of: places, orElse: .nothing(named: task.goal.parentTarget)) { place throws(ExpertError) in
            try next(done(.put(object, into: place), in: draft))
        }
    }

    private func destinations(_ draft: PlanDraft) -> [Int] {
        exact(objects.destinations, task.goal.parentTarget, draft).filter { !draft.world.isCarried($0) }
    }

    /// Two objects into one receptacle: first the receptacle that holds most of them, then the nearest.
    private func placeTwo(_ draft: PlanDraft) throws(ExpertError) -> PlanDraft {
        let targets = exact(objects.targets, task.goal.targetName, draft)
        func count(_ place: Int, _ draft: PlanDraft) -> Int {
            exact(objects.targets, task.goal.targetName, draft).count {
                draft.world.reportedReceptacles(of: $0).contains(place)
            }
        }
        func fill(_ draft: PlanDraft, _ place: Int) throws(ExpertError) -> PlanDraft {
            if count(place, draft) >= 2 { return try finish(draft) }
            return try acquire(
                draft, excluding: { draft, object in draft.world.reportedReceptacles(of: object).contains(place) }
            ) { draft, object throws(ExpertError) in
                try fill(done(.put(object, into: place), in: draft), place)
            }
        }
        let places = destinations(draft)
        let costs = places.map { place in (place, count(place, draft), tripCost(place, targets, draft)) }
        let ordered = costs.sorted { ($1.1, $0.2, $0.0) < ($0.1, $1.2, $1.0) }.map(\.0)
        return try first(of: ordered, orElse: .nothing(named: task.goal.parentTarget)) { place throws(ExpertError) in
            try fill(draft, place)
        }
    }

    /// The object into a movable receptacle, and that to its destination.
    private func stack(_ draft: PlanDraft) throws(ExpertError) -> PlanDraft {
        let movables = exact(objects.movables, task.goal.movableTarget, draft)
        let targets = exact(objects.targets, task.goal.targetName, draft)
        let loaded = movables.filter { movable in
            targets.contains { draft.world.reportedReceptacles(of: $0).contains(movable) }
        }
        func deliver(_ draft: PlanDraft, _ movable: Int, startsHere: Bool) throws(ExpertError) -> PlanDraft {
            if isSatisfied(draft) { return draft }
            if draft.world.held == movable { return try place(draft, movable, then: finish) }
            return try freeHand(draft) { draft throws(ExpertError) in
                try place(done(.pickup(movable), in: draft, startsHere: startsHere), movable, then: finish)
            }
        }
        if let held = draft.world.held, loaded.contains(held) { return try deliver(draft, held, startsHere: false) }
        if !loaded.isEmpty {
            return try first(of: sorted(loaded, from: draft), orElse: .nothing(named: task.goal.movableTarget)) {
                movable throws(ExpertError) in try deliver(draft, movable, startsHere: false)
            }
        }
        return try acquire(draft) { draft, object throws(ExpertError) in
            let options = sorted(movables.filter { $0 != object }, from: draft)
            return try first(of: options, orElse: .nothing(named: task.goal.movableTarget)) {
                movable throws(ExpertError) in
                // A container stays open only if what comes next needs it from the same place.
                do throws(ExpertError) {
                    let put = try done(.put(object, into: movable), in: draft, keepsOpen: true)
                    return try deliverWithoutWalking(put, movable, deliver)
                } catch {
                    let put = try done(.put(object, into: movable), in: draft)
                    return try deliver(put, movable, startsHere: false)
                }
            }
        }
    }

    /// Takes the movable receptacle up from where the agent stands, or fails.
    private func deliverWithoutWalking(
        _ draft: PlanDraft, _ movable: Int, _ deliver: (PlanDraft, Int, Bool) throws(ExpertError) -> PlanDraft
    ) throws(ExpertError) -> PlanDraft {
        if isSatisfied(draft), draft.world.closedContainers(of: movable).isEmpty,
            !draft.world.receptacles(holding: movable).contains(where: { draft.type($0).traits.contains(.mustBeOpen) })
        {
            return draft
        }
        var attempt = draft
        do throws(ExpertError.Obstacle) {
            try attempt.expand(.pickup(movable), keepsOpen: false)
        } catch {
            throw ExpertError(.noPose(objectID: draft.id(movable), action: HighAction.pickup.rawValue, last: error))
        }
        return try deliver(attempt, movable, false)
    }
}
