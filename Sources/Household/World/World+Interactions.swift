internal import Episodes

extension World {
    /// Preconditions in THOR's order: what is cheap to know first, sight last.
    mutating func interact(_ action: Action, _ target: Int, _ sight: Renderer) throws(ActionError) {
        let traits = scene.objects[target].type.traits
        switch action {
        case .pickup:
            guard held == nil else { throw .handFull }
            guard traits.contains(.pickupable) else { throw .notPickupable }
            try requireSight(target, sight)
            pickUp(target)
        case .put:
            guard let held else { throw .handEmpty }
            guard traits.contains(.receptacle), !isCarried(target) else { throw .notReceptacle }
            if traits.contains(.mustBeOpen), !states[target].flags.contains(.open) { throw .receptacleClosed }
            if let accepted = scene.objects[target].type.acceptedTypes {
                guard accepted.contains(scene.objects[held].type) else { throw .restricted }
            }
            try requireSight(target, sight)
            if traits.contains(.restricted), states.contains(where: { $0.parent == Int16(target) && $0.isPresent }) {
                throw .noRoom
            }
            guard let spot = freeSpot(for: held, in: target, sight: sight) else { throw .noRoom }
            put(held, into: target, at: spot)
        case .open:
            guard traits.contains(.openable) else { throw .notOpenable }
            guard !states[target].flags.contains(.open) else { throw .alreadyOpen }
            guard !states[target].flags.contains(.on) || !traits.contains(.mustBeOpen) else { throw .mustBeOffToOpen }
            try requireSight(target, sight)
            setOpen(target, true)
        case .close:
            guard traits.contains(.openable) else { throw .notOpenable }
            guard states[target].flags.contains(.open) else { throw .alreadyClosed }
            // THOR asks only that the object is on screen.
            guard sight.sees(target, in: self) else { throw .notVisible }
            setOpen(target, false)
        case .toggleOn:
            guard traits.contains(.toggleable) else { throw .notToggleable }
            guard !states[target].flags.contains(.on) else { throw .alreadyOn }
            if traits.contains(.mustBeOpen), states[target].flags.contains(.open) { throw .mustBeClosedToToggle }
            try requireSight(target, sight)
            states[target].flags.insert(.on)
            switchOn(target)
        case .toggleOff:
            guard traits.contains(.toggleable) else { throw .notToggleable }
            guard states[target].flags.contains(.on) else { throw .alreadyOff }
            try requireSight(target, sight)
            states[target].flags.remove(.on)
            if scene.objects[target].type == .stoveKnob, let burner = scene.effects[target] {
                states[burner].flags.remove(.on)
            }
        case .slice:
            guard let held, scene.objects[held].type.traits.contains(.knife) else { throw .noKnife }
            guard traits.contains(.sliceable) else { throw .notSliceable }
            try requireSight(target, sight)
            cut(target)
        default: break
        }
    }

    /// Within reach, not behind a closed door, and at least one pixel of it on screen.
    private func requireSight(_ target: Int, _ sight: Renderer) throws(ActionError) {
        guard !isShutAway(target) else { throw .notVisible }
        guard distance(to: target) <= Self.reach else { throw .tooFar }
        guard sight.sees(target, in: self) else { throw .notVisible }
    }

    private mutating func pickUp(_ object: Int) {
        states[object].parent = ObjectState.hand
        held = object
    }

    mutating func put(_ object: Int, into receptacle: Int, at spot: FreeSpot) {
        let before = Placement(position: states[object].position, yaw: states[object].yaw)
        let turn = spot.yaw - states[object].yaw
        states[object].position = spot.position
        states[object].yaw = spot.yaw
        states[object].parent = Int16(receptacle)
        held = nil
        carry(
            contentsOf: object, from: before, to: Placement(position: spot.position, yaw: spot.yaw),
            turn: turn)
    }

    /// Moves what lies on an object along with it.
    private mutating func carry(contentsOf object: Int, from old: Placement, to new: Placement, turn: Float = 0) {
        for child in allContents(of: object) {
            let offset = old.inverseDirection(states[child].position - old.position)
            states[child].position = new.point(offset)
            states[child].yaw += turn
        }
    }

    mutating func setOpen(_ object: Int, _ isOpen: Bool) {
        let before = placement(of: object)
        if isOpen { states[object].flags.insert(.open) } else { states[object].flags.remove(.open) }
        let after = placement(of: object)
        if before != after { carry(contentsOf: object, from: before, to: after) }
        if !isOpen, scene.objects[object].type == .fridge {
            for content in allContents(of: object) {
                states[content].flags.insert(.cold)
                states[content].flags.remove(.hot)
            }
        }
    }

    private mutating func switchOn(_ object: Int) {
        switch scene.objects[object].type {
        case .microwave:
            for content in allContents(of: object) {
                states[content].flags.insert(.hot)
                states[content].flags.remove(.cold)
            }
        case .faucet, .showerHead:
            guard let basin = scene.effects[object] else { return }
            for content in allContents(of: basin) {
                states[content].flags.insert(.clean)
                states[content].flags.remove(.dirty)
            }
        case .stoveKnob:
            if let burner = scene.effects[object] {
                states[burner].flags.insert(.on)
                for content in allContents(of: burner) { states[content].flags.insert(.hot) }
            }
        default: break
        }
    }

    /// The pieces lie where the scene has them beside the whole, turned and moved with it; side by side along its width
    /// where the scene has them all in its middle. They are in what the whole was in.
    private mutating func cut(_ object: Int) {
        let whole = states[object]
        let pieces = scene.pieces[object]
        let origin = scene.objects[object]
        states[object].flags.insert(.sliced)
        states[object].parent = ObjectState.nowhere
        let placement = Placement(position: whole.position, yaw: whole.yaw)
        let before = Placement(position: origin.position, yaw: origin.yaw)
        let isSpread = pieces.contains { scene.objects[$0].position != origin.position }
        for (number, piece) in pieces.enumerated() {
            let offset =
                isSpread
                ? before.inverseDirection(scene.objects[piece].position - origin.position)
                : SIMD3(origin.size.x * ((Float(number) + 0.5) / Float(pieces.count) - 0.5), 0, 0)
            states[piece] = ObjectState(
                position: placement.point(offset), yaw: whole.yaw + scene.objects[piece].yaw - origin.yaw,
                parent: whole.parent, flags: whole.flags.subtracting([.absent, .sliced]))
        }
    }
}
