package import Episodes

/// One moment of a scene: the agent, and the state of every object. A value: copying it is the snapshot, assigning it
/// back the restore.
package struct World: Sendable {
    /// The room and its objects as they were at the start.
    package let scene: HouseScene
    /// Where the agent stands and looks.
    package private(set) var agent: AgentPose
    /// By object, in the scene's order.
    package internal(set) var states: [ObjectState]
    /// Index of the object in the hand.
    package internal(set) var held: Int?

    /// How far the agent can reach and see what it acts on, in metres in the floor plane.
    package static let reach: Float = 1.5

    /// The scene as it is at the start.
    package init(_ scene: HouseScene, agent: AgentPose) {
        self.scene = scene
        self.agent = agent
        states = scene.objects.map { object in
            var flags = object.initialFlags
            if object.sliceOf != nil { flags.insert(.absent) }
            return ObjectState(
                position: object.position, yaw: object.yaw,
                parent: object.parent.map { Int16($0) } ?? ObjectState.nowhere,
                flags: flags)
        }
    }

    /// Puts the agent somewhere else. False, and nothing happens, where it cannot stand or look so.
    package mutating func teleport(to pose: AgentPose) -> Bool {
        guard scene.grid.contains(x: pose.x, z: pose.z), AgentPose.horizons.contains(pose.horizon),
            pose.horizon % AgentPose.horizonStep == 0, (0...3).contains(pose.heading)
        else { return false }
        agent = pose
        return true
    }

    /// Takes a step, or says why not; a failed action changes nothing.
    ///
    /// - Parameters:
    ///   - target: Index of the object acted on: for put, the receptacle. Nil for navigation.
    ///   - sight: Decides what the agent sees.
    package mutating func step(
        _ action: Action, target: Int? = nil, sight: Renderer
    ) throws(ActionError) {
        switch action {
        case .moveAhead:
            let (x, z) = agent.cellAhead
            guard scene.grid.contains(x: x, z: z) else { throw .blocked }
            agent = agent.after(action)
        case .rotateLeft, .rotateRight: agent = agent.after(action)
        case .lookUp, .lookDown:
            let pose = agent.after(action)
            guard AgentPose.horizons.contains(pose.horizon) else { throw .horizonLimit }
            agent = pose
        default:
            guard let target, states.indices.contains(target), states[target].isPresent, target != held,
                !scene.objects[target].type.traits.isDisjoint(with: .interactable)
            else { throw .noTarget }
            try interact(action, target, sight)
        }
    }

    /// What ``step(_:target:sight:)`` would answer, without taking the step.
    package func check(_ action: Action, target: Int? = nil, sight: Renderer) -> ActionError? {
        var copy = self
        do {
            try copy.step(action, target: target, sight: sight)
            return nil
        } catch {
            return error
        }
    }
}

// MARK: - What can be asked

extension World {
    /// The receptacle an object is directly in or on.
    package func parent(of object: Int) -> Int? {
        let parent = states[object].parent
        return parent >= 0 ? Int(parent) : nil
    }

    /// The receptacles an object is in: the direct one, the one that is in, and so on.
    package func receptacles(holding object: Int) -> [Int] {
        var chain: [Int] = []
        var current = parent(of: object)
        while let receptacle = current {
            chain.append(receptacle)
            current = parent(of: receptacle)
        }
        return chain
    }

    /// What lies directly in or on a receptacle.
    package func contents(of receptacle: Int) -> [Int] {
        states.indices.filter { states[$0].parent == Int16(receptacle) && states[$0].isPresent }
    }

    /// What lies in or on a receptacle, and in what lies there: THOR's `receptacleObjectIds`.
    package func allContents(of receptacle: Int) -> [Int] {
        contents(of: receptacle).flatMap { [$0] + allContents(of: $0) }
    }

    /// Whether a closed door, lid or drawer, or the hand, is between the room and the object.
    package func isShutAway(_ object: Int) -> Bool {
        var current = object
        while let receptacle = parent(of: current) {
            if scene.objects[receptacle].type.traits.contains(.mustBeOpen), !states[receptacle].flags.contains(.open) {
                return true
            }
            current = receptacle
        }
        return false
    }

    /// A copy in which a drawer, door or lid is open, whatever could hinder the agent: what would be seen then.
    package func opening(_ object: Int) -> World {
        guard scene.objects[object].type.traits.contains(.openable), !states[object].flags.contains(.open) else {
            return self
        }
        var world = self
        world.setOpen(object, true)
        return world
    }

    /// Whether the object, or what it lies on, is in the hand.
    package func isCarried(_ object: Int) -> Bool {
        guard let held else { return false }
        var current = object
        while current != held {
            guard let next = parent(of: current) else { return false }
            current = next
        }
        return true
    }

    /// Where the object's own frame is in the room; a drawer that is open has moved.
    package func placement(of object: Int) -> Placement {
        let state = states[object]
        var placement = Placement(position: state.position, yaw: state.yaw)
        if state.flags.contains(.open), case .slide(let distance)? = scene.objects[object].opening {
            placement.position += placement.direction(SIMD3(0, 0, distance))
        }
        return placement
    }

    /// The object's box in the room.
    package func bounds(of object: Int) -> Bounds { placement(of: object).bounds(scene.objects[object].localBounds) }

    /// Metres in the floor plane from the agent's axis to the nearest point of the object.
    package func distance(to object: Int) -> Float {
        bounds(of: object).horizontalDistance(
            x: Float(agent.x) * AgentPose.cell, z: Float(agent.z) * AgentPose.cell)
    }
}
