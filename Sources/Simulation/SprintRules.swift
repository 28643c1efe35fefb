internal import ALFRED
package import Episodes
package import Household

/// SPRINT's way of choosing actions in evaluation: the policy names an action and an object class, the simulator tells
/// which are legal and which instance is meant.
package struct SprintRules: Sendable, Equatable {
    /// From where on an object the distance to the agent is measured.
    package enum Distance: Sendable, Equatable {
        /// The nearest point of its box. Furniture can be wider than the reach.
        case nearestPoint
        /// Its position, as SPRINT reads THOR's metadata.
        case position
    }

    /// From where on an object the distance to the agent is measured.
    package var distance: Distance
    /// Metres, horizontally and along each axis.
    package static let reach: Float = 1.5
    /// Height of the agent's centre, from where distances are measured, in metres above the floor.
    static let agentHeight: Float = 0.901

    package init(distance: Distance = .nearestPoint) { self.distance = distance }

    /// The objects an action could be about: visible, and within 1.5 m in the floor plane and along each axis. In the
    /// scene's order; the held object is one of them only if it is seen as such, hence never.
    package func candidates(in world: World, sight: Renderer) -> [Int] {
        nearby(in: world).filter { sight.sees($0, in: world) }
    }

    /// Candidates but for being visible.
    package func nearby(in world: World) -> [Int] {
        world.scene.objects.indices.filter { object in
            guard world.states[object].isPresent, object != world.held,
                world.distance(to: object) <= World.reach
            else { return false }
            let d = offset(to: object, in: world)
            return all(d .>= -Self.reach) && all(d .<= Self.reach)
                && d.x * d.x + d.z * d.z <= Self.reach * Self.reach
        }
    }

    /// What ``legalTargets(of:among:in:)`` gives for the candidates, with a look only at objects that could be meant.
    ///
    /// - Parameter nearby: From ``nearby(in:)``.
    package func legalTargets(
        of action: Action, nearby: [Int], in world: World, sight: Renderer
    ) -> [Int] {
        let targets = legalTargets(of: action, among: nearby, in: world).filter { sight.sees($0, in: world) }
        // A faucet needs a basin that is seen as well.
        guard action == .toggleOn, targets.contains(where: { world.scene.objects[$0].type == .faucet }) else {
            return targets
        }
        let basins = nearby.filter { world.scene.objects[$0].type == .sinkBasin && sight.sees($0, in: world) }
        return legalTargets(of: action, among: targets + basins, in: world)
    }

    /// The candidates an action can be about, after SPRINT's masks. Empty for an interaction that is not legal at all.
    package func legalTargets(of action: Action, among candidates: [Int], in world: World) -> [Int] {
        func type(_ object: Int) -> ObjectType { world.scene.objects[object].type }
        func has(_ object: Int, _ trait: ObjectTraits) -> Bool { type(object).traits.contains(trait) }
        func `is`(_ object: Int, _ flag: ObjectFlags) -> Bool { world.states[object].flags.contains(flag) }
        switch action {
        case .pickup: return world.held == nil ? candidates.filter { has($0, .pickupable) } : []
        case .put:
            guard world.held != nil else { return [] }
            return candidates.filter { has($0, .receptacle) && !(has($0, .openable) && !`is`($0, .open)) }
        case .open: return candidates.filter { has($0, .openable) && !`is`($0, .open) && !`is`($0, .on) }
        case .close: return candidates.filter { has($0, .openable) && `is`($0, .open) }
        case .toggleOn:
            let hasBasin = candidates.contains { type($0) == .sinkBasin }
            return candidates.filter {
                has($0, .toggleable) && !`is`($0, .on) && (type($0) != .faucet || hasBasin)
            }
        case .toggleOff: return candidates.filter { has($0, .toggleable) && `is`($0, .on) }
        case .slice:
            guard let held = world.held, has(held, .knife) else { return [] }
            return candidates.filter { has($0, .sliceable) && !`is`($0, .sliced) }
        case .moveAhead, .rotateLeft, .rotateRight, .lookUp, .lookDown: return []
        }
    }

    /// Actions a policy may choose: all navigation, and the interactions with at least one legal target.
    package func legalActions(in world: World, sight: Renderer) -> [Action: [Int]] {
        let candidates = candidates(in: world, sight: sight)
        var legal: [Action: [Int]] = [:]
        for action in Action.allCases {
            let targets = legalTargets(of: action, among: candidates, in: world)
            if !action.isInteraction || !targets.isEmpty { legal[action] = targets }
        }
        return legal
    }

    /// The instance of a class nearest to the agent in space; the first of equally near ones.
    package func nearest(_ objectClass: ObjectClass, among targets: [Int], in world: World) -> Int? {
        var best: (distance: Float, object: Int)?
        for object in targets where world.scene.objects[object].objectClass == objectClass {
            let d = offset(to: object, in: world)
            let distance = (d * d).sum()
            if best.map({ distance < $0.distance }) ?? true { best = (distance, object) }
        }
        return best?.object
    }

    /// From the agent's centre to the object.
    private func offset(to object: Int, in world: World) -> SIMD3<Float> {
        let agent = SIMD3(
            Float(world.agent.x) * AgentPose.cell, world.scene.room.floorY + Self.agentHeight,
            Float(world.agent.z) * AgentPose.cell)
        switch distance {
        case .position: return world.placement(of: object).position - agent
        case .nearestPoint:
            let box = world.bounds(of: object)
            return pointwiseMin(pointwiseMax(agent, box.min), box.max) - agent
        }
    }
}
